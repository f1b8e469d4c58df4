#include "curator/import/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/str.h"
#include "curator/job.h"

struct look {
	struct arena *a;
	struct folder *f;
	const char *dir;  /* the folder inside that is looked at, or NULL */
	const char *only; /* the one file that is meant, or NULL */
};

static bool
ends(struct str s, const char *end)
{
	size_t n = strlen(end);
	return s.n > n && strncasecmp(s.p + s.n - n, end, n) == 0;
}

/* What a file of that name holds, and the name of its table. */
static bool
kind_of(struct str name, enum file_kind *ret_kind, struct str *ret_table)
{
	static const struct {
		const char *end;
		enum file_kind kind;
	} kinds[] = { { ".csv", FILE_CSV }, { ".tsv", FILE_CSV }, { ".ndjson", FILE_NDJSON },
		{ ".jsonl", FILE_NDJSON }, { ".parquet", FILE_PARQUET } };
	if (ends(name, ".gz") && !ends(name, ".parquet.gz"))
		name.n -= 3;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (ends(name, kinds[i].end)) {
			*ret_kind = kinds[i].kind;
			*ret_table = (struct str){ name.p, name.n - strlen(kinds[i].end) };
			return true;
		}
	return false;
}

static enum status
add(const struct look *l, struct folder_file file, struct str table, struct err *e)
{
	struct folder *f = l->f;
	file.table = str_dup(l->a, table);
	if (!job_name_ok(file.table))
		return err_set(e, E_INPUT, "folder",
			"Folder %s holds a file whose name has characters other than letters, "
			"digits, '_', '.' and '-'; rename it.",
			f->label);
	if (f->files.n == FOLDER_MAX_TABLES)
		return err_set(e, E_INPUT, "folder", "Folder %s holds more than %d tables.",
			f->label, FOLDER_MAX_TABLES);
	for (size_t i = 0; i < f->files.n; i++)
		/* FHIR exports cut a resource type into several files; those are one table. */
		if (str_ieq(str_of(f->files.at[i].table), table) && file.kind != FILE_NDJSON)
			return err_set(e, E_INPUT, file.name,
				"%s and %s would be the same table; rename one.",
				f->files.at[i].label, file.label);
	f->files.at[f->files.n++] = file;
	f->bytes += (uint64_t)file.bytes;
	return OK;
}

static enum status
look_into_zip(const struct look *l, int fd, const char *name, const char *label, struct err *e)
{
	zip_list members;
	TRY(zip_list_members(l->a, fd, label, &members, e));
	for (size_t i = 0; i < members.n; i++) {
		const struct zip_member *m = &members.at[i];
		const char *base = strrchr(m->path, '/');
		struct folder_file file = { .dir = l->dir, .name = name, .member = m };
		struct str table;
		base = base ? base + 1 : m->path;
		/* What a Mac adds for itself begins with a dot. */
		if (base[0] == '.' || !kind_of(str_of(base), &file.kind, &table))
			continue;
		file.label = arena_printf(l->a, "%s: %s", label, base);
		file.bytes = (int64_t)m->packed;
		if (file.kind == FILE_PARQUET || ends(str_of(base), ".gz"))
			return err_set(e, E_INPUT, name,
				"%s is packed twice; unpack the archive first.", file.label);
		TRY(add(l, file, table, e));
	}
	return OK;
}

/* A name that concerns us: the open descriptor, or a reason against it. */
static enum status
open_plain(int dirfd, const char *name, const char *label, int *ret_fd, struct stat *ret_st,
	struct err *e)
{
	cleanup_fd int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ELOOP)
		return err_set(e, E_INPUT, name,
			"%s is a symbolic link; put the file itself into the folder.", label);
	if (fd < 0 || fstat(fd, ret_st) < 0)
		return err_errno(e, "Cannot open %s", label);
	if (!S_ISREG(ret_st->st_mode))
		return err_set(e, E_INPUT, name, "%s is not a plain file.", label);
	*ret_fd = steal_fd(&fd);
	return OK;
}

static enum status
look_at(const struct look *l, int dirfd, const char *name, struct err *e)
{
	struct folder_file file = { .dir = l->dir, .name = arena_strdup(l->a, name) };
	struct str table;
	struct stat st;
	bool zip = ends(str_of(name), ".zip");
	file.label = l->dir ? arena_printf(l->a, "%s/%s", l->dir, name) : file.name;
	if (!zip && !kind_of(str_of(file.name), &file.kind, &table))
		return OK;
	cleanup_fd int fd = -1;
	TRY(open_plain(dirfd, name, file.label, &fd, &st, e));
	if (zip)
		return look_into_zip(l, fd, file.name, file.label, e);
	file.bytes = st.st_size;
	return add(l, file, table, e);
}

