#include "curator/release/dictionary.h"

#include <math.h>

#include "curator/behind.h"

enum { MOST_VALUES = 30, EXACT_ROWS = 1000000, QUANTILE_ROWS = 1000000, FIRST_ROWS = 100000 };

static double
real_at(const struct engine_rows *r, size_t column)
{
	double v;
	const char *text = engine_at(r, 0, column);
	return text && str_real(str_of(text), &v) ? v : NAN;
}

/* In a large table the import's estimate serves where values were replaced one by one. */
static bool
known_distinct(const struct dictionary_table *d, const struct plan_column *c)
{
	return d->rows > EXACT_ROWS && !c->outcome && !c->general &&
	       (c->action == ACT_KEEP || c->action == ACT_PSEUDONYM || c->action == ACT_SHIFT);
}

/* Of every column at once: missing and different values. */
static enum status
count_values(struct arena *a, struct engine *g, const char *from, struct dictionary_table *d,
	const struct plan_column **of, bool missing_known, struct err *e)
{
	struct buf sql = buf_new(a);
	struct engine_rows rows;
	buf_puts(&sql, "SELECT count(*)");
	for (size_t i = 0; i < d->columns.n; i++) {
		const char *name = sql_name(a, d->columns.at[i].name);
		if (missing_known)
			buf_puts(&sql, ", NULL");
		else
			buf_printf(&sql, ", count(*) - count(%s)", name);
		if (known_distinct(d, of[i]))
			buf_puts(&sql, ", NULL");
		else
			buf_printf(&sql,
				d->rows > EXACT_ROWS ? ", approx_count_distinct(%s)"
						     : ", count(DISTINCT %s)",
				name);
	}
	buf_printf(&sql, " FROM %s", from);
	TRY(engine_rows(g, a, &rows, e, "writing the dictionary", "%s", sql.p));
	for (size_t i = 0; i < d->columns.n; i++) {
		struct dictionary_column *c = &d->columns.at[i];
		if (!missing_known)
			c->missing = engine_int_at(&rows, 0, 1 + 2 * i);
		c->distinct = known_distinct(d, of[i]) ? of[i]->src->distinct
						       : engine_int_at(&rows, 0, 2 + 2 * i);
	}
	return OK;
}

/* Quantiles of all rows need memory. Patients stand in the order of their pseudonyms, so the first
 * are as good as any, and the same at every run. */
static enum status
find_ranges(struct arena *a, struct engine *g, const char *from, struct dictionary_table *d,
	const struct plan_column **of, struct err *e)
{
	struct buf sql = buf_new(a);
	struct engine_rows rows;
	size_t n = 0;
	buf_puts(&sql, "SELECT 0");
	for (size_t i = 0; i < d->columns.n; i++) {
		const char *name = sql_name(a, d->columns.at[i].name);
		d->columns.at[i].low = d->columns.at[i].high = NAN;
		if (type_is_number(of[i]->out_type) && ++n)
			buf_printf(&sql, ", quantile_disc(%s, 0.01), quantile_disc(%s, 0.99)", name,
				name);
	}
	if (n == 0)
		return OK;
	buf_printf(&sql, " FROM %s WHERE file_row_number < %d", from, QUANTILE_ROWS);
	TRY(engine_rows(g, a, &rows, e, "writing the dictionary", "%s", sql.p));
	for (size_t i = 0, at = 1; i < d->columns.n; i++) {
		if (!type_is_number(of[i]->out_type))
			continue;
		d->columns.at[i].low = real_at(&rows, at++);
		d->columns.at[i].high = real_at(&rows, at++);
	}
	return OK;
}

/* Are its values listed? */
static bool
listed(const struct dictionary_column *c, const struct plan_column *of)
{
	return plan_coded(of) && c->distinct <= MOST_VALUES;
}

/* Whose values these are: of a column that is neither listed nor a number, whether it has one. */
static enum status
find_people(struct arena *a, struct engine *g, const char *dir, const struct plan_table *t,
	const struct dictionary_table *d, const struct plan_column **of, int64_t most,
	struct behind *ret, struct err *e)
{
	const char **x = ARENA_ARRAY(a, d->columns.n, const char *);
	for (size_t i = 0; i < d->columns.n; i++) {
		const struct dictionary_column *c = &d->columns.at[i];
		bool value = listed(c, of[i]) || isfinite(c->low);
		x[i] = value             ? arena_printf(a, "t.%s", sql_name(a, c->name))
		       : c->missing == 0 ? "true"
					 : arena_printf(a, "nullif(t.%s IS NOT NULL, false)",
						   sql_name(a, c->name));
	}
	return behind_table(a, g, dir, t, d->rows, most, x, d->columns.n, ret, e);
}

