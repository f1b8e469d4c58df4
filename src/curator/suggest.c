/*
 * A first recipe for what was imported: which columns look like identifiers, by their names and by
 * what stands in them, and what should become of each. It names every column and says why; the
 * outcome is the clinician's to name.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "curator/engine.h"
#include "curator/identify.h"
#include "curator/job.h"
#include "curator/source.h"

enum { LOOKED_ROWS = 200000, FEW = 200, RARE = 10, LONG_TEXT = 40, AGE = 89 };

/* Share of values from which on the column is believed to hold such identifiers, and from which on
 * free text is believed to hold some. */
#define MOSTLY 0.2

struct seen {
	int64_t values, long_ones;
	int64_t of[IDENTS];
};

struct suggestion {
	struct job *job;
	struct engine *engine;
	struct source source;
	struct buf out;
	const struct source_table *patients;
	const struct source_column *patient;
	struct seen seen;
};

static void
look(void *ctx, struct str value)
{
	struct seen *s = ctx;
	s->values++;
	s->long_ones += value.n > LONG_TEXT;
	s->of[ident_of_value(value)]++;
}

static bool
sounds_patient(const char *name)
{
	static const char *const names[] = { "patient_id", "patientid", "patient", "pid", "pat_id",
		"subject_id", "subject", "person_id", "mrn", "usubjid", "patno", "patient_no",
		"patnr", "patient_key", "subjectid" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_ieq(str_of(name), str_of(names[i])))
			return true;
	return false;
}

static bool
unique(const struct source_table *t, const struct source_column *c)
{
	return c->missing == 0 && (double)c->distinct >= 0.98 * (double)t->rows;
}

/* The table in which a column that sounds like the patient is unique; else the first unique one. */
static void
find_patient(struct suggestion *s)
{
	for (int round = 0; round < 2 && !s->patient; round++)
		for (size_t i = 0; i < s->source.tables.n && !s->patient; i++) {
			const struct source_table *t = &s->source.tables.at[i];
			for (size_t k = 0; k < t->columns.n && !s->patient; k++) {
				const struct source_column *c = &t->columns.at[k];
				bool id = round == 0 ? sounds_patient(c->name)
						     : k == 0 && c->identifier;
				if (id && unique(t, c))
					s->patients = t, s->patient = c;
			}
		}
}

/* A key: another table has a column of the same name. */
static bool
is_key(const struct suggestion *s, const struct source_table *t, const struct source_column *c)
{
	size_t n = strlen(c->name);
	bool sounds = n > 2 && (strcasecmp(c->name + n - 2, "id") == 0 ||
				       strcasecmp(c->name + n - 2, "no") == 0 ||
				       strcasecmp(c->name + n - 2, "nr") == 0);
	for (size_t i = 0; i < s->source.tables.n; i++) {
		const struct source_table *o = &s->source.tables.at[i];
		if (o != t && source_find_column(o, str_of(c->name)))
			return sounds || c->identifier;
	}
	return false;
}

static const struct source_column *
link_of(const struct suggestion *s, const struct source_table *t)
{
	const struct source_column *c =
		s->patient ? source_find_column(t, str_of(s->patient->name)) : NULL;
	for (size_t k = 0; k < t->columns.n && !c; k++)
		if (sounds_patient(t->columns.at[k].name))
			c = &t->columns.at[k];
	return c;
}

/* A table that has both the patient and a column of this one. */
static const struct source_column *
link_between(const struct suggestion *s, const struct source_table *t,
	const struct source_table **ret_via)
{
	for (size_t i = 0; i < s->source.tables.n; i++) {
		const struct source_table *via = &s->source.tables.at[i];
		if (via == t || !link_of(s, via))
			continue;
		for (size_t k = 0; k < t->columns.n; k++) {
			const struct source_column *c = &t->columns.at[k];
			const struct source_column *there =
				source_find_column(via, str_of(c->name));
			if (there && unique(via, there) && is_key(s, t, c)) {
				*ret_via = via;
				return c;
			}
		}
	}
	return NULL;
}

