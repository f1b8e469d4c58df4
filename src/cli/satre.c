#include "cli/satre.h"

#include <stdio.h>

#include "cli/cli.h"

struct satre_row {
	const char *id, *state, *importance, *gist, *how;
	text_list evidence;
};

struct satre_out {
	const char *version;
	int64_t met, configured, organisational, not_met;
	LIST(struct satre_row) statements;
};

static const struct field row_fields[] = {
	FIELD(struct satre_row, id, TEXT),
	FIELD(struct satre_row, state, TEXT),
	FIELD(struct satre_row, importance, TEXT),
	FIELD(struct satre_row, gist, TEXT, .label = "statement, in our words"),
	FIELD(struct satre_row, how, TEXT),
	FIELD(struct satre_row, evidence, TEXTS),
	FIELD_END,
};

static const struct field out_fields[] = {
	FIELD(struct satre_out, version, TEXT, .label = "SATRE"),
	FIELD(struct satre_out, met, INT),
	FIELD(struct satre_out, configured, INT, .label = "met by configuration"),
	FIELD(struct satre_out, organisational, INT),
	FIELD(struct satre_out, not_met, INT, .label = "not met"),
	FIELD_LIST(struct satre_out, statements, row_fields),
	FIELD_END,
};

static text_list
words_of(struct arena *a, const char *list)
{
	struct str all = str_of(list);
	text_list l = { .at = ARENA_ARRAY(a, 16, const char *) };
	while (all.n && l.n < 16)
		l.at[l.n++] = str_dup(a, str_cut(&all, ' '));
	return l;
}

/* For a terminal: too much for a table. */
static void
print(const struct satre_out *out)
{
	for (size_t i = 0; i < satre_n; i++) {
		const struct satre *s = &satre_rows[i];
		printf("%s  %s (%s): %s.\n        %s.\n        %s\n", s->id,
			satre_state_word(s->state), s->importance, s->gist, s->how, s->evidence);
	}
	printf("\n%lld met, %lld met by configuration, %lld organisational, %lld not met.\n",
		(long long)out->met, (long long)out->configured, (long long)out->organisational,
		(long long)out->not_met);
}

static enum status
satre(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct satre_out out = { .version = SATRE_VERSION };
	if (n && !streq(args[0], "--markdown"))
		return cli_misuse(c, e, "satre takes --markdown, and nothing else.");
	if (n) {
		fputs(satre_markdown(c->arena), stdout);
		return OK;
	}
	out.statements.at = ARENA_ARRAY(c->arena, satre_n, struct satre_row);
	out.statements.n = satre_n;
	for (size_t i = 0; i < satre_n; i++) {
		const struct satre *s = &satre_rows[i];
		out.met += s->state == SATRE_MET;
		out.configured += s->state == SATRE_CONFIGURED;
		out.organisational += s->state == SATRE_ORGANISATIONAL;
		out.not_met += s->state == SATRE_NOT_MET;
		out.statements.at[i] = (struct satre_row){ s->id, satre_state_word(s->state),
			s->importance, s->gist, s->how, words_of(c->arena, s->evidence) };
	}
	if (c->json)
		cli_show(c, out_fields, &out);
	else
		print(&out);
	return OK;
}

const struct command cmd_satre = { "satre", "[--markdown]",
	"Which statements of SATRE are met, by what, with the evidence.", 0, 1, satre };
