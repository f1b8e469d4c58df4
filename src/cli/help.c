#include <stdio.h>

#include "base/version.h"
#include "cli/cli.h"

struct version_out {
	const char *version;
};

static const struct field version_fields[] = {
	FIELD(struct version_out, version, TEXT),
	FIELD_END,
};

static enum status
version(struct cli *c, const char *const *args, int n, struct err *e)
{
	const struct version_out out = { WARDROOM_VERSION };
	cli_show(c, version_fields, &out);
	return OK;
}

const struct command cmd_version = { "version", "", "Prints the version.", 0, 0, version };

struct help_row {
	const char *command, *doc;
};

struct help_list {
	LIST(struct help_row) commands;
};

static const struct field help_fields[] = {
	FIELD(struct help_row, command, TEXT),
	FIELD(struct help_row, doc, TEXT, .label = "what it does"),
	FIELD_END,
};

static const struct field list_fields[] = {
	FIELD_LIST(struct help_list, commands, help_fields),
	FIELD_END,
};

static bool
belongs(const struct command *cmd, const char *topic)
{
	struct str words = str_of(cmd->words);
	return !topic || str_is(str_cut(&words, ' '), topic);
}

static enum status
help(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct help_list out = { 0 };
	const char *topic = n ? args[0] : NULL;
	size_t all = 0;
	while (commands[all])
		all++;
	out.commands.at = ARENA_ARRAY(c->arena, all, struct help_row);
	for (size_t i = 0; i < all; i++)
		if (belongs(commands[i], topic))
			out.commands.at[out.commands.n++] = (struct help_row){
				arena_printf(c->arena, "%s%s%s", commands[i]->words,
					*commands[i]->usage ? " " : "", commands[i]->usage),
				commands[i]->doc
			};
	if (out.commands.n == 0)
		return cli_misuse(c, e,
			arena_printf(c->arena,
				"There is no command \"%.80s\"; `wardroom help` lists them.",
				topic));
	if (!c->json)
		puts("usage: wardroom [--config FILE] [--json] COMMAND ...\n");
	cli_show(c, list_fields, &out);
	return OK;
}

const struct command cmd_help = { "help", "[COMMAND]",
	"Prints this, or only what begins with a word, such as person.", 0, 2, help };
