/* wardroom: what the operator of a server does on its command line. See man/wardroom.1. */
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"

const struct command *const commands[] = { &cmd_person_add, &cmd_person_link, &cmd_person_steward,
	&cmd_event_list, &cmd_audit_verify, &cmd_audit_list, &cmd_archive_list, &cmd_archive_open,
	&cmd_backup, &cmd_restore, &cmd_status, &cmd_host_check, &cmd_workspace_exec,
	&cmd_attack_verify, &cmd_attack, &cmd_policy, &cmd_satre, &cmd_version, &cmd_help, NULL };

enum { USAGE = 2 };

/* How many of the words stand at the beginning of args; 0 when it is another command. */
static int
match(const char *words, const char *const *args, int n)
{
	struct str rest = str_of(words);
	int i = 0;
	do {
		struct str word = str_cut(&rest, ' ');
		if (i == n || !str_is(word, args[i]))
			return 0;
		i++;
	} while (rest.n);
	return i;
}

static int
fail(const struct cli *c, enum status s, const struct err *e)
{
	fprintf(stderr, "wardroom: %s\n", e->text);
	return s == E_INPUT ? USAGE : 1;
}

static int
run(struct cli *c, const char *const *args, int n)
{
	struct err e = { 0 };
	for (const struct command *const *at = commands; *at; at++) {
		const struct command *cmd = *at;
		int used = match(cmd->words, args, n);
		if (!used)
			continue;
		n -= used;
		if (n < cmd->min || n > cmd->max) {
			fprintf(stderr, "usage: wardroom [--config FILE] [--json] %s %s\n",
				cmd->words, cmd->usage);
			return USAGE;
		}
		enum status s = config_load(c->arena, c->config_path, &c->config, &e);
		if (s == OK)
			s = cmd->run(c, args + used, n, &e);
		cli_close(c);
		if (s == OK && fflush(stdout) != 0)
			s = err_errno(&e, "standard output");
		return s == OK ? c->exit_code : fail(c, s, &e);
	}
	fprintf(stderr, "wardroom: there is no command \"%s\"; `wardroom help` lists them.\n",
		args[0]);
	return USAGE;
}

int
main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct cli c = { .arena = a };
	const char *args[CLI_ARGS] = { "help" };
	int n = 0;
	bool rest = false; /* after "--" everything belongs to the command */
	log_init("wardroom");
	for (int i = 1; i < argc; i++) {
		if (rest && n < CLI_ARGS) {
			args[n++] = argv[i];
		} else if (streq(argv[i], "--json")) {
			c.json = true;
		} else if (streq(argv[i], "--config") && i + 1 < argc) {
			c.config_path = argv[++i];
		} else if (n == CLI_ARGS || streq(argv[i], "--config")) {
			fprintf(stderr, "usage: wardroom [--config FILE] [--json] COMMAND ...\n");
			return USAGE;
		} else {
			rest = streq(argv[i], "--");
			args[n++] = argv[i];
		}
	}
	if (sodium_init() < 0)
		BUG("libsodium does not start");
	const struct passwd *pw = getpwuid(getuid());
	c.by = pw ? arena_printf(a, "operator %s", pw->pw_name)
		  : arena_printf(a, "operator uid %u", (unsigned)getuid());
	/* "person help" is "help person". */
	if (n == 2 && (streq(args[1], "help") || streq(args[1], "--help"))) {
		args[1] = args[0];
		args[0] = "help";
	}
	return run(&c, args, n ? n : 1);
}
