/*
 * Degrees of freedom: a model with nearly as many parameters as persons is its own data.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/words.h"

enum status
check_df(struct airlock_file *f, struct err *e)
{
	long long min = f->policy->min_df;
	const char *sure =
		airlock_say(f, "A model has fewer than %lld residual degrees of freedom.", min);
	const char *perhaps = airlock_say(f,
		"Fewer than %lld degrees of freedom: see that they are not a model's residual "
		"ones.",
		min);
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		for (size_t r = g->first; r < g->rows; r++)
			for (size_t c = 0; c < g->columns; c++) {
				const struct cell *x = grid_at(g, r, c);
				if (x->kind != CELL_NUMBER || x->value < 0 ||
					x->value >= (double)min ||
					g->column[c].role == COLUMN_LABEL ||
					!grid_says(g, r, c, WORD_DF))
					continue;
				/* Lines of TXT say it themselves: small_numbers_in_text. */
				bool residual = grid_says(g, r, c, WORD_RESIDUAL);
				airlock_tell(f, residual ? AIR_FAIL : AIR_REVIEW, grid_row(g, r),
					(int64_t)c + 1, residual ? sure : perhaps);
			}
	}
	return OK;
}
