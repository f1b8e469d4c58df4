/*
 * Sentences of the patients' data in a file that wants to leave: notes, reports, findings. Compared
 * are all columns of text that hold more than a few words.
 */
#include "curator/airlock/grams.h"
#include "curator/airlock/match_internal.h"

enum {
	LONG = 40, /* bytes of a value: less is no sentence of eight words */
	SURE = 12, /* words in a row that nobody writes twice by chance */
};

struct gather {
	struct grams *grams;
	struct err *e;
	enum status status;
};

static void
one_text(struct airlock_file *f, void *ctx, struct str s, int64_t row, int64_t column)
{
	struct gather *g = ctx;
	if (g->status == OK)
		g->status = grams_add(g->grams, s, row, column, g->e);
}

static void
one_record(void *ctx, struct str value)
{
	grams_seen(ctx, value);
}

static enum status
one_column(struct match *m, struct grams *g, size_t table, size_t column, struct err *e)
{
	int64_t longest;
	TRY(engine_int(m->engine, &longest, e, "looking for long texts",
		"SELECT max(strlen(c%zu)) FROM s%zu", column, table));
	if (longest < LONG)
		return OK;
	return engine_each(m->engine, one_record, g, e, "comparing texts",
		arena_printf(m->a, "SELECT c%zu FROM s%zu WHERE strlen(c%zu) >= %d", column, table,
			column, LONG));
}

static void
tell(struct airlock_file *f, const struct grams *g)
{
	struct gram_run run;
	const char *sure = airlock_say(f,
		"%d words or more in a row stand in the same order in a text of the patients' "
		"data.",
		SURE);
	const char *perhaps = airlock_say(f,
		"%d words in a row stand in the same order in a text of the patients' data: see "
		"that they are not about a person.",
		GRAM_WORDS);
	for (size_t at = 0; grams_next(g, &at, &run);)
		airlock_tell(f, run.words >= SURE ? AIR_FAIL : AIR_REVIEW, run.row, run.column,
			run.words >= SURE ? sure : perhaps);
}

enum status
match_text(struct match *m, struct airlock_file *f, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	struct gather g = { grams_new(a), e, OK };
	airlock_each_text(f, one_text, &g);
	TRY(g.status);
	if (!grams_any(g.grams))
		return OK;
	for (size_t i = 0; i < m->source.tables.n; i++) {
		const struct source_table *t = &m->source.tables.at[i];
		for (size_t c = 0; c < t->columns.n; c++)
			if (t->columns.at[c].type == TYPE_TEXT)
				TRY(one_column(m, g.grams, i, c, e));
	}
	tell(f, g.grams);
	return OK;
}
