/*
 * Suppression: can a hidden cell be found from the totals? The exact least and most that each one
 * can be are computed; see flow.h.
 */
#include <math.h>

#include "curator/airlock/check.h"
#include "curator/airlock/flow.h"
#include "curator/airlock/grid.h"

enum { CELLS_MAX = 20000, HIDDEN_MAX = 300 };

struct model {
	struct airlock_file *f;
	const struct grid *g;
	/* Of a long table that was made wide: the table and the row of each cell. */
	const struct grid *original;
	const size_t *from;
	size_t *row, *column; /* of the table: those that add up */
	size_t rows, columns;
	size_t total_row, total_column; /* SIZE_MAX: none */
	int64_t low;                    /* of a hidden cell: 1 when zeros are shown */
	int64_t slack;                  /* of a shown cell, because of rounding */
	struct flow *flow;
	struct hidden {
		size_t edge, row, column;
		int64_t low, high;
	} * hidden;
	size_t n_hidden;
};

/* NULL in a margin that the table does not have. */
static const struct cell *
cell_of(const struct model *m, size_t i, size_t k)
{
	size_t r = i < m->rows ? m->row[i] : m->total_row;
	size_t c = k < m->columns ? m->column[k] : m->total_column;
	return r == SIZE_MAX || c == SIZE_MAX ? NULL : grid_at(m->g, r, c);
}

/* What is known of a cell before any sum: an edge with these bounds. */
static void
add_cell(struct model *m, size_t i, size_t k, size_t from, size_t to)
{
	const struct cell *x = cell_of(m, i, k);
	int64_t low = 0, high = FLOW_ANY;
	bool hidden = x && x->kind != CELL_NUMBER;
	if (x && x->kind == CELL_NUMBER) {
		low = (int64_t)x->value - m->slack;
		high = (int64_t)x->value + m->slack;
		/* A zero is left as it is by every way of rounding that hides small counts. */
		if (x->value == 0)
			low = high = 0;
		if (low < 0)
			low = 0;
	} else if (hidden) {
		low = m->low;
		if (x->kind == CELL_SUPPRESSED && isfinite(x->value) && (int64_t)x->value >= low)
			high = (int64_t)x->value;
	}
	size_t edge = flow_edge(m->flow, from, to, low, high);
	if (hidden && m->n_hidden < HIDDEN_MAX)
		m->hidden[m->n_hidden++] =
			(struct hidden){ edge, i < m->rows ? m->row[i] : m->total_row,
				k < m->columns ? m->column[k] : m->total_column, low, high };
}

static void
build(struct model *m, struct arena *a)
{
	size_t R = m->rows, C = m->columns;
	m->n_hidden = 0;
	m->flow = flow_new(a, R + C + 2, (R + 1) * (C + 1));
	/* Nodes: rows 0 to R - 1, margin's row R, columns R + 1 to R + C, margin's column last. */
	for (size_t i = 0; i <= R; i++)
		for (size_t k = 0; k <= C; k++) {
			bool margin = (i == R) != (k == C);
			/* Totals run the other way: into their row, out of their column. */
			if (margin)
				add_cell(m, i, k, R + 1 + k, i);
			else
				add_cell(m, i, k, i, R + 1 + k);
		}
}

static struct spot
place_in_file(const struct model *m, const struct hidden *h)
{
	if (!m->original)
		return (struct spot){ grid_row(m->g, h->row), (int64_t)h->column + 1 };
	size_t r = m->from[h->row * m->g->columns + h->column], c = 0;
	while (m->original->column[c].role != COLUMN_COUNT)
		c++;
	return (struct spot){ r ? grid_row(m->original, r) : 0, (int64_t)c + 1 };
}

static void
judge(struct model *m)
{
	struct airlock_file *f = m->f;
	for (size_t i = 0; i < m->n_hidden; i++) {
		const struct hidden *h = &m->hidden[i];
		int64_t low, high;
		flow_range(m->flow, h->edge, &low, &high);
		struct spot at = place_in_file(m, h);
		/* What the reader knows without the totals is no news of theirs. */
		bool news = low > h->low || high < h->high;
		if (low == high)
			airlock_tell(f, AIR_FAIL, at.row, at.column,
				"This suppressed cell follows exactly from the totals. Suppress "
				"another in its row and in its column.");
		else if (news && high - low + 1 < f->policy->interval)
			airlock_tell(f, AIR_REVIEW, at.row, at.column,
				airlock_say(f,
					"The totals leave fewer than %lld values for this "
					"suppressed "
					"cell.",
					(long long)f->policy->interval));
	}
}

/* Fills what adds up; false when there is nothing to find out. */
static bool
gather(struct model *m, struct arena *a)
{
	const struct grid *g = m->g;
	size_t totals = 0, hidden = 0, zeros = 0;
	m->row = ARENA_ARRAY(a, g->rows, size_t);
	m->column = ARENA_ARRAY(a, g->columns, size_t);
	m->total_row = m->total_column = SIZE_MAX;
	for (size_t c = 0; c < g->columns; c++) {
		if (g->column[c].role != COLUMN_COUNT)
			continue;
		if (g->column[c].total && m->total_column == SIZE_MAX)
			m->total_column = c;
		else
			m->column[m->columns++] = c;
		for (size_t r = g->first; r < g->rows; r++) {
			hidden += grid_at(g, r, c)->kind != CELL_NUMBER;
			zeros += grid_at(g, r, c)->kind == CELL_NUMBER &&
				 grid_at(g, r, c)->value == 0;
		}
	}
	for (size_t r = g->first; r < g->rows; r++) {
		totals += g->total_row[r];
		if (g->total_row[r])
			m->total_row = r;
		else
			m->row[m->rows++] = r;
	}
	m->low = zeros ? 1 : 0;
	if (hidden == 0 || m->columns == 0 || m->rows == 0)
		return false;
	if (totals > 1) {
		airlock_tell(m->f, AIR_REVIEW, 0, 0,
			"There are several totals and suppressed cells: see whether the cells "
			"follow "
			"from the totals.");
		return false;
	}
	if (m->total_row == SIZE_MAX && m->total_column == SIZE_MAX)
		return false;
	if (hidden > HIDDEN_MAX || (m->rows + 1) * (m->columns + 1) > CELLS_MAX) {
		airlock_tell(m->f, AIR_REVIEW, 0, 0,
			"The table has too many suppressed cells to prove that none follows from "
			"the "
			"totals.");
		return false;
	}
	return true;
}

