/*
 * Small cells: a count below ten may point at persons.
 */
#include <math.h>

#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/spelt.h"
#include "curator/airlock/words.h"

struct said {
	const char *small, *perhaps, *label, *spelt, *unplain;
};

/* A document's values each have a path; one inside an array has no name of its own. */
static enum airlock_severity
of_path(const struct grid *g, size_t r, size_t c)
{
	struct str path = grid_at(g, r, 0)->text;
	if (grid_says(g, r, c, WORD_COUNT))
		return AIR_FAIL;
	if (grid_says(g, r, c, WORD_CODE | WORD_STATISTIC | WORD_DF))
		return AIR_NOTE;
	return memchr(path.p, '[', path.n) ? AIR_FAIL : AIR_REVIEW;
}

static enum airlock_severity
of_cell(const struct grid *g, size_t r, size_t c)
{
	const struct grid_column *k = &g->column[c];
	if (g->labelled)
		return c == 1 ? of_path(g, r, c) : AIR_NOTE;
	switch (k->role) {
	case COLUMN_COUNT:
		if ((k->says & (WORD_DF | WORD_STATISTIC)) && !(k->says & WORD_COUNT))
			return AIR_REVIEW;
		return AIR_FAIL;
	case COLUMN_MEASURE:
		if (grid_says(g, r, c, WORD_COUNT))
			return AIR_FAIL;
		if (k->says & WORD_STATISTIC)
			return AIR_NOTE;
		return k->wholes * 2 >= k->numbers ? AIR_REVIEW : AIR_NOTE;
	case COLUMN_LABEL:
		return k->texts && grid_says(g, r, c, WORD_COUNT) ? AIR_FAIL : AIR_NOTE;
	default:
		return AIR_NOTE;
	}
}

/* May the rest of a column that holds texts be counts: whole numbers, and more of them? */
static bool
mostly_whole(const struct grid_column *k)
{
	return k->numbers > k->texts && k->wholes == k->numbers && k->low >= 0 &&
	       k->role != COLUMN_LABEL &&
	       !(k->says & (WORD_CODE | WORD_STATISTIC | WORD_DF | WORD_SHARE | WORD_EXTREME));
}

/* Of a text where a count should stand. */
static void
one_text(struct airlock_file *f, const struct grid *g, size_t r, size_t c, const struct said *say)
{
	const struct grid_column *k = &g->column[c];
	const struct cell *x = grid_at(g, r, c);
	bool named = ((g->labelled ? grid_at(g, r, 0)->says : k->says) & WORD_COUNT) != 0;
	if (g->labelled ? c != 1 || !named
			: !named && !mostly_whole(k) && !grid_says(g, r, c, WORD_COUNT))
		return;
	enum spelt is = spelt_count(x->text, f->policy->min_count);
	/* The first column may name rows, whatever it is called. */
	bool sure = (named || mostly_whole(k)) && !(c == 0 && g->columns > 1 && !k->numbers) &&
		    !(k->says & (WORD_CODE | WORD_STATISTIC | WORD_DF | WORD_EXTREME));
	/* Beside a label of rows alone, a text with numbers is mostly no count. */
	bool weak = !named && !mostly_whole(k);
	if (is == SPELT_SMALL)
		airlock_tell(f, sure ? AIR_FAIL : AIR_REVIEW, grid_row(g, r), (int64_t)c + 1,
			sure ? say->spelt : say->unplain);
	else if (is == SPELT_DIGITS && !weak)
		airlock_tell(f, AIR_REVIEW, grid_row(g, r), (int64_t)c + 1, say->unplain);
}

/* 7.00 in a column of counts: rounded as means are, and yet as many as seven. */
static bool
padded(const struct airlock_file *f, const struct grid_column *k, const struct cell *x)
{
	return !x->whole && !x->percent && (k->says & WORD_COUNT) &&
	       !(k->says & (WORD_CODE | WORD_STATISTIC | WORD_DF | WORD_SHARE | WORD_EXTREME)) &&
	       x->value > 0 && x->value < (double)f->policy->min_count &&
	       x->value == floor(x->value);
}

static void
one_column(struct airlock_file *f, const struct grid *g, size_t c, const struct said *say)
{
	const struct grid_column *k = &g->column[c];
	for (size_t r = g->first; r < g->rows; r++) {
		const struct cell *x = grid_at(g, r, c);
		if (x->kind == CELL_TEXT)
			one_text(f, g, r, c, say);
		if (x->kind == CELL_NUMBER && padded(f, k, x))
			airlock_tell(f, AIR_REVIEW, grid_row(g, r), (int64_t)c + 1, say->perhaps);
		if (x->kind != CELL_NUMBER || !x->whole || x->value <= 0 ||
			x->value >= (double)f->policy->min_count)
			continue;
		enum airlock_severity s = of_cell(g, r, c);
		if (s != AIR_NOTE)
			airlock_tell(f, s, grid_row(g, r), (int64_t)c + 1,
				s == AIR_FAIL ? say->small : say->perhaps);
		else if (k->doubtful) {
			airlock_tell(f, AIR_REVIEW, 0, (int64_t)c + 1, say->label);
			return;
		}
	}
}

enum status
check_small(struct airlock_file *f, struct err *e)
{
	long long min = f->policy->min_count;
	struct said say = {
		airlock_say(f,
			"A count from 1 to %lld stands here. Group it with others or suppress it.",
			min - 1),
		airlock_say(
			f, "This whole number from 1 to %lld may be a count of persons.", min - 1),
		airlock_say(f,
			"This column holds whole numbers from 1 to %lld. By its name or order it "
			"seems to name rows; see that it does not count persons.",
			min - 1),
		airlock_say(f,
			"A count from 1 to %lld stands here in another spelling. Group it with "
			"others or suppress it.",
			min - 1),
		"Where a count should stand is no plain number. Write it as one, or see what it "
		"tells.",
	};
	for (size_t i = 0; i < f->grids.n; i++)
		for (size_t c = 0; c < f->grids.at[i]->columns; c++)
			one_column(f, f->grids.at[i], c, &say);
	return OK;
}
