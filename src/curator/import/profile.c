#include "curator/import/profile.h"

#include <math.h>

#include "curator/behind.h"

/* Patients of a large table are counted in a few blocks of rows over its whole length, which the
 * engine finds without reading the rest: fewer found only hides more. */
enum { BLOCKS = 8, BLOCK_ROWS = 25000 };

const char *
profile_sample(struct arena *a, const struct source_table *t, size_t view)
{
	struct buf b = buf_new(a);
	if (t->rows <= 2 * BLOCKS * BLOCK_ROWS)
		return arena_printf(a, "t%zu", view);
	for (int64_t i = 0; i < BLOCKS; i++) {
		int64_t from = (t->rows - BLOCK_ROWS) / (BLOCKS - 1) * i;
		buf_printf(&b, "%sSELECT * FROM t%zu WHERE file_row_number BETWEEN %lld AND %lld",
			i ? " UNION ALL " : "(", view, (long long)from,
			(long long)(from + BLOCK_ROWS - 1));
	}
	buf_putc(&b, ')');
	return b.p;
}

/* 1, 2 or 5 times a power of ten, so that at most PROFILE_BINS of them cover the span. */
static double
nice_step(double span)
{
	double step = pow(10, floor(log10(span / PROFILE_BINS)));
	static const double times[] = { 1, 2, 5, 10, 20 };
	for (size_t i = 0; i < 5; i++)
		if (span / (step * times[i]) <= PROFILE_BINS)
			return step * times[i];
	return span;
}

static void
fill_bins(struct arena *a, struct profile_column *p, const learn_steps *s, bool whole)
{
	double low = learn_quantile(s, 0.01), high = learn_quantile(s, 0.99);
	double span = high - low;
	double step = span > 0 ? nice_step(span) : whole || low == 0 ? 1 : fabs(low) / 100;
	if (whole && step < 1)
		step = 1;
	double from = floor(low / step) * step;
	size_t n = (size_t)floor((high - from) / step) + 1;
	/* Everything beyond the ends goes into the outermost bars. */
	p->bins.at = ARENA_ARRAY(a, n, struct profile_bin);
	p->bins.n = n;
	for (size_t i = 0; i < n; i++)
		p->bins.at[i] = (struct profile_bin){ .from = from + step * (double)i,
			.to = from + step * (double)(i + 1) };
	for (size_t i = 0; i < s->n; i++) {
		double at = floor((s->at[i].value - from) / step);
		size_t k = at < 0 ? 0 : at >= (double)n ? n - 1 : (size_t)at;
		p->bins.at[k].rows += (int64_t)s->at[i].n;
	}
}

static void
compare_with_range(struct profile_column *p, const struct source_column *c, const learn_steps *s)
{
	p->range = type_is_number(c->type) ? plausible_find(c->name, "", p->quartile[1]) : NULL;
	for (size_t i = 0; p->range && i < s->n; i++) {
		/* A step is 0.1 % wide; what is that near is not called implausible. */
		double v = s->at[i].value, room = fabs(v) * 0.002;
		p->below += v + room < p->range->low ? (int64_t)s->at[i].n : 0;
		p->above += v - room > p->range->high ? (int64_t)s->at[i].n : 0;
	}
}

struct profile_column *
profile_learned(
	struct arena *a, const struct source_column *c, const struct learn *l, const learn_steps *s)
{
	struct profile_column *p = ARENA_NEW(a, struct profile_column);
	learn_distinct(l, &p->exact);
	p->empty = c->blank ? 0 : (int64_t)learn_guess(l)->empty;
	p->low = p->high = NAN;
	for (int i = 0; i < 3; i++)
		p->quartile[i] = NAN;
	if (c->identifier && !type_is_date(c->type))
		return p;
	if (s->n > 0) {
		for (int i = 0; i < 3; i++)
			p->quartile[i] = learn_quantile(s, 0.25 * (i + 1));
		fill_bins(a, p, s, c->type == TYPE_INTEGER || type_is_date(c->type));
		compare_with_range(p, c, s);
	}
	learn_values v = learn_counts(l, a);
	bool coded = c->type == TYPE_TEXT || (c->type == TYPE_INTEGER && v.n <= PROFILE_VALUES);
	for (size_t i = 0; coded && i < v.n; i++) {
		if (p->values.n == 0)
			p->values.at = ARENA_ARRAY(a, v.n, struct profile_value);
		if (v.at[i].value.n == 0 || (c->words && type_is_missing_word(v.at[i].value)))
			continue;
		p->values.at[p->values.n++] = (struct profile_value){ .text = v.at[i].value.p,
			.rows = (int64_t)v.at[i].n };
	}
	return p;
}

/* The rows of a table that are looked at, as table "sample", and who they belong to. */
static enum status
take_sample(struct arena *a, struct engine *g, const struct source_table *t, size_t view,
	const struct links *l, struct err *e)
{
	struct buf columns = buf_new(a);
	bool people = l->ways[view].how != REACH_NONE;
	for (size_t i = 0; i < t->columns.n; i++)
		if (t->columns.at[i].profile->bins.n || t->columns.at[i].profile->values.n)
			buf_printf(&columns, ", c%zu", i);
	return engine_run(g, e, "taking a sample",
		"CREATE OR REPLACE TEMP TABLE sample AS SELECT CAST(%s AS VARCHAR) AS who%s FROM "
		"%s",
		people ? "patient" : "file_row_number", columns.p ? columns.p : "",
		profile_sample(a, t, view));
}

/* One bar alone that is not told could be computed from the total: then the smallest that is told
 * goes with it. */
