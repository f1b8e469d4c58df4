/*
 * Dominance: a total that one or two persons make up tells their values. Whether it is so can be
 * seen only from who contributed, which the author's evidence says; without it a person decides.
 */
#include <math.h>

#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/proof.h"
#include "curator/airlock/words.h"

static const struct airlock_evidence *
evidence_for(const struct airlock_file *f, int64_t row, int64_t column)
{
	/* Ours is in the order of the cells. */
	for (size_t i = 0; f->proof && i < f->proof->cells.n; i++) {
		const struct airlock_evidence *v = &f->proof->cells.at[i];
		if (v->row == row && v->column == column)
			return v;
	}
	for (size_t i = 0; !f->proof && i < f->evidence.n; i++) {
		const struct airlock_evidence *v = &f->evidence.at[i];
		if (v->row == row && v->column == column &&
			(v->file[0] == '\0' || streq(v->file, f->name)))
			return v;
	}
	return NULL;
}

static bool
near(double a, double b)
{
	return fabs(a - b) <= 0.01 * fmax(fabs(a), fabs(b)) + 1e-9;
}

static void
judge(struct airlock_file *f, const struct airlock_evidence *v, const struct cell *x)
{
	const struct airlock_policy *p = f->policy;
	int64_t row = v->row, column = v->column;
	if (v->n >= 0 && v->n < p->min_count)
		airlock_tell(f, AIR_FAIL, row, column,
			airlock_say(f, "Fewer than %lld persons contribute to this number.",
				(long long)p->min_count));
	if (v->df >= 0 && v->df < p->min_df)
		airlock_tell(f, AIR_FAIL, row, column,
			airlock_say(f,
				"Fewer than %lld degrees of freedom stand behind this number.",
				(long long)p->min_df));
	if (isnan(v->sum) || isnan(v->top1) || isnan(v->top2)) {
		if (v->n < 0)
			airlock_tell(f, AIR_REVIEW, row, column,
				"The evidence for this number gives neither n nor sum, top1 and "
				"top2.");
		return;
	}
	if (v->sum < 0 || v->top1 < 0 || v->top2 < 0 || v->top2 > v->top1) {
		airlock_tell(f, AIR_REVIEW, row, column,
			"The evidence for this number has negative contributions or an odd order, "
			"so "
			"dominance cannot be judged.");
		return;
	}
	int64_t rows = v->rows > 0 ? v->rows : v->n;
	/* What the server computed is what it says it is: a share, a median, a rounded sum. */
	if (!f->proof && x->kind == CELL_NUMBER && !near(x->value, v->sum) &&
		!(rows > 0 && near(x->value, v->sum / (double)rows)))
		airlock_tell(f, AIR_REVIEW, row, column,
			"This number is neither the sum of its evidence nor the mean.");
	if (v->sum > 0 && (v->top1 + v->top2) * 100 >= v->sum * (double)p->nk_percent)
		airlock_tell(f, AIR_FAIL, row, column,
			airlock_say(f, "Two persons contribute %lld %% or more of this number.",
				(long long)p->nk_percent));
	if (v->top1 > 0 && (v->sum - v->top1 - v->top2) * 100 < v->top1 * (double)p->p_percent)
		airlock_tell(f, AIR_FAIL, row, column,
			airlock_say(f,
				"The second contributor can tell the largest one's value to within "
				"%lld %%.",
				(long long)p->p_percent));
}

/* May the numbers of this column be sums or means of persons' values? */
static bool
magnitudes(const struct grid *g, size_t r, size_t c)
{
	const struct grid_column *k = &g->column[c];
	if (g->labelled)
		return c == 1 &&
		       !grid_says(g, r, c,
			       WORD_STATISTIC | WORD_CODE | WORD_SHARE | WORD_COUNT | WORD_DF);
	if (k->role != COLUMN_MEASURE || (k->says & (WORD_STATISTIC | WORD_SHARE | WORD_DF)))
		return false;
	/* What lies between -1 and 1 is a score or a share far more often than a measurement. */
	return (k->low < -1 || k->high > 1) &&
	       !grid_says(g, r, c, WORD_STATISTIC | WORD_SHARE | WORD_COUNT);
}

static void
one_cell(struct airlock_file *f, const struct grid *g, size_t r, size_t c)
{
	const struct cell *x = grid_at(g, r, c);
	int64_t row = grid_row(g, r), column = (int64_t)c + 1;
	const struct airlock_evidence *v = evidence_for(f, row, column);
	if (v)
		judge(f, v, x);
	else if (!f->proof && x->kind == CELL_NUMBER && !x->percent && magnitudes(g, r, c) &&
		 !(g->labelled && x->value >= -1 && x->value <= 1))
		airlock_tell(f, AIR_REVIEW, row, column,
			"If this is a sum or a mean, nothing says how many persons contribute and "
			"how "
			"much the largest two do. Hand in the evidence as a supporting file.");
}

enum status
check_dominance(struct airlock_file *f, struct err *e)
{
	/* Evidence is looked up cell by cell: a result has few. */
	enum { EVIDENCE_MAX = 5000, CELLS_MAX = 200000 };
	if (f->evidence.n > EVIDENCE_MAX)
		return err_set(e, E_INPUT, "", "The evidence has more than %d rows.", EVIDENCE_MAX);
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		if (f->evidence.n && g->rows * g->columns > CELLS_MAX)
			return err_set(e, E_INPUT, "", "The table is too large for its evidence.");
		for (size_t r = g->first; r < g->rows; r++)
			for (size_t c = 0; c < g->columns; c++)
				one_cell(f, g, r, c);
	}
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct airlock_evidence *v = &f->evidence.at[i];
		const struct grid *g = f->grids.n ? f->grids.at[0] : NULL;
		bool mine = v->file[0] == '\0' || streq(v->file, f->name);
		if (mine && g &&
			(v->row > grid_row(g, g->rows - 1) || v->column > (int64_t)g->columns))
			airlock_tell(f, AIR_REVIEW, v->row, v->column,
				"There is evidence for a place that the table does not have.");
	}
	return OK;
}
