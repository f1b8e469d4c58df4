/* What is learnt of the real data: only what simulated.h lists. */
#include <math.h>

#include "curator/behind.h"
#include "curator/simulated/simulated.h"

enum { SAMPLED = 1000000 };

static const char *
column_sql(struct sim *s, const struct plan_column *c, const char *of)
{
	return arena_printf(s->r->job->a, "%s.%s", of, sql_name(s->r->job->a, c->out));
}

/* Days since 1970, with fractions. */
static const char *
days(struct sim *s, const struct plan_column *c, const char *of)
{
	return arena_printf(s->r->job->a, "epoch(%s) / 86400.0", column_sql(s, c, of));
}

static const char *
parquet(struct sim *s, const struct sim_table *t)
{
	struct arena *a = s->r->job->a;
	return arena_printf(a, "read_parquet(%s, file_row_number = true)",
		sql_text(a, arena_printf(a, "%s/%s.parquet", s->r->images[STAGE_FULL].dir,
				    t->of->src->name)));
}

static void
describe(struct sim *s, struct sim_table *t, const struct plan_column *of)
{
	struct sim_column *c = &t->columns.at[t->columns.n];
	size_t i = t->columns.n++;
	*c = (struct sim_column){ .of = of, .place = -1, .key = of->key };
	c->sql = column_sql(s, of, "t");
	if (of->action == ACT_PSEUDONYM) {
		c->kind = of->link ? SIM_PATIENT : SIM_KEY;
	} else if (type_is_date(of->out_type)) {
		c->kind = SIM_DATE;
		c->sql = days(s, of, "t");
		if (t->first_date != SIZE_MAX) {
			c->after_first = true;
			c->sql = arena_printf(s->r->job->a, "%s - %s", c->sql,
				days(s, t->columns.at[t->first_date].of, "t"));
			return;
		}
		t->first_date = i;
		if (t->parent && t->parent->first_date != SIZE_MAX) {
			c->after_parent = true;
			c->sql = arena_printf(s->r->job->a, "%s - %s", c->sql,
				days(s, t->parent->columns.at[t->parent->first_date].of, "p"));
		}
	} else if (type_is_number(of->out_type)) {
		c->kind = SIM_NUMBER;
	} else {
		c->kind = of->action == ACT_SCRUB ? SIM_TEXT : SIM_CODES;
	}
}

static enum status
count_rows(struct sim *s, struct sim_table *t, struct err *e)
{
	struct arena *a = s->r->job->a;
	int64_t units = s->r->patients;
	t->from = arena_printf(a, "%s AS t", parquet(s, t));
	if (t->parent) {
		const struct plan_column *key = &t->of->columns.at[t->parent_key];
		const struct plan_column *its = NULL;
		for (size_t i = 0; i < t->parent->of->columns.n; i++)
			if (t->parent->of->columns.at[i].key == key->key &&
				t->parent->of->columns.at[i].action == ACT_PSEUDONYM)
				its = &t->parent->of->columns.at[i];
		t->from = arena_printf(a, "%s LEFT JOIN %s AS p ON %s = %s", t->from,
			parquet(s, t->parent), column_sql(s, key, "t"), column_sql(s, its, "p"));
		units = t->parent->rows;
	}
	t->mean = t->of->role == ROLE_PATIENT ? 1 : (double)t->rows / (double)units;
	return OK;
}

/* SQL of the patient of a row, for counting; NULL where the release does not tell. */
static const char *
patient_sql(struct sim *s, const struct sim_table *t)
{
	for (const struct sim_table *at = t; at; at = at == t ? t->parent : NULL)
		for (size_t i = 0; i < at->of->columns.n; i++)
			if (at->of->columns.at[i].link && plan_released(&at->of->columns.at[i]))
				return column_sql(s, &at->of->columns.at[i], at == t ? "t" : "p");
	return NULL;
}

/* Three digits. */
static double
rounded(double v, int digits)
{
	if (v == 0 || !isfinite(v))
		return v;
	double unit = pow(10, floor(log10(fabs(v))) - (digits - 1));
	return round(v / unit) * unit;
}