static void
hide_another_bin(struct profile_column *p)
{
	struct profile_bin *least = NULL;
	size_t hidden = 0;
	for (size_t i = 0; i < p->bins.n; i++) {
		struct profile_bin *b = &p->bins.at[i];
		hidden += !b->safe && b->rows > 0;
		if (b->safe && (!least || b->rows < least->rows))
			least = b;
	}
	if (hidden == 1 && least)
		least->safe = false;
}

/* The same for values: what is not told sums to something large, or to nothing. */
static void
hide_another_value(struct profile_column *p)
{
	struct profile_value *least = NULL;
	int64_t hidden = 0;
	for (size_t i = 0; i < p->values.n; i++) {
		hidden += p->values.at[i].safe ? 0 : p->values.at[i].rows;
		if (p->values.at[i].safe)
			least = &p->values.at[i];
	}
	if (hidden > 0 && hidden < PROFILE_LEAST && least)
		least->safe = false;
}

static enum status
protect_values(
	struct arena *a, struct engine *g, size_t column, struct profile_column *p, struct err *e)
{
	struct engine_rows r;
	if (p->values.n == 0)
		return OK;
	TRY(engine_rows(g, a, &r, e, "counting patients of a value",
		"SELECT c%zu FROM sample GROUP BY 1 HAVING count(DISTINCT who) >= %d", column,
		PROFILE_LEAST));
	for (size_t i = 0; i < p->values.n; i++)
		for (size_t k = 0; k < r.n; k++) {
			const char *text = engine_at(&r, k, 0);
			p->values.at[i].safe |= text && streq(text, p->values.at[i].text);
		}
	hide_another_value(p);
	return OK;
}

/* The column as a number: of days, when it is a date. */
static const char *
number_sql(struct arena *a, const struct source_column *c, size_t column)
{
	const char *text = arena_printf(a, "c%zu", column);
	if (c->words || c->blank)
		text = arena_printf(a, "(CASE WHEN c%zu NOT IN %s THEN c%zu END)", column,
			type_missing_sql, column);
	const char *typed = type_sql(a, c->type, c->century_end, text);
	return type_is_date(c->type)
		       ? arena_printf(
				 a, "date_diff('day', DATE '1970-01-01', CAST(%s AS DATE))", typed)
		       : typed;
}

static enum status
protect_bins(struct arena *a, struct engine *g, const struct source_column *c, size_t column,
	struct err *e)
{
	struct profile_column *p = c->profile;
	struct engine_rows r;
	if (p->bins.n == 0)
		return OK;
	double from = p->bins.at[0].from, step = p->bins.at[0].to - from;
	TRY(engine_rows(g, a, &r, e, "counting patients of a range",
		"SELECT greatest(0, least(%zu, floor((%s - %.17g) / %.17g))) AS b FROM sample "
		"GROUP BY 1 HAVING b IS NOT NULL AND count(DISTINCT who) >= %d",
		p->bins.n - 1, number_sql(a, c, column), from, step, PROFILE_LEAST));
	for (size_t k = 0; k < r.n; k++) {
		double b = 0;
		if (str_real(str_of(engine_at(&r, k, 0)), &b) && b < (double)p->bins.n)
			p->bins.at[(size_t)b].safe = true;
	}
	hide_another_bin(p);
	return OK;
}

/*
 * Of few patients the ends that may be told lie within the middle half, or on the wrong side of
 * each other: then only what lies between them is told.
 */
static void
protect_quartiles(struct profile_column *p, bool whole)
{
	double *q = p->quartile, low = p->low, high = p->high;
	for (int i = 0; i < 3; i++)
		q[i] = behind_round(q[i], low, high, whole, 1 - i);
	if (q[0] > q[2])
		q[0] = q[2] = q[1];
	if (!(q[0] >= low && q[2] <= high))
		q[0] = q[2] = p->low = p->high = NAN;
	if (!(q[1] >= low && q[1] <= high))
		q[1] = NAN;
}

static enum status
protect_ranges(struct arena *a, struct engine *g, const struct source_table *t, struct err *e)
{
	const struct behind behind = { "sample", "who" };
	struct behind_range *ranges = ARENA_ARRAY(a, t->columns.n, struct behind_range);
	size_t n = 0;
	for (size_t i = 0; i < t->columns.n; i++)
		if (t->columns.at[i].profile->bins.n)
			ranges[n++] = (struct behind_range){ number_sql(a, &t->columns.at[i], i),
				t->columns.at[i].type == TYPE_INTEGER ||
					type_is_date(t->columns.at[i].type),
				NAN, NAN };
	TRY(behind_ranges(a, g, &behind, ranges, n, e));
	for (size_t i = 0, k = 0; i < t->columns.n; i++) {
		struct profile_column *p = t->columns.at[i].profile;
		if (!p->bins.n)
			continue;
		p->low = ranges[k].low;
		p->high = ranges[k].high;
		protect_quartiles(p, ranges[k++].whole);
	}
	return OK;
}

enum status
profile_protect(struct arena *a, struct engine *g, const struct source *s, const struct links *l,
	struct err *e)
{
	for (size_t t = 0; t < s->tables.n; t++) {
		const struct source_table *table = &s->tables.at[t];
		TRY(take_sample(a, g, table, t, l, e));
		for (size_t c = 0; c < table->columns.n; c++) {
			const struct source_column *column = &table->columns.at[c];
			TRY(protect_values(a, g, c, column->profile, e));
			TRY(protect_bins(a, g, column, c, e));
		}
		TRY(protect_ranges(a, g, table, e));
	}
	return OK;
}
