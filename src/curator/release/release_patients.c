/*
 * Who the patients of a release are: pseudonyms, shifts, hidden and sample patients, and whose the
 * rows of every table are.
 */
#include "base/io.h"
#include "curator/release/release_internal.h"

/* Rows of the patients' table without a patient cannot be anybody's. */
static enum status
check_patients(struct release *r, struct err *e)
{
	const struct plan_table *t = r->plan.patient;
	int64_t nobody;
	TRY(engine_int(r->engine, &nobody, e, "looking for patients",
		"SELECT count(*) FROM s%zu WHERE %s IS NULL", t->number,
		plan_key(r->job->a, t, t->link)));
	if (nobody > 0)
		return err_set(e, E_INPUT, "recipe",
			"Table %s has %lld row%s without a patient in %s.", t->src->name,
			(long long)nobody, nobody == 1 ? "" : "s",
			t->columns.at[t->link].src->name);
	return OK;
}

/* truth(src, unit, label): what is known of the outcome, before anything is hidden. */
static enum status
make_truth(struct release *r, struct err *e)
{
	struct arena *a = r->job->a;
	const struct plan_table *t = r->plan.outcome_table;
	const struct recipe *recipe = r->plan.recipe;
	const char *value = plan_value(a, t, r->plan.outcome);
	const char *text = plan_text(a, t, r->plan.outcome);
	const char *label = value;
	double number;
	if (recipe->binary && type_is_number(t->columns.at[r->plan.outcome].type) &&
		str_real(str_of(recipe->positive), &number))
		label = arena_printf(a, "CAST(%s = %.15g AS INTEGER)", value, number);
	else if (recipe->binary)
		label = arena_printf(
			a, "CAST(trim(%s) = %s AS INTEGER)", text, sql_text(a, recipe->positive));
	return engine_run(r->engine, e, "reading the outcome",
		"CREATE TABLE truth AS SELECT %s AS src, %s AS unit, %s AS label FROM %s "
		"WHERE %s IS NOT NULL AND trim(%s) <> '' AND src IN "
		"(SELECT %s FROM s%zu)",
		plan_owner(a, t), plan_key(a, t, r->plan.unit), label, plan_from(a, t), value, text,
		plan_key(a, r->plan.patient, r->plan.patient->link), r->plan.patient->number);
}

static enum status
check_truth(struct release *r, struct err *e)
{
	struct engine_rows rows;
	const struct plan_table *t = r->plan.outcome_table;
	const char *outcome = r->plan.recipe->outcome.text;
	const char *unit = t->columns.at[r->plan.unit].src->name;
	TRY(engine_rows(r->engine, r->job->a, &rows, e, "checking the outcome",
		"SELECT count(*), count(DISTINCT unit), count(unit), count(DISTINCT label), "
		"(SELECT count(DISTINCT lower(trim(%s))) FROM s%zu) FROM truth",
		plan_text(r->job->a, t, r->plan.outcome), t->number));
	int64_t n = engine_int_at(&rows, 0, 0);
	int64_t units = engine_int_at(&rows, 0, 1);
	int64_t named = engine_int_at(&rows, 0, 2);
	int64_t values = engine_int_at(&rows, 0, 3);
	int64_t classes = engine_int_at(&rows, 0, 4);
	if (n == 0)
		return err_set(e, E_INPUT, "recipe", "%s is empty for every patient.", outcome);
	if (named < n)
		return err_set(e, E_INPUT, "recipe",
			"%lld rows have an outcome but nothing in %s to name them by.",
			(long long)(n - named), unit);
	if (units < n)
		return err_set(e, E_INPUT, "recipe",
			"%s has several outcomes for the same %s; write "
			"\"outcome %s each TABLE.COLUMN\" with a column that differs in every row.",
			outcome, unit, outcome);
	if (r->plan.recipe->binary && (values != 2 || classes > 2))
		return err_set(e, E_INPUT, "recipe",
			"%s is to be binary, but it has %lld different values, and %s them is the "
			"positive one.",
			outcome, (long long)classes, values == 2 ? "one of" : "none or all of");
	return OK;
}

/* Who objected is remembered by pseudonym, also when a later import brings the rows back. */
static enum status
leave_withdrawn(struct release *r, struct err *e)
{
	struct str list;
	enum status s = io_read_at(r->job->a, r->place.fd, "withdrawn", 16 << 20, &list, e);
	if (s == E_ABSENT)
		return OK;
	TRY(s);
	while (list.n) {
		struct str pid = str_cut(&list, '\n');
		TRY(engine_run(r->engine, e, "leaving out who objected",
			"DELETE FROM xw WHERE pid = %s",
			sql_text(r->job->a, str_dup(r->job->a, pid))));
	}
	return engine_run(r->engine, e, "leaving out who objected",
		"UPDATE xw SET ord = n.n FROM (SELECT pid, CAST(row_number() OVER (ORDER BY pid) "
		"AS "
		"INTEGER) AS n FROM xw) AS n WHERE n.pid = xw.pid");
}