static void
read_quantiles(struct sim_column *c, const char *list)
{
	struct str s = str_of(list ? list : "");
	while (s.n && c->n_quantiles < SIMULATED_QUANTILES) {
		struct str one = str_cut(&s, ',');
		double v;
		while (one.n && (one.p[0] == '[' || one.p[0] == ' '))
			one.p++, one.n--;
		while (one.n && (one.p[one.n - 1] == ']'))
			one.n--;
		if (str_real(one, &v))
			c->quantiles[c->n_quantiles++] = v;
	}
}

/* At least SIMULATED_SMALL patients from each quantile to the next, both included? */
static enum status
enough_between(
	struct sim *s, const struct behind *b, const struct sim_column *c, bool *ret, struct err *e)
{
	struct arena *a = s->r->job->a;
	struct buf counts = buf_new(a);
	struct engine_rows rows;
	bool enough = true;
	for (size_t i = 0; i + 1 < c->n_quantiles; i++)
		buf_printf(&counts, ", count(DISTINCT who) FILTER (x BETWEEN %.17g AND %.17g)",
			c->quantiles[i], c->quantiles[i + 1]);
	TRY(engine_rows(s->r->engine, a, &rows, e, "simulating",
		"SELECT 0%s FROM (SELECT %s AS who, %s AS x FROM %s)", counts.p, b->who, c->looked,
		b->from));
	for (size_t i = 0; i + 1 < c->n_quantiles; i++)
		enough &= engine_int_at(&rows, 0, 1 + i) >= SIMULATED_SMALL;
	*ret = enough;
	return OK;
}

/* The ends as in the dictionary; what is between them in three digits, dates to the hour. */
static enum status
round_quantiles(struct sim *s, const struct behind *b, struct sim_column *c, struct err *e)
{
	size_t n = c->n_quantiles;
	struct behind_range ends = { c->looked, c->of->out_type == TYPE_INTEGER, c->quantiles[0],
		c->quantiles[n - 1] };
	TRY(behind_ranges(s->r->job->a, s->r->engine, b, &ends, 1, e));
	for (size_t i = 0; i < n; i++) {
		double v = c->quantiles[i];
		v = c->kind == SIM_DATE ? round(v * 24) / 24 : rounded(v, 3);
		c->quantiles[i] = fmin(fmax(v, ends.low), ends.high);
	}
	c->n_quantiles = isfinite(ends.low) ? n : 0;
	return OK;
}

/* Ten patients are too few for two ends: what is in the middle of all of them, twice. */
static enum status
take_middle(struct sim *s, const struct behind *b, struct sim_column *c, struct err *e)
{
	struct engine_rows rows;
	double v;
	TRY(engine_rows(s->r->engine, s->r->job->a, &rows, e, "simulating",
		"SELECT median(m) FROM (SELECT median(x) AS m FROM (SELECT %s AS who, %s AS x "
		"FROM %s) WHERE who IS NOT NULL AND x IS NOT NULL GROUP BY who)",
		b->who, c->looked, b->from));
	const char *text = rows.n ? engine_at(&rows, 0, 0) : NULL;
	if (!text || !str_real(str_of(text), &v))
		return OK;
	v = c->kind == SIM_DATE ? round(v) : rounded(v, 2);
	c->quantiles[0] = c->quantiles[1] = v;
	c->n_quantiles = 2;
	return OK;
}

/* Evenly spaced quantiles, as many as patients allow. */
static enum status
take_quantiles(
	struct sim *s, struct sim_column *c, const struct behind *b, int64_t parts, struct err *e)
{
	struct arena *a = s->r->job->a;
	bool enough = false;
	for (; parts && !enough; parts /= 2) {
		struct engine_rows rows;
		struct buf list = buf_new(a);
		for (int64_t i = 0; i <= parts; i++) {
			double share = i == 0       ? 0.01
				       : i == parts ? 0.99
						    : (double)i / (double)parts;
			buf_printf(&list, "%s%.6f", i ? ", " : "", share);
		}
		TRY(engine_rows(s->r->engine, a, &rows, e, "simulating",
			"SELECT CAST(quantile_cont(%s, [%s]) AS VARCHAR) FROM %s", c->looked,
			list.p, b->from));
		c->n_quantiles = 0;
		read_quantiles(c, rows.n ? engine_at(&rows, 0, 0) : NULL);
		if (c->n_quantiles < 2)
			return OK;
		TRY(round_quantiles(s, b, c, e));
		enough = parts == 1 || !c->n_quantiles;
		if (!enough)
			TRY(enough_between(s, b, c, &enough, e));
	}
	return c->n_quantiles ? OK : take_middle(s, b, c, e);
}

