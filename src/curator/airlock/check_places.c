/*
 * Places: coordinates point at a house.
 */
#include <math.h>

#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/words.h"

enum { PRECISE = 3 };

static size_t
decimals(struct str s)
{
	const char *dot = s.n ? memchr(s.p, '.', s.n) : NULL;
	size_t n = 0;
	while (dot && dot + 1 + n < s.p + s.n && dot[1 + n] >= '0' && dot[1 + n] <= '9')
		n++;
	return n;
}

/* The number at the front, if it is precise and within limit; its length, or 0. */
static size_t
precise(struct str s, double limit)
{
	size_t n = 0;
	double v;
	while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '.' || s.p[n] == '-'))
		n++;
	s.n = n;
	return decimals(s) >= PRECISE && str_real(s, &v) && fabs(v) <= limit && fabs(v) > 1 ? n : 0;
}

/* "52.37403, 4.88969" and "POINT (4.88969 52.37403)" */
static void
pairs(struct airlock_file *f, void *ctx, struct str s, int64_t row, int64_t column)
{
	for (size_t i = 0; i < s.n; i++) {
		struct str rest = { s.p + i, s.n - i };
		if (i && strchr("0123456789.-", s.p[i - 1]))
			continue;
		size_t n = precise(rest, 180);
		size_t gap = n;
		while (n && gap < rest.n && strchr(", ;", rest.p[gap]))
			gap++;
		if (!n || gap == n || gap > n + 2)
			continue;
		rest.p += gap, rest.n -= gap;
		if (precise(rest, 180) == 0)
			continue;
		airlock_tell(f, AIR_FAIL, row, column,
			"A pair of numbers here may be the coordinates of a place.");
		return;
	}
}

enum status
check_places(struct airlock_file *f, struct err *e)
{
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		for (size_t c = 0; c < g->columns && !g->labelled; c++) {
			const struct grid_column *k = &g->column[c];
			if ((k->says & WORD_PLACE) && k->numbers)
				airlock_tell(f, AIR_FAIL, 0, (int64_t)c + 1,
					"This column is named like coordinates of places.");
		}
		for (size_t r = g->first; r < g->rows && g->labelled; r++)
			if (grid_at(g, r, 1)->kind == CELL_NUMBER &&
				(grid_at(g, r, 0)->says & WORD_PLACE))
				airlock_tell(f, AIR_FAIL, grid_row(g, r), 2,
					"This value is named like the coordinates of a place.");
	}
	/* In text, decimal numbers side by side are columns far more often than places. */
	if (f->type != AIR_TXT)
		airlock_each_text(f, pairs, NULL);
	return OK;
}