static enum status
categories(struct arena *a, struct engine *g, const struct behind *b, size_t column,
	struct dictionary_column *c, struct err *e)
{
	struct engine_rows rows;
	TRY(engine_rows(g, a, &rows, e, "writing the dictionary",
		"SELECT CAST(v AS VARCHAR) FROM (SELECT x%zu AS v, count(DISTINCT %s) AS n FROM %s "
		"GROUP BY 1) WHERE v IS NOT NULL AND n >= %d ORDER BY v LIMIT %d",
		column, b->who, b->from, BEHIND_LEAST, MOST_VALUES));
	c->values.n = rows.n;
	c->values.at = rows.at;
	return OK;
}

/* The ends of ranges, as far as ten patients stand behind them; ret_moved: some are elsewhere. */
static enum status
hold_ranges(struct arena *a, struct engine *g, const struct behind *b, struct dictionary_table *d,
	const struct plan_column **of, bool *ret_moved, struct err *e)
{
	struct behind_range *ranges = ARENA_ARRAY(a, d->columns.n, struct behind_range);
	size_t *column = ARENA_ARRAY(a, d->columns.n, size_t), n = 0;
	for (size_t i = 0; i < d->columns.n; i++) {
		const struct dictionary_column *c = &d->columns.at[i];
		if (!isfinite(c->low))
			continue;
		column[n] = i;
		ranges[n++] = (struct behind_range){ arena_printf(a, "x%zu", i),
			of[i]->out_type == TYPE_INTEGER, c->low, c->high };
	}
	TRY(behind_ranges(a, g, b, ranges, n, e));
	for (size_t i = 0; i < n; i++) {
		d->columns.at[column[i]].low = ranges[i].low;
		d->columns.at[column[i]].high = ranges[i].high;
		*ret_moved |= ranges[i].moved;
	}
	return OK;
}

/* How many patients lack a value, and how many have one: both are told, or none. */
static enum status
hold_counts(struct arena *a, struct engine *g, const struct behind *b, struct dictionary_table *d,
	struct err *e)
{
	struct engine_rows rows;
	struct buf counts = buf_new(a), values = buf_new(a);
	for (size_t i = 0; i < d->columns.n && b->who; i++) {
		buf_printf(&values, ", count(x%zu) AS n%zu", i, i);
		buf_printf(
			&counts, ", count(*) FILTER (n%zu < n), count(*) FILTER (n%zu > 0)", i, i);
	}
	if (b->who)
		TRY(engine_rows(g, a, &rows, e, "writing the dictionary",
			"SELECT 0%s FROM (SELECT %s AS person, count(*) AS n%s FROM %s GROUP BY 1) "
			"WHERE person IS NOT NULL",
			counts.p, b->who, values.p, b->from));
	for (size_t i = 0; i < d->columns.n; i++) {
		struct dictionary_column *c = &d->columns.at[i];
		int64_t without = b->who ? engine_int_at(&rows, 0, 1 + 2 * i) : 0;
		int64_t with = b->who ? engine_int_at(&rows, 0, 2 + 2 * i) : 0;
		bool few = with < BEHIND_LEAST && c->missing < d->rows;
		if (few || (without < BEHIND_LEAST && c->missing > 0))
			c->missing = DICTIONARY_NOT_TOLD;
		if (few)
			c->distinct = DICTIONARY_NOT_TOLD;
	}
	return OK;
}

/*
 * Takes out what too few patients stand behind in the first `most` rows. ret_final: nothing had to
 * go, so that more rows, which can only show more patients, would say the same.
 */
static enum status
hold(struct arena *a, struct engine *g, const char *dir, const struct plan_table *t, int64_t most,
	struct dictionary_table *d, const struct plan_column **of, bool *ret_final, struct err *e)
{
	struct behind behind;
	bool less = false;
	TRY(find_people(a, g, dir, t, d, of, most, &behind, e));
	for (size_t i = 0; i < d->columns.n && behind.who; i++) {
		struct dictionary_column *c = &d->columns.at[i];
		if (!listed(c, of[i]))
			continue;
		TRY(categories(a, g, &behind, i, c, e));
		/* One more than are listed would tell of a value that few have. */
		if ((int64_t)c->values.n != c->distinct)
			c->distinct = DICTIONARY_NOT_TOLD;
		/* As many as are estimated need not be all. */
		less |= d->rows > EXACT_ROWS && !known_distinct(d, of[i]);
	}
	TRY(hold_ranges(a, g, &behind, d, of, &less, e));
	TRY(hold_counts(a, g, &behind, d, e));
	for (size_t i = 0; i < d->columns.n; i++) {
		const struct dictionary_column *c = &d->columns.at[i];
		less |= c->missing == DICTIONARY_NOT_TOLD || c->distinct == DICTIONARY_NOT_TOLD;
	}
	*ret_final = !less;
	return OK;
}

