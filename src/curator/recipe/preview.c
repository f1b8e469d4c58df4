/*
 * What a recipe does, shown on invented rows: the same statements as a release runs, over tables of
 * the same names and types that hold nobody. The real tables stay closed; only their description is
 * read, so that a recipe that does not fit them is told with line and character.
 */
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "curator/recipe/invent.h"
#include "curator/release/quasi.h"
#include "curator/release/release_internal.h"

enum { PATIENTS = 80, MOST_PATIENTS = 1000, TURNS = 2, PAIRS = 3, SHOWN_BYTES = 160 };

struct preview {
	struct release *r;
	struct source source;
	struct recipe recipe;
	size_t patients;
	struct jsonw json;
};

/* Enough that a value which is common stays so. */
static size_t
patients_for(const struct recipe *r)
{
	int64_t most = PATIENTS;
	for (size_t i = 0; i < r->tables.n; i++)
		for (size_t k = 0; k < r->tables.at[i].columns.n; k++) {
			int64_t below = r->tables.at[i].columns.at[k].below;
			if (below < MOST_PATIENTS && below * 8 > most)
				most = below * 8;
		}
	return (size_t)(most < MOST_PATIENTS ? most : MOST_PATIENTS);
}

static const struct plan_table *
planned(const struct preview *v, const struct source_table *t)
{
	for (size_t i = 0; i < v->r->plan.tables.n; i++)
		if (v->r->plan.tables.at[i].src == t)
			return &v->r->plan.tables.at[i];
	return NULL;
}

/* Is it the column by which another table finds its patients? */
static bool
links_others(const struct preview *v, const struct plan_table *t, size_t column)
{
	for (size_t i = 0; i < v->r->plan.tables.n; i++) {
		const struct plan_table *o = &v->r->plan.tables.at[i];
		if (o->via == t && o->via_column == column)
			return true;
	}
	return false;
}

static enum invent_as
stands_for(const struct preview *v, const struct plan_table *t, size_t column)
{
	const struct plan_column *c = &t->columns.at[column];
	bool link = t->role != ROLE_SHARED && t->link == column;
	if ((link && !t->via) || c->link)
		return INVENT_PATIENT;
	return link || c->key >= 0 || links_others(v, t, column) ? INVENT_KEY : INVENT_VALUE;
}

static const char *
value_of(struct preview *v, const struct plan_table *t, const struct source_table *src,
	size_t column, size_t patient, size_t turn)
{
	struct arena *a = v->r->job->a;
	const struct source_column *c = &src->columns.at[column];
	if (!t)
		return invent_value(a, c, INVENT_VALUE, patient, turn);
	const struct plan_column *p = &t->columns.at[column];
	/* One above the cap, so that it is seen at work. */
	if (p->action == ACT_CAP && patient == 1)
		return arena_printf(a, "%.0f", p->line->number + 3);
	return invent_value(a, c, stands_for(v, t, column), patient, turn);
}

static void
put_quoted(struct buf *b, const char *text)
{
	buf_putc(b, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_putc(b, '"');
		buf_putc(b, *text);
	}
	buf_putc(b, '"');
}

/* As a file that the engine reads: thousands of values are too many for a statement. */
static enum status
invent_table(struct preview *v, size_t number, struct err *e)
{
	struct arena *a = v->r->job->a;
	const struct source_table *src = &v->source.tables.at[number];
	const struct plan_table *t = planned(v, src);
	size_t turns = t && t->role == ROLE_LINKED ? TURNS : 1;
	struct buf csv = buf_new(a), names = buf_new(a);
	for (size_t i = 0; i < v->patients * turns; i++) {
		for (size_t k = 0; k < src->columns.n; k++) {
			const char *x = value_of(v, t, src, k, i / turns, i % turns);
			if (k)
				buf_putc(&csv, ',');
			if (x)
				put_quoted(&csv, x);
		}
		/* The last column keeps lines of one missing value from being empty lines. */
		buf_puts(&csv, ",\"-\"\n");
	}
	for (size_t k = 0; k < src->columns.n; k++)
		buf_printf(&names, "'c%zu': 'VARCHAR', ", k);
	const char *name = arena_printf(a, "%zu.csv", number);
	const char *path = arena_printf(a, "%s/%s", v->r->place.temp, name);
	TRY(io_replace_at(v->r->place.fd, name, 0600, csv.p, csv.n, e));
	return engine_run(v->r->engine, e, "inventing rows",
		"CREATE TABLE s%zu AS SELECT *, row_number() OVER () - 1 AS file_row_number FROM "
		"read_csv(%s, header = false, columns = {%s'last': 'VARCHAR'}, auto_detect = "
		"false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
		"allow_quoted_nulls = false, parallel = false)",
		number, sql_text(a, path), names.p);
}

