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

static enum status
import_files(struct import *m, struct err *e)
{
	crypto_generichash_state all;
	uint8_t hash[32];
	char hex[65];
	struct err why = { 0 };
	crypto_generichash_init(&all, NULL, 0, sizeof hash);
	for (size_t i = 0; i < m->folder.files.n; i++) {
		const struct folder_file *f = &m->folder.files.at[i];
		struct source_table *t = &m->source.tables.at[m->source.tables.n];
		TRY(import_tick(m, f->table, 0, e));
		if (import_csv(m, f, t, hash, &why) != OK) {
			TRY(after_failure(m, f, &why, e));
		} else {
			m->source.tables.n++;
			crypto_generichash_update(
				&all, (const uint8_t *)f->table, strlen(f->table) + 1);
			crypto_generichash_update(&all, hash, sizeof hash);
		}
		m->done += (uint64_t)f->bytes;
	}
	/* Nothing came of it: then the last reason is the answer. */
	if (m->source.tables.n == 0)
		return err_set(e, E_INPUT, why.field, "%s", why.text);
	crypto_generichash_final(&all, hash, sizeof hash);
	hex_encode(hex, hash, sizeof hash);
	m->source.hash = arena_strdup(m->job->a, hex);
	return OK;
}

static void
say(struct import *m)
{
	struct buf *said = &m->job->said;
	int64_t rows = 0;
	for (size_t i = 0; i < m->source.tables.n; i++)
		rows += m->source.tables.at[i].rows;
	buf_printf(said, "Imported %zu table%s with %lld rows (%.1f MB).\n", m->source.tables.n,
		m->source.tables.n == 1 ? "" : "s", (long long)rows, (double)m->done / 1e6);
	for (size_t i = 0; i < m->source.tables.n; i++) {
		const struct source_table *t = &m->source.tables.at[i];
		if (t->rejected)
			buf_printf(said, "%s: %lld record%s set aside in %s.rejected.txt.\n",
				t->file, (long long)t->rejected, t->rejected == 1 ? "" : "s",
				t->name);
	}
	for (size_t i = 0; i < m->empty.n; i++)
		buf_printf(said, "%s has no rows and was left aside.\n", m->empty.at[i]);
	for (size_t i = 0; i < m->problems.n; i++)
		buf_printf(said, "Left out: %s\n", m->problems.at[i].why);
}

static enum status
write_source(struct import *m, const struct place *place, struct err *e)
{
	struct jsonw j = jsonw_new(&m->job->result);
	import_result(&j, m);
	TRY(io_replace_at(m->dir, "source.json", 0600, m->job->result.p, m->job->result.n, e));
	TRY(place_sync(place->fd, "source.new", e));
	TRY(place_swap(place->fd, "source.new", "source", e));
	say(m);
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
	m->empty.at = ARENA_ARRAY(m->job->a, n, const char *);
	m->problems.at = ARENA_ARRAY(m->job->a, n, struct problem);
	m->source.tables.at = ARENA_ARRAY(m->job->a, n, struct source_table);
	TRY(import_files(m, e));
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
	if (options.century_end == 0)
		options.century_end = this_year();
	if (options.century_end < 1950 || options.century_end > 2300)
		return err_set(e, E_INPUT, "century",
			"The last year that two digits can mean must be from 1950 to 2300.");
	job_listen();
	TRY(folder_open(job->a, path, label, &m.folder, e));
	cleanup_fd int folder_fd = m.folder.fd;
	TRY(place_enter(job, project, &place, e));
	m.pool = pool_new();
	enum status s = import_into(&m, &place, e);
	pool_free(m.pool);
	if (s != OK)
		io_remove_tree(place.fd, "source.new", NULL);
	return s;
}