enum status
release_keys(struct release *r, struct err *e)
{
	for (size_t i = 0; i < r->plan.keys.n; i++) {
		struct buf all = buf_new(r->job->a);
		const char * or = "";
		for (size_t k = 0; k < r->plan.tables.n; k++)
			for (size_t c = 0; c < r->plan.tables.at[k].columns.n; c++) {
				const struct plan_table *of = &r->plan.tables.at[k];
				if (of->columns.at[c].key != (int)i)
					continue;
				buf_printf(&all, "%sSELECT %s AS src FROM s%zu", or,
					plan_key(r->job->a, of, c), of->number);
				or = " UNION ALL ";
			}
		TRY(engine_run(r->engine, e, "making pseudonyms",
			"CREATE TABLE k%zu AS SELECT *, wr_number(pid) AS num FROM (SELECT src, "
			"wr_pseudonym(%s, src) AS pid FROM (SELECT DISTINCT src FROM (%s) WHERE "
			"src IS NOT NULL))",
			i, sql_text(r->job->a, r->plan.keys.at[i].domain), all.p));
	}
	return OK;
}

/* xw: the patients, each with a pseudonym, a shift and a place among hidden and sample. */
static enum status
make_crosswalk(struct release *r, struct err *e)
{
	const struct plan_table *t = r->plan.patient;
	const struct recipe *recipe = r->plan.recipe;
	TRY(engine_run(r->engine, e, "making pseudonyms",
		"CREATE TABLE xw AS SELECT *, CAST(row_number() OVER (ORDER BY num) AS INTEGER) AS "
		"ord FROM (SELECT src, wr_pseudonym('patient', src) AS pid, wr_number(pid) AS num, "
		"wr_shift(src) AS shift, known, "
		"known AND wr_percent('hidden', src) < %.15g AS hidden, "
		"NOT hidden AND wr_percent('sample', src) < %.15g AS sample "
		"FROM (SELECT p.src, p.src IN (SELECT src FROM truth) AS known "
		"FROM (SELECT DISTINCT %s AS src FROM s%zu) AS p))",
		recipe->hidden, recipe->sample, plan_key(r->job->a, t, t->link), t->number));
	TRY(leave_withdrawn(r, e));
	return release_keys(r, e);
}

static enum status
check_crosswalk(struct release *r, struct err *e)
{
	struct engine_rows rows;
	int64_t classes;
	TRY(engine_rows(r->engine, r->job->a, &rows, e, "counting patients",
		"SELECT count(*), count(*) FILTER (sample), count(*) FILTER (hidden), "
		"count(*) - count(DISTINCT pid) FROM xw"));
	r->patients = engine_int_at(&rows, 0, 0);
	r->sample_patients = engine_int_at(&rows, 0, 1);
	r->hidden_patients = engine_int_at(&rows, 0, 2);
	int64_t same = engine_int_at(&rows, 0, 3);
	for (size_t i = 0; i < r->plan.keys.n && same == 0; i++)
		TRY(engine_int(r->engine, &same, e, "checking pseudonyms",
			"SELECT count(*) - count(DISTINCT pid) FROM k%zu", i));
	if (same > 0)
		return err_set(e, E_CONFLICT, "",
			"Two different identifiers have the same pseudonym; nothing was released.");
	if (r->sample_patients == 0 || r->hidden_patients == 0)
		return err_set(e, E_INPUT, "recipe",
			"Of %lld patients none would be %s; raise the share.",
			(long long)r->patients,
			r->hidden_patients == 0 ? "hidden" : "in the sample");
	TRY(engine_int(r->engine, &classes, e, "checking hidden labels",
		"SELECT count(DISTINCT label) FROM truth JOIN xw USING (src) WHERE hidden"));
	if (classes < 2)
		return err_set(e, E_INPUT, "recipe",
			"The %lld hidden patients all have the same outcome, so nothing could be "
			"scored; raise the share of hidden patients.",
			(long long)r->hidden_patients);
	return OK;
}

enum status
release_left_out(struct release *r, const struct plan_table *t, int64_t rows, struct err *e)
{
	if (rows == t->src->rows)
		return err_set(e, E_INPUT, "recipe",
			"No row of %s belongs to a patient: its %s never equals %s.", t->src->name,
			t->columns.at[t->link].src->name, r->plan.recipe->patient.text);
	r->left_out[t - r->plan.tables.at] = rows;
	return OK;
}

/* A key of the table in between must belong to one patient. */
enum status
release_links(struct release *r, struct err *e)
{
	for (size_t i = 0; i < r->plan.links.n; i++)
		TRY(engine_run(
			r->engine, e, r->plan.links.at[i].doing, "%s", r->plan.links.at[i].sql));
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const struct plan_table *t = &r->plan.tables.at[i];
		int64_t shared;
		if (!t->via)
			continue;
		TRY(engine_int(r->engine, &shared, e, "linking tables",
			"SELECT count(*) FROM o%zu WHERE n > 1", t->number));
		if (shared > 0)
			return err_set(e, E_INPUT, "recipe",
				"%s.%s has %lld values that belong to several patients, so %s "
				"cannot "
				"be linked by it.",
				t->via->src->name, t->via->src->columns.at[t->via_column].name,
				(long long)shared, t->src->name);
	}
	return OK;
}

enum status
release_patients(struct release *r, struct err *e)
{
	TRY(check_patients(r, e));
	TRY(release_links(r, e));
	TRY(make_truth(r, e));
	TRY(check_truth(r, e));
	TRY(make_crosswalk(r, e));
	TRY(check_crosswalk(r, e));
	for (size_t i = 0; i < r->plan.prepare.n; i++)
		TRY(engine_run(r->engine, e, r->plan.prepare.at[i].doing, "%s",
			r->plan.prepare.at[i].sql));
	return OK;
}
