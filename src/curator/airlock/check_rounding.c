/*
 * Rounding: whether the whole numbers of a column, counts or sums of them, all are multiples of 5
 * or 10, or midpoint-6 rounded (ceil(x / 6) * 6 - 3), is told to the reader; it is asked for where
 * the policy does.
 */
#include <math.h>

#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"

/*
 * Whole means and medians are looked at as counts are, in doubt; but nobody need hear that they are
 * not rounded as counts.
 */
static bool
is_statistic(struct str label)
{
	static const char *const first[] = { "mean", "median", "average", "avg" };
	struct str word = str_cut(&label, ' ');
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		if (str_ieq(word, str_of(first[i])))
			return true;
	return false;
}

static bool
rounded(double v, int64_t base)
{
	return v == 0 || (base == 6 ? fmod(v, 6) == 3 : fmod(v, (double)base) == 0);
}

static void
ask(struct airlock_file *f, const struct grid *g, size_t c)
{
	int64_t base = f->policy->rounding;
	const char *say = airlock_say(f,
		base == 6 ? "This number is not rounded to the midpoint of 6, as the event asks."
			  : "This number is not rounded to %lld, as the event asks.",
		(long long)base);
	for (size_t r = g->first; r < g->rows; r++) {
		const struct cell *x = grid_at(g, r, c);
		if (x->kind == CELL_NUMBER && !rounded(x->value, base))
			airlock_tell(f, AIR_FAIL, grid_row(g, r), (int64_t)c + 1, say);
	}
}

enum status
check_rounding(struct airlock_file *f, struct err *e)
{
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		for (size_t c = 0; c < g->columns; c++) {
			const struct grid_column *k = &g->column[c];
			if (k->role != COLUMN_COUNT || k->numbers == 0)
				continue;
			if (f->policy->rounding)
				ask(f, g, c);
			else if (is_statistic(k->label))
				continue;
			airlock_tell(f, AIR_NOTE, 0, (int64_t)c + 1,
				k->base == 10  ? "The whole numbers here are all divisible by 10."
				: k->base == 5 ? "The whole numbers here are all divisible by 5."
				: k->base == 6 ? "The whole numbers here all look rounded to the "
						 "midpoint of 6."
					       : "The whole numbers here are not rounded.");
		}
	}
	return OK;
}