/* Rows are looked at several times, and a join with the parent's is dear: once is enough. */
static enum status
look_at_rows(struct sim *s, struct sim_table *t, const char *who, struct err *e)
{
	struct arena *a = s->r->job->a;
	struct buf columns = buf_new(a);
	for (size_t i = 0; i < t->columns.n; i++) {
		struct sim_column *c = &t->columns.at[i];
		if (c->kind != SIM_NUMBER && c->kind != SIM_DATE)
			continue;
		c->looked = arena_printf(a, "x%zu", i);
		buf_printf(&columns, ", CAST(%s AS DOUBLE) AS %s", c->sql, c->looked);
	}
	return engine_run(s->r->engine, e, "simulating",
		"CREATE OR REPLACE TEMP TABLE looked AS SELECT %s AS who%s FROM %s WHERE "
		"t.file_row_number %% %lld = 0",
		who, columns.p ? columns.p : "", t->from, (long long)(t->rows / SAMPLED + 1));
}

static enum status
measure(struct sim *s, struct sim_table *t, struct sim_column *c, const char *patient,
	struct err *e)
{
	struct arena *a = s->r->job->a;
	struct engine_rows rows;
	const char *who = patient ? patient : "t.file_row_number";
	/* Who is hidden has no outcome here; that is no missing value. */
	const char *value = c->looked ? c->looked : c->sql;
	TRY(engine_rows(s->r->engine, a, &rows, e, "simulating",
		"SELECT count(*) - count(%s), count(*), count(DISTINCT CASE WHEN %s IS NOT NULL "
		"THEN %s END) FROM %s",
		value, value, c->looked ? "who" : who, c->looked ? "looked" : t->from));
	int64_t missing = engine_int_at(&rows, 0, 0), all = engine_int_at(&rows, 0, 1);
	int64_t people = engine_int_at(&rows, 0, 2);
	c->missing = all && !c->of->outcome ? round(100 * (double)missing / (double)all) / 100 : 0;
	if (people < SIMULATED_SMALL || (c->kind != SIM_NUMBER && c->kind != SIM_DATE))
		return OK;
	int64_t parts = people / SIMULATED_SMALL;
	if (parts > SIMULATED_QUANTILES - 1)
		parts = SIMULATED_QUANTILES - 1;
	const struct behind behind = { "looked", "who" };
	return take_quantiles(s, c, &behind, parts, e);
}

/* Values of enough patients, with their shares among those. */
static enum status
measure_codes(struct sim *s, struct sim_table *t, struct sim_column *c, const char *patient,
	struct err *e)
{
	struct arena *a = s->r->job->a;
	struct engine_rows rows;
	if (!patient)
		return OK;
	TRY(engine_rows(s->r->engine, a, &rows, e, "simulating",
		"SELECT CAST(v AS VARCHAR), n FROM (SELECT %s AS v, count(*) AS n, count(DISTINCT "
		"%s) AS who FROM %s GROUP BY 1) WHERE v IS NOT NULL AND who >= %d ORDER BY n DESC, "
		"v LIMIT %d",
		c->sql, patient, t->from, SIMULATED_SMALL, SIMULATED_CODES));
	c->codes.n = rows.n;
	c->codes.at = ARENA_ARRAY(a, rows.n, const char *);
	c->shares = ARENA_ARRAY(a, rows.n, double);
	double sum = 0;
	for (size_t i = 0; i < rows.n; i++) {
		c->codes.at[i] = engine_at(&rows, i, 0);
		sum += (double)engine_int_at(&rows, i, 1);
		c->shares[i] = sum;
	}
	for (size_t i = 0; i < rows.n; i++)
		c->shares[i] /= sum;
	return OK;
}

/* Numbers of few values are codes: 0 and 1, stages, scores. */
static enum status
few_values(struct sim *s, struct sim_table *t, struct sim_column *c, bool *ret, struct err *e)
{
	enum { FEW = 30 };
	int64_t distinct;
	TRY(engine_int(s->r->engine, &distinct, e, "simulating",
		"SELECT approx_count_distinct(%s) FROM %s", c->sql, t->from));
	*ret = distinct <= FEW;
	return OK;
}

