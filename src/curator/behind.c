#include "curator/behind.h"

#include <math.h>
#include <stdio.h>

/* The parquet of a table as a source of rows. */
static const char *
parquet(struct arena *a, const char *dir, const struct plan_table *t)
{
	return arena_printf(a, "read_parquet(%s, file_row_number = true)",
		sql_text(a, arena_printf(a, "%s/%s.parquet", dir, t->src->name)));
}

/* Joins what leads from the rows t to their patients; NULL where nothing does. */
static const char *
owner(struct arena *a, const char *dir, const struct plan_table *t, struct buf *from)
{
	const char *as = "t";
	/* A list of codes tells of nobody: there each row counts. */
	if (t->role == ROLE_SHARED)
		return "t.file_row_number";
	for (int i = 0;; i++, t = t->via) {
		const struct plan_column *c = &t->columns.at[t->link];
		if (!plan_released(c))
			return NULL;
		const char *key = arena_printf(a, "%s.%s", as, sql_name(a, c->out));
		/* Numbers are told apart sooner than texts. */
		if (!t->via)
			return arena_printf(a, "wr_number(%s)", key);
		const struct plan_column *its = &t->via->columns.at[t->via_column];
		if (!plan_released(its))
			return NULL;
		as = arena_printf(a, "via%d", i);
		buf_printf(from, " LEFT JOIN %s AS %s ON %s = %s.%s", parquet(a, dir, t->via), as,
			key, as, sql_name(a, its->out));
	}
}

enum status
behind_table(struct arena *a, struct engine *g, const char *dir, const struct plan_table *t,
	int64_t rows, int64_t most, const char *const *expressions, size_t n, struct behind *ret,
	struct err *e)
{
	struct buf from = buf_new(a), columns = buf_new(a);
	buf_printf(&from, "%s AS t", parquet(a, dir, t));
	*ret = (struct behind){ "behind", NULL };
	const char *who = owner(a, dir, t, &from);
	if (!who)
		return OK;
	for (size_t i = 0; i < n; i++)
		buf_printf(&columns, ", %s AS x%zu", expressions[i], i);
	if (rows > most)
		buf_printf(&from, " WHERE t.file_row_number < %lld", (long long)most);
	TRY(engine_run(g, e, "looking whose the rows are",
		"CREATE OR REPLACE TEMP TABLE behind AS SELECT %s AS who%s FROM %s", who,
		columns.p ? columns.p : "", from.p));
	ret->who = "who";
	return OK;
}

double
behind_round(double v, double low, double high, bool whole, int way)
{
	if (!isfinite(v))
		return v;
	/* -0 would look like a number below zero. */
	v = v == 0 ? 0 : v;
	double unit = v == 0 ? INFINITY : pow(10, floor(log10(fabs(v))) - 1);
	double span = high - low;
	if (span > 0)
		unit = fmin(unit, pow(10, floor(log10(span)) - 1));
	if (whole)
		unit = fmax(unit, 1);
	if (!isfinite(unit))
		return v;
	/* What is on the grid stays, though 0.29 / 0.01 is a little less than 29. */
	double steps = v / unit, near = 1e-9;
	steps = way < 0 ? floor(steps + near) : way > 0 ? ceil(steps - near) : round(steps);
	char text[40];
	/* Through text, so that 0.1 * 3 does not become 0.30000000000000004. */
	snprintf(text, sizeof text, "%.12g", steps * unit);
	str_real(str_of(text), &v);
	/* ceil(0 - near) is -0, which a reader would take for a number below zero. */
	return v == 0 ? 0 : v;
}

void
behind_round_in(double *low, double *high, bool whole)
{
	double l = *low, h = *high;
	*low = behind_round(l, l, h, whole, 1);
	*high = behind_round(h, l, h, whole, -1);
	if (!(*low <= *high))
		*low = *high = NAN;
}

static double
real_at(const struct engine_rows *rows, size_t column)
{
	double v;
	const char *text = rows->n ? engine_at(rows, 0, column) : NULL;
	return text && str_real(str_of(text), &v) ? v : NAN;
}

/* The tenth smallest of what is smallest of each patient, and the same from above. */
static enum status
move_in(struct arena *a, struct engine *g, const struct behind *b, struct behind_range *r,
	struct err *e)
{
	struct engine_rows rows;
	TRY(engine_rows(g, a, &rows, e, "counting patients behind a range",
		"WITH p AS (SELECT min(x) AS low, max(x) AS high FROM (SELECT %s AS who, "
		"CAST(%s AS DOUBLE) AS x FROM %s) WHERE who IS NOT NULL AND x IS NOT NULL GROUP "
		"BY who) SELECT (SELECT max(low) FROM (SELECT low FROM p ORDER BY low LIMIT %d)), "
		"(SELECT min(high) FROM (SELECT high FROM p ORDER BY high DESC LIMIT %d)), "
		"(SELECT count(*) FROM p)",
		b->who, r->number, b->from, BEHIND_LEAST, BEHIND_LEAST));
	bool enough = engine_int_at(&rows, 0, 2) >= BEHIND_LEAST;
	/* fmax and fmin take the other where one is NaN. */
	r->low = enough ? fmax(r->low, real_at(&rows, 0)) : NAN;
	r->high = enough ? fmin(r->high, real_at(&rows, 1)) : NAN;
	behind_round_in(&r->low, &r->high, r->whole);
	return OK;
}

/* Which of the rounded ends have enough patients already? Most have: one look at all of them. */
static enum status
count_all(struct arena *a, struct engine *g, const struct behind *b, const struct behind_range *r,
	size_t n, struct engine_rows *ret, struct err *e)
{
	struct buf counts = buf_new(a), values = buf_new(a);
	for (size_t i = 0; i < n; i++) {
		bool known = isfinite(r[i].low) && isfinite(r[i].high);
		const char *x = known ? r[i].number : "NULL";
		buf_printf(&values, ", min(%s) AS low%zu, max(%s) AS high%zu", x, i, x, i);
		buf_printf(&counts,
			", count(*) FILTER (low%zu <= %.17g), count(*) FILTER (high%zu >= %.17g)",
			i, known ? r[i].low : 0, i, known ? r[i].high : 0);
	}
	return engine_rows(g, a, ret, e, "counting patients behind ranges",
		"SELECT 0%s FROM (SELECT %s AS person%s FROM %s GROUP BY 1) WHERE person IS NOT "
		"NULL",
		counts.p, b->who, values.p, b->from);
}

enum status
behind_ranges(struct arena *a, struct engine *g, const struct behind *b, struct behind_range *r,
	size_t n, struct err *e)
{
	struct engine_rows rows;
	if (n == 0)
		return OK;
	for (size_t i = 0; i < n; i++)
		if (!b->who)
			r[i].low = r[i].high = NAN;
		else if (isfinite(r[i].low) && isfinite(r[i].high))
			behind_round_in(&r[i].low, &r[i].high, r[i].whole);
	if (!b->who)
		return OK;
	TRY(count_all(a, g, b, r, n, &rows, e));
	for (size_t i = 0; i < n; i++) {
		r[i].moved = engine_int_at(&rows, 0, 1 + 2 * i) < BEHIND_LEAST ||
			     engine_int_at(&rows, 0, 2 + 2 * i) < BEHIND_LEAST;
		if (r[i].moved)
			TRY(move_in(a, g, b, &r[i], e));
	}
	return OK;
}
