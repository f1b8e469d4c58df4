#include "curator/table/source.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "curator/release/image_read.h"
#include "curator/import/csv.h"
#include "curator/import/table.h"

enum { MEMORY_MB = 500, CSV_COLUMNS = 1000 };

/* Keyed pseudonyms of patients; see keyed.h. */
#define PATIENT "'P[0-9A-HJKMNP-TV-Z]{12}'"
/* The same among other characters. */
#define PATIENT_INSIDE "'(^|[^0-9A-Z])P[0-9A-HJKMNP-TV-Z]{12}([^0-9A-Z]|$)'"
#define ANY "'[PK][0-9A-HJKMNP-TV-Z]{12}'"
#define IN_FOLDER "in.parquet"
#define KNOWN "known.parquet"

static enum status
scratch(struct job *j, struct table_source *s, struct err *e)
{
	const char *data = arena_printf(j->a, "%s/data/tmp", j->config->state);
	s->dir = arena_printf(j->a, "%s/table", data);
	TRY(io_mkdirs(data, 0700, e));
	/* One such job runs at a time; what is there is of one that was killed. */
	TRY(io_remove_tree(AT_FDCWD, s->dir, e));
	TRY(io_mkdirs(s->dir, 0700, e));
	s->fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return s->fd < 0 ? err_errno(e, "Cannot open a scratch folder") : OK;
}

