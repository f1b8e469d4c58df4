#include "curator/table/hide.h"

#include <math.h>

#include "curator/airlock/flow.h"

/* More hidden cells than this are not worked out by exact bounds: all their lines are hidden. */
enum { EXACT_MAX = 400, PASSES = 200 };

bool
hide_dominated(const struct hide *h, double sum, double top1, double top2)
{
	if (isnan(sum) || !(sum > 0))
		return false;
	return (top1 + top2) * 100 >= sum * (double)h->nk_percent ||
	       (sum - top1 - top2) * 100 < top1 * (double)h->p_percent;
}

/* ---- lines: a row or a column, and the cell that is its total ---- */

struct line {
	struct hide *h;
	bool across; /* a row */
	size_t at;
};

static size_t
length(const struct line *l)
{
	return l->across ? l->h->columns : l->h->rows;
}

static struct hide_cell *
cell(const struct line *l, size_t i)
{
	return l->across ? hide_at(l->h, l->at, i) : hide_at(l->h, i, l->at);
}

/* Shown, and what it counts is anybody: nothing is won by hiding a zero. */
static bool
can_hide(const struct hide_cell *c)
{
	return c->why == HIDE_SHOWN && c->rows > 0;
}

/* The two largest of all contributions, when each is another person's. */
static void
gather_top(double v, double *top1, double *top2)
{
	if (isnan(v))
		return;
	if (v > *top1) {
		*top2 = *top1;
		*top1 = v;
	} else if (v > *top2) {
		*top2 = v;
	}
}

/* Would subtracting the shown cells from the total show a group that may not be shown? */
static bool
line_tells(const struct line *l)
{
	const struct hide *h = l->h;
	const struct hide_cell *total = cell(l, length(l));
	struct hide_cell u = { 0 };
	int64_t shown = 0, all = 0;
	size_t hidden = 0;
	if (total->why != HIDE_SHOWN)
		return false;
	for (size_t i = 0; i < length(l); i++) {
		const struct hide_cell *c = cell(l, i);
		all += c->persons;
		shown += c->why == HIDE_SHOWN ? c->persons : 0;
	}
	/* Somebody may stand in several cells. At least so many are behind those that are hidden:
	 * as many as behind one of them, or who are behind none that shows. */
	bool apart = all == total->persons;
	u.persons = total->persons - shown;
	for (size_t i = 0; i < length(l); i++) {
		const struct hide_cell *c = cell(l, i);
		if (c->why == HIDE_SHOWN)
			continue;
		hidden++;
		u.persons = c->persons > u.persons ? c->persons : u.persons;
		u.sum += c->sum;
		if (apart) {
			gather_top(c->top1, &u.top1, &u.top2);
			gather_top(c->top2, &u.top1, &u.top2);
		} else { /* one person may have given the most to each */
			u.top1 += isnan(c->top1) ? 0 : c->top1;
			u.top2 += isnan(c->top2) ? 0 : c->top2;
		}
	}
	return hidden &&
	       (hidden == 1 || u.persons < h->least || hide_dominated(h, u.sum, u.top1, u.top2));
}

/* Hides the smallest cell of the line that still shows, or, when none is left, its total. */
static void
hide_one(const struct line *l)
{
	struct hide_cell *best = NULL;
	for (size_t i = 0; i < length(l); i++) {
		struct hide_cell *c = cell(l, i);
		if (can_hide(c) && (!best || c->rows < best->rows))
			best = c;
	}
	if (!best)
		best = cell(l, length(l));
	best->why = HIDE_OTHER;
}

/* Every row and every column, those of totals too: the grand total is the total of both. */
static bool
mend_lines(struct hide *h)
{
	bool any = false;
	for (size_t i = 0; i <= h->rows && h->across; i++)
		for (struct line l = { h, true, i }; line_tells(&l); any = true)
			hide_one(&l);
	for (size_t k = 0; k < h->columns + h->across; k++)
		for (struct line l = { h, false, k }; line_tells(&l); any = true)
			hide_one(&l);
	return any;
}

/* ---- exact bounds ---- */

struct bounds {
	struct flow *flow;
	size_t *edge; /* of each cell */
};

