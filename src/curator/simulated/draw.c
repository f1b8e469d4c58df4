/* Rows are drawn, written as CSV, and read back by the engine with the release's types. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "curator/simulated/simulated.h"

struct row {
	int32_t patient;
	int64_t number, parent; /* of this table and of the parent's */
	double base;            /* the parent's date */
	double first;           /* this row's first date */
};

/* S and 12 characters: no real pseudonym begins so. Patients' numbers are below zero. */
static void
put_id(FILE *f, int key, int64_t number)
{
	fprintf(f, "S%c%011lld", key < 0 ? 'P' : 'A' + key % 26, (long long)number + 1);
}

static void
put_number(FILE *f, const struct sim_column *c, double v)
{
	if (c->of->out_type == TYPE_INTEGER) {
		fprintf(f, "%.0f", v);
		return;
	}
	double span = c->quantiles[c->n_quantiles - 1] - c->quantiles[0];
	int digits = span > 0 ? 3 - (int)floor(log10(span)) : 3;
	digits = digits < 0 ? 0 : digits > 9 ? 9 : digits;
	fprintf(f, "%.*f", digits, v);
}

/* Days since 1970 to a civil date, by eras of 400 years that begin in March. */
static void
put_date(FILE *f, enum col_type type, double at)
{
	int64_t minutes = (int64_t)floor(at * 1440), day = (int64_t)floor(at);
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int d = (int)(doy - (153 * mp + 2) / 5 + 1), m = (int)(mp < 10 ? mp + 3 : mp - 9);
	int y = (int)(yoe + era * 400 + (m <= 2));
	int minute = (int)(minutes - day * 1440);
	fprintf(f, "%04d-%02d-%02d", y, m, d);
	if (type_has_time(type))
		fprintf(f, " %02d:%02d:00", minute / 60, minute % 60);
}

static void
put_text(FILE *f, const char *s)
{
	putc('"', f);
	for (; *s; s++) {
		if (*s == '"')
			putc('"', f);
		putc(*s, f);
	}
	putc('"', f);
}