static enum status
make_file(const struct table_source *s, const char *name, int *ret, struct err *e)
{
	*ret = openat(s->fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	return *ret < 0 ? err_errno(e, "Cannot make a scratch file") : OK;
}

/* ---- of the release ---- */

static enum status
open_release(struct job *j, const struct table_release *r, struct image_in *ret, struct err *e)
{
	return image_in_open(j->a,
		arena_printf(j->a, "%s/releases/%lld%s", j->config->state, (long long)r->id,
			r->simulated ? PLACE_SIMULATED : PLACE_IMAGE),
		ret, e);
}

static bool
is_table(const struct image_entry *f, struct str *ret_name)
{
	static const char ending[] = ".parquet";
	size_t n = strlen(f->name), m = sizeof ending - 1;
	if (n <= m || !streq(f->name + n - m, ending))
		return false;
	*ret_name = (struct str){ f->name, n - m };
	return true;
}

static enum status
copy_out(const struct table_source *s, const struct image_in *m, const struct image_entry *f,
	const char *name, char ret_hash[65], struct err *e)
{
	uint8_t hash[32];
	cleanup_fd int fd = -1;
	TRY(make_file(s, name, &fd, e));
	TRY(image_in_copy(m, f, fd, hash, e));
	hex_encode(ret_hash, hash, sizeof hash);
	return OK;
}

static enum status
from_release(struct job *j, struct table_source *s, const char *table,
	const struct table_release *r, struct err *e)
{
	cleanup_image_in struct image_in m = { .fd = -1 };
	const struct image_entry *found = NULL;
	TRY(open_release(j, r, &m, e));
	const char **names = ARENA_ARRAY(j->a, m.files.n + 1, const char *);
	size_t n = 0;
	for (size_t i = 0; i < m.files.n; i++) {
		struct str name;
		if (!is_table(&m.files.at[i], &name))
			continue;
		if (str_ieq(name, str_of(table)))
			found = &m.files.at[i];
		names[n++] = str_dup(j->a, name);
	}
	if (!found)
		return err_set(e, E_INPUT, "table", "There is no table \"%.80s\" in your data. %s",
			table, count_instead(j->a, table, "There are", names, n));
	return copy_out(s, &m, found, IN_FOLDER, s->hash, e);
}

/* ---- of the team ---- */

static enum status
copy_rows(struct job *j, struct table_source *s, struct csv *csv, struct err *e)
{
	const struct str *fields;
	cleanup_table_out struct table_out *out = NULL;
	struct pool *pool = pool_new();
	enum status status = table_create(s->fd, IN_FOLDER, csv_columns(csv), pool, &out, e);
	while (status == OK) {
		status = csv_next(csv, &fields, e);
		if (status != OK || !fields)
			break;
		status = table_row(out, fields, e);
		if (csv_rows(csv) % 4096 == 0)
			job_progress(j, 0, 1, "Reading the file");
	}
	if (status == OK && csv_rows(csv) == 0)
		status = err_set(e, E_INPUT, "file", "The file has a header line but no rows.");
	if (status == OK)
		status = table_finish(out, e);
	/* Its threads may still work for the table. */
	table_abandon(out);
	out = NULL;
	pool_free(pool);
	return status;
}

static enum status
from_file(struct job *j, struct table_source *s, const char *name, struct str file, struct err *e)
{
	cleanup_fd int fd = -1;
	cleanup_csv struct csv *csv = NULL;
	uint8_t hash[32];
	/* Sent as it is: what unpacks to more is no business of ours. */
	if (file.n > 1 && (uint8_t)file.p[0] == 0x1f && (uint8_t)file.p[1] == 0x8b)
		return err_set(e, E_INPUT, "file", "%.80s is packed; unpack it first.", name);
	crypto_generichash(hash, sizeof hash, (const uint8_t *)file.p, file.n, NULL, 0);
	hex_encode(s->hash, hash, sizeof hash);
	TRY(make_file(s, "in.csv", &fd, e));
	TRY(io_write_fd(fd, file.p, file.n, e));
	TRY(csv_open_fd(fd, name, &csv, e));
	if (csv_columns(csv) > CSV_COLUMNS)
		return err_set(
			e, E_INPUT, "file", "%.80s has more than %d columns.", name, CSV_COLUMNS);
	s->from.columns.at = ARENA_ARRAY(j->a, csv_columns(csv), const char *);
	for (size_t i = 0; i < csv_columns(csv); i++)
		s->from.columns.at[s->from.columns.n++] = arena_strdup(j->a, csv_column(csv, i));
	return copy_rows(j, s, csv, e);
}

/* ---- the engine ---- */

static const char *
path_of(struct job *j, const struct table_source *s, const char *name)
{
	return sql_text(j->a, arena_printf(j->a, "%s/%s", s->dir, name));
}

static enum status
start_engine(struct job *j, struct table_source *s, struct err *e)
{
	struct engine_options o = { s->dir, s->dir, arena_printf(j->a, "%s/trouble.txt", s->dir),
		j->memory_mb < MEMORY_MB ? j->memory_mb : MEMORY_MB };
	struct buf b = buf_new(j->a);
	TRY(engine_open(&o, &s->from.engine, e));
	/* A file's columns stand as c0, c1, ... */
	for (size_t i = 0; i < s->from.columns.n; i++)
		buf_printf(&b, "%sc%zu AS %s", i ? ", " : "", i,
			sql_name(j->a, s->from.columns.at[i]));
	return engine_run(s->from.engine, e, "opening the table",
		"CREATE VIEW d AS SELECT %s FROM read_parquet(%s)", b.n ? b.p : "*",
		path_of(j, s, IN_FOLDER));
}

static enum status
name_columns(struct job *j, struct table_source *s, struct err *e)
{
	struct engine_rows r;
	TRY(engine_rows(s->from.engine, j->a, &r, e, "reading the table's columns",
		"SELECT column_name FROM (DESCRIBE d)"));
	s->from.columns.at = ARENA_ARRAY(j->a, r.n, const char *);
	s->from.columns.n = r.n;
	for (size_t i = 0; i < r.n; i++)
		s->from.columns.at[i] = engine_at(&r, i, 0);
	return OK;
}

/* The first column of a view whose values all are pseudonyms of patients; *ret NULL: none is. */
static enum status
find_patients(struct job *j, struct engine *g, const char *view, const char **ret, struct err *e)
{
	struct engine_rows columns, r;
	struct buf b = buf_new(j->a);
	TRY(engine_rows(g, j->a, &columns, e, "reading the table's columns",
		"SELECT column_name FROM (DESCRIBE %s) WHERE column_type = 'VARCHAR'", view));
	*ret = NULL;
	if (columns.n == 0)
		return OK;
	for (size_t i = 0; i < columns.n; i++)
		buf_printf(&b, "%scoalesce(bool_and(regexp_full_match(%s, " PATIENT ")), false)",
			i ? ", " : "", sql_name(j->a, engine_at(&columns, i, 0)));
	TRY(engine_rows(g, j->a, &r, e, "looking for patients", "SELECT %s FROM %s", b.p, view));
	for (size_t i = 0; i < columns.n && !*ret; i++)
		if (streq(engine_at(&r, 0, i), "true"))
			*ret = engine_at(&columns, i, 0);
	return OK;
}

/* ---- pseudonyms ---- */

static bool
has_name(const text_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_ieq(str_of(l->at[i]), str_of(name)))
			return true;
	return false;
}

