/*
 * Shares: 2.4 % of 250 are 6 persons, whether or not anybody writes the 6.
 */
#include <math.h>

#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/words.h"

/* The largest count of the row; 0 when none is shown. */
static double
base_of(const struct grid *g, size_t r)
{
	double n = 0;
	for (size_t c = 0; c < g->columns; c++) {
		const struct cell *x = grid_at(g, r, c);
		if (g->column[c].role == COLUMN_COUNT && x->kind == CELL_NUMBER)
			n = fmax(n, x->value);
	}
	return n;
}

static bool
small(double persons, int64_t min)
{
	/* Below a half the share was rounded from nothing. */
	return persons >= 0.5 && round(persons) < (double)min;
}

enum status
check_shares(struct airlock_file *f, struct err *e)
{
	const char *say = airlock_say(f,
		"With the count in the same row this share stands for fewer than %lld persons, or "
		"for all but so few.",
		(long long)f->policy->min_count);
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		for (size_t c = 0; c < g->columns; c++) {
			const struct grid_column *k = &g->column[c];
			if (k->role != COLUMN_SHARE)
				continue;
			bool hundred = k->percents || k->high > 1;
			for (size_t r = g->first; r < g->rows; r++) {
				const struct cell *x = grid_at(g, r, c);
				double n = base_of(g, r);
				double p = hundred ? x->value / 100 : x->value;
				if (x->kind != CELL_NUMBER || n <= 0 || p < 0 || p > 1)
					continue;
				if (small(n * p, f->policy->min_count) ||
					small(n * (1 - p), f->policy->min_count))
					airlock_tell(
						f, AIR_FAIL, grid_row(g, r), (int64_t)c + 1, say);
			}
		}
	}
	return OK;
}