/* The patients, all of them known, none hidden: what is shown is what most rows become. */
static enum status
make_patients(struct preview *v, struct err *e)
{
	struct release *r = v->r;
	const struct plan_table *t = r->plan.patient;
	TRY(release_links(r, e));
	TRY(engine_run(r->engine, e, "making pseudonyms",
		"CREATE TABLE xw AS SELECT src, wr_pseudonym('patient', src) AS pid, "
		"wr_number(pid) AS num, wr_shift(src) AS shift, true AS known, false AS hidden, "
		"true AS sample, CAST(row_number() OVER "
		"(ORDER BY src) AS INTEGER) AS ord FROM (SELECT DISTINCT %s AS src FROM s%zu)",
		plan_key(r->job->a, t, t->link), t->number));
	TRY(release_keys(r, e));
	for (size_t i = 0; i < r->plan.prepare.n; i++)
		TRY(engine_run(r->engine, e, r->plan.prepare.at[i].doing, "%s",
			r->plan.prepare.at[i].sql));
	return release_scrub(r, e);
}

/* The rows before, in the order in which plan_select gives those after. */
static const char *
select_before(struct preview *v, const struct plan_table *t)
{
	struct arena *a = v->r->job->a;
	struct buf b = buf_new(a);
	for (size_t k = 0; k < t->columns.n; k++)
		buf_printf(&b, "%ss%zu.c%zu", k ? ", " : "SELECT ", t->number, k);
	buf_printf(&b, " FROM %s", plan_from(a, t));
	if (t->role != ROLE_SHARED)
		buf_printf(&b, " JOIN xw ON xw.src = %s", plan_owner(a, t));
	buf_printf(&b, " ORDER BY %ss%zu.file_row_number", t->role == ROLE_SHARED ? "" : "xw.num, ",
		t->number);
	return b.p;
}

/* when: what decides that it is so; NULL when nothing does. */
static void
put_pair(struct preview *v, const char *before, const char *after, bool released, const char *when)
{
	struct arena *a = v->r->job->a;
	struct jsonw *j = &v->json;
	jsonw_open(j, '{');
	jsonw_key(j, "before"),
		jsonw_text(j, before ? arena_printf(a, "%.*s", SHOWN_BYTES, before) : "");
	if (released)
		jsonw_key(j, "after"),
			jsonw_text(j, after ? arena_printf(a, "%.*s", SHOWN_BYTES, after) : "");
	if (when)
		jsonw_key(j, "when"), jsonw_text(j, when);
	jsonw_close(j, '}');
}

/* The row of a value that shows something: rare, or above the cap. Else the first. */
static size_t
telling_row(const struct plan_column *c, const struct engine_rows *before, size_t column)
{
	for (size_t i = 0; i < before->n; i++) {
		const char *x = engine_at(before, i, column);
		double v;
		if (x && (streq(x, INVENT_RARE) ||
				 (c->action == ACT_CAP && str_real(str_of(x), &v) &&
					 v > c->line->number)))
			return i;
	}
	return 0;
}

static bool
is_new(const struct engine_rows *rows, size_t column, const size_t *shown, size_t n, size_t row)
{
	const char *x = engine_at(rows, row, column);
	for (size_t i = 0; i < n; i++) {
		const char *y = engine_at(rows, shown[i], column);
		if ((!x && !y) || (x && y && streq(x, y)))
			return false;
	}
	return true;
}

