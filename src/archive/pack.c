#include "archive/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/entry.h"
#include "base/io.h"

/* Files with several names: the number under which each came. Open addressing, never full. */
struct seen {
	struct seen_file {
		uint64_t inode; /* 0: free */
		uint32_t number;
	} * at;
	size_t cap, n;
};

struct walk {
	const struct pack *p;
	struct packed done;
	struct seen seen;
	uint32_t links;
	uint64_t told; /* bytes and files at the last word of progress */
};

static void
cleanup_walk_fn(struct walk *w)
{
	free(w->seen.at);
}

/* ---- files with several names ---- */

static struct seen_file *
seen_slot(struct seen_file *at, size_t cap, uint64_t inode)
{
	size_t i = (size_t)(inode * 0x9e3779b97f4a7c15u >> 20) & (cap - 1);
	while (at[i].inode && at[i].inode != inode)
		i = (i + 1) & (cap - 1);
	return &at[i];
}

static void
seen_grow(struct seen *s)
{
	size_t cap = s->cap ? 2 * s->cap : 1024;
	struct seen_file *at = calloc(cap, sizeof *at);
	if (!at)
		BUG("out of memory");
	for (size_t i = 0; i < s->cap; i++)
		if (s->at[i].inode)
			*seen_slot(at, cap, s->at[i].inode) = s->at[i];
	free(s->at);
	s->at = at;
	s->cap = cap;
}

/* Its number; *ret_first when it had none before. */
static uint32_t
number_of(struct walk *w, uint64_t inode, bool *ret_first)
{
	if (2 * w->seen.n >= w->seen.cap)
		seen_grow(&w->seen);
	struct seen_file *f = seen_slot(w->seen.at, w->seen.cap, inode);
	*ret_first = f->inode == 0;
	if (*ret_first) {
		*f = (struct seen_file){ inode, ++w->links };
		w->seen.n++;
	}
	return f->number;
}

/* ---- entries ---- */

static enum status
put(struct walk *w, const struct entry *x, struct err *e)
{
	uint8_t out[ENTRY_MAX];
	return sealer_put(w->p->to, out, entry_write(x, out), e);
}

static void
tell(struct walk *w)
{
	enum { EVERY = 4 << 20 };
	uint64_t now = w->done.bytes + 4096 * (w->done.files + w->done.folders);
	if (!w->p->progress || now < w->told + EVERY)
		return;
	w->told = now;
	w->p->progress(w->p->ctx, &w->done);
}

static enum status
leave_out(struct walk *w, const char *name, const char *why, struct err *e)
{
	const struct entry x = { .kind = ENTRY_LEFT, .name = str_of(name), .text = str_of(why) };
	w->done.left++;
	return put(w, &x, e);
}

/* An entry's name is a stranger's: nothing of it goes into a terminal as it is. */
static enum status
unreadable(const char *name, struct err *e)
{
	char shown[64];
	int error = errno;
	size_t n = 0;
	for (; name[n] && n + 1 < sizeof shown; n++)
		shown[n] = name[n] > 0x20 && name[n] < 0x7f ? name[n] : '?';
	shown[n] = '\0';
	errno = error;
	return err_errno(e, "reading \"%s\"", shown);
}

/* ---- files ---- */

static enum status
put_part(struct walk *w, int fd, const char *name, uint64_t *at, uint64_t end, struct err *e)
{
	uint8_t head[ENTRY_PART_HEAD], part[ENTRY_PART_MAX];
	size_t want = end - *at < sizeof part ? (size_t)(end - *at) : sizeof part;
	ssize_t n;
	do
		n = pread(fd, part, want, (off_t)*at);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		errno = EIO; /* shorter than it said */
	if (n <= 0)
		return unreadable(name, e);
	entry_write_part(*at, (uint32_t)n, head);
	TRY(sealer_put(w->p->to, head, sizeof head, e));
	TRY(sealer_put(w->p->to, part, (size_t)n, e));
	*at += (uint64_t)n;
	w->done.bytes += (uint64_t)n;
	tell(w);
	return OK;
}