static enum ident
most_seen(const struct seen *s)
{
	enum ident most = IDENT_NONE;
	for (int i = IDENT_NONE + 1; i < IDENTS; i++)
		if (s->of[i] > s->of[most] || most == IDENT_NONE)
			most = (enum ident)i;
	return (double)s->of[most] >= MOSTLY * (double)s->values && s->of[most] ? most : IDENT_NONE;
}

static const char *
quoted(struct arena *a, const char *name)
{
	bool plain = *name != '#';
	for (const char *p = name; *p; p++)
		plain &= *p != ' ' && *p != '\t' && *p != '"';
	return plain ? name : arena_printf(a, "\"%s\"", name);
}

static void
put(struct suggestion *s, const struct source_column *c, const char *action, const char *why)
{
	const char *name = quoted(s->job->a, c->name);
	if (why[0])
		buf_printf(&s->out, "\t%-24s %-20s  # %s\n", name, action, why);
	else
		buf_printf(&s->out, "\t%-24s %s\n", name, action);
}

/* An identifier that is no key. */
static void
put_identifier(struct suggestion *s, const struct source_column *c, enum ident ident,
	const char *how, bool patients)
{
	struct arena *a = s->job->a;
	const char *why = arena_printf(a, "%s like %s", how, ident_words(ident));
	if (ident == IDENT_DATE && type_is_date(c->type))
		put(s, c, patients ? "shift" : "drop", why);
	else if (ident == IDENT_PLACE && c->distinct <= FEW * 50 && strcasestr(c->name, "zip") &&
		 patients)
		put(s, c, "postal us", why);
	else
		put(s, c, "drop", why);
}

static void
put_column(struct suggestion *s, const struct source_table *t, const struct source_column *c,
	const struct source_column *link, bool shared)
{
	struct arena *a = s->job->a;
	enum ident by_name = ident_of_name(c->name), by_value = most_seen(&s->seen);
	bool age = strcasecmp(c->name, "age") == 0 || strstr(c->name, "_age") != NULL;
	bool born = strcasestr(c->name, "birth") || strcasecmp(c->name, "dob") == 0;
	if (c == link)
		put(s, c, "pseudonym", t == s->patients ? "the patient" : "the patient's");
	else if (sounds_patient(c->name) && !shared)
		put(s, c, "pseudonym of patient", "");
	else if (is_key(s, t, c) && !shared)
		put(s, c, "pseudonym", "links tables");
	else if (born)
		put(s, c, "drop", "a birth date; \"age at DATE\" tells the age");
	else if (by_name != IDENT_NONE && !(shared && by_name != IDENT_NAME))
		put_identifier(s, c, by_name, "called", !shared);
	else if (by_value != IDENT_NONE && !(shared && by_value == IDENT_NAME))
		put_identifier(s, c, by_value, "looks", !shared);
	else if (type_is_date(c->type))
		put(s, c, shared ? "drop" : "shift", "");
	else if (age && type_is_number(c->type))
		put(s, c, arena_printf(a, "cap %d", AGE), "");
	else if (type_is_number(c->type) && c->identifier && !shared && unique(t, c))
		put(s, c, "drop", "different in every row");
	else if (c->type != TYPE_TEXT || shared)
		put(s, c, "keep", "");
	else if (s->seen.long_ones * 5 > s->seen.values)
		put(s, c, "drop", "free text; \"scrub\" takes identifiers out by rules");
	else if (c->distinct > FEW || c->identifier)
		put(s, c, "drop", "many different texts");
	else
		put(s, c, arena_printf(a, "group %d", RARE), "");
}

static enum status
look_at(struct suggestion *s, size_t table, size_t column, struct err *e)
{
	s->seen = (struct seen){ 0 };
	return engine_each(s->engine, look, &s->seen, e, "looking for identifiers",
		arena_printf(s->job->a, "SELECT c%zu FROM s%zu WHERE c%zu IS NOT NULL LIMIT %d",
			column, table, column, LOOKED_ROWS));
}

