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
#include "curator/recipe/recipe.h"
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
	const char *title;
	const struct source_table *patients; /* NULL when the import found none */
	text_list quasi;                     /* "table.column" */
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

/* Counts rows and means nothing, though every table has one. */
static bool
counts_rows(const char *name)
{
	static const char *const names[] = { "row_id", "rowid", "rownames", "row_names", "rowname",
		"rownum", "row_number", "index", "unnamed: 0" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_ieq(str_of(name), str_of(names[i])))
			return true;
	return false;
}

/* What others know of a patient and the patients' table says already: kept a second time it would
 * undo what is done to the first. */
static bool
repeats_patient(
	const struct suggestion *s, const struct source_table *t, const struct source_column *c)
{
	return s->patients && t != s->patients && ident_known_to_others(c->name) &&
	       source_find_column(s->patients, str_of(c->name));
}

static bool
unique(const struct source_table *t, const struct source_column *c)
{
	return c->missing == 0 && (double)c->distinct >= 0.98 * (double)t->rows;
}

/*
 * Who the patient is was found at the import. Where it found none, the first column of a table that
 * is an identifier and different in every row is a fair guess.
 */
static void
find_patient(struct suggestion *s)
{
	struct source *x = &s->source;
	if (x->patient_table)
		s->patients = source_find(x, str_of(x->patient_table));
	for (size_t i = 0; i < x->tables.n && !s->patients; i++) {
		const struct source_table *t = &x->tables.at[i];
		if (!t->columns.at[0].identifier || !unique(t, &t->columns.at[0]))
			continue;
		s->patients = t;
		x->patient_column = t->columns.at[0].name;
	}
	for (size_t i = 0; i < x->tables.n && s->patients && !x->patient_table; i++) {
		struct source_table *t = &x->tables.at[i];
		const struct source_column *c = source_find_column(t, str_of(x->patient_column));
		if (c && t != s->patients)
			t->by = c->name;
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
			return c->distinct > 1 && (sounds || c->identifier);
	}
	return false;
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

/* A text in quotes has no way to hold one. */
static const char *
unquoted(struct arena *a, const char *text)
{
	char *copy = arena_strdup(a, text);
	for (char *p = copy; *p; p++)
		if (*p == '"' || *p == '\n' || *p == '\r')
			*p = '\'';
	return copy;
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
	struct arena *a = s->job->a;
	const char *name = quoted(a, c->name);
	/* What the layout says of it goes into the dictionary of the release. */
	const char *meaning = c->meaning[0] && !streq(action, "drop")
				      ? arena_printf(a, " \"%s\"", unquoted(a, c->meaning))
				      : "";
	action = arena_printf(a, "%s%s", action, meaning);
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

/* Of the patients' table only: there each has one value. Dates move, so that nobody knows them. */
static void
note_quasi(struct suggestion *s, const struct source_table *t, const struct source_column *c)
{
	if (t != s->patients || type_is_date(c->type) || !ident_known_to_others(c->name) ||
		(type_is_number(c->type) && c->type != TYPE_INTEGER))
		return;
	if (!s->quasi.at)
		s->quasi.at = ARENA_ARRAY(s->job->a, RECIPE_MAX_QUASI, const char *);
	if (s->quasi.n < RECIPE_MAX_QUASI)
		s->quasi.at[s->quasi.n++] =
			quoted(s->job->a, arena_printf(s->job->a, "%s.%s", t->name, c->name));
}

static void
put_column(struct suggestion *s, const struct source_table *t, const struct source_column *c,
	const struct source_column *link, bool shared)
{
	struct arena *a = s->job->a;
	enum ident by_name = ident_of_name(c->name), by_value = most_seen(&s->seen);
	bool age = strcasecmp(c->name, "age") == 0 || strstr(c->name, "_age") != NULL;
	bool born = strcasestr(c->name, "birth") || strcasestr(c->name, "brthd") ||
		    strcasecmp(c->name, "dob") == 0;
	/* A layout that says what a text means says that its values are words of a list; of those
	 * that few patients share, grouping lets none out. */
	bool written = strcasestr(c->meaning, "free text") && c->type == TYPE_TEXT;
	bool listed = c->meaning[0] && !written && !c->identifier;
	if (c == link)
		put(s, c, "pseudonym", t == s->patients ? "the patient" : "the patient's");
	else if (sounds_patient(c->name) && !shared)
		put(s, c, "pseudonym of patient", "");
	else if (repeats_patient(s, t, c) && !shared)
		put(s, c, "drop",
			arena_printf(a, "stands in %s too, where it can be made coarser",
				s->patients->name));
	else if (counts_rows(c->name) && !shared)
		put(s, c, "drop", "the number of the row");
	else if (is_key(s, t, c) && !shared)
		put(s, c, "pseudonym", "links tables");
	else if (born)
		put(s, c, "drop", "a birth date; \"age at DATE\" tells the age");
	else if (by_name != IDENT_NONE && !(shared && by_name != IDENT_NAME))
		put_identifier(s, c, by_name, "called", !shared);
	else if (by_value != IDENT_NONE && !((shared || listed) && by_value == IDENT_NAME))
		put_identifier(s, c, by_value, "looks", !shared);
	else if (type_is_date(c->type))
		put(s, c, shared ? "drop" : "shift", "");
	else if (type_is_number(c->type) && c->identifier && !shared)
		put(s, c, "drop",
			unique(t, c) ? "different in every row"
				     : "looks like an identifier; \"harmless\" lets one be kept");
	else if (age && type_is_number(c->type))
		put(s, c, arena_printf(a, "cap %d", AGE), "");
	else if (c->type != TYPE_TEXT || shared)
		put(s, c, "keep", "");
	else if ((s->seen.long_ones * 5 > s->seen.values && !listed) || written)
		put(s, c, "drop", "free text; \"scrub\" takes identifiers out by rules");
	else if ((c->distinct > FEW && !listed) || c->identifier)
		put(s, c, "drop", "many different texts");
	else
		put(s, c, arena_printf(a, "group %d", RARE), "");
	note_quasi(s, t, c);
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
	struct arena *a = s->job->a;
	const struct source_table *t = &s->source.tables.at[i];
	const char *by = t == s->patients ? s->source.patient_column : t->by;
	const struct source_column *link = by && !t->via ? source_find_column(t, str_of(by)) : NULL;
	const char *name = quoted(a, t->name);
	if (t == s->patients)
		buf_printf(&s->out, "\ntable %s\n", name);
	else if (t->by && t->via)
		buf_printf(&s->out, "\ntable %s by %s via %s\n", name, quoted(a, t->by),
			quoted(a, t->via));
	else if (t->by)
		buf_printf(&s->out, "\ntable %s by %s\n", name, quoted(a, t->by));
	else
		buf_printf(&s->out,
			"\n# %s names no patient: does it hold codes only?\ntable %s shared\n",
			t->name, name);
	for (size_t k = 0; k < t->columns.n; k++) {
		TRY(look_at(s, i, k, e));
		put_column(s, t, &t->columns.at[k], link, !by);
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
	buf_printf(&s->out, "recipe %s version 1\n\n",
		quoted(s->job->a, s->title[0] ? unquoted(s->job->a, s->title) : "Draft"));
	find_patient(s);
	if (s->patients)
		buf_printf(&s->out, "patient %s.%s\n", s->patients->name, s->source.patient_column);
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
	if (!s->quasi.n)
		return OK;
	buf_puts(&s->out, "\n# By these together others could know a patient:\n# quasi");
	for (size_t i = 0; i < s->quasi.n; i++)
		buf_printf(&s->out, " %s", s->quasi.at[i]);
	buf_puts(&s->out, "\n# k 5 suppress 2 %\n");
	return OK;
}

enum status
suggest_run(struct job *job, int64_t project, const char *title, struct err *e)
{
	cleanup_place struct place place = { .fd = -1, .lock = -1 };
	struct suggestion s = { .job = job, .out = buf_new(job->a), .title = title };
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
		s = suggest_run(job, 1, "", e);
	}
	job->config = theirs;
	io_remove_tree(AT_FDCWD, dir, NULL);
	return s;
}