static bool
too_large(const struct grid *g)
{
	for (size_t c = 0; c < g->columns; c++)
		if (g->column[c].role == COLUMN_COUNT && g->column[c].numbers &&
			g->column[c].high > 1e9)
			return true;
	return false;
}

static bool
solve(struct model *m, struct arena *a, int64_t slack)
{
	m->slack = slack;
	build(m, a);
	return flow_solve(m->flow);
}

static void
wide(struct airlock_file *f, const struct grid *g, const struct grid *original, const size_t *from)
{
	cleanup_arena struct arena *a = arena_new();
	struct model m = { .f = f, .g = g, .original = original, .from = from };
	if (!gather(&m, a))
		return;
	if (too_large(g)) {
		airlock_tell(f, AIR_REVIEW, 0, 0,
			"The counts are too large to prove that no suppressed cell follows from "
			"them.");
		return;
	}
	m.hidden = ARENA_ARRAY(a, HIDDEN_MAX, struct hidden);
	int base = grid_rounded(g);
	/* Rounded to 10 a count is off by 5 at most, to 5 by 2, to the midpoint of 6 by 3. */
	int64_t slack = base == 10 ? 5 : base == 5 ? 2 : base == 6 ? 3 : 0;
	bool fits = solve(&m, a, slack);
	/* Hidden cells may be zeros after all. */
	if (!fits && m.low) {
		m.low = 0;
		fits = solve(&m, a, slack);
	}
	if (fits)
		judge(&m);
	else
		airlock_tell(f, AIR_REVIEW, 0, 0,
			"The totals are not the sums of the cells, so it cannot be told whether "
			"suppressed cells follow from them.");
}

/* A long table names the cells by two or more labels; with totals it hides the same sums. */
static bool
long_form(const struct grid *g)
{
	size_t labels = 0, counts = 0, totals = 0;
	for (size_t c = 0; c < g->columns; c++) {
		labels += g->column[c].role == COLUMN_LABEL;
		counts += g->column[c].role == COLUMN_COUNT;
	}
	for (size_t r = g->first; r < g->rows; r++)
		totals += g->total_row[r];
	return labels >= 2 && counts == 1 && totals > 1;
}

/* Where a label stands first in the column: its place in the wide table. */
static size_t
place_of(const struct grid *g, size_t column, size_t row, size_t *at, size_t *n)
{
	struct str s = grid_at(g, row, column)->text;
	for (size_t i = 0; i < *n; i++)
		if (str_ieq(grid_at(g, at[i], column)->text, s))
			return i;
	at[(*n)++] = row;
	return *n - 1;
}

/* The same numbers as a wide table; NULL when it is none of two labels with every cell once. */
static struct grid *
widen(struct arena *a, const struct grid *g, size_t **ret_from)
{
	size_t label[2], n = 0, count = 0, rows = 0, columns = 0;
	for (size_t c = 0; c < g->columns; c++) {
		if (g->column[c].role == COLUMN_LABEL && n++ < 2)
			label[n - 1] = c;
		if (g->column[c].role == COLUMN_COUNT)
			count = c;
	}
	if (n != 2 || g->rows > 2000)
		return NULL;
	size_t *left = ARENA_ARRAY(a, g->rows, size_t), *top = ARENA_ARRAY(a, g->rows, size_t);
	for (size_t r = g->first; r < g->rows; r++) {
		place_of(g, label[0], r, left, &rows);
		place_of(g, label[1], r, top, &columns);
	}
	struct grid *w = rows * columns > CELLS_MAX ? NULL : grid_new(a, rows + 1, columns + 1);
	if (!w)
		return NULL;
	size_t *from = *ret_from = ARENA_ARRAY(a, w->rows * w->columns, size_t);
	for (size_t c = 0; c < columns; c++)
		w->cells[c + 1] = *grid_at(g, top[c], label[1]);
	for (size_t r = 0; r < rows; r++)
		w->cells[(r + 1) * w->columns] = *grid_at(g, left[r], label[0]);
	for (size_t r = g->first; r < g->rows; r++) {
		size_t at = (place_of(g, label[0], r, left, &rows) + 1) * w->columns +
			    place_of(g, label[1], r, top, &columns) + 1;
		if (from[at])
			return NULL;
		from[at] = r;
		w->cells[at] = *grid_at(g, r, count);
	}
	w->cells[0] = cell_read(STR("row"));
	grid_describe(a, w, true);
	return w;
}

enum status
check_suppression(struct airlock_file *f, struct err *e)
{
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		size_t *from = NULL;
		struct grid *w = NULL;
		if (g->labelled)
			continue;
		if (long_form(g))
			w = widen(f->a, g, &from);
		wide(f, w ? w : g, w ? g : NULL, from);
	}
	return OK;
}