/* A few rows of one column, all different. */
static void
put_pairs(struct preview *v, const struct plan_column *c, const struct engine_rows *before,
	size_t column, const struct engine_rows *after, size_t out)
{
	size_t shown[PAIRS], n = 0, telling = telling_row(c, before, column);
	bool released = plan_released(c);
	/* Such that become different things, and then any others. */
	for (int any = released ? 0 : 1; any < 2; any++)
		for (size_t i = 0; i < before->n && n < PAIRS - 1; i++)
			if (i != telling && is_new(before, column, shown, n, i) &&
				(any || is_new(after, out, shown, n, i)))
				shown[n++] = i;
	if (before->n && is_new(before, column, shown, n, telling))
		shown[n++] = telling;
	jsonw_key(&v->json, "pairs"), jsonw_open(&v->json, '[');
	for (size_t i = 0; i < n; i++)
		put_pair(v, engine_at(before, shown[i], column),
			released ? engine_at(after, shown[i], out) : NULL, released, NULL);
	jsonw_close(&v->json, ']');
}

/* How many patients share a value decides: of that invented rows know nothing. */
static bool
by_patients(const struct plan_column *c)
{
	return plan_released(c) &&
	       (c->action == ACT_GROUP ||
		       (c->action == ACT_POSTAL && c->line->postal == POSTAL_PATIENTS));
}

/* One value, and both things that may become of it. */
static void
put_rule(struct preview *v, const struct plan_column *c, const struct engine_rows *before,
	size_t column, const struct engine_rows *after, size_t out)
{
	struct arena *a = v->r->job->a;
	const char *from = NULL, *to = NULL;
	for (size_t i = 0; i < before->n && !to; i++) {
		const char *x = engine_at(before, i, column), *y = engine_at(after, i, out);
		if (x && !streq(x, INVENT_RARE))
			from = from ? from : x;
		if (x && y && !streq(y, "other"))
			from = x, to = y;
	}
	/* All of them were too few: what is kept is the value, or its beginning. */
	if (!to && from)
		to = c->action == ACT_POSTAL ? arena_printf(a, "%.*s", (int)c->line->digits, from)
					     : from;
	jsonw_key(&v->json, "pairs"), jsonw_open(&v->json, '[');
	if (from) {
		put_pair(v, from, to, true,
			arena_printf(
				a, "at least %lld patients have it", (long long)c->line->below));
		put_pair(v, from, "other", true,
			arena_printf(a, "fewer than %lld have it", (long long)c->line->below));
	}
	jsonw_close(&v->json, ']');
}

static void
say_column(struct preview *v, const struct plan_table *t, const struct plan_column *c,
	const struct engine_rows *before, size_t column, const struct engine_rows *after,
	size_t out)
{
	const char *x = before->n ? engine_at(before, 0, column) : NULL;
	const char *y = plan_released(c) && after->n ? engine_at(after, 0, out) : NULL;
	buf_printf(&v->r->job->said, "%s.%s: %s; %s -> %s\n", t->src->name, c->src->name,
		plan_released(c) ? plan_treatment(v->r->job->a, c) : "not released", x ? x : "",
		y ? y : "nothing");
}