/* The dictionary's columns that are pseudonyms, of one table or, NULL, of all. */
static enum status
read_dictionary(struct job *j, struct csv *csv, const char *table, text_list *ret, struct err *e)
{
	enum { TABLE, COLUMN, TREATMENT = 5 };
	const struct str *f;
	size_t room = 0;
	if (csv_columns(csv) <= TREATMENT || !streq(csv_column(csv, TREATMENT), "treatment"))
		return OK;
	for (;;) {
		TRY(csv_next(csv, &f, e));
		if (!f)
			return OK;
		if (!str_starts(f[TREATMENT], "pseudonym") ||
			(table && !str_ieq(f[TABLE], str_of(table))))
			continue;
		if (ret->n == room) {
			const char **more = ARENA_ARRAY(j->a, 2 * room + 16, const char *);
			if (room)
				memcpy(more, ret->at, room * sizeof *more);
			ret->at = more;
			room = 2 * room + 16;
		}
		ret->at[ret->n++] = str_dup(j->a, f[COLUMN]);
	}
}

static enum status
told_pseudonyms(struct job *j, struct table_source *s, const struct table_release *r,
	const char *table, text_list *ret, struct err *e)
{
	cleanup_image_in struct image_in m = { .fd = -1 };
	cleanup_csv struct csv *csv = NULL;
	cleanup_fd int fd = -1;
	uint8_t hash[32];
	TRY(open_release(j, r, &m, e));
	const struct image_entry *f = image_in_find(&m, "dictionary.csv");
	if (!f)
		return OK;
	TRY(make_file(s, "dictionary.csv", &fd, e));
	TRY(image_in_copy(&m, f, fd, hash, e));
	TRY(csv_open_fd(fd, "dictionary.csv", &csv, e));
	return read_dictionary(j, csv, table, ret, e);
}

/*
 * What the release treats as a pseudonym: columns that its dictionary calls so (of a file: that
 * have the name of any), and columns with any value that looks like one.
 */
static enum status
find_pseudonyms(struct job *j, struct table_source *s, const struct table_ask *ask,
	const struct table_release *r, struct err *e)
{
	text_list told = { NULL, 0 };
	struct engine_rows columns, has;
	struct buf b = buf_new(j->a);
	struct engine *g = s->from.engine;
	s->pseudonyms.at = ARENA_ARRAY(j->a, 2 * s->from.columns.n + 1, const char *);
	TRY(told_pseudonyms(j, s, r, ask->is_file ? NULL : ask->source, &told, e));
	for (size_t i = 0; i < s->from.columns.n; i++)
		if (has_name(&told, s->from.columns.at[i]))
			s->pseudonyms.at[s->pseudonyms.n++] = s->from.columns.at[i];
	TRY(engine_rows(g, j->a, &columns, e, "reading the table's columns",
		"SELECT column_name FROM (DESCRIBE d) WHERE column_type = 'VARCHAR'"));
	for (size_t i = 0; i < columns.n; i++)
		buf_printf(&b, "%scoalesce(bool_or(regexp_full_match(trim(%s), " ANY ")), false)",
			i ? ", " : "", sql_name(j->a, engine_at(&columns, i, 0)));
	if (columns.n == 0)
		return OK;
	TRY(engine_rows(g, j->a, &has, e, "looking for pseudonyms", "SELECT %s FROM d", b.p));
	for (size_t i = 0; i < columns.n; i++)
		if (streq(engine_at(&has, 0, i), "true"))
			s->pseudonyms.at[s->pseudonyms.n++] = engine_at(&columns, i, 0);
	return OK;
}

/*
 * A blank behind each pseudonym, or one value that is none, would make rows of patients. All or
 * none of a column of a team's own file are patients, written as the release writes them.
 */
static enum status
no_half_patients(struct job *j, const struct table_source *s, struct err *e)
{
	struct engine_rows r;
	struct buf b = buf_new(j->a);
	for (size_t i = 0; i < s->from.columns.n; i++) {
		const char *name = sql_name(j->a, s->from.columns.at[i]);
		buf_printf(&b,
			"%scoalesce(bool_or(regexp_matches(upper(%s), " PATIENT_INSIDE
			")) AND NOT bool_and(regexp_full_match(%s, " PATIENT ")), false)",
			i ? ", " : "", name, name);
	}
	TRY(engine_rows(
		s->from.engine, j->a, &r, e, "looking for patients", "SELECT %s FROM d", b.p));
	for (size_t i = 0; i < s->from.columns.n; i++)
		if (streq(engine_at(&r, 0, i), "true"))
			return err_set(e, E_INPUT, "file",
				"Column %.80s holds pseudonyms of patients together with something "
				"else, blanks perhaps. Let it hold nothing but pseudonyms, as the "
				"data write them, or take it out.",
				s->from.columns.at[i]);
	return OK;
}

