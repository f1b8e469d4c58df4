#include "curator/import/import.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

enum status
import_tick(struct import *m, const char *table, uint64_t taken, struct err *e)
{
	job_progress(m->job, m->done + taken, m->folder.bytes, "importing %s", table);
	return job_go_on(e);
}

static enum status
tick_understand(struct import *m, struct err *e)
{
	job_progress(m->job, m->folder.bytes, m->folder.bytes, "understanding the tables");
	return job_go_on(e);
}

/* A file that gave no table leaves nothing behind but its bad lines. */
static void
drop(struct import *m, const struct folder_file *f)
{
	unlinkat(m->dir, arena_printf(m->job->a, "%s.parquet", f->table), 0);
}

/* What a failure of one file means to all: E_ABSENT is a table without rows. */
static enum status
after_failure(struct import *m, const struct folder_file *f, const struct err *why, struct err *e)
{
	drop(m, f);
	if (why->code == E_ABSENT) {
		m->empty.at[m->empty.n++] = f->table;
		return OK;
	}
	if (why->code == E_INPUT && m->options->go_on) {
		m->problems.at[m->problems.n++] =
			(struct problem){ f->label, arena_strdup(m->job->a, why->text) };
		return OK;
	}
	return err_set(e, why->code, why->field, "%s", why->text);
}

/* How many files from the i-th on are one table. */
static size_t
parts_of(const struct folder *f, size_t i)
{
	size_t n = 1;
	while (i + n < f->files.n && streq(f->files.at[i + n].table, f->files.at[i].table))
		n++;
	return n;
}

static enum status
import_table(struct import *m, const struct folder_file *f, size_t n, struct source_table *ret,
	uint8_t hash[32], struct err *e)
{
	if (f->kind == FILE_NDJSON)
		return import_ndjson(m, f, n, ret, hash, e);
	return f->kind == FILE_PARQUET ? import_parquet(m, f, ret, hash, e)
				       : import_csv(m, f, ret, hash, e);
}

static enum status
import_files(struct import *m, struct err *e)
{
	crypto_generichash_state all;
	uint8_t hash[32];
	char hex[65];
	struct err why = { 0 };
	crypto_generichash_init(&all, NULL, 0, sizeof hash);
	TRY(import_look_into_ndjson(m, e));
	for (size_t i = 0, n = 0; i < m->folder.files.n; i += n) {
		const struct folder_file *f = &m->folder.files.at[i];
		struct source_table *t = &m->source.tables.at[m->source.tables.n];
		n = parts_of(&m->folder, i);
		TRY(import_tick(m, f->table, 0, e));
		if (import_table(m, f, n, t, hash, &why) != OK) {
			TRY(after_failure(m, f, &why, e));
		} else {
			m->source.tables.n++;
			crypto_generichash_update(
				&all, (const uint8_t *)f->table, strlen(f->table) + 1);
			crypto_generichash_update(&all, hash, sizeof hash);
		}
		for (size_t k = 0; k < n; k++)
			m->done += (uint64_t)f[k].bytes;
	}
	/* Nothing came of it: then the last reason is the answer. */
	if (m->source.tables.n == 0)
		return err_set(e, E_INPUT, why.field, "%s", why.text);
	crypto_generichash_final(&all, hash, sizeof hash);
	hex_encode(hex, hash, sizeof hash);
	m->source.hash = arena_strdup(m->job->a, hex);
	return OK;
}

/* What may be told of a table, and what its measurements are. */
static enum status
understand_table(struct import *m, const char *dir, size_t table, struct err *e)
{
	const struct source_table *t = &m->source.tables.at[table];
	cleanup_sample struct sample s = { 0 };
	TRY(tick_understand(m, e));
	TRY(sample_open(m->job->a, &m->source, dir, &m->links, table, &s, e));
	TRY(profile_protect(t, &s, e));
	return profile_long(m->job->a, t, &s, m->pool, &m->tests[table], e);
}