static enum status
put_table(struct suggestion *s, size_t i, struct err *e)
{
	const struct source_table *t = &s->source.tables.at[i], *via = NULL;
	const struct source_column *link = t == s->patients ? s->patient : link_of(s, t);
	const struct source_column *between = link ? NULL : link_between(s, t, &via);
	const char *name = quoted(s->job->a, t->name);
	if (t == s->patients)
		buf_printf(&s->out, "\ntable %s\n", name);
	else if (link)
		buf_printf(&s->out, "\ntable %s by %s\n", name, quoted(s->job->a, link->name));
	else if (between)
		buf_printf(&s->out, "\ntable %s by %s via %s\n", name,
			quoted(s->job->a, between->name), via->name);
	else
		buf_printf(&s->out,
			"\n# %s names no patient: does it hold codes only?\ntable %s shared\n",
			t->name, name);
	for (size_t k = 0; k < t->columns.n; k++) {
		TRY(look_at(s, i, k, e));
		put_column(s, t, &t->columns.at[k], link, !link && !between);
	}
	return OK;
}

static enum status
open_source(struct suggestion *s, const struct place *place, struct err *e)
{
	struct arena *a = s->job->a;
	cleanup_fd int fd = openat(place->fd, "source", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, E_ABSENT, "", "No data have been imported for this project yet.");
	TRY(source_read(a, fd, &s->source, e));
	struct engine_options o = { place->dir, place->temp, place->trouble, s->job->memory_mb };
	TRY(engine_open(&o, &s->engine, e));
	for (size_t i = 0; i < s->source.tables.n; i++)
		TRY(engine_run(s->engine, e, "opening the imported tables",
			"CREATE VIEW s%zu AS SELECT * FROM read_parquet(%s)", i,
			sql_text(a, arena_printf(a, "%s/%s.parquet", place->source,
					    s->source.tables.at[i].name))));
	return OK;
}

static enum status
suggest(struct suggestion *s, struct err *e)
{
	find_patient(s);
	buf_puts(&s->out, "recipe \"Draft\" version 1\n\n");
	if (s->patient)
		buf_printf(&s->out, "patient %s.%s\n", s->patients->name, s->patient->name);
	else
		buf_puts(&s->out, "# No column looks like the patient's number: patient "
				  "TABLE.COLUMN\n");
	for (size_t i = 0; i < s->source.tables.n; i++) {
		job_progress(s->job, i, s->source.tables.n, "looking at %s",
			s->source.tables.at[i].name);
		TRY(put_table(s, i, e));
	}
	buf_puts(&s->out, "\n# What shall be predicted?\n"
			  "# outcome TABLE.COLUMN binary positive 1 \"...\"\n"
			  "hidden 30 %\nsample 10 %\n");
	return OK;
}

enum status
suggest_run(struct job *job, int64_t project, struct err *e)
{
	cleanup_place struct place place = { .fd = -1, .lock = -1 };
	struct suggestion s = { .job = job, .out = buf_new(job->a) };
	TRY(place_enter(job, project, &place, e));
	enum status status = open_source(&s, &place, e);
	if (status == OK)
		status = suggest(&s, e);
	engine_close(s.engine);
	TRY(status);
	struct jsonw j = jsonw_new(&job->result);
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok"), jsonw_bool(&j, true);
	jsonw_key(&j, "recipe"), jsonw_str(&j, buf_str(&s.out));
	jsonw_close(&j, '}');
	buf_put(&job->said, s.out.p, s.out.n);
	return OK;
}

/* A folder by hand: imported into a place of its own, which is gone afterwards. */
enum status
suggest_folder(struct job *job, const char *folder, struct err *e)
{
	struct config own = *job->config;
	const struct config *theirs = job->config;
	const struct import_options options = { .go_on = true };
	char dir[] = "/tmp/wardroom-suggest-XXXXXX";
	if (!mkdtemp(dir))
		return err_errno(e, "Cannot make a folder in /tmp");
	own.state = dir;
	job->config = &own;
	enum status s = import_run(job, 1, folder, folder, &options, e);
	if (s == OK) {
		job->result.n = job->said.n = 0;
		s = suggest_run(job, 1, e);
	}
	job->config = theirs;
	io_remove_tree(AT_FDCWD, dir, NULL);
	return s;
}
