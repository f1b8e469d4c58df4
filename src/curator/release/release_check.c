/*
 * The leak check: what was dropped or replaced must not come back, through another column, a word
 * of the recipe, or any file of the images.
 */
#include "curator/leak/leak.h"
#include "curator/leak/leak_file.h"
#include "curator/parquet/read.h"
#include "curator/release/release_internal.h"

/* An identifier of ten patients or more is a category. */
enum { CATEGORY = 10, PATIENT_DIGITS = 5, OTHER_DIGITS = 6, OWN_ROWS = 5, OWN_LOOKED = 1000000 };

struct filler {
	struct leak *leak;
	size_t min_digits;
	bool only_telling; /* values with a digit or an @; plain words could be anything */
};

static void
forbid(void *ctx, struct str value)
{
	const struct filler *f = ctx;
	bool telling = !f->only_telling;
	for (size_t i = 0; i < value.n && !telling; i++)
		telling = (value.p[i] >= '0' && value.p[i] <= '9') || value.p[i] == '@';
	if (!telling)
		return;
	leak_forbid(f->leak, value, f->min_digits);
	/* Spreadsheets take leading zeros away. */
	size_t zeros = 0;
	while (zeros < value.n && value.p[zeros] == '0')
		zeros++;
	if (zeros)
		leak_forbid(
			f->leak, (struct str){ value.p + zeros, value.n - zeros }, f->min_digits);
}

static enum status
forbid_dropped(struct release *r, struct leak *leak, const struct plan_table *t, size_t column,
	struct err *e)
{
	struct arena *a = r->job->a;
	const struct plan_column *c = &t->columns.at[column];
	bool sounds = source_sounds_identifying(c->src->name) || c->src->identifier;
	/* A withheld result or a measured value is not what makes somebody known. */
	if (c->withheld || ((c->type == TYPE_REAL || c->type == TYPE_COMMA) && !sounds))
		return OK;
	struct filler f = { leak, OTHER_DIGITS, !sounds };
	const char *text = plan_text(a, t, column);
	/* Where each row is another patient, rows are sooner counted. */
	bool one_each = t == r->plan.patient && t->src->rows == r->patients;
	/* What is too long is passed over before anything is grouped, which costs most. */
	return engine_each(r->engine, forbid, &f, e, "collecting identifiers",
		arena_printf(a,
			"SELECT v FROM (SELECT %s AS v, count(%s%s) AS n FROM %s WHERE "
			"strlen(%s) >= 4 AND (strlen(%s) <= %d OR starts_with(%s, ' ') OR "
			"ends_with(%s, ' ')) GROUP BY 1) WHERE strlen(v) BETWEEN 4 AND %d AND n < "
			"%d",
			plan_key(a, t, column), one_each ? "" : "DISTINCT ", plan_owner(a, t),
			plan_from(a, t), text, text, LEAK_LONGEST, text, text, LEAK_LONGEST,
			CATEGORY));
}

static enum status
collect(struct release *r, struct leak *leak, struct err *e)
{
	struct filler patient = { leak, PATIENT_DIGITS, false };
	struct filler other = { leak, OTHER_DIGITS, false };
	TRY(engine_each(
		r->engine, forbid, &patient, e, "collecting identifiers", "SELECT src FROM xw"));
	for (size_t i = 0; i < r->plan.keys.n; i++)
		TRY(engine_each(r->engine, forbid, &other, e, "collecting identifiers",
			arena_printf(r->job->a, "SELECT src FROM k%zu", i)));
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		const struct plan_table *t = &r->plan.tables.at[i];
		for (size_t c = 0; c < t->columns.n && t->role != ROLE_SHARED; c++)
			if (t->columns.at[c].action == ACT_DROP && !t->columns.at[c].link)
				TRY(forbid_dropped(r, leak, t, c, e));
	}
	leak_ready(leak);
	return OK;
}

static enum status
leaks(struct err *e, const struct plan_table *t, const struct plan_column *c, int64_t rows)
{
	return err_set(e, E_DENIED, c->src->name,
		"Nothing was released: %s.%s holds identifiers of patients in %lld row%s. Drop the "
		"column, or give it a pseudonym.",
		t->src->name, c->src->name, (long long)rows, rows == 1 ? "" : "s");
}

/*
 * Words everywhere. Whole numbers too, where everybody is: a column of which more than half are
 * identifiers is one, and a sample or invented numbers say no more about it.
 */
static bool
to_search(const struct plan_column *c, bool everybody)
{
	return plan_released(c) && c->action != ACT_PSEUDONYM && !c->general &&
	       (c->out_type == TYPE_TEXT || (everybody && c->out_type == TYPE_INTEGER));
}

/* Does no value of one column of a finished file hold an identifier? Each different one of a group
 * is looked at once. */