/* What the tables are to one another, and what may be told of them. */
static enum status
understand(struct import *m, const struct place *place, struct err *e)
{
	struct arena *a = m->job->a;
	const char *dir = arena_printf(a, "%s.new", place->source);
	bool fhir = false;
	for (size_t i = 0; i < m->folder.files.n; i++)
		fhir |= m->folder.files.at[i].type != NULL;
	m->layout = layout_recognise(&m->source, fhir);
	layout_explain(a, &m->layout, &m->source);
	TRY(tick_understand(m, e));
	TRY(links_find(a, &m->source, dir, m->pool, &m->links, e));
	m->tests = ARENA_ARRAY(a, m->source.tables.n, profile_tests);
	for (size_t i = 0; i < m->source.tables.n; i++)
		TRY(understand_table(m, dir, i, e));
	return OK;
}

static enum status
write_source(struct import *m, const struct place *place, struct err *e)
{
	struct buf exact = buf_new(m->job->a);
	struct jsonw kept = jsonw_new(&exact), told = jsonw_new(&m->job->result);
	import_result(&kept, m, true);
	import_result(&told, m, false);
	TRY(io_replace_at(m->dir, "source.json", 0600, exact.p, exact.n, e));
	TRY(place_sync(place->fd, "source.new", e));
	TRY(place_swap(place->fd, "source.new", "source", e));
	import_say(m);
	return OK;
}

static enum status
import_into(struct import *m, const struct place *place, struct err *e)
{
	size_t n = m->folder.files.n;
	if (mkdirat(place->fd, "source.new", 0700) < 0)
		return err_errno(e, "Cannot make the new source folder");
	cleanup_fd int dir = openat(place->fd, "source.new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "Cannot open the new source folder");
	m->dir = dir;
	m->place = place;
	m->empty.at = ARENA_ARRAY(m->job->a, n, const char *);
	m->problems.at = ARENA_ARRAY(m->job->a, n, struct problem);
	m->source.tables.at = ARENA_ARRAY(m->job->a, n, struct source_table);
	TRY(import_files(m, e));
	TRY(understand(m, place, e));
	return write_source(m, place, e);
}

/* The year of today; a birth in the future is none. */
static int
this_year(void)
{
	char text[32];
	int64_t year = 0;
	clock_iso(clock_now(), text, sizeof text);
	str_int((struct str){ text, 4 }, &year);
	return (int)year;
}

enum status
import_run(struct job *job, int64_t project, const char *path, const char *label,
	const struct import_options *given, struct err *e)
{
	cleanup_place struct place place = { .fd = -1, .lock = -1 };
	struct import_options options = *given;
	struct import m = { .job = job, .options = &options };
	if (options.century_end && (options.century_end < 1950 || options.century_end > 2300))
		return err_set(e, E_INPUT, "century",
			"The last year that two digits can mean must be from 1950 to 2300.");
	job_listen();
	TRY(folder_open(job->a, path, label, &m.folder, e));
	cleanup_fd int folder_fd = m.folder.fd;
	if (!options.century_end)
		options.century_end = layout_century(&m.folder);
	if (!options.century_end)
		options.century_end = this_year();
	TRY(place_enter(job, project, &place, e));
	m.pool = pool_new();
	enum status s = import_into(&m, &place, e);
	pool_free(m.pool);
	if (s != OK)
		io_remove_tree(place.fd, "source.new", NULL);
	return s;
}

enum status
profile_run(struct job *job, const char *path, const struct import_options *options, struct err *e)
{
	char temp[] = "/tmp/wardroom-profile-XXXXXX";
	const char *base = getenv("TMPDIR");
	char *state = base ? arena_printf(job->a, "%s/wardroom-profile-XXXXXX", base) : temp;
	if (!mkdtemp(state))
		return err_errno(e, "Cannot make a folder for the work");
	const struct config *given = job->config;
	struct config config = *given;
	config.state = state;
	job->config = &config;
	enum status s = import_run(job, 1, path, path, options, e);
	job->config = given;
	io_remove_tree(AT_FDCWD, state, NULL);
	return s;
}
