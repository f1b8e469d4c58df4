#include "portal/report/report.h"

#include <math.h>
#include <stdlib.h>

#include "portal/score/score.h"

/* ---- small cells -------------------------------------------------------------------------------
 */

static bool
tells_too_much(const struct report_share *s)
{
	return s->took_part < SMALL_LEAST;
}

/* The row with the fewest, other than `but`; of rows that tell too much when asked. */
static size_t
fewest(const struct report_share *at, size_t n, size_t but, bool only_bad)
{
	size_t best = n;
	for (size_t i = 0; i < n; i++)
		if (i != but && (!only_bad || tells_too_much(&at[i])) &&
			(best == n || at[i].took_part < at[best].took_part))
			best = i;
	return best;
}

size_t
report_fold(struct arena *a, struct report_share *at, size_t n)
{
	while (n > 1) {
		size_t bad = fewest(at, n, n, true);
		if (bad == n)
			return n;
		size_t with = fewest(at, n, bad, false);
		size_t keep = bad < with ? bad : with, drop = bad < with ? with : bad;
		at[keep].label = arena_printf(a, "%s or %s", at[keep].label, at[drop].label);
		at[keep].took_part += at[drop].took_part;
		memmove(at + drop, at + drop + 1, (n - drop - 1) * sizeof *at);
		n--;
	}
	if (n == 1 && tells_too_much(&at[0]))
		at[0] = (struct report_share){ at[0].label, 0, true };
	return n;
}

/* ---- ranks -------------------------------------------------------------------------------------
 */

static double
shown(double v)
{
	return isfinite(v) ? round(v * 1000) : NAN;
}

static int
larger_first(const void *pa, const void *pb)
{
	const struct report_rank *a = pa, *b = pb;
	double x = shown(a->value), y = shown(b->value);
	if (isnan(x) != isnan(y))
		return isnan(x) ? 1 : -1;
	if (!isnan(x) && x != y)
		return x < y ? 1 : -1;
	return a->team < b->team ? -1 : a->team > b->team;
}

static int
smaller_first(const void *pa, const void *pb)
{
	const struct report_rank *a = pa, *b = pb;
	double x = shown(a->value), y = shown(b->value);
	if (!isnan(x) && !isnan(y) && x != y)
		return x < y ? -1 : 1;
	return larger_first(pa, pb);
}

void
report_rank(struct report_rank *at, size_t n, bool larger_is_better)
{
	if (n)
		qsort(at, n, sizeof *at, larger_is_better ? larger_first : smaller_first);
	size_t leader = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(at[i].value))
			continue;
		if (!score_shares_rank(at[leader].value, at[i].value, at[i].low, at[i].high))
			leader = i;
		at[i].rank = (int64_t)leader + 1;
	}
}