enum status
dictionary_make(struct arena *a, struct engine *g, const struct plan_table *t,
	const struct said *said, const char *dir, const int64_t *missing,
	struct dictionary_table *ret, struct err *e)
{
	const char *from = arena_printf(a, "read_parquet(%s, file_row_number = true)",
		sql_text(a, arena_printf(a, "%s/%s.parquet", dir, t->src->name)));
	struct dictionary_table d = { .name = t->src->name };
	const struct plan_column **of = ARENA_ARRAY(a, t->columns.n, const struct plan_column *);
	d.columns.at = ARENA_ARRAY(a, t->columns.n, struct dictionary_column);
	for (size_t i = 0; i < t->columns.n; i++) {
		const struct plan_column *c = &t->columns.at[i];
		if (!plan_released(c))
			continue;
		of[d.columns.n] = c;
		d.columns.at[d.columns.n++] = (struct dictionary_column){
			.name = c->out,
			.type = type_name(c->out_type),
			.meaning = c->meaning,
			.said = said_of(said, t->src->name, c),
			.treatment = plan_treatment(a, c),
			.missing = missing ? missing[i] : 0,
		};
	}
	TRY(engine_int(g, &d.rows, e, "counting rows", "SELECT count(*) FROM %s", from));
	TRY(count_values(a, g, from, &d, of, missing != NULL, e));
	TRY(find_ranges(a, g, from, &d, of, e));
	struct dictionary_column *found = ARENA_ARRAY(a, d.columns.n, struct dictionary_column);
	bool final = false;
	memcpy(found, d.columns.at, d.columns.n * sizeof *found);
	TRY(hold(a, g, dir, t, FIRST_ROWS, &d, of, &final, e));
	if (!final && d.rows > FIRST_ROWS) {
		d.columns.at = found;
		TRY(hold(a, g, dir, t, QUANTILE_ROWS, &d, of, &final, e));
	}
	*ret = d;
	return OK;
}

static void
put_count(struct jsonw *j, int64_t n)
{
	n == DICTIONARY_NOT_TOLD ? jsonw_null(j) : jsonw_int(j, n);
}

void
dictionary_json(struct jsonw *j, const struct dictionary_table *d)
{
	jsonw_open(j, '{');
	jsonw_key(j, "name"), jsonw_text(j, d->name);
	jsonw_key(j, "rows"), jsonw_int(j, d->rows);
	jsonw_key(j, "columns"), jsonw_open(j, '[');
	for (size_t i = 0; i < d->columns.n; i++) {
		const struct dictionary_column *c = &d->columns.at[i];
		jsonw_open(j, '{');
		jsonw_key(j, "name"), jsonw_text(j, c->name);
		jsonw_key(j, "type"), jsonw_text(j, c->type);
		jsonw_key(j, "meaning"), jsonw_text(j, c->meaning);
		jsonw_key(j, "treatment"), jsonw_text(j, c->treatment);
		jsonw_key(j, "missing"), put_count(j, c->missing);
		jsonw_key(j, "distinct"), put_count(j, c->distinct);
		jsonw_key(j, "low"), jsonw_real(j, c->low);
		jsonw_key(j, "high"), jsonw_real(j, c->high);
		jsonw_key(j, "values"), jsonw_open(j, '[');
		for (size_t k = 0; k < c->values.n; k++)
			jsonw_text(j, c->values.at[k]);
		jsonw_close(j, ']');
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	jsonw_close(j, '}');
}

static void
put_field(struct buf *b, const char *s, char after)
{
	bool quote = strpbrk(s, ",\"\n\r") != NULL;
	if (quote)
		buf_putc(b, '"');
	for (; *s; s++) {
		if (*s == '"')
			buf_putc(b, '"');
		buf_putc(b, *s);
	}
	if (quote)
		buf_putc(b, '"');
	buf_putc(b, after);
}

static void
put_real(struct buf *b, double v)
{
	/* -0 would look like a number below zero. */
	if (isfinite(v))
		buf_printf(b, "%.12g", v == 0 ? 0 : v);
	buf_putc(b, ',');
}

/* Empty where it is not told. */
static void
csv_count(struct buf *b, int64_t n)
{
	if (n != DICTIONARY_NOT_TOLD)
		buf_printf(b, "%lld", (long long)n);
	buf_putc(b, ',');
}

void
dictionary_csv_head(struct buf *b)
{
	buf_puts(b, "table,column,type,meaning,unit,treatment,missing,distinct,low,high,values\n");
}

void
dictionary_csv(struct buf *b, const struct dictionary_table *d)
{
	for (size_t i = 0; i < d->columns.n; i++) {
		const struct dictionary_column *c = &d->columns.at[i];
		struct buf values = buf_new(b->arena);
		put_field(b, d->name, ',');
		put_field(b, c->name, ',');
		put_field(b, c->type, ',');
		put_field(b, c->said ? c->said->meaning : c->meaning, ',');
		put_field(b, c->said ? c->said->unit : "", ',');
		put_field(b, c->treatment, ',');
		csv_count(b, c->missing);
		csv_count(b, c->distinct);
		put_real(b, c->low);
		put_real(b, c->high);
		for (size_t k = 0; k < c->values.n; k++)
			buf_printf(&values, "%s%s", k ? "; " : "", c->values.at[k]);
		put_field(b, values.p ? values.p : "", '\n');
	}
}