static enum status
put_bytes(struct walk *w, int fd, const char *name, uint64_t size, struct err *e)
{
	uint8_t head[ENTRY_PART_HEAD];
	uint64_t at = 0;
	while (at < size) {
		off_t data = lseek(fd, (off_t)at, SEEK_DATA);
		if (data < 0 && errno == ENXIO)
			break; /* a hole to the end */
		off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);
		if (hole < 0)
			return unreadable(name, e);
		uint64_t end = (uint64_t)hole < size ? (uint64_t)hole : size;
		for (at = (uint64_t)data; at < end;)
			TRY(put_part(w, fd, name, &at, end, e));
	}
	entry_write_part(size, 0, head);
	return sealer_put(w->p->to, head, sizeof head, e);
}

static enum status
put_file(struct walk *w, int dir, const char *name, const struct stat *seen, struct err *e)
{
	struct stat st;
	bool first = true;
	struct entry x = { .kind = ENTRY_FILE,
		.mode = seen->st_mode & 07777,
		.mtime = seen->st_mtim.tv_sec,
		.size = (uint64_t)seen->st_size,
		.name = str_of(name) };
	if (seen->st_nlink > 1)
		x.link = number_of(w, seen->st_ino, &first);
	w->done.files++;
	if (!first) {
		x.kind = ENTRY_AGAIN;
		x.size = 0;
		return put(w, &x, e);
	}
	cleanup_fd int fd =
		openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return unreadable(name, e);
	if (!S_ISREG(st.st_mode) || st.st_ino != seen->st_ino || st.st_size != seen->st_size)
		return err_set(e, E_CONFLICT, "", "The files change while they are archived.");
	TRY(put(w, &x, e));
	return put_bytes(w, fd, name, x.size, e);
}

static enum status
put_link(struct walk *w, int dir, const char *name, const struct stat *st, struct err *e)
{
	char to[ENTRY_TEXT_MAX + 1];
	ssize_t n = readlinkat(dir, name, to, sizeof to);
	if (n < 0)
		return unreadable(name, e);
	if (n == 0 || n > ENTRY_TEXT_MAX)
		return leave_out(w, name, "a link to nowhere", e);
	const struct entry x = { .kind = ENTRY_LINK,
		.mtime = st->st_mtim.tv_sec,
		.name = str_of(name),
		.text = { to, (size_t)n } };
	w->done.links++;
	return put(w, &x, e);
}

/* ---- folders ---- */

static enum status put_one(struct walk *, int dir, const char *name, int depth, struct err *);

static enum status
put_folder(
	struct walk *w, int dir, const char *name, const struct stat *st, int depth, struct err *e)
{
	const struct entry enter = { .kind = ENTRY_FOLDER,
		.mode = st->st_mode & 07777,
		.mtime = st->st_mtim.tv_sec,
		.name = str_of(name) };
	const struct entry up = { .kind = ENTRY_UP };
	if (depth >= ENTRY_DEPTH_MAX)
		return leave_out(w, name, "a folder nested too deep, with all in it", e);
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		if (fd >= 0)
			close(fd);
		return unreadable(name, e);
	}
	w->done.folders++;
	TRY(put(w, &enter, e));
	for (struct dirent *de; (de = io_next(d));)
		TRY(put_one(w, fd, de->d_name, depth + 1, e));
	if (errno)
		return unreadable(name, e);
	return put(w, &up, e);
}

static enum status
put_one(struct walk *w, int dir, const char *name, int depth, struct err *e)
{
	struct stat st;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return unreadable(name, e);
	tell(w);
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return put_file(w, dir, name, &st, e);
	case S_IFDIR:
		return put_folder(w, dir, name, &st, depth, e);
	case S_IFLNK:
		return put_link(w, dir, name, &st, e);
	case S_IFSOCK:
		return leave_out(w, name, "a socket", e);
	case S_IFIFO:
		return leave_out(w, name, "a pipe", e);
	default:
		return leave_out(w, name, "a device", e);
	}
}

enum status
pack_tree(
	const struct pack *p, int root, const char *const *names, struct packed *ret, struct err *e)
{
	CLEANUP(cleanup_walk_fn) struct walk w = { .p = p };
	const struct entry end = { .kind = ENTRY_END };
	for (; *names; names++) {
		struct stat st;
		if (fstatat(root, *names, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
			continue;
		TRY(put_one(&w, root, *names, 0, e));
	}
	TRY(put(&w, &end, e));
	*ret = w.done;
	return OK;
}