/* ---- are a file's patients patients? ---- */

/* How many of the file's are in no table of the release so far. */
static enum status
strangers(struct job *j, struct table_source *s, const struct image_in *m,
	const struct image_entry *f, int64_t *ret, struct err *e)
{
	struct engine *g = s->from.engine;
	const char *column;
	char hash[65];
	TRY(copy_out(s, m, f, KNOWN, hash, e));
	TRY(engine_run(g, e, "opening the data",
		"CREATE OR REPLACE VIEW k AS SELECT * FROM "
		"read_parquet(%s)",
		path_of(j, s, KNOWN)));
	TRY(find_patients(j, g, "k", &column, e));
	if (column)
		TRY(engine_run(g, e, "comparing patients",
			"DELETE FROM who WHERE p IN (SELECT %s FROM k)", sql_name(j->a, column)));
	return engine_int(g, ret, e, "comparing patients", "SELECT count(*) FROM who");
}

static int
smaller(const void *a, const void *b)
{
	const struct image_entry *const *x = a, *const *y = b;
	return (*x)->bytes < (*y)->bytes ? -1 : (*x)->bytes > (*y)->bytes;
}

/* Invented patients would make ten of one. */
static enum status
know_patients(struct job *j, struct table_source *s, const struct table_release *r, struct err *e)
{
	cleanup_image_in struct image_in m = { .fd = -1 };
	int64_t left = 1;
	size_t n = 0;
	TRY(open_release(j, r, &m, e));
	TRY(engine_run(s->from.engine, e, "reading the file's patients",
		"CREATE TEMP TABLE who AS SELECT DISTINCT %s AS p FROM d WHERE %s IS NOT NULL",
		sql_name(j->a, s->from.patient), sql_name(j->a, s->from.patient)));
	/* The list of patients is among the smallest. */
	const struct image_entry **list = ARENA_ARRAY(j->a, m.files.n, const struct image_entry *);
	for (size_t i = 0; i < m.files.n; i++) {
		struct str name;
		if (is_table(&m.files.at[i], &name))
			list[n++] = &m.files.at[i];
	}
	qsort(list, n, sizeof *list, smaller);
	for (size_t i = 0; i < n && left; i++)
		TRY(strangers(j, s, &m, list[i], &left, e));
	if (left)
		return err_set(e, E_INPUT, "file",
			"%lld of the patients in column %.80s are not in your data, so nothing can "
			"be counted of them.",
			(long long)left, s->from.patient);
	return OK;
}

static enum status
open_source(struct job *j, const struct table_ask *ask, struct str file,
	const struct table_release *r, struct table_source *s, struct err *e)
{
	TRY(scratch(j, s, e));
	s->from.name = ask->source;
	TRY(ask->is_file ? from_file(j, s, ask->source, file, e)
			 : from_release(j, s, ask->source, r, e));
	TRY(start_engine(j, s, e));
	if (!ask->is_file)
		TRY(name_columns(j, s, e));
	if (ask->is_file)
		TRY(no_half_patients(j, s, e));
	TRY(find_patients(j, s->from.engine, "d", &s->from.patient, e));
	TRY(find_pseudonyms(j, s, ask, r, e));
	return ask->is_file && s->from.patient ? know_patients(j, s, r, e) : OK;
}

enum status
table_source_open(struct job *j, const struct table_ask *ask, struct str file,
	const struct table_release *r, struct table_source *ret, struct err *e)
{
	struct table_source s = { .fd = -1 };
	enum status status = open_source(j, ask, file, r, &s, e);
	if (status != OK) {
		table_source_close(&s);
		return status;
	}
	*ret = s;
	return OK;
}

void
table_source_close(struct table_source *s)
{
	engine_close(s->from.engine);
	s->from.engine = NULL;
	cleanup_fd_fn(&s->fd);
	s->fd = -1;
	if (s->dir)
		io_remove_tree(AT_FDCWD, s->dir, NULL);
	s->dir = NULL;
}