static enum status
values_clean(const struct leak *l, const struct parquet_in *in, size_t column, struct part *part,
	bool *ret, struct err *e)
{
	for (size_t g = 0; g < parquet_groups(in); g++) {
		bool all;
		TRY(parquet_values(in, g, column, part, &all, e));
		for (size_t i = 0; i < part->n_values; i++)
			if (leak_holds(l, part->values[i]) != LEAK_NONE)
				return OK;
	}
	*ret = true;
	return OK;
}

/* Which columns of texts need not be searched row by row; none of a file that the engine wrote. */
static enum status
clean_columns(
	struct release *r, const struct plan_table *t, const char *path, bool *clean, struct err *e)
{
	struct parquet_in *in = NULL;
	struct part part = { 0 };
	enum status s = parquet_open(path, &in, e);
	if (s == E_ABSENT)
		return OK;
	for (size_t i = 0, at = 0; i < t->columns.n && s == OK; i++) {
		const struct plan_column *c = &t->columns.at[i];
		if (to_search(c, false))
			s = values_clean(r->leak, in, at, &part, &clean[i], e);
		at += plan_released(c);
	}
	part_free(&part);
	parquet_close(in);
	return s;
}

/* Is what was found of one column more than chance? */
static bool
too_many(const struct plan_table *t, const struct plan_column *c, bool everybody, int64_t sure,
	int64_t numbers, int64_t all)
{
	if (!everybody)
		return sure > 0;
	if (c->out_type == TYPE_INTEGER && t->role != ROLE_SHARED)
		return sure + numbers >= OWN_ROWS && (sure + numbers) * 2 > all;
	return sure > 0 || (numbers >= OWN_ROWS && numbers * 10 > all);
}

/* The released table of one stage against the set. */
static enum status
check_texts(struct release *r, const struct image *m, const struct plan_table *t, struct err *e)
{
	struct arena *a = r->job->a;
	bool everybody = m == &r->images[STAGE_FULL];
	const char *path = arena_printf(a, "%s/%s.parquet", m->dir, t->src->name);
	bool *clean = ARENA_ARRAY(a, t->columns.n, bool);
	struct engine_rows rows;
	struct buf sql = buf_new(a);
	size_t n = 0;
	TRY(clean_columns(r, t, path, clean, e));
	buf_puts(&sql, "SELECT 0");
	for (size_t i = 0; i < t->columns.n; i++) {
		const struct plan_column *c = &t->columns.at[i];
		const char *name = sql_name(a, c->out);
		if (!to_search(c, everybody))
			continue;
		r->searched++;
		if (!clean[i] && ++n)
			buf_printf(&sql,
				", count(*) FILTER (wr_leaks(CAST(%s AS VARCHAR)) = %d)"
				", count(*) FILTER (wr_leaks(CAST(%s AS VARCHAR)) = %d), count(%s)",
				name, LEAK_SURE, name, LEAK_NUMBER, name);
	}
	if (n == 0)
		return OK;
	buf_printf(&sql, " FROM read_parquet(%s)", sql_text(a, path));
	TRY(engine_rows(r->engine, a, &rows, e, "looking for identifiers", "%s", sql.p));
	for (size_t i = 0, at = 1; i < t->columns.n; i++) {
		const struct plan_column *c = &t->columns.at[i];
		if (!to_search(c, everybody) || clean[i])
			continue;
		int64_t sure = engine_int_at(&rows, 0, at++);
		int64_t numbers = engine_int_at(&rows, 0, at++);
		int64_t all = engine_int_at(&rows, 0, at++);
		if (too_many(t, c, everybody, sure, numbers, all))
			return leaks(e, t, c, everybody ? sure + numbers : sure);
	}
	return OK;
}

/* A second column with the patient's own number, whatever its length, is found row by row. */
static enum status
check_own_id(struct release *r, const struct plan_table *t, struct err *e)
{
	struct arena *a = r->job->a;
	struct engine_rows rows;
	struct buf sql = buf_new(a);
	if (t->role == ROLE_SHARED || t->via)
		return OK;
	buf_puts(&sql, "SELECT 0");
	for (size_t i = 0; i < t->columns.n; i++)
		if (t->columns.at[i].action == ACT_KEEP)
			buf_printf(&sql, ", count(*) FILTER (%s = %s), count(%s)",
				plan_key(a, t, i), plan_key(a, t, t->link), plan_key(a, t, i));
	/* More than half of all rows show in a part of them too. */
	buf_printf(&sql, " FROM s%zu WHERE file_row_number < %d", t->number, OWN_LOOKED);
	TRY(engine_rows(r->engine, a, &rows, e, "looking for identifiers", "%s", sql.p));
	for (size_t i = 0, at = 1; i < t->columns.n; i++) {
		if (t->columns.at[i].action != ACT_KEEP)
			continue;
		int64_t own = engine_int_at(&rows, 0, at++);
		int64_t all = engine_int_at(&rows, 0, at++);
		if (own >= OWN_ROWS && own * 2 > all)
			return leaks(e, t, &t->columns.at[i], own);
	}
	return OK;
}

