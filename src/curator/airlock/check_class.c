/*
 * Class disclosure: where nobody or everybody of a group is in one cell, the table tells something
 * about every member of the group.
 */
#include <stdlib.h>

#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/words.h"

static const char zero[] = "A zero tells that nobody of this group is so (class disclosure).";
static const char all[] = "All of this group are in one cell (class disclosure).";

/* The column that the others are parts of; g->columns when there is none. */
static size_t
whole_column(const struct grid *g)
{
	static const char *const names[] = { "n", "total", "count", "patients", "size", "all" };
	for (size_t c = 0; c < g->columns; c++)
		if (g->column[c].total)
			return c;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		for (size_t c = 0; c < g->columns; c++)
			if (g->column[c].role == COLUMN_COUNT &&
				str_ieq(g->column[c].label, str_of(names[i])))
				return c;
	return g->columns;
}

static void
cells(struct airlock_file *f, const struct grid *g)
{
	size_t whole = whole_column(g);
	for (size_t c = 0; c < g->columns; c++) {
		enum column_role role = g->column[c].role;
		for (size_t r = g->first; r < g->rows; r++) {
			const struct cell *x = grid_at(g, r, c);
			int64_t row = grid_row(g, r), column = (int64_t)c + 1;
			if (x->kind != CELL_NUMBER)
				continue;
			bool count = role == COLUMN_COUNT ||
				     (g->labelled && c == 1 && grid_says(g, r, c, WORD_COUNT));
			if ((count || role == COLUMN_SHARE) && x->value == 0)
				airlock_tell(f, AIR_REVIEW, row, column, zero);
			bool hundred = g->column[c].percents || g->column[c].high > 1;
			if (role == COLUMN_SHARE && x->value == (hundred ? 100 : 1))
				airlock_tell(f, AIR_REVIEW, row, column, all);
			if (role == COLUMN_COUNT && whole < g->columns && c != whole &&
				x->value > 0 && grid_at(g, r, whole)->kind == CELL_NUMBER &&
				x->value == grid_at(g, r, whole)->value)
				airlock_tell(f, AIR_REVIEW, row, column, all);
		}
	}
}

/* A column whose whole is in one row. */
static void
columns(struct airlock_file *f, const struct grid *g)
{
	for (size_t c = 0; c < g->columns; c++) {
		size_t shown = 0, filled = 0, at = 0;
		if (g->column[c].role != COLUMN_COUNT)
			continue;
		for (size_t r = g->first; r < g->rows; r++) {
			const struct cell *x = grid_at(g, r, c);
			if (g->total_row[r] || x->kind != CELL_NUMBER)
				continue;
			shown++;
			if (x->value > 0) {
				filled++;
				at = r;
			}
		}
		if (shown > 1 && filled == 1)
			airlock_tell(f, AIR_REVIEW, grid_row(g, at), (int64_t)c + 1, all);
	}
}

struct entry {
	uint64_t group;
	size_t row;
	bool filled;
};

static int
by_group(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return x->group < y->group ? -1 : x->group > y->group;
}

static uint64_t
text_hash(uint64_t h, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * 0x100000001b3u;
	return (h ^ 0x1f) * 0x100000001b3u;
}

/*
 * Long tables leave empty combinations out: ward A, died, 40 and no line for ward A, survived. For
 * one column of labels: is there only one line for what the other labels say?
 */
static void
left_out(struct airlock_file *f, const struct grid *g, size_t skip, size_t count)
{
	size_t n = 0, groups = 0, lonely = 0;
	struct entry *list = ARENA_ARRAY(f->a, g->rows, struct entry);
	for (size_t r = g->first; r < g->rows; r++) {
		struct entry x = { 0xcbf29ce484222325u, r, false };
		if (g->total_row[r])
			continue;
		for (size_t c = 0; c < g->columns; c++)
			if (c != skip && g->column[c].role == COLUMN_LABEL)
				x.group = text_hash(x.group, grid_at(g, r, c)->text);
		x.filled = grid_at(g, r, count)->kind != CELL_NUMBER ||
			   grid_at(g, r, count)->value > 0;
		if (x.filled)
			list[n++] = x;
	}
	qsort(list, n, sizeof *list, by_group);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && list[k].group == list[i].group; k++)
			;
		groups++;
		lonely += k == i + 1;
	}
	/* Labels that go together, like a code and its name, leave every line alone. */
	if (groups < 2 || lonely == groups)
		return;
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && list[k].group == list[i].group; k++)
			;
		if (k == i + 1)
			airlock_tell(
				f, AIR_REVIEW, grid_row(g, list[i].row), (int64_t)count + 1, all);
	}
}

static void
long_table(struct airlock_file *f, const struct grid *g)
{
	size_t labels = 0, counts = 0, count = 0;
	for (size_t c = 0; c < g->columns; c++) {
		labels += g->column[c].role == COLUMN_LABEL;
		if (g->column[c].role == COLUMN_COUNT) {
			counts++;
			count = c;
		}
	}
	if (labels < 2 || labels > 8 || counts != 1 || g->labelled)
		return;
	for (size_t c = 0; c < g->columns; c++)
		if (g->column[c].role == COLUMN_LABEL)
			left_out(f, g, c, count);
}

enum status
check_class(struct airlock_file *f, struct err *e)
{
	for (size_t i = 0; i < f->grids.n; i++) {
		cells(f, f->grids.at[i]);
		columns(f, f->grids.at[i]);
		long_table(f, f->grids.at[i]);
	}
	return OK;
}