static const char *
code_at(const struct sim_column *c, double share)
{
	size_t low = 0, high = c->codes.n - 1;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (share < c->shares[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return c->codes.at[low];
}

/* A key of another table: a row of the same patient there, else one of its own making. */
static void
put_key(struct sim *s, const struct sim_table *t, const struct sim_column *c, struct row *row,
	FILE *f)
{
	struct sim_table *of = s->key_table[c->key];
	if (of == t) {
		put_id(f, c->key, row->number);
		return;
	}
	if (of && of == t->parent) {
		put_id(f, c->key, row->parent);
		return;
	}
	/* Every tenth row begins a new one. */
	put_id(f, c->key, row->number / 10 + row->patient * 1000003LL);
}

static void
put_field(struct sim *s, const struct sim_table *t, const struct sim_column *c, double z,
	struct row *row, FILE *f)
{
	double share = copula_share(z);
	if (c->kind == SIM_PATIENT) {
		put_id(f, -1, row->patient);
		return;
	}
	if (c->of->outcome && s->hidden[row->patient])
		return;
	bool missing = dice_uniform(&s->dice) < c->missing;
	double v = c->n_quantiles ? copula_quantile(c->quantiles, c->n_quantiles, share) : 0;
	if (c->kind == SIM_DATE)
		v += c->after_first ? row->first : c->after_parent ? row->base : 0;
	if (c->kind == SIM_DATE && !c->after_first && c->n_quantiles)
		row->first = v;
	if (missing)
		return;
	if (c->kind == SIM_KEY)
		put_key(s, t, c, row, f);
	else if (c->kind == SIM_CODES && c->codes.n)
		put_text(f, code_at(c, share));
	else if (c->kind == SIM_NUMBER && c->n_quantiles)
		put_number(f, c, v);
	else if (c->kind == SIM_DATE && c->n_quantiles)
		put_date(f, c->of->out_type, v);
	else if (c->kind == SIM_TEXT)
		put_text(f, "Simulated text.");
}

static void
put_row(struct sim *s, struct sim_table *t, struct row *row, double *z, double *scratch, FILE *f)
{
	copula_draw(t->factor, t->n_factor, &s->dice, scratch, z);
	row->first = row->base;
	for (size_t i = 0; i < t->columns.n; i++) {
		const struct sim_column *c = &t->columns.at[i];
		double own = c->place >= 0 ? z[c->place] : dice_normal(&s->dice);
		if (i)
			putc(',', f);
		put_field(s, t, c, own, row, f);
	}
	putc('\n', f);
	t->patient[row->number] = row->patient;
	t->date[row->number] = row->first;
}

/* Rows of every patient, or of every row of the parent. */
static void
put_rows(struct sim *s, struct sim_table *t, FILE *f)
{
	struct arena *a = s->r->job->a;
	int64_t units = t->parent ? t->parent->n_drawn : s->n_patients;
	double *z = ARENA_ARRAY(a, t->n_factor + 1, double);
	double *scratch = ARENA_ARRAY(a, t->n_factor + 1, double);
	double mean = t->mean;
	if (mean * (double)units > SIMULATED_ROWS)
		mean = SIMULATED_ROWS / (double)units;
	int64_t room = SIMULATED_ROWS * 2;
	t->patient = ARENA_ARRAY(a, (size_t)room, int32_t);
	t->date = ARENA_ARRAY(a, (size_t)room, double);
	for (int64_t u = 0; u < units; u++) {
		uint64_t n = t->of->role == ROLE_PATIENT ? 1 : dice_count(&s->dice, mean);
		for (; n && t->n_drawn < room; n--, t->n_drawn++) {
			struct row row = { .number = t->n_drawn, .parent = u };
			row.patient = t->parent ? t->parent->patient[u] : (int32_t)u;
			row.base = t->parent ? t->parent->date[u] : 0;
			put_row(s, t, &row, z, scratch, f);
		}
	}
}

static const char *
engine_type(enum col_type t)
{
	return t == TYPE_INTEGER                   ? "BIGINT"
	       : t == TYPE_REAL || t == TYPE_COMMA ? "DOUBLE"
	       : type_has_time(t)                  ? "TIMESTAMP"
	       : type_is_date(t)                   ? "DATE"
						   : "VARCHAR";
}

static enum status
write_raw(struct sim *s, struct sim_table *t, const char *path, struct err *e)
{
	FILE *f = fopen(path, "wxe");
	if (!f)
		return err_errno(e, "Cannot make a simulated table");
	for (size_t i = 0; i < t->columns.n; i++)
		fprintf(f, "%sc%zu", i ? "," : "", i);
	putc('\n', f);
	put_rows(s, t, f);
	bool bad = ferror(f) != 0;
	if (fclose(f) != 0 || bad)
		return err_errno(e, "Cannot write a simulated table");
	return OK;
}

enum status
sim_draw(struct sim *s, struct sim_table *t, struct err *e)
{
	struct release *r = s->r;
	struct arena *a = r->job->a;
	const char *name = t->of->src->name;
	const char *raw = arena_printf(a, "%s/simulated.csv", r->place.temp);
	struct buf select = buf_new(a);
	int64_t rows;
	TRY(write_raw(s, t, raw, e));
	for (size_t i = 0; i < t->columns.n; i++)
		buf_printf(&select, "%sCAST(c%zu AS %s) AS %s", i ? ", " : "", i,
			engine_type(t->columns.at[i].of->out_type),
			sql_name(a, t->columns.at[i].of->out));
	TRY(engine_run(r->engine, e, "simulating",
		"CREATE OR REPLACE TABLE simulated AS SELECT %s FROM read_csv(%s, header = true, "
		"all_varchar = true, quote = '\"', escape = '\"', delim = ',')",
		select.p, sql_text(a, raw)));
	unlink(raw);
	TRY(sim_alike(s, t, e));
	TRY(engine_int(r->engine, &rows, e, "simulating", "SELECT count(*) FROM simulated"));
	s->rows += rows;
	static const char *const forms[][2] = { { "csv", "csv, HEADER" },
		{ "parquet", PLAN_PARQUET_FORM } };
	for (size_t i = release_csv(r, t->of) ? 0 : 1; i < 2; i++) {
		const char *file = arena_printf(a, "%s.%s", name, forms[i][0]);
		TRY(engine_run(r->engine, e, "simulating",
			"COPY (SELECT * FROM simulated ORDER BY rowid) TO %s (FORMAT %s)",
			sql_text(a, arena_printf(a, "%s/%s", s->image->dir, file)), forms[i][1]));
		TRY(image_add(a, s->image, file, rows, e));
	}
	return OK;
}
