/*
 * Reading and writing delimited tables; grid_describe.c says what is in them.
 */
#include "curator/airlock/airlock.h"
#include "curator/airlock/grid.h"

char
grid_sniff(struct str text)
{
	static const char candidates[] = { ',', '\t', ';', '|' };
	size_t count[sizeof candidates] = { 0 };
	bool quoted = false;
	for (size_t i = 0; i < text.n && (quoted || text.p[i] != '\n'); i++) {
		if (text.p[i] == '"')
			quoted = !quoted;
		for (size_t k = 0; !quoted && k < sizeof candidates; k++)
			count[k] += text.p[i] == candidates[k];
	}
	size_t best = 0;
	for (size_t k = 1; k < sizeof candidates; k++)
		if (count[k] > count[best])
			best = k;
	return count[best] ? candidates[best] : '\0';
}

struct grid *
grid_new(struct arena *a, size_t rows, size_t columns)
{
	if (columns > AIRLOCK_MAX_COLUMNS || (columns && rows > AIRLOCK_MAX_CELLS / columns))
		return NULL;
	struct grid *g = ARENA_NEW(a, struct grid);
	g->rows = rows;
	g->columns = columns;
	g->cells = ARENA_ARRAY(a, rows * columns, struct cell);
	g->column = ARENA_ARRAY(a, columns, struct grid_column);
	g->total_row = ARENA_ARRAY(a, rows, bool);
	return g;
}

struct reader {
	struct arena *a;
	const char *p, *end;
	char delimiter;
	int64_t row;
	bool last; /* the field just read ends its record */
};

static enum status
bad(const struct reader *r, struct err *e, const char *why)
{
	return err_set(e, E_INPUT, "", "Row %lld %s", (long long)r->row, why);
}

static enum status
quoted_field(struct reader *r, struct str *ret, struct err *e)
{
	const char *from = ++r->p;
	size_t doubled = 0;
	for (;; r->p++) {
		if (r->p == r->end)
			return bad(r, e, "opens a quote that is never closed.");
		if (*r->p != '"')
			continue;
		if (r->p + 1 == r->end || r->p[1] != '"')
			break;
		doubled++;
		r->p++;
	}
	struct str s = { from, (size_t)(r->p - from) };
	r->p++;
	if (doubled) {
		char *copy = arena_alloc(r->a, s.n);
		size_t n = 0;
		for (size_t i = 0; i < s.n; i++) {
			copy[n++] = s.p[i];
			i += s.p[i] == '"';
		}
		s = (struct str){ copy, n };
	}
	*ret = s;
	return OK;
}

static enum status
field(struct reader *r, struct str *ret, struct err *e)
{
	struct str s = { r->p, 0 };
	if (r->p < r->end && *r->p == '"') {
		TRY(quoted_field(r, &s, e));
	} else {
		while (r->p < r->end && *r->p != r->delimiter && *r->p != '\n' && *r->p != '\r')
			r->p++;
		s.n = (size_t)(r->p - s.p);
	}
	r->last = true;
	if (r->p < r->end && *r->p == r->delimiter) {
		r->p++;
		r->last = false;
	} else if (r->p < r->end) {
		r->p += *r->p == '\r';
		if (r->p == r->end || *r->p != '\n')
			return bad(r, e, "holds a quote or a carriage return in a strange place.");
		r->p++;
	}
	*ret = s;
	return OK;
}

/* Counts lines and the fields of the first record, so that the cells are one block. */
static enum status
measure(struct reader r, size_t *ret_rows, size_t *ret_columns, struct err *e)
{
	size_t lines = 1, columns = 0;
	struct str s;
	for (const char *p = r.p; p < r.end; p++)
		lines += *p == '\n';
	do {
		TRY(field(&r, &s, e));
		if (++columns > AIRLOCK_MAX_COLUMNS)
			return err_set(e, E_INPUT, "", "There are more than %d columns.",
				AIRLOCK_MAX_COLUMNS);
	} while (!r.last);
	*ret_rows = lines;
	*ret_columns = columns;
	return OK;
}

enum status
grid_read(struct arena *a, struct str text, char delimiter, struct grid **ret, struct err *e)
{
	if (str_starts(text, "\xef\xbb\xbf"))
		text.p += 3, text.n -= 3;
	while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	struct reader r = { a, text.p, text.p + text.n, delimiter, 1, false };
	size_t rows = 0, columns = 0;
	if (text.n == 0)
		return err_set(e, E_INPUT, "", "The table is empty.");
	TRY(measure(r, &rows, &columns, e));
	struct grid *g = grid_new(a, rows, columns);
	if (!g)
		return err_set(
			e, E_INPUT, "", "The table has more than %d cells.", AIRLOCK_MAX_CELLS);
	g->rows = 0;
	while (r.p < r.end) {
		for (size_t c = 0; c < columns; c++) {
			struct str s;
			TRY(field(&r, &s, e));
			g->cells[g->rows * columns + c] = cell_read(s);
			if (r.last != (c + 1 == columns))
				return bad(&r, e, "does not have as many fields as the first.");
		}
		g->rows++;
		r.row++;
	}
	bool numbers_only = true;
	for (size_t c = 0; c < columns; c++)
		numbers_only &= grid_at(g, 0, c)->kind != CELL_TEXT;
	grid_describe(a, g, !numbers_only);
	*ret = g;
	return OK;
}

struct str
grid_write(struct arena *a, const struct grid *g, char delimiter)
{
	struct buf b = buf_new(a);
	/* Whatever separates in anybody's tables, so that no reader takes another for ours. */
	static const char special[] = { '"', '\n', '\r', ',', ';', '\t', '|' };
	for (size_t r = 0; r < g->rows; r++) {
		for (size_t c = 0; c < g->columns; c++) {
			struct str s = grid_at(g, r, c)->text;
			bool quote = g->columns == 1 && s.n == 0;
			for (size_t i = 0; i < sizeof special; i++)
				quote |= s.n && memchr(s.p, special[i], s.n);
			if (c)
				buf_putc(&b, delimiter);
			if (!quote) {
				buf_put(&b, s.p, s.n);
				continue;
			}
			buf_putc(&b, '"');
			for (size_t i = 0; i < s.n; i++) {
				if (s.p[i] == '"')
					buf_putc(&b, '"');
				buf_putc(&b, s.p[i]);
			}
			buf_putc(&b, '"');
		}
		buf_putc(&b, '\n');
	}
	return buf_str(&b);
}
