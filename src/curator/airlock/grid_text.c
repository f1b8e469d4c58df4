/*
 * Tables that programs print: lines that follow each other, have equally many words, and hold
 * numbers. Bars, ampersands and brackets are no words, so Markdown, LaTeX and numpy are read too.
 */
#include "curator/airlock/airlock.h"
#include "curator/airlock/grid.h"

enum { WORDS_MAX = 64, TABLES_MAX = 2000 };

struct line {
	int64_t number;
	size_t n;
	struct str word[WORDS_MAX];
	bool numbers; /* at least one word is a whole number */
};

struct finder {
	struct arena *a;
	struct line before, last; /* `before` stands above the block */
	struct str *words;        /* of the block, row by row */
	size_t rows, columns, room, cells;
	int64_t first_line;
	bool any_numbers;
	grid_list found;
};

static bool
apart(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == '|' || c == '&' || c == '[' || c == ']';
}

static bool
rule_line(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("-=_+|: \t\r\\", s.p[i]))
			return false;
	return s.n > 0;
}

static void
split(struct str s, struct line *l)
{
	l->n = 0;
	l->numbers = false;
	for (size_t i = 0; i < s.n;) {
		while (i < s.n && apart(s.p[i]))
			i++;
		size_t n = 0;
		while (i + n < s.n && !apart(s.p[i + n]))
			n++;
		struct str w = { s.p + i, n };
		i += n;
		while (w.n && (w.p[w.n - 1] == ',' || w.p[w.n - 1] == ';' || w.p[w.n - 1] == '\\'))
			w.n--;
		if (w.n == 0)
			continue;
		if (l->n == WORDS_MAX) {
			l->n = 0;
			return;
		}
		struct cell c = cell_read(w);
		l->numbers |= c.kind == CELL_NUMBER && c.whole;
		l->word[l->n++] = w;
	}
}

/* 0 1 2 above numbers: names of columns, not counts. */
static bool
numbered(const struct str *w, size_t n)
{
	int64_t v, before = -1;
	for (size_t i = 0; i < n; i++) {
		if (!str_int(w[i], &v) || (i == 0 ? v > 1 : v != before + 1))
			return false;
		before = v;
	}
	return n > 1;
}

static enum status
end_block(struct finder *f, struct err *e)
{
	size_t rows = f->rows, k = f->columns;
	f->rows = 0;
	const struct line *h = &f->before;
	bool headed = h->n == k || h->n + 1 == k;
	/* One line under a header may be a table; one line alone is a sentence. */
	if (rows == 0 || !f->any_numbers || (rows < 2 && !headed))
		return OK;
	bool inside = !headed && rows > 1 && numbered(f->words, k);
	if (f->found.n == TABLES_MAX || f->cells + rows * k > AIRLOCK_MAX_CELLS)
		return err_set(e, E_INPUT, "", "The text holds more tables than can be checked.");
	struct grid *g = grid_new(f->a, rows + headed, k);
	if (!g)
		return err_set(e, E_INPUT, "", "A table in the text is too large.");
	f->cells += rows * k;
	for (size_t c = 0; headed && c < k; c++)
		g->cells[c] = cell_read(h->n == k ? h->word[c] : c ? h->word[c - 1] : STR(""));
	for (size_t i = 0; i < rows * k; i++)
		g->cells[(size_t)headed * k + i] = cell_read(f->words[i]);
	g->above = f->first_line - 1 - headed;
	grid_describe(f->a, g, headed || inside);
	f->found.at[f->found.n++] = g;
	return OK;
}

static void
add_line(struct finder *f, const struct line *l)
{
	if (f->rows == 0) {
		f->columns = l->n;
		f->first_line = l->number;
		f->any_numbers = false;
	}
	size_t need = (f->rows + 1) * f->columns;
	if (need > f->room) {
		size_t room = need * 2;
		struct str *more = ARENA_ARRAY(f->a, room, struct str);
		if (f->rows)
			memcpy(more, f->words, f->rows * f->columns * sizeof *more);
		f->words = more;
		f->room = room;
	}
	memcpy(f->words + f->rows * f->columns, l->word, l->n * sizeof *l->word);
	f->rows++;
	f->any_numbers |= l->numbers;
}

enum status
grid_of_text(struct arena *a, struct str text, grid_list *ret, struct err *e)
{
	struct finder f = { .a = a };
	f.found.at = ARENA_ARRAY(a, TABLES_MAX, struct grid *);
	struct line l = { 0 };
	for (int64_t number = 1; text.n; number++) {
		struct str s = str_cut(&text, '\n');
		if (rule_line(str_trim(s)))
			continue;
		l.number = number;
		split(s, &l);
		bool member = l.n > 1 && l.numbers;
		if (f.rows && (!member || l.n != f.columns))
			TRY(end_block(&f, e));
		if (member) {
			if (f.rows == 0)
				f.before = f.last;
			add_line(&f, &l);
		}
		/* An empty line stands between many a header and its table. */
		if (l.n)
			f.last = l;
	}
	TRY(end_block(&f, e));
	*ret = f.found;
	return OK;
}