static bool
solve(struct arena *a, const struct hide *h, bool zeros, struct bounds *ret)
{
	size_t R = h->rows, C = h->columns;
	struct bounds b = { flow_new(a, R + C + 2, (R + 1) * (C + 1)),
		ARENA_ARRAY(a, (R + 1) * (C + 1), size_t) };
	for (size_t i = 0; i <= R; i++)
		for (size_t k = 0; k <= C; k++) {
			const struct hide_cell *c = hide_at(h, i, k);
			bool margin = (i == R) != (k == C);
			bool known = c->why == HIDE_SHOWN && (k < C || h->across);
			/* Where a zero shows, what is hidden is none. */
			int64_t low = known ? c->rows : zeros && (k < C || h->across) ? 1 : 0;
			int64_t high = known ? c->rows : FLOW_ANY;
			size_t from = margin ? R + 1 + k : i, to = margin ? i : R + 1 + k;
			b.edge[i * (C + 1) + k] = flow_edge(b.flow, from, to, low, high);
		}
	*ret = b;
	return flow_solve(b.flow);
}

static bool
zeros_show(const struct hide *h)
{
	for (size_t i = 0; i < h->rows; i++)
		for (size_t k = 0; k < h->columns; k++)
			if (hide_at(h, i, k)->rows == 0)
				return true;
	return false;
}

/*
 * In a line that tells the cell at `at`: one more is hidden. A total follows from its line when all
 * of that shows. False when the line tells nothing, or nothing is left to hide.
 */
static bool
company(const struct line *l, size_t at)
{
	struct hide_cell *smallest = NULL;
	if (at < length(l)) {
		if (cell(l, length(l))->why != HIDE_SHOWN)
			return false;
		hide_one(l);
		return true;
	}
	for (size_t i = 0; i < length(l); i++)
		if (can_hide(cell(l, i)) && (!smallest || cell(l, i)->rows < smallest->rows))
			smallest = cell(l, i);
	if (!smallest)
		return false;
	smallest->why = HIDE_OTHER;
	return true;
}

/* Does the rest of the table leave the cell too few values? */
static bool
too_narrow(const struct hide *h, const struct bounds *b, size_t i, size_t k)
{
	const struct hide_cell *c = hide_at(h, i, k);
	int64_t low, high, want = c->why == HIDE_OTHER ? 2 : h->width;
	if (c->why == HIDE_SHOWN)
		return false;
	flow_range(b->flow, b->edge[i * (h->columns + 1) + k], &low, &high);
	return high - low + 1 < want;
}

/* The first hidden cell that the rest tells too well is given company. *ret_tells: there is one
 * that no company helps. */
static bool
mend_bounds(struct hide *h, bool *ret_tells)
{
	cleanup_arena struct arena *a = arena_new();
	struct bounds b;
	*ret_tells = true;
	/* The numbers are true ones, so there is a solution. */
	if (!solve(a, h, zeros_show(h), &b))
		return false;
	*ret_tells = false;
	for (size_t i = 0; i <= h->rows; i++)
		for (size_t k = 0; k < h->columns + h->across; k++) {
			struct line across = { h, true, i }, down = { h, false, k };
			if (!too_narrow(h, &b, i, k))
				continue;
			bool more = h->across && company(&across, k);
			if (company(&down, i) || more)
				return true;
			*ret_tells = true;
		}
	return false;
}

static size_t
count_hidden(const struct hide *h)
{
	size_t n = 0;
	for (size_t i = 0; i < (h->rows + 1) * (h->columns + 1); i++)
		n += h->cells[i].why != HIDE_SHOWN;
	return n;
}

/* Without any total nothing can be subtracted. */
static void
hide_totals(struct hide *h)
{
	for (size_t i = 0; i <= h->rows && h->across; i++)
		if (hide_at(h, i, h->columns)->why == HIDE_SHOWN)
			hide_at(h, i, h->columns)->why = HIDE_OTHER;
	for (size_t k = 0; k <= h->columns; k++)
		if (hide_at(h, h->rows, k)->why == HIDE_SHOWN)
			hide_at(h, h->rows, k)->why = HIDE_OTHER;
}

void
hide_run(struct hide *h)
{
	for (int pass = 0; pass < PASSES; pass++) {
		bool tells = true;
		while (mend_lines(h))
			;
		size_t hidden = count_hidden(h);
		if (hidden == 0)
			return;
		if (hidden > EXACT_MAX)
			break;
		if (mend_bounds(h, &tells))
			continue;
		if (!tells)
			return;
		break;
	}
	hide_totals(h);
}
