/*
 * From a folder of CSV files to Parquet with a description. Each file is read once by our own
 * strict reader; values stay text, exactly as written, so that identifiers keep their zeros.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sodium.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "curator/engine.h"
#include "curator/job.h"
#include "curator/source.h"

enum { MAX_TABLES = 500, EXACT_ROWS = 1000000 };

struct entry {
	const char *file, *table;
	int64_t bytes;
};

struct folder {
	const char *label; /* how errors call it */
	int fd;
	uint64_t bytes;
	LIST(struct entry) files;
};

struct run {
	struct job *job;
	struct engine *engine;
	struct place *place;
	struct folder folder;
	struct source source;
	uint64_t done; /* bytes of the files before this one */
	const char *table;
	text_list empty; /* tables with a header line only */
	crypto_generichash_state hash;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->file, ((const struct entry *)b)->file);
}

static bool
is_csv(const char *name)
{
	size_t n = strlen(name);
	return n > 4 && strcasecmp(name + n - 4, ".csv") == 0;
}

/* One name of the folder: a table, nothing of ours, or a reason to stop. */
static enum status
look_at(struct arena *a, struct folder *f, const char *name, struct err *e)
{
	struct stat st;
	if (name[0] == '.' || !is_csv(name))
		return OK;
	if (!job_name_ok(name))
		return err_set(e, E_INPUT, "folder",
			"Folder %s holds a file whose name has characters other than letters, "
			"digits, '_', '.' and '-'; rename it.",
			f->label);
	if (fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, "Cannot look at %s", name);
	if (S_ISLNK(st.st_mode))
		return err_set(e, E_INPUT, name,
			"%s is a symbolic link; put the file itself into the folder.", name);
	if (!S_ISREG(st.st_mode))
		return err_set(e, E_INPUT, name, "%s is not a plain file.", name);
	if (f->files.n == MAX_TABLES)
		return err_set(e, E_INPUT, "folder", "Folder %s holds more than %d tables.",
			f->label, MAX_TABLES);
	struct str table = { name, strlen(name) - 4 };
	for (size_t i = 0; i < f->files.n; i++)
		if (str_ieq(str_of(f->files.at[i].table), table))
			return err_set(e, E_INPUT, name,
				"%s and %s would be the same table; rename one.",
				f->files.at[i].file, name);
	f->files.at[f->files.n++] =
		(struct entry){ arena_strdup(a, name), str_dup(a, table), st.st_size };
	f->bytes += (uint64_t)st.st_size;
	return OK;
}

/* f->fd becomes the caller's. */
static enum status
open_folder(struct arena *a, const char *path, const char *label, struct folder *ret, struct err *e)
{
	struct folder f = { .label = label };
	cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR
			       ? err_set(e, E_INPUT, "folder", "%s is not a folder.", label)
			       : err_errno(e, "Cannot open folder %s", label);
	int copy = dup(fd);
	cleanup_dir DIR *d = copy < 0 ? NULL : fdopendir(copy);
	if (!d)
		return err_errno(e, "Cannot list folder %s", label);
	f.fd = fd;
	f.files.at = ARENA_ARRAY(a, MAX_TABLES, struct entry);
	for (struct dirent *entry; (entry = readdir(d));)
		TRY(look_at(a, &f, entry->d_name, e));
	if (f.files.n == 0)
		return err_set(
			e, E_INPUT, "folder", "Folder %s holds no file that ends in .csv.", label);
	qsort(f.files.at, f.files.n, sizeof f.files.at[0], by_name);
	*ret = f;
	steal_fd(&fd);
	return OK;
}

static void
tick(void *ctx, uint64_t bytes)
{
	struct run *r = ctx;
	job_progress(r->job, r->done + bytes, r->folder.bytes, "importing %s", r->table);
}

/* Two significant digits: close enough to recognise a unit, too coarse to recognise a person. */
static double
coarse(double v)
{
	if (v == 0 || !isfinite(v))
		return 0;
	double unit = pow(10, floor(log10(fabs(v))) - 1);
	return round(v / unit) * unit;
}

static const char *
invent(struct arena *a, enum col_type type, const struct type_guess *g, double low, double high)
{
	double middle = coarse((low + high) / 2);
	switch (type) {
	case TYPE_INTEGER:
		return arena_printf(a, "%.0f", middle);
	case TYPE_REAL:
	case TYPE_COMMA:
		return arena_printf(a, "%.6g", middle);
	case TYPE_TIME:
		return "2001-02-03 04:05:06";
	case TYPE_DATE:
		return "2001-02-03";
	case TYPE_DMY:
		return "3/2/2001";
	case TYPE_MDY:
		return "2/3/2001";
	default:
		break;
	}
	if (g->values == 0)
		return "";
	if (g->shortest == g->longest)
		return arena_printf(a, "text of %u bytes", g->longest);
	return arena_printf(a, "text of %u to %u bytes", g->shortest, g->longest);
}

