#include <math.h>

#include "curator/airlock/airlock.h"
#include "curator/airlock/grid.h"

enum evidence_field { FILE_NAME, ROW, COLUMN, COUNT, DF, SUM, TOP1, TOP2, FIELDS };
static const char *const names[FIELDS] = { "file", "row", "column", "n", "df", "sum", "top1",
	"top2" };

static enum status
read_row(struct arena *a, const char *name, const struct grid *g, size_t r, const size_t at[FIELDS],
	struct airlock_evidence *ret, struct err *e)
{
	double v[FIELDS];
	struct airlock_evidence x = { .file = "" };
	for (int i = 0; i < FIELDS; i++) {
		const struct cell *c = at[i] < g->columns ? grid_at(g, r, at[i]) : NULL;
		v[i] = NAN;
		if (i == FILE_NAME && c)
			x.file = str_dup(a, c->text);
		if (i == FILE_NAME || !c || c->kind == CELL_EMPTY)
			continue;
		bool whole = i == ROW || i == COLUMN || i == COUNT || i == DF;
		if (c->kind != CELL_NUMBER ||
			(whole && (!c->whole || c->value < 0 || c->value > 1e12)))
			return err_set(e, E_INPUT, names[i],
				"The supporting file %s, row %zu: %s is no number that fits.", name,
				r + 1, names[i]);
		v[i] = c->value;
	}
	if (!(v[ROW] >= 1) || !(v[COLUMN] >= 1))
		return err_set(e, E_INPUT, "row",
			"The supporting file %s, row %zu: row and column must be given, from 1.",
			name, r + 1);
	x.row = (int64_t)v[ROW];
	x.column = (int64_t)v[COLUMN];
	x.n = isnan(v[COUNT]) ? -1 : (int64_t)v[COUNT];
	x.df = isnan(v[DF]) ? -1 : (int64_t)v[DF];
	x.sum = v[SUM], x.top1 = v[TOP1], x.top2 = v[TOP2];
	*ret = x;
	return OK;
}

enum status
airlock_evidence_read(struct arena *a, const char *name, struct str text,
	struct airlock_evidence **ret, size_t *ret_n, struct err *e)
{
	struct grid *g;
	size_t at[FIELDS];
	if (!str_utf8(text))
		return err_set(e, E_INPUT, name, "The supporting file %s is not text.", name);
	TRY(grid_read(a, text, ',', &g, e));
	for (int i = 0; i < FIELDS; i++)
		at[i] = g->columns;
	for (size_t c = 0; c < g->columns; c++)
		for (int i = 0; i < FIELDS; i++)
			if (str_ieq(grid_at(g, 0, c)->text, str_of(names[i])))
				at[i] = c;
	if (at[ROW] == g->columns || at[COLUMN] == g->columns)
		return err_set(e, E_INPUT, name,
			"The supporting file %s lacks the columns row and column.", name);
	size_t n = g->rows - 1;
	struct airlock_evidence *list = ARENA_ARRAY(a, n, struct airlock_evidence);
	for (size_t i = 0; i < n; i++)
		TRY(read_row(a, name, g, i + 1, at, &list[i], e));
	*ret = list;
	*ret_n = n;
	return OK;
}
