/*
 * Everything of a project goes: its source, labels, images; and when no other project of that event
 * is left, the event's key and what is remembered of the tables signed in it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "curator/job.h"
#include "curator/table/trace_store.h"

struct count {
	int64_t files, bytes;
};

static void
count_tree(int dirfd, const char *name, struct count *c)
{
	struct stat st;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (!S_ISDIR(st.st_mode)) {
		c->files++;
		c->bytes += st.st_size;
		return;
	}
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *entry; d && (entry = io_next(d));)
		count_tree(fd, entry->d_name, c);
}

static enum status
forget_file(const char *path, struct count *c, struct err *e)
{
	struct stat st;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? OK : err_errno(e, "Cannot look at %s", path);
	if (unlink(path) < 0)
		return err_errno(e, "Cannot remove %s", path);
	c->files++;
	c->bytes += st.st_size;
	return OK;
}

/* Does another project of this server hold data of that event? */
static bool
still_needed(struct arena *a, const struct place *p, struct str line)
{
	cleanup_dir DIR *d = opendir(p->data);
	if (!d)
		return true;
	for (struct dirent *entry; (entry = io_next(d));) {
		int64_t id;
		struct str ledger;
		struct place other = { .fd = -1 };
		if (!str_int(str_of(entry->d_name), &id) || id == p->project)
			continue;
		cleanup_fd int fd = openat(
			dirfd(d), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		other.fd = fd;
		if (fd < 0 || place_ledger(a, &other, &ledger, NULL) != OK)
			return true;
		while (ledger.n)
			if (str_eq(str_cut(&ledger, '\n'), line))
				return true;
	}
	return errno != 0;
}

static enum status
forget_tables(struct arena *a, const struct place *p, int64_t event, struct count *c, struct err *e)
{
	const char *folder = arena_printf(a, "%s/" TRACE_STORE_FOLDER, p->data, (long long)event);
	count_tree(AT_FDCWD, folder, c);
	return io_remove_tree(AT_FDCWD, folder, e);
}

static enum status
forget_line(struct job *job, const struct place *p, struct str line, struct count *c, struct err *e)
{
	struct str rest = line;
	int64_t id;
	struct str what = str_cut(&rest, ' ');
	if (!str_int(rest, &id))
		return OK;
	if (str_is(what, "image")) {
		static const char *const kinds[] = { PLACE_IMAGE, PLACE_IMAGE ".new",
			PLACE_SIMULATED, PLACE_SIMULATED ".new" };
		for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
			TRY(forget_file(arena_printf(job->a, "%s/%lld%s", p->releases,
						(long long)id, kinds[i]),
				c, e));
		return OK;
	}
	if (!str_is(what, "event") || still_needed(job->a, p, line))
		return OK;
	TRY(key_shares_forget(job, id, e));
	TRY(forget_tables(job->a, p, id, c, e));
	return forget_file(
		arena_printf(job->a, "%s/keys/event-%lld.key", p->data, (long long)id), c, e);
}

enum status
forget_run(struct job *job, int64_t project, struct err *e)
{
	static const char *const trees[] = { "source", PLACE_LABELS, "trouble.txt", "review.csv",
		"withdrawn", "ledger" };
	cleanup_place struct place place = { .fd = -1, .lock = -1 };
	struct count c = { 0 };
	struct str ledger;
	TRY(place_enter(job, project, &place, e));
	TRY(place_ledger(job->a, &place, &ledger, e));
	while (ledger.n)
		TRY(forget_line(job, &place, str_cut(&ledger, '\n'), &c, e));
	/* The ledger last: an interrupted job can be run again. */
	for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
		count_tree(place.fd, trees[i], &c);
		TRY(io_remove_tree(place.fd, trees[i], e));
	}
	fsync(place.fd);
	TRY(io_remove_tree(AT_FDCWD, place.dir, e));
	struct jsonw j = jsonw_new(&job->result);
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok"), jsonw_bool(&j, true);
	jsonw_key(&j, "files"), jsonw_int(&j, c.files);
	jsonw_key(&j, "bytes"), jsonw_int(&j, c.bytes);
	jsonw_close(&j, '}');
	buf_printf(&job->said, "Removed %lld files (%.1f MB) of project %lld.\n",
		(long long)c.files, (double)c.bytes / 1e6, (long long)project);
	return OK;
}