/* Distinct values and the middle of the range, in one pass over the table's Parquet. */
static enum status
describe(struct run *r, struct source_table *t, const struct type_guess *guesses,
	const char *parquet, struct err *e)
{
	struct arena *a = r->job->a;
	struct buf sql = buf_new(a);
	struct engine_rows rows;
	buf_puts(&sql, "SELECT 0");
	for (size_t i = 0; i < t->columns.n; i++) {
		const char *form = t->rows > EXACT_ROWS ? ", approx_count_distinct(c%zu)"
							: ", count(DISTINCT c%zu)";
		buf_printf(&sql, form, i);
		if (type_is_number(t->columns.at[i].type))
			buf_printf(&sql,
				", approx_quantile(TRY_CAST(replace(c%zu, ',', '.') AS DOUBLE), "
				"[0.05, 0.95])[1], "
				"approx_quantile(TRY_CAST(replace(c%zu, ',', '.') AS DOUBLE), "
				"[0.05, 0.95])[2]",
				i, i);
	}
	buf_printf(&sql, " FROM read_parquet(%s)", sql_text(a, parquet));
	TRY(engine_rows(r->engine, a, &rows, e, "describing a table", "%s", sql.p));
	for (size_t i = 0, at = 1; i < t->columns.n; i++) {
		struct source_column *c = &t->columns.at[i];
		double low = 0, high = 0;
		c->distinct = engine_int_at(&rows, 0, at++);
		if (type_is_number(c->type)) {
			const char *from = engine_at(&rows, 0, at++),
				   *to = engine_at(&rows, 0, at++);
			if (from && to) {
				str_real(str_of(from), &low);
				str_real(str_of(to), &high);
			}
		}
		c->example = invent(a, c->type, &guesses[i], low, high);
		int64_t values = t->rows - c->missing;
		c->identifier = source_sounds_identifying(c->name) ||
				(c->type == TYPE_TEXT && values >= 20 &&
					(double)c->distinct > 0.9 * (double)values);
	}
	return OK;
}

