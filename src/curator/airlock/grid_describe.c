/*
 * What a table is made of. Doubt goes towards counts: a column of whole numbers names its rows only
 * when its label or its place and values say so.
 */
#include <math.h>

#include "curator/airlock/grid.h"
#include "curator/airlock/words.h"

enum { CODES = 1000, SURE_ROUNDED = 6 };

static void
count_cells(const struct grid *g, size_t c, struct grid_column *k)
{
	bool by10 = true, by5 = true, by6 = true;
	k->low = INFINITY;
	k->high = -INFINITY;
	for (size_t r = g->first; r < g->rows; r++) {
		const struct cell *x = grid_at(g, r, c);
		k->empties += x->kind == CELL_EMPTY;
		k->suppressed += x->kind == CELL_SUPPRESSED;
		k->texts += x->kind == CELL_TEXT;
		if (x->kind != CELL_NUMBER)
			continue;
		k->numbers++;
		k->wholes += x->whole;
		k->percents += x->percent;
		k->low = fmin(k->low, x->value);
		k->high = fmax(k->high, x->value);
		if (x->value != 0) {
			by10 &= fmod(x->value, 10) == 0;
			by5 &= fmod(x->value, 5) == 0;
			by6 &= fmod(x->value, 6) == 3;
		}
	}
	if (k->numbers && k->high > 0)
		k->base = by10 ? 10 : by5 ? 5 : by6 ? 6 : 0;
}

/* 0, 1, 2 or 1, 2, 3: every number between the smallest and the largest is there. */
static bool
dense(const struct grid *g, size_t c, const struct grid_column *k)
{
	bool seen[CODES] = { false };
	size_t distinct = 0;
	if (k->low < 0 || k->low > 1 || k->high >= CODES || k->high <= k->low)
		return false;
	for (size_t r = g->first; r < g->rows; r++) {
		const struct cell *x = grid_at(g, r, c);
		if (x->kind != CELL_NUMBER)
			continue;
		distinct += !seen[(size_t)x->value];
		seen[(size_t)x->value] = true;
	}
	return distinct == (size_t)(k->high - k->low) + 1;
}

static bool
increasing(const struct grid *g, size_t c)
{
	double before = -1;
	for (size_t r = g->first; r < g->rows; r++) {
		const struct cell *x = grid_at(g, r, c);
		if (x->kind != CELL_NUMBER)
			continue;
		if (x->value <= before)
			return false;
		before = x->value;
	}
	return true;
}

/* in_front: all columns to the left name rows. */
static void
whole_numbers(const struct grid *g, size_t c, bool in_front, struct grid_column *k)
{
	bool more = c + 1 < g->columns;
	k->role = COLUMN_COUNT;
	if (k->says & WORD_COUNT)
		return;
	bool years = k->low >= 1900 && k->high <= 2100;
	if (k->says & WORD_CODE) {
		k->role = COLUMN_LABEL;
		k->doubtful = !in_front || !more;
	} else if (in_front && more && (years || dense(g, c, k))) {
		k->role = COLUMN_LABEL;
	} else if (in_front && more && c == 0 && g->rows - g->first > 1 && increasing(g, c)) {
		k->role = COLUMN_LABEL;
		k->doubtful = true;
	}
}

/* Are its texts all words for what has no number: totals, "(other)"? */
static bool
only_marks(const struct grid *g, size_t c)
{
	for (size_t r = g->first; r < g->rows; r++) {
		const struct cell *x = grid_at(g, r, c);
		if (x->kind == CELL_TEXT && x->text.p[0] != '(' && !words_are_total(x->text))
			return false;
	}
	return true;
}

static void
set_role(const struct grid *g, size_t c, bool in_front, struct grid_column *k)
{
	if (k->numbers == 0) {
		k->role = k->texts ? COLUMN_LABEL : k->suppressed ? COLUMN_COUNT : COLUMN_EMPTY;
		if (k->suppressed && k->texts && k->texts < k->suppressed && !in_front)
			k->role = COLUMN_MEASURE;
		return;
	}
	if (k->texts && in_front && c + 1 < g->columns && only_marks(g, c)) {
		/* Years and a total below them: what stands beside "Total" names rows. */
		k->role = COLUMN_LABEL;
		k->doubtful = true;
		return;
	}
	if (k->texts) {
		k->role = k->numbers * 10 < k->texts ? COLUMN_LABEL : COLUMN_MEASURE;
		return;
	}
	if (k->percents == k->numbers || ((k->says & WORD_SHARE) && !(k->says & WORD_COUNT)))
		k->role = COLUMN_SHARE;
	else if (k->wholes == k->numbers && k->low >= 0)
		whole_numbers(g, c, in_front, k);
	else
		k->role = COLUMN_MEASURE;
}

