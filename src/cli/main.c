/* wardroom: what the operator of a server does on its command line. See man/wardroom.1. */
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/code.h"
#include "base/log.h"
#include "base/near.h"
#include "cli/cli.h"

const struct command *const commands[] = { &cmd_person_add, &cmd_person_link, &cmd_person_steward,
	&cmd_event_list, &cmd_audit_verify, &cmd_audit_list, &cmd_archive_list, &cmd_archive_open,
	&cmd_backup, &cmd_restore, &cmd_status, &cmd_host_check, &cmd_workspace_exec,
	&cmd_attack_verify, &cmd_attack, &cmd_policy, &cmd_satre, &cmd_version, &cmd_help, NULL };

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
	return c->misused ? EXIT_USAGE : code_of(s);
}

static bool
is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

/*
 * The first option that the command does not take, as its usage tells; NULL when there is none. A
 * file of such a name is called ./-name; after "--" everything is the command's own.
 */
static const char *
unknown_option(const struct command *cmd, const char *const *args, int n)
{
	for (int i = 0; i < n && !streq(args[i], "--"); i++) {
		size_t len = strlen(args[i]);
		const char *at = is_option(args[i]) ? strstr(cmd->usage, args[i]) : cmd->usage;
		if (!at || (is_option(args[i]) && (len < 3 || !strchr(" ]", at[len]))))
			return args[i];
	}
	return NULL;
}

static bool
asks_for_help(const char *const *args, int n)
{
	for (int i = 0; i < n && !streq(args[i], "--"); i++)
		if (streq(args[i], "--help") || streq(args[i], "-h"))
			return true;
	return false;
}

static int
usage(const struct command *cmd, const char *sentence)
{
	fprintf(stderr, "wardroom: %s\nusage: wardroom [--config FILE] [--json] %s %s\n", sentence,
		cmd->words, cmd->usage);
	return EXIT_USAGE;
}

/* 0 when the words may be what the command takes. */
static int
check_words(struct cli *c, const struct command *cmd, const char *const *args, int n)
{
	const char *option = unknown_option(cmd, args, n);
	if (option)
		return usage(cmd, arena_printf(c->arena, "There is no option %.80s here.", option));
	if (n > cmd->max)
		return usage(cmd,
			arena_printf(c->arena, "\"%.80s\" is one word too many.", args[cmd->max]));
	return n < cmd->min ? usage(cmd, "Something is missing.") : 0;
}

/* As wardroom --help COMMAND. */
static int
show_help(const struct command *cmd)
{
	printf("usage: wardroom [--config FILE] [--json] %s %s\n\n%s\n", cmd->words, cmd->usage,
		cmd->doc);
	return fflush(stdout) == 0 ? 0 : EXIT_FILE;
}

/* The nearest command, or those that begin with the same word. */
static int
unknown_command(struct cli *c, const char *const *args, int n)
{
	const char *names[64], *near;
	size_t all = 0;
	const char *word = args[0];
	if (is_option(word)) {
		fprintf(stderr,
			"wardroom: There is no option %.80s; `wardroom help` tells which.\n", word);
		return EXIT_USAGE;
	}
	for (; commands[all] && all < sizeof names / sizeof *names; all++) {
		struct str words = str_of(commands[all]->words);
		if (str_is(str_cut(&words, ' '), word)) {
			fprintf(stderr,
				"wardroom: \"%.80s%s%.80s\" is no command; `wardroom help %.80s` "
				"lists "
				"what begins with it.\n",
				word, n > 1 ? " " : "", n > 1 ? args[1] : "", word);
			return EXIT_USAGE;
		}
		names[all] = commands[all]->words;
	}
	if (n > 1 &&
		near_names(arena_printf(c->arena, "%s %s", word, args[1]), names, all, &near, 1))
		word = near;
	else if (near_names(word, names, all, &near, 1))
		word = near;
	if (word != args[0])
		fprintf(stderr,
			"wardroom: There is no command \"%.80s\"; did you mean `wardroom %s`? "
			"`wardroom "
			"help` lists all.\n",
			args[0], word);
	else
		fprintf(stderr,
			"wardroom: There is no command \"%.80s\"; `wardroom help` lists them.\n",
			word);
	return EXIT_USAGE;
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
		if (asks_for_help(args + used, n))
			return show_help(cmd);
		int wrong = check_words(c, cmd, args + used, n);
		if (wrong)
			return wrong;
		enum status s = config_load(c->arena, c->config_path, &c->config, &e);
		if (s == OK)
			s = cmd->run(c, args + used, n, &e);
		cli_close(c);
		if (s == OK && fflush(stdout) != 0)
			s = err_errno(&e, "standard output");
		return s == OK ? c->exit_code : fail(c, s, &e);
	}
	return unknown_command(c, args, n);
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
			fprintf(stderr,
				"wardroom: %s\nusage: wardroom [--config FILE] [--json] COMMAND "
				"...\n",
				n == CLI_ARGS ? "These are too many words."
					      : "Name the file after --config.");
			return EXIT_USAGE;
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
	if (n == 2 &&
		(streq(args[1], "help") || streq(args[1], "--help") || streq(args[1], "-h"))) {
		args[1] = args[0];
		args[0] = "help";
	}
	if (streq(args[0], "--help") || streq(args[0], "-h"))
		args[0] = "help";
	if (streq(args[0], "--version"))
		args[0] = "version";
	return run(&c, args, n ? n : 1);
}