static void
sql_leaks(const void *leak, const struct str *args, struct engine_value *ret)
{
	ret->integer = leak_holds(leak, args[0]);
}

/* What people wrote into the recipe stands in dictionary, README and manifest. */
static enum status
check_words(struct release *r, struct err *e)
{
	const struct recipe *recipe = r->plan.recipe;
	const char *const words[] = { recipe->name, recipe->outcome_meaning, recipe->cite,
		recipe->positive ? recipe->positive : "" };
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (leak_holds(r->leak, str_of(words[i])) == LEAK_SURE)
			return err_set(e, E_DENIED, "recipe",
				"Nothing was released: the recipe's name, outcome or citation "
				"holds "
				"an identifier of a patient.");
	for (size_t i = 0; i < r->plan.tables.n; i++)
		for (size_t k = 0; k < r->plan.tables.at[i].columns.n; k++) {
			const struct plan_column *c = &r->plan.tables.at[i].columns.at[k];
			if (leak_holds(r->leak, str_of(c->meaning)) == LEAK_SURE ||
				leak_holds(r->leak, str_of(c->out)) == LEAK_SURE)
				return err_set(e, E_DENIED, "recipe",
					"Nothing was released: recipe line %d holds an identifier "
					"of "
					"a patient.",
					c->line ? c->line->at.line : 0);
		}
	for (size_t i = 0; i < r->said.entries.n; i++) {
		const struct said_entry *x = &r->said.entries.at[i];
		if (leak_in_text(r->leak, str_of(x->meaning)) ||
			leak_in_text(r->leak, str_of(x->unit)))
			return err_set(e, E_DENIED, "dictionary",
				"Nothing was released: the dictionary's entry of %.200s holds an "
				"identifier of a patient.",
				x->variable);
	}
	return OK;
}

/* The scan must find what is there: an identifier of the set, in a line of its own making. */
static enum status
control(struct release *r, struct err *e)
{
	struct engine_rows rows;
	struct arena *a = r->job->a;
	TRY(engine_rows(r->engine, a, &rows, e, "looking for identifiers",
		"SELECT src FROM xw WHERE length(src) >= 4 AND regexp_matches(src, "
		"'^0|[A-Za-z]') AND NOT regexp_matches(src, '^[0-9.:/-]*$|^[A-Za-z]*$|[ ,;\"]') "
		"ORDER BY ord LIMIT 1"));
	if (rows.n == 0)
		return OK; /* Only numbers that chance produces too: nothing to plant. */
	const char *line = arena_printf(a, "x,1,%s,y", engine_at(&rows, 0, 0));
	if (leak_holds(r->leak, str_of(engine_at(&rows, 0, 0))) == LEAK_SURE &&
		!leak_in_text(r->leak, str_of(line)))
		return err_set(e, E_BUG, "", "The leak scan does not find what was planted.");
	return OK;
}

enum status
release_scan(struct release *r, struct err *e)
{
	release_step(r, r->source_bytes / 2, "looking through the finished files");
	TRY(control(r, e));
	for (int i = 0; i < STAGES; i++) {
		const struct image *m = &r->images[i];
		for (size_t k = 0; m->id && k < m->files.n; k++) {
			int64_t line, bytes;
			const char *name = m->files.at[k].name;
			TRY(leak_in_file(r->leak, arena_printf(r->job->a, "%s/%s", m->dir, name),
				&line, &bytes, e));
			r->scanned += bytes;
			if (line > 0)
				return err_set(e, E_DENIED, name,
					"Nothing was released: %s of the %s stage holds an "
					"identifier of a patient in line %lld.",
					name, m->stage, (long long)line);
		}
	}
	return OK;
}

enum status
release_check(struct release *r, struct err *e)
{
	/* The engine knows the function until it is closed, so the set lives in the release. */
	r->leak = leak_new();
	release_step(r, r->source_bytes, "looking for identifiers");
	TRY(collect(r, r->leak, e));
	TRY(check_words(r, e));
	TRY(engine_add_function(r->engine, "wr_leaks", 1, ENGINE_INT, sql_leaks, r->leak, e));
	for (size_t i = 0; i < r->plan.tables.n; i++) {
		/* Where everybody is comes first: what it finds is told in all its rows. */
		static const enum stage stages[] = { STAGE_FULL, STAGE_SAMPLE, STAGE_SIMULATED };
		for (size_t k = 0; k < 3; k++)
			if (r->images[stages[k]].id)
				TRY(check_texts(
					r, &r->images[stages[k]], &r->plan.tables.at[i], e));
		TRY(check_own_id(r, &r->plan.tables.at[i], e));
	}
	return OK;
}