static enum status
put_table(struct preview *v, const struct plan_table *t, struct err *e)
{
	struct arena *a = v->r->job->a;
	struct jsonw *j = &v->json;
	struct engine_rows before, after;
	size_t out = 0;
	TRY(engine_rows(
		v->r->engine, a, &before, e, "showing invented rows", "%s", select_before(v, t)));
	TRY(engine_rows(v->r->engine, a, &after, e,
		arena_printf(a, "de-identifying invented rows of %s", t->src->name), "%s",
		plan_select(a, t, false)));
	if (before.n != after.n)
		return err_set(e, E_BUG, "", "The preview of %s lost rows.", t->src->name);
	jsonw_open(j, '{');
	jsonw_key(j, "name"), jsonw_text(j, t->src->name);
	jsonw_key(j, "columns"), jsonw_open(j, '[');
	for (size_t k = 0; k < t->columns.n; k++) {
		const struct plan_column *c = &t->columns.at[k];
		jsonw_open(j, '{');
		jsonw_key(j, "name"), jsonw_text(j, c->src->name);
		jsonw_key(j, "out"), jsonw_text(j, plan_released(c) ? c->out : "");
		jsonw_key(j, "treatment"),
			jsonw_text(j, plan_released(c) ? plan_treatment(a, c) : "not released");
		jsonw_key(j, "quasi"), jsonw_open(j, '{');
		jsonw_key(j, "may"), jsonw_bool(j, quasi_of(t, c) != QUASI_NOT);
		jsonw_key(j, "suggested"),
			jsonw_bool(j, quasi_of(t, c) == QUASI_LIKELY && t->role == ROLE_PATIENT);
		jsonw_key(j, "why"), jsonw_text(j, quasi_why(t, c));
		jsonw_close(j, '}');
		if (by_patients(c))
			put_rule(v, c, &before, k, &after, out);
		else
			put_pairs(v, c, &before, k, &after, out);
		jsonw_close(j, '}');
		say_column(v, t, c, &before, k, &after, out);
		out += plan_released(c);
	}
	jsonw_close(j, ']');
	jsonw_close(j, '}');
	return OK;
}

static enum status
put_result(struct preview *v, struct str recipe, struct err *e)
{
	struct jsonw *j = &v->json;
	uint8_t hash[32];
	char hex[65];
	crypto_generichash(hash, sizeof hash, (const uint8_t *)recipe.p, recipe.n, NULL, 0);
	hex_encode(hex, hash, sizeof hash);
	jsonw_open(j, '{');
	jsonw_key(j, "ok"), jsonw_bool(j, true);
	jsonw_key(j, "recipe_hash"), jsonw_text(j, hex);
	jsonw_key(j, "tables"), jsonw_open(j, '[');
	for (size_t i = 0; i < v->r->plan.tables.n; i++)
		TRY(put_table(v, &v->r->plan.tables.at[i], e));
	jsonw_close(j, ']');
	jsonw_key(j, "left_out"), jsonw_open(j, '[');
	for (size_t i = 0; i < v->r->plan.left_out.n; i++)
		jsonw_text(j, v->r->plan.left_out.at[i]);
	jsonw_close(j, ']');
	jsonw_close(j, '}');
	return OK;
}

/* Below the project's folder for what is temporary: nothing there outlives the job. */
static enum status
open_place(struct preview *v, const struct place *real, struct err *e)
{
	struct place *p = &v->r->place;
	cleanup_fd int fd = openat(real->fd, "source", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, E_ABSENT, "", "No data have been imported for this project yet.");
	TRY(source_read(v->r->job->a, fd, &v->source, e));
	*p = *real;
	p->dir = p->source = real->temp;
	p->lock = -1;
	p->fd = open(real->temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return p->fd < 0 ? err_errno(e, "Cannot open the folder for temporary files") : OK;
}

enum status
preview_run(struct job *job, int64_t project, struct str recipe, struct err *e)
{
	cleanup_place struct place real = { .fd = -1, .lock = -1 };
	cleanup_release struct release r = { .job = job, .place = { .fd = -1, .lock = -1 } };
	struct preview v = { .r = &r, .json = jsonw_new(&job->result) };
	TRY(recipe_parse(job->a, recipe, &v.recipe, e));
	TRY(place_enter(job, project, &real, e));
	TRY(open_place(&v, &real, e));
	TRY(plan_bind(job->a, &v.recipe, &v.source, &r.plan, e));
	v.patients = patients_for(&v.recipe);
	TRY(release_engine(&r, e));
	for (size_t i = 0; i < v.source.tables.n; i++) {
		job_progress(job, i, v.source.tables.n, "inventing rows of %s",
			v.source.tables.at[i].name);
		TRY(invent_table(&v, i, e));
	}
	plan_steps(job->a, &r.plan);
	TRY(make_patients(&v, e));
	return put_result(&v, recipe, e);
}
