/*
 * wardroom, as members see it inside a workspace: hands a file out through the desk, or asks how
 * things stand. Statically linked, because the workspace's libraries are the members' own.
 *
 * Also the words apt and apt-get, which install through a helper (installer.h); and
 * `wardroom init`, the workspace's first process: it reaps the dead and ends on SIGTERM. As
 * `wardroom init sealed` it tries every exit first and tells the warden, who gives data or does
 * not. And `wardroom terminal SOCKET`, the server of a member's shells.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"
#include "base/version.h"
#include "desk/exits.h"
#include "desk/help.h"
#include "desk/init.h"
#include "desk/install.h"
#include "desk/installer.h"
#include "desk/replay.h"
#include "desk/send.h"
#include "desk/table.h"
#include "desk/terminal.h"

static int
help(int n, char **args)
{
	if (n == 0)
		help_all(stdout);
	else if (n > 1 || !help_one(stdout, args[0]))
		return desk_fail(EXIT_USAGE,
			"There is no command \"wardroom %s\"; `wardroom help` "
			"lists them.",
			args[0]);
	return fflush(stdout) == 0 ? 0 : EXIT_FILE;
}

/*
 * A table that `wardroom table` wrote goes with its evidence, which the checks want to see first.
 * It never leaves, so only a refusal is news.
 */
static int
airlock_output(const char *file)
{
	char evidence[4096];
	int n = snprintf(evidence, sizeof evidence, "%s" TABLE_EVIDENCE, file);
	if (n < (int)sizeof evidence && access(evidence, R_OK) == 0)
		desk_run("airlock-supporting", evidence, NULL);
	return desk_run("airlock-output", file, stdout);
}

/* wardroom airlock add FILE [--as ROLE] | list | seal */
static int
airlock(int n, char **args)
{
	const char *file = NULL, *role = "output";
	if (n == 1 && streq(args[0], "list"))
		return desk_run("airlock", NULL, stdout);
	if (n == 1 && streq(args[0], "seal"))
		return desk_run("airlock-seal", NULL, stdout);
	if (n >= 1 && streq(args[0], "remove"))
		return desk_fail(EXIT_USAGE, "%s",
			"A file is taken out on your team's page Airlock: open the request there "
			"and choose \"Take it out\", as long as it is not sealed.");
	if (n >= 1 && !streq(args[0], "add"))
		desk_fail(EXIT_USAGE, "There is no command \"wardroom airlock %s\".\n", args[0]);
	if (n < 2 || !streq(args[0], "add"))
		return help_usage("airlock");
	for (int i = 1; i < n; i++) {
		if (streq(args[i], "--as") && i + 1 < n)
			role = args[++i];
		else if (!file)
			file = args[i];
		else
			return help_usage("airlock");
	}
	if (file && streq(role, "output"))
		return airlock_output(file);
	if (file && streq(role, "supporting"))
		return desk_run("airlock-supporting", file, stdout);
	if (file && streq(role, "code"))
		return desk_run("airlock-code", file, stdout);
	return desk_fail(EXIT_USAGE, "A file is output, supporting or code, not \"%s\".", role);
}

int
main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "help", *self = argc ? desk_base_name(argv[0]) : "";
	if (streq(self, "apt") || streq(self, "apt-get"))
		return install_as_apt(argc - 1, argv + 1);
	if (streq(verb, "help") || streq(verb, "--help") || streq(verb, "-h"))
		return help(argc > 2 ? argc - 2 : 0, argv + 2);
	if (streq(verb, "version") || streq(verb, "--version"))
		return puts("wardroom " WARDROOM_VERSION) >= 0 && fflush(stdout) == 0 ? 0
										      : EXIT_FILE;
	if (streq(verb, "init") && (argc == 2 || (argc == 3 && streq(argv[2], "sealed"))))
		return init_run(argc == 3);
	if (streq(verb, "install"))
		return install_run(argc - 2, argv + 2);
	if (streq(verb, "replay") && argc == 2)
		return replay_run();
	if (streq(verb, "installer") && argc == 2)
		return installer_run();
	if (streq(verb, "exits") && argc == 2)
		return exits_say(stdout) ? 0 : 1;
	if (streq(verb, "terminal") && argc == 3)
		return terminal_serve(argv[2]);
	if (streq(verb, "submit") && argc == 3)
		return desk_run(verb, argv[2], stdout);
	if (streq(verb, "submit"))
		return desk_fail(
			EXIT_USAGE, "%s", "Name one file: wardroom submit predictions.csv");
	if (streq(verb, "table"))
		return table_run(argc - 1, argv + 1);
	if (streq(verb, "dictionary") && argc <= 3)
		return desk_say(verb, argc - 2, argv + 2);
	if (streq(verb, "ask") && argc >= 4)
		return desk_say(verb, argc - 2, argv + 2);
	if (streq(verb, "ask") || streq(verb, "dictionary"))
		return desk_fail(EXIT_USAGE, "%s",
			"wardroom dictionary [TABLE[.COLUMN]], and wardroom ask TABLE.COLUMN "
			"WORD; `wardroom help ask` has the words.");
	if (streq(verb, "airlock"))
		return airlock(argc - 2, argv + 2);
	if (streq(verb, "status") || streq(verb, "who") || streq(verb, "packages"))
		return argc == 2 ? desk_run(verb, NULL, stdout)
				 : desk_fail(EXIT_USAGE, "Nothing follows after `wardroom %s`.",
					   verb);
	return desk_fail(EXIT_USAGE,
		"There is no command \"wardroom %s\"; `wardroom help` lists them.", verb);
}
