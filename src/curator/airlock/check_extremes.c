/*
 * Extremes: a minimum, a maximum or a percentile may be the value of one person.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/proof.h"
#include "curator/airlock/words.h"

static const char sentence[] = "The label speaks of a minimum, maximum, range, median or "
			       "percentile: it may be one person's "
			       "value. See that enough persons lie on both sides.";

static void
in_grid(struct airlock_file *f, const struct grid *g)
{
	for (size_t c = 0; c < g->columns; c++) {
		const struct grid_column *k = &g->column[c];
		if ((k->says & WORD_EXTREME) && k->numbers)
			airlock_tell(f, AIR_REVIEW, 0, (int64_t)c + 1, sentence);
		/* "25%" reads as a number, but in front it is a label. */
		if (k->role != COLUMN_LABEL && c > 0)
			continue;
		for (size_t r = g->first; r < g->rows; r++) {
			struct str s = grid_at(g, r, c)->text;
			if (s.n <= (g->labelled ? 400u : 60u) && (words_in(s) & WORD_EXTREME))
				airlock_tell(
					f, AIR_REVIEW, grid_row(g, r), (int64_t)c + 1, sentence);
		}
	}
}

static bool
has_number(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			return true;
	return false;
}

/* A line with the word and a number, or a header of several such words. */
static void
in_line(struct airlock_file *f, void *ctx, struct str s, int64_t row, int64_t column)
{
	if ((words_in(s) & WORD_EXTREME) && (has_number(s) || s.n < 120))
		airlock_tell(f, AIR_REVIEW, row, column, sentence);
}

enum status
check_extremes(struct airlock_file *f, struct err *e)
{
	/* A label of the server's own, as "share smoke=1 %". */
	if (f->proof && !str_starts(str_of(f->proof->value), "median"))
		return OK;
	if (f->type == AIR_TXT)
		airlock_each_text(f, in_line, NULL);
	for (size_t i = 0; i < f->grids.n && f->type != AIR_TXT; i++)
		in_grid(f, f->grids.at[i]);
	return OK;
}