static enum status
import_table(struct run *r, const struct entry *f, struct source_table *t, struct err *e)
{
	struct arena *a = r->job->a;
	cleanup_fd int fd =
		openat(r->folder.fd, f->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return err_errno(e, "Cannot open %s", f->file);
	cleanup_csv struct csv *csv = NULL;
	TRY(csv_open(fd, f->file, &csv, e));
	size_t n = csv_columns(csv);
	struct type_guess *guesses = ARENA_ARRAY(a, n, struct type_guess);
	for (size_t i = 0; i < n; i++)
		guesses[i] = type_guess_new();
	const char *parquet = arena_printf(a, "%s.new/%s.parquet", r->place->source, f->table);
	r->table = f->table;
	TRY(engine_import(r->engine, csv, guesses, parquet, tick, r, e));
	/* Complete exports of a schema bring empty tables along; those are told and left aside. */
	if (csv_rows(csv) == 0) {
		r->empty.at[r->empty.n++] = f->table;
		unlink(parquet);
		return err_set(e, E_ABSENT, f->file, "%s has a header line but no rows.", f->file);
	}
	t->name = f->table;
	t->rows = (int64_t)csv_rows(csv);
	t->bytes = (int64_t)csv_bytes(csv);
	t->columns.n = n;
	t->columns.at = ARENA_ARRAY(a, n, struct source_column);
	for (size_t i = 0; i < n; i++) {
		struct source_column *c = &t->columns.at[i];
		c->name = arena_strdup(a, csv_column(csv, i));
		c->type = type_guess_end(&guesses[i]);
		c->words = c->type != TYPE_TEXT && guesses[i].words > 0;
		c->missing = (int64_t)(guesses[i].missing + (c->words ? guesses[i].words : 0));
	}
	uint8_t hash[32];
	csv_hash(csv, hash);
	crypto_generichash_update(&r->hash, (const uint8_t *)f->table, strlen(f->table) + 1);
	crypto_generichash_update(&r->hash, hash, sizeof hash);
	return describe(r, t, guesses, parquet, e);
}

static enum status
finish(struct run *r, struct err *e)
{
	struct job *job = r->job;
	uint8_t hash[32];
	char hex[65];
	crypto_generichash_final(&r->hash, hash, sizeof hash);
	hex_encode(hex, hash, sizeof hash);
	r->source.hash = arena_strdup(job->a, hex);
	struct jsonw j = jsonw_new(&job->result);
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok"), jsonw_bool(&j, true);
	source_write(&j, &r->source);
	jsonw_key(&j, "empty"), jsonw_open(&j, '[');
	for (size_t i = 0; i < r->empty.n; i++)
		jsonw_text(&j, r->empty.at[i]);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	cleanup_fd int fd = openat(r->place->fd, "source.new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "Cannot open the new source folder");
	TRY(io_replace_at(fd, "source.json", 0600, job->result.p, job->result.n, e));
	TRY(place_sync(r->place->fd, "source.new", e));
	TRY(place_swap(r->place->fd, "source.new", "source", e));
	int64_t rows = 0;
	for (size_t i = 0; i < r->source.tables.n; i++)
		rows += r->source.tables.at[i].rows;
	buf_printf(&job->said, "Imported %zu table%s with %lld rows (%.1f MB).\n",
		r->source.tables.n, r->source.tables.n == 1 ? "" : "s", (long long)rows,
		(double)r->done / 1e6);
	for (size_t i = 0; i < r->empty.n; i++)
		buf_printf(&job->said, "%s has no rows and was left aside.\n", r->empty.at[i]);
	return OK;
}

enum status
import_run(struct job *job, int64_t project, const char *path, const char *label, struct err *e)
{
	cleanup_place struct place place = { .fd = -1, .lock = -1 };
	cleanup_engine struct engine *engine = NULL;
	struct run r = { .job = job, .place = &place };
	TRY(open_folder(job->a, path, label, &r.folder, e));
	cleanup_fd int folder_fd = r.folder.fd;
	TRY(place_enter(job, project, &place, e));
	if (mkdirat(place.fd, "source.new", 0700) < 0)
		return err_errno(e, "Cannot make the new source folder");
	struct engine_options o = { place.dir, place.temp, place.trouble, job->memory_mb };
	TRY(engine_open(&o, &engine, e));
	r.engine = engine;
	crypto_generichash_init(&r.hash, NULL, 0, 32);
	r.empty.at = ARENA_ARRAY(job->a, r.folder.files.n, const char *);
	r.source.tables.at = ARENA_ARRAY(job->a, r.folder.files.n, struct source_table);
	for (size_t i = 0; i < r.folder.files.n; i++) {
		const struct entry *f = &r.folder.files.at[i];
		struct err why;
		enum status s = import_table(&r, f, &r.source.tables.at[r.source.tables.n], &why);
		if (s != OK && (s != E_ABSENT || r.empty.n == r.folder.files.n))
			return err_set(e, s, why.field, "%s", why.text);
		r.source.tables.n += s == OK;
		r.done += (uint64_t)f->bytes;
	}
	return finish(&r, e);
}

/* The inbox: folders by name with their tables, sizes only. Broken folders are passed over. */
static void
list_folder(struct job *job, struct jsonw *j, const char *path, const char *name)
{
	struct folder f;
	struct err why;
	jsonw_open(j, '{');
	jsonw_key(j, "name"), jsonw_text(j, name);
	jsonw_key(j, "tables"), jsonw_open(j, '[');
	bool good = open_folder(job->a, path, name, &f, &why) == OK;
	for (size_t i = 0; good && i < f.files.n; i++) {
		jsonw_open(j, '{');
		jsonw_key(j, "name"), jsonw_text(j, f.files.at[i].table);
		jsonw_key(j, "bytes"), jsonw_int(j, f.files.at[i].bytes);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	if (!good)
		jsonw_key(j, "problem"), jsonw_text(j, why.text);
	jsonw_close(j, '}');
	if (good)
		buf_printf(&job->said, "%s: %zu table%s, %.1f MB\n", name, f.files.n,
			f.files.n == 1 ? "" : "s", (double)f.bytes / 1e6);
	else
		buf_printf(&job->said, "%s: %s\n", name, why.text);
	if (good)
		close(f.fd);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum status
inbox_run(struct job *job, struct err *e)
{
	enum { MAX_FOLDERS = 1000 };
	const char **names = ARENA_ARRAY(job->a, MAX_FOLDERS, const char *);
	size_t n = 0;
	cleanup_dir DIR *d = opendir(job->config->inbox);
	if (!d && errno != ENOENT)
		return err_errno(e, "Cannot open the inbox %s", job->config->inbox);
	for (struct dirent *entry; d && n < MAX_FOLDERS && (entry = readdir(d));) {
		struct stat st;
		if (job_name_ok(entry->d_name) &&
			fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISDIR(st.st_mode))
			names[n++] = arena_strdup(job->a, entry->d_name);
	}
	qsort(names, n, sizeof *names, by_text);
	struct jsonw j = jsonw_new(&job->result);
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok"), jsonw_bool(&j, true);
	jsonw_key(&j, "folders"), jsonw_open(&j, '[');
	for (size_t i = 0; i < n; i++)
		list_folder(job, &j, arena_printf(job->a, "%s/%s", job->config->inbox, names[i]),
			names[i]);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	if (n == 0)
		buf_puts(&job->said, "The inbox holds no folders.\n");
	return OK;
}
