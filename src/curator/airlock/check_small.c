/*
 * Small cells: a count below ten may point at persons.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/words.h"

struct said {
	const char *small, *perhaps, *label;
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

static void
one_column(struct airlock_file *f, const struct grid *g, size_t c, const struct said *say)
{
	const struct grid_column *k = &g->column[c];
	for (size_t r = g->first; r < g->rows; r++) {
		const struct cell *x = grid_at(g, r, c);
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
	};
	for (size_t i = 0; i < f->grids.n; i++)
		for (size_t c = 0; c < f->grids.at[i]->columns; c++)
			one_column(f, f->grids.at[i], c, &say);
	return OK;
}