/* As a number that can be ranked. */
static const char *
rank_sql(struct sim *s, const struct sim_column *c)
{
	struct arena *a = s->r->job->a;
	if (c->kind != SIM_CODES)
		return arena_printf(a, "CAST(%s AS DOUBLE)", c->sql);
	struct buf b = buf_new(a);
	buf_puts(&b, "CASE CAST(");
	buf_puts(&b, c->sql);
	buf_puts(&b, " AS VARCHAR)");
	for (size_t i = 0; i < c->codes.n; i++)
		buf_printf(&b, " WHEN %s THEN %zu", sql_text(a, c->codes.at[i]), i);
	buf_puts(&b, " END");
	return b.p;
}

static enum status
correlate(struct sim *s, struct sim_table *t, struct err *e)
{
	enum { RANKED_ROWS = 50000 };
	struct arena *a = s->r->job->a;
	struct buf values = buf_new(a), ranks = buf_new(a), pairs = buf_new(a);
	struct engine_rows rows;
	size_t n = 0;
	for (size_t i = 0; i < t->columns.n && n < SIMULATED_COLUMNS; i++) {
		struct sim_column *c = &t->columns.at[i];
		bool known = (c->kind == SIM_CODES && c->codes.n > 1) ||
			     ((c->kind == SIM_NUMBER || c->kind == SIM_DATE) && c->n_quantiles > 1);
		if (!known)
			continue;
		c->place = (int)n++;
		buf_printf(&values, ", %s AS x%d", rank_sql(s, c), c->place);
		buf_printf(&ranks,
			", CASE WHEN x%d IS NOT NULL THEN rank() OVER (ORDER BY x%d) END AS r%d",
			c->place, c->place, c->place);
		for (int k = 0; k < c->place; k++)
			buf_printf(&pairs, ", corr(r%d, r%d)", k, c->place);
	}
	t->n_factor = n;
	t->factor = ARENA_ARRAY(a, n * n, double);
	for (size_t i = 0; i < n; i++)
		t->factor[i * n + i] = 1;
	if (n < 2 || t->rows < 10 * SIMULATED_SMALL) {
		copula_factor(t->factor, n);
		return OK;
	}
	TRY(engine_rows(s->r->engine, a, &rows, e, "simulating",
		"SELECT 0%s FROM (SELECT 0%s FROM (SELECT 0%s FROM %s WHERE t.file_row_number %% "
		"%lld = 0))",
		pairs.p, ranks.p, values.p, t->from, (long long)(t->rows / RANKED_ROWS + 1)));
	for (size_t i = 1, at = 1; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			double v = 0;
			const char *text = engine_at(&rows, 0, at++);
			if (!text || !str_real(str_of(text), &v) || !isfinite(v))
				v = 0;
			v = copula_of_rank(round(v * 20) / 20);
			t->factor[i * n + k] = t->factor[k * n + i] = v;
		}
	copula_factor(t->factor, n);
	return OK;
}

enum status
sim_profile(struct sim *s, struct sim_table *t, struct err *e)
{
	t->columns.at = ARENA_ARRAY(s->r->job->a, t->of->columns.n, struct sim_column);
	TRY(count_rows(s, t, e));
	const char *patient = patient_sql(s, t);
	for (size_t i = 0; i < t->of->columns.n; i++)
		if (plan_released(&t->of->columns.at[i]))
			describe(s, t, &t->of->columns.at[i]);
	TRY(look_at_rows(s, t, patient ? patient : "t.file_row_number", e));
	for (size_t i = 0; i < t->columns.n; i++) {
		struct sim_column *c = &t->columns.at[i];
		bool few = false;
		if (c->kind == SIM_PATIENT)
			continue;
		if (c->kind == SIM_NUMBER)
			TRY(few_values(s, t, c, &few, e));
		if (few && patient)
			c->kind = SIM_CODES;
		TRY(measure(s, t, c, patient, e));
		if (c->kind == SIM_CODES)
			TRY(measure_codes(s, t, c, patient, e));
	}
	return correlate(s, t, e);
}