static enum status list(const struct look *, int dirfd, struct err *);

/* MIMIC-IV comes as hosp/ and icu/; one folder deep is enough for every export known to us. */
static enum status
look_below(const struct look *l, int dirfd, const char *name, struct err *e)
{
	struct look below = *l;
	enum file_kind kind;
	struct str table;
	if (l->dir || kind_of(str_of(name), &kind, &table) || ends(str_of(name), ".zip"))
		return l->dir ? OK : look_at(l, dirfd, name, e);
	cleanup_fd int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_errno(e, "Cannot open folder %s/%s", l->f->label, name);
	below.dir = arena_strdup(l->a, name);
	return list(&below, fd, e);
}

static enum status
list(const struct look *l, int dirfd, struct err *e)
{
	int copy = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	cleanup_dir DIR *d = copy < 0 ? NULL : fdopendir(copy);
	if (!d)
		return err_errno(e, "Cannot list folder %s", l->f->label);
	for (struct dirent *entry; (entry = io_next(d));) {
		struct stat st;
		const char *name = entry->d_name;
		if (name[0] == '.' || (l->only && !streq(name, l->only)))
			continue;
		if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return err_errno(e, "Cannot look at %s", name);
		TRY(S_ISDIR(st.st_mode) ? look_below(l, dirfd, name, e)
					: look_at(l, dirfd, name, e));
	}
	if (errno)
		return err_errno(e, "Cannot list folder %s", l->f->label);
	return OK;
}

static int
by_table(const void *a, const void *b)
{
	const struct folder_file *x = a, *y = b;
	int order = strcmp(x->table, y->table);
	return order ? order : strcmp(x->label, y->label);
}

enum status
folder_sort(struct folder *f, struct err *e)
{
	qsort(f->files.at, f->files.n, sizeof f->files.at[0], by_table);
	for (size_t i = 1; i < f->files.n; i++) {
		const struct folder_file *a = &f->files.at[i - 1], *b = &f->files.at[i];
		bool parts = a->kind == FILE_NDJSON && b->kind == FILE_NDJSON;
		if (!parts && str_ieq(str_of(a->table), str_of(b->table)))
			return err_set(e, E_INPUT, b->name,
				"%s and %s would be the same table; rename one.", a->label,
				b->label);
	}
	return OK;
}

enum status
folder_open(struct arena *a, const char *path, const char *label, struct folder *ret, struct err *e)
{
	struct folder f = { .label = label };
	struct look l = { .a = a, .f = &f };
	struct stat st;
	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		const char *slash = strrchr(path, '/');
		l.only = slash ? slash + 1 : path;
		path = slash ? arena_strndup(a, path, (size_t)(slash - path + 1)) : ".";
	}
	cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ELOOP || errno == ENOTDIR
			       ? err_set(e, E_INPUT, "folder", "%s is not a folder.", label)
			       : err_errno(e, "Cannot open folder %s", label);
	f.fd = fd;
	f.files.at = ARENA_ARRAY(a, FOLDER_MAX_TABLES, struct folder_file);
	TRY(list(&l, fd, e));
	if (f.files.n == 0)
		return err_set(e, E_INPUT, "folder",
			"%s holds no table: no file that ends in .csv, .tsv, .ndjson (also .gz), "
			".parquet or .zip.",
			label);
	TRY(folder_sort(&f, e));
	*ret = f;
	steal_fd(&fd);
	return OK;
}

enum status
folder_open_file(const struct folder *f, const struct folder_file *file, int *ret_fd, struct err *e)
{
	struct stat st;
	cleanup_fd int dir = -1;
	if (file->dir) {
		dir = openat(f->fd, file->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (dir < 0)
			return err_errno(e, "Cannot open folder %s", file->dir);
	}
	return open_plain(file->dir ? dir : f->fd, file->name, file->label, ret_fd, &st, e);
}

enum status
folder_stream(int fd, const struct folder_file *file, struct stream **ret, struct err *e)
{
	return file->member ? stream_open_member(fd, file->label, file->member, ret, e)
			    : stream_open(fd, file->label, ret, e);
}
