#include "wire/places.h"

#include <stdlib.h>

/* All places of some rows in some columns next to each other. */
struct area {
	int64_t row, row_end, column, column_end;
};

static int
by_column(const void *x, const void *y)
{
	const struct spot *a = x, *b = y;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

/* Rows below each other are one area. */
static size_t
join_rows(const struct spot *p, size_t n, struct area *ret)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		struct area *last = k ? &ret[k - 1] : NULL;
		if (last && last->column == p[i].column && p[i].row > 0 && last->row > 0 &&
			p[i].row <= last->row_end + 1)
			last->row_end = p[i].row;
		else if (!last || last->column != p[i].column || last->row != p[i].row)
			ret[k++] = (struct area){ p[i].row, p[i].row, p[i].column, p[i].column };
	}
	return k;
}

/* And so are the same rows of columns beside each other. */
static size_t
join_columns(struct area *x, size_t n)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		size_t j = 0;
		while (j < k && !(x[i].column > 0 && x[j].column_end + 1 == x[i].column &&
					x[j].column > 0 && x[j].row == x[i].row &&
					x[j].row_end == x[i].row_end))
			j++;
		if (j < k)
			x[j].column_end = x[i].column;
		else
			x[k++] = x[i];
	}
	return k;
}

static void
put_range(struct buf *b, const char *what, int64_t from, int64_t to)
{
	if (from == to)
		buf_printf(b, "%s %lld", what, (long long)from);
	else
		buf_printf(b, "%ss %lld %s %lld", what, (long long)from,
			to == from + 1 ? "and" : "to", (long long)to);
}

void
places_say(struct buf *b, const struct spot *at, size_t n, int64_t count)
{
	struct spot p[PLACES_MOST];
	struct area areas[PLACES_MOST];
	size_t told = 0;
	for (size_t i = 0; i < n && told < PLACES_MOST; i++)
		if (at[i].row > 0 || at[i].column > 0)
			p[told++] = at[i];
	if (told == 0)
		return;
	qsort(p, told, sizeof *p, by_column);
	size_t k = join_columns(areas, join_rows(p, told, areas));
	for (size_t i = 0; i < k; i++) {
		const struct area *x = &areas[i];
		buf_puts(b, i ? "; " : "");
		if (x->row > 0)
			put_range(b, "row", x->row, x->row_end);
		if (x->row > 0 && x->column > 0)
			buf_puts(b, " of ");
		if (x->column > 0)
			put_range(b, "column", x->column, x->column_end);
	}
	if (count > (int64_t)told)
		buf_printf(b, "%s and %lld more", k > 1 ? ";" : ",",
			(long long)(count - (int64_t)told));
}
