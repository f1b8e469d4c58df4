#include "curator/dictionary.h"

#include <math.h>

enum { SMALL = 10, MOST_VALUES = 30, EXACT_ROWS = 1000000, QUANTILE_ROWS = 1000000 };

/* Two significant digits. */
static double
coarse(double v)
{
	if (v == 0 || !isfinite(v))
		return v;
	double unit = pow(10, floor(log10(fabs(v))) - 1);
	/* Through text, so that 0.1 * 3 does not become 0.30000000000000004. */
	char text[40];
	snprintf(text, sizeof text, "%.12g", round(v / unit) * unit);
	str_real(str_of(text), &v);
	return v;
}

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

/* Counts of every column at once: missing, distinct, low, high. */
static enum status
measure(struct arena *a, struct engine *g, const char *from, struct dictionary_table *d,
	const struct plan_column **of, struct err *e)
{
	struct buf sql = buf_new(a);
	struct engine_rows rows;
	/* A sample by position is the same at every run; quantiles of all rows need memory. */
	int64_t step = d->rows / QUANTILE_ROWS + 1;
	buf_puts(&sql, "SELECT count(*)");
	for (size_t i = 0; i < d->columns.n; i++) {
		const char *name = sql_name(a, d->columns.at[i].name);
		buf_printf(&sql, ", count(*) - count(%s)", name);
		if (known_distinct(d, of[i]))
			buf_puts(&sql, ", NULL");
		else
			buf_printf(&sql,
				d->rows > EXACT_ROWS ? ", approx_count_distinct(%s)"
						     : ", count(DISTINCT %s)",
				name);
		if (type_is_number(of[i]->out_type))
			buf_printf(&sql,
				", quantile_disc(%s, 0.01) FILTER (file_row_number %% %lld = 0)"
				", quantile_disc(%s, 0.99) FILTER (file_row_number %% %lld = 0)",
				name, (long long)step, name, (long long)step);
		else
			buf_puts(&sql, ", NULL, NULL");
	}
	buf_printf(&sql, " FROM %s", from);
	TRY(engine_rows(g, a, &rows, e, "writing the dictionary", "%s", sql.p));
	for (size_t i = 0; i < d->columns.n; i++) {
		struct dictionary_column *c = &d->columns.at[i];
		c->missing = engine_int_at(&rows, 0, 1 + 4 * i);
		c->distinct = known_distinct(d, of[i]) ? of[i]->src->distinct
						       : engine_int_at(&rows, 0, 2 + 4 * i);
		bool told = d->rows - c->missing >= SMALL;
		c->low = told ? coarse(real_at(&rows, 3 + 4 * i)) : NAN;
		c->high = told ? coarse(real_at(&rows, 4 + 4 * i)) : NAN;
	}
	return OK;
}

/* Enough patients among the first rows are enough among all. */
static enum status
categories(struct arena *a, struct engine *g, const char *from, const char *patient,
	struct dictionary_column *c, struct err *e)
{
	struct engine_rows rows;
	const char *name = sql_name(a, c->name);
	TRY(engine_rows(g, a, &rows, e, "writing the dictionary",
		"SELECT CAST(v AS VARCHAR) FROM (SELECT %s AS v, count(DISTINCT %s) AS n FROM %s "
		"WHERE file_row_number < %d GROUP BY 1) WHERE v IS NOT NULL AND n >= %d ORDER BY v "
		"LIMIT %d",
		name, patient, from, EXACT_ROWS, SMALL, MOST_VALUES));
	c->values.n = rows.n;
	c->values.at = rows.at;
	return OK;
}

enum status
dictionary_make(struct arena *a, struct engine *g, const struct plan_table *t, const char *parquet,
	struct dictionary_table *ret, struct err *e)
{
	const char *from =
		arena_printf(a, "read_parquet(%s, file_row_number = true)", sql_text(a, parquet));
	struct dictionary_table d = { .name = t->src->name };
	const struct plan_column **of = ARENA_ARRAY(a, t->columns.n, const struct plan_column *);
	const char *patient = NULL;
	d.columns.at = ARENA_ARRAY(a, t->columns.n, struct dictionary_column);
	for (size_t i = 0; i < t->columns.n; i++) {
		const struct plan_column *c = &t->columns.at[i];
		if (!plan_released(c))
			continue;
		if (c->link)
			patient = sql_name(a, c->out);
		of[d.columns.n] = c;
		d.columns.at[d.columns.n++] = (struct dictionary_column){
			.name = c->out,
			.type = type_name(c->out_type),
			.meaning = c->meaning,
			.treatment = plan_treatment(a, c),
		};
	}
	TRY(engine_int(g, &d.rows, e, "counting rows", "SELECT count(*) FROM %s", from));
	TRY(measure(a, g, from, &d, of, e));
	for (size_t i = 0; i < d.columns.n && patient; i++) {
		struct dictionary_column *c = &d.columns.at[i];
		if (plan_coded(of[i]) && c->distinct <= MOST_VALUES)
			TRY(categories(a, g, from, patient, c, e));
	}
	*ret = d;
	return OK;
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
		jsonw_key(j, "missing"), jsonw_int(j, c->missing);
		jsonw_key(j, "distinct"), jsonw_int(j, c->distinct);
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
	if (isfinite(v))
		buf_printf(b, "%.12g", v);
	buf_putc(b, ',');
}

void
dictionary_csv_head(struct buf *b)
{
	buf_puts(b, "table,column,type,meaning,treatment,missing,distinct,low,high,values\n");
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
		put_field(b, c->meaning, ',');
		put_field(b, c->treatment, ',');
		buf_printf(b, "%lld,%lld,", (long long)c->missing, (long long)c->distinct);
		put_real(b, c->low);
		put_real(b, c->high);
		for (size_t k = 0; k < c->values.n; k++)
			buf_printf(&values, "%s%s", k ? "; " : "", c->values.at[k]);
		put_field(b, values.p ? values.p : "", '\n');
	}
}