/* Is column t the sum of the other columns of counts wherever all are shown? */
static bool
adds_up(const struct grid *g, size_t t)
{
	size_t others = 0, shown = 0;
	for (size_t c = 0; c < g->columns; c++)
		others += c != t && g->column[c].role == COLUMN_COUNT;
	if (others < 2)
		return false;
	for (size_t r = g->first; r < g->rows; r++) {
		double sum = 0;
		bool whole_row = true, any = false;
		for (size_t c = 0; c < g->columns && whole_row; c++) {
			const struct cell *x = grid_at(g, r, c);
			if (g->column[c].role != COLUMN_COUNT)
				continue;
			whole_row = x->kind == CELL_NUMBER;
			if (c != t)
				sum += x->value;
			any |= x->value != 0;
		}
		if (!whole_row || !any)
			continue;
		if (sum != grid_at(g, r, t)->value)
			return false;
		shown++;
	}
	return shown > 0;
}

static void
find_total_column(struct grid *g)
{
	for (size_t c = g->columns; c-- > 0;)
		if (g->column[c].role == COLUMN_COUNT && words_are_total(g->column[c].label)) {
			g->column[c].total = true;
			return;
		}
	for (size_t c = g->columns; c-- > 0;)
		if (g->column[c].role == COLUMN_COUNT && adds_up(g, c)) {
			g->column[c].total = true;
			return;
		}
}

static void
find_total_rows(struct grid *g)
{
	for (size_t r = g->first; r < g->rows; r++)
		for (size_t c = 0; c < g->columns && !g->total_row[r]; c++)
			g->total_row[r] = g->column[c].role == COLUMN_LABEL &&
					  grid_at(g, r, c)->kind == CELL_TEXT &&
					  words_are_total(grid_at(g, r, c)->text);
}

/* Once for each label: the checks ask for every number beside it. */
static void
read_labels(struct grid *g)
{
	size_t longest = g->labelled ? 400 : 120;
	for (size_t c = 0; c < g->columns; c++)
		for (size_t r = g->first; r < g->rows && g->column[c].role == COLUMN_LABEL; r++) {
			struct cell *x = &g->cells[r * g->columns + c];
			if (x->kind == CELL_TEXT && x->text.n <= longest)
				x->says = (uint16_t)words_in(x->text);
		}
}

void
grid_describe(struct arena *a, struct grid *g, bool headed)
{
	bool in_front = true;
	g->first = headed && g->rows ? 1 : 0;
	for (size_t c = 0; c < g->columns; c++) {
		struct grid_column *k = &g->column[c];
		*k = (struct grid_column){ .label = headed ? grid_at(g, 0, c)->text : STR("") };
		k->says = words_in(k->label);
		count_cells(g, c, k);
		set_role(g, c, in_front, k);
		in_front &= k->role == COLUMN_LABEL || k->role == COLUMN_EMPTY;
	}
	read_labels(g);
	find_total_rows(g);
	find_total_column(g);
}

bool
grid_says(const struct grid *g, size_t row, size_t column, unsigned words)
{
	if (g->column[column].says & words)
		return true;
	for (size_t c = 0; c < g->columns; c++) {
		const struct cell *x = grid_at(g, row, c);
		if (c != column && (x->says & words))
			return true;
	}
	return false;
}

uint64_t
grid_key(const struct grid *g, size_t row)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a; only to find rows of a team's own tables */
	for (size_t c = 0; c < g->columns; c++) {
		struct str s = grid_at(g, row, c)->text;
		if (g->column[c].role != COLUMN_LABEL)
			continue;
		for (size_t i = 0; i < s.n; i++) {
			char x = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
			h = (h ^ (uint8_t)x) * 0x100000001b3u;
		}
		h = (h ^ 0x1fu) * 0x100000001b3u;
	}
	return h;
}

int
grid_rounded(const struct grid *g)
{
	size_t shown = 0;
	int base = 0;
	for (size_t c = 0; c < g->columns; c++) {
		const struct grid_column *k = &g->column[c];
		if (k->role != COLUMN_COUNT || !(k->high > 0))
			continue;
		for (size_t r = g->first; r < g->rows; r++)
			shown += grid_at(g, r, c)->kind == CELL_NUMBER &&
				 grid_at(g, r, c)->value > 0;
		/* Multiples of 10 are multiples of 5 as well. */
		int together = base == 0                                      ? k->base
			       : base == k->base                              ? base
			       : base % 5 == 0 && k->base && k->base % 5 == 0 ? 5
									      : -1;
		if (k->base == 0 || together < 0)
			return 0;
		base = together;
	}
	return shown >= SURE_ROUNDED ? base : 0;
}
