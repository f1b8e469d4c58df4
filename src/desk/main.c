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

/* help, help COMMAND, help airlock seal; `help airlock add` is of airlock. */
static int
help(int n, char **args)
{
	char name[64];
	if (n == 0) {
		help_all(stdout);
		return fflush(stdout) == 0 ? 0 : EXIT_FILE;
	}
	snprintf(name, sizeof name, "%s%s%s", args[0], n > 1 ? " " : "", n > 1 ? args[1] : "");
	if (!help_one(stdout, name) &&
		!(n == 2 && streq(name, "airlock add") && help_one(stdout, "airlock")))
		return help_unknown(name);
	return fflush(stdout) == 0 ? 0 : EXIT_FILE;
}

/* "wardroom table --help", "wardroom airlock add --help": wherever the word stands. */
static bool
asks_for_help(int n, char **args)
{
	for (int i = 0; i < n; i++)
		if (streq(args[i], "--help") || streq(args[i], "-h"))
			return true;
	return false;
}

/* Of "airlock seal", or else of airlock. False when there is no such command. */
static bool
help_of(const char *verb, const char *next)
{
	char name[64];
	snprintf(name, sizeof name, "%s %s", verb, next);
	return help_one(stdout, name) || help_one(stdout, verb);
}

/* One sentence that names the word at fault, and how the command is called. */
static int
wrong_word(const char *command, const char *fmt, const char *word)
{
	char sentence[300];
	snprintf(sentence, sizeof sentence, fmt, word);
	return help_usage(command, sentence);
}

/* A word of options that is none. A file of such a name is called ./-name. */
static bool
is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

/* A command that is words alone has another behind them. */
static int
extra_word(const char *command, const char *word)
{
	char sentence[300];
	if (is_option(word))
		return wrong_word(command, "There is no option %s.", word);
	snprintf(sentence, sizeof sentence,
		"\"%.100s\" is one word too many: nothing follows after `wardroom %s`.", word,
		command);
	return help_usage(command, sentence);
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

/* wardroom airlock add FILE [--as ROLE] */
static int
airlock_add(int n, char **args)
{
	const char *file = NULL, *role = "output";
	for (int i = 0; i < n; i++) {
		if (streq(args[i], "--as") && i + 1 < n)
			role = args[++i];
		else if (streq(args[i], "--as"))
			return help_usage("airlock",
				"Something must follow after --as: output, supporting or code.");
		else if (is_option(args[i]))
			return wrong_word("airlock", "There is no option %s.", args[i]);
		else if (file)
			return wrong_word("airlock", "\"%s\" is one word too many.", args[i]);
		else
			file = args[i];
	}
	if (!file)
		return help_usage("airlock", "Name the file.");
	if (streq(role, "output"))
		return airlock_output(file);
	if (streq(role, "supporting"))
		return desk_run("airlock-supporting", file, stdout);
	if (streq(role, "code"))
		return desk_run("airlock-code", file, stdout);
	return wrong_word("airlock", "--as takes output, supporting or code, not \"%s\".", role);
}

/* wardroom airlock add FILE [--as ROLE] | list | seal */
static int
airlock(int n, char **args)
{
	if (n == 0)
		return help_usage("airlock", "Say what is to be done: add, list or seal.");
	bool lone = streq(args[0], "list") || streq(args[0], "seal");
	if (lone && n == 1)
		return desk_run(streq(args[0], "list") ? "airlock" : "airlock-seal", NULL, stdout);
	if (lone)
		return extra_word(
			streq(args[0], "list") ? "airlock list" : "airlock seal", args[1]);
	if (streq(args[0], "remove"))
		return desk_fail(EXIT_USAGE, "%s",
			"A file is taken out on your team's page Airlock: open the request there "
			"and choose \"Take it out\", as long as it is not sealed.");
	if (streq(args[0], "add"))
		return airlock_add(n - 1, args + 1);
	return wrong_word("airlock",
		is_option(args[0]) ? "There is no option %s."
				   : "There is no command \"wardroom airlock %s\".",
		args[0]);
}

/* The commands that are words alone. */
static bool
stands_alone(const char *verb)
{
	static const char *const all[] = { "status", "who", "packages", "exits", "version" };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (streq(verb, all[i]))
			return true;
	return false;
}

/* What the workspace itself calls: its first process, the installer, a member's shells. */
static bool
run_inside(int argc, char **argv, int *ret)
{
	const char *verb = argv[1];
	if (streq(verb, "init") && (argc == 2 || (argc == 3 && streq(argv[2], "sealed"))))
		*ret = init_run(argc == 3);
	else if (streq(verb, "replay") && argc == 2)
		*ret = replay_run();
	else if (streq(verb, "installer") && argc == 2)
		*ret = installer_run();
	else if (streq(verb, "terminal") && argc == 3)
		*ret = terminal_serve(argv[2]);
	else
		return false;
	return true;
}

/* n words behind the verb. */
static int
run(const char *verb, int n, char **args)
{
	if (stands_alone(verb) && n)
		return extra_word(verb, args[0]);
	if (streq(verb, "version"))
		return puts("wardroom " WARDROOM_VERSION) >= 0 && fflush(stdout) == 0 ? 0
										      : EXIT_FILE;
	if (streq(verb, "exits"))
		return exits_say(stdout) ? 0 : 1;
	if (stands_alone(verb))
		return desk_run(verb, NULL, stdout);
	if (streq(verb, "install"))
		return install_run(n, args);
	if (streq(verb, "table"))
		return table_run(n + 1, args - 1);
	if (streq(verb, "airlock"))
		return airlock(n, args);
	if (n && is_option(args[0]) &&
		(streq(verb, "submit") || streq(verb, "ask") || streq(verb, "dictionary")))
		return wrong_word(verb, "There is no option %s.", args[0]);
	if (streq(verb, "submit"))
		return n == 1  ? desk_run(verb, args[0], stdout)
		       : n > 1 ? wrong_word(verb, "Name one file: \"%s\" is one word too many.",
					 args[1])
			       : help_usage(verb, "Name one file.");
	if (streq(verb, "dictionary"))
		return n <= 1 ? desk_say(verb, n, args)
			      : wrong_word(verb,
					"Name one table or one column: \"%s\" is one word too "
					"many.",
					args[1]);
	if (streq(verb, "ask"))
		return n >= 2 ? desk_say(verb, n, args)
			      : help_usage(
					verb, "Name a column, and a word for what you ask of it.");
	return help_unknown(verb);
}

int
main(int argc, char **argv)
{
	const char *self = argc ? desk_base_name(argv[0]) : "";
	int code;
	if (streq(self, "apt") || streq(self, "apt-get"))
		return install_as_apt(argc - 1, argv + 1);
	if (argc < 2)
		return desk_fail(EXIT_USAGE, "%s",
			"Say what you want to do: `wardroom status` tells how things stand, "
			"`wardroom help` lists all commands.");
	const char *verb = argv[1];
	if (run_inside(argc, argv, &code))
		return code;
	if (streq(verb, "--version"))
		verb = "version";
	if (asks_for_help(argc - 2, argv + 2) && help_of(verb, argc > 2 ? argv[2] : ""))
		return fflush(stdout) == 0 ? 0 : EXIT_FILE;
	if (streq(verb, "help") || streq(verb, "--help") || streq(verb, "-h"))
		return help(argc - 2, argv + 2);
	return run(verb, argc - 2, argv + 2);
}
