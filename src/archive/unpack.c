#include "archive/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

/* Files with several names stand here by their number while the list is read. */
#define STAGE ".several-names"

/* ---- names ---- */

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* How many of the first bytes are one character that may stay; 0 when the first may not. */
static size_t
harmless(struct str s, bool first)
{
	unsigned char c = (unsigned char)s.p[0];
	if (c < 0x80) {
		bool percent = c == '%' && s.n > 2 && is_hex(s.p[1]) && is_hex(s.p[2]);
		return c >= 0x20 && c != 0x7f && !percent && !(first && c == '-');
	}
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (n > s.n || !str_utf8((struct str){ s.p, n }))
		return 0;
	return str_unseen((struct str){ s.p, n }) ? 0 : n;
}

/* As unpack_name, of any length; the same rule makes texts for the notes. */
static size_t
escape(struct str s, char *out, size_t cap)
{
	size_t n = 0;
	bool first = true;
	while (s.n && n + 5 < cap) {
		size_t keep = harmless(s, first);
		if (keep) {
			memcpy(out + n, s.p, keep);
			n += keep;
		} else {
			n += (size_t)snprintf(out + n, 4, "%%%02X", (unsigned char)s.p[0]);
			keep = 1;
		}
		s.p += keep;
		s.n -= keep;
		first = false;
	}
	out[n] = '\0';
	return n;
}

bool
unpack_name(struct str name, uint64_t number, char out[ENTRY_NAME_MAX + 1])
{
	char all[3 * ENTRY_NAME_MAX + 8];
	size_t n = escape(name, all, sizeof all);
	if (n > ENTRY_NAME_MAX) {
		char end[24];
		size_t k = (size_t)snprintf(end, sizeof end, "~%llu", (unsigned long long)number);
		n = ENTRY_NAME_MAX - k;
		while (n > 0 && ((unsigned char)all[n] & 0xc0) == 0x80)
			n--;
		memcpy(all + n, end, k + 1);
		n += k;
	}
	memcpy(out, all, n + 1);
	return str_eq((struct str){ out, n }, name);
}

/* ---- where we are ---- */

struct unpack {
	struct entry_reader *r;
	int into, stage;
	int dirs[ENTRY_DEPTH_MAX + 1];
	uint32_t depth;
	char path[(ENTRY_DEPTH_MAX + 1) * (ENTRY_NAME_MAX + 1)]; /* of dirs[depth], with a '/' */
	size_t path_n[ENTRY_DEPTH_MAX + 1];
	FILE *notes;
	uint64_t number; /* of the entry */
	struct unpacked done;
};

static void
cleanup_room_fn(struct unpack **at)
{
	struct unpack *u = *at;
	while (u->depth)
		close(u->dirs[u->depth--]);
	if (u->stage >= 0)
		close(u->stage);
	if (u->notes)
		fclose(u->notes);
}

static void
note(struct unpack *u, const char *name, const char *what, struct str why)
{
	char text[3 * ENTRY_TEXT_MAX + 8];
	escape(why, text, sizeof text);
	fprintf(u->notes, "%.*s%s: %s%s\n", (int)u->path_n[u->depth], u->path, name, what, text);
	u->done.notes++;
}

/* The name to use, with a note when it is another; ordinary names cost nothing. */
static void
name_for(struct unpack *u, const struct entry *x, char out[ENTRY_NAME_MAX + 1])
{
	struct stat st;
	if (!unpack_name(x->name, u->number, out))
		note(u, out, "its name held characters that do not belong into one", STR(""));
	/* Two names may have become one; whoever chose them so shall not hide the rest. */
	for (unsigned i = 1; fstatat(u->dirs[u->depth], out, &st, AT_SYMLINK_NOFOLLOW) == 0; i++) {
		snprintf(out, ENTRY_NAME_MAX + 1, "name-taken-%llu-%u",
			(unsigned long long)u->number, i);
		note(u, out, "another has the name ", x->name);
	}
}

/* ---- one entry ---- */

static enum status
make_folder(struct unpack *u, const char *name, struct err *e)
{
	int at = u->dirs[u->depth];
	if (mkdirat(at, name, 0700) < 0)
		return err_errno(e, "making the folder %s", name);
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "opening the folder %s", name);
	size_t n = u->path_n[u->depth], k = strlen(name);
	memcpy(u->path + n, name, k);
	u->path[n + k] = '/';
	u->dirs[++u->depth] = fd;
	u->path_n[u->depth] = n + k + 1;
	u->done.folders++;
	return OK;
}

static enum status
write_at(int fd, const uint8_t *p, size_t n, uint64_t offset)
{
	while (n) {
		ssize_t k = pwrite(fd, p, n, (off_t)offset);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return E_IO;
		p += k;
		n -= (size_t)k;
		offset += (uint64_t)k;
	}
	return OK;
}

static enum status
fill_file(struct unpack *u, int fd, const struct entry *x, const char *name, struct err *e)
{
	static uint8_t part[ENTRY_PART_MAX];
	uint64_t offset;
	uint32_t n;
	/* Somebody may have made a file of nothing, larger than this file system knows. */
	bool fits = ftruncate(fd, (off_t)x->size) == 0;
	if (!fits && errno != EFBIG)
		return err_errno(e, "giving %s its %llu bytes", name, (unsigned long long)x->size);
	if (!fits)
		note(u, name, "not filled: it is larger than a file may be here", STR(""));
	for (;;) {
		TRY(entry_part(u->r, part, &offset, &n, e));
		if (n == 0)
			return OK;
		if (fits && write_at(fd, part, n, offset) != OK)
			return err_errno(e, "writing %s", name);
		u->done.bytes += n;
	}
}

static enum status
make_file(struct unpack *u, const struct entry *x, const char *name, struct err *e)
{
	int at = u->dirs[u->depth];
	cleanup_fd int fd = openat(
		at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(e, "making the file %s", name);
	TRY(fill_file(u, fd, x, name, e));
	const struct timespec when[2] = { { x->mtime, 0 }, { x->mtime, 0 } };
	futimens(fd, when); /* a time that no file system knows is no reason to fail */
	u->done.files++;
	if (!x->link)
		return OK;
	char number[16];
	snprintf(number, sizeof number, "%u", x->link);
	if (linkat(at, name, u->stage, number, 0) < 0)
		note(u, name, "its other names are not made: it has too many", STR(""));
	return OK;
}

static enum status
make_again(struct unpack *u, const struct entry *x, const char *name, struct err *e)
{
	char number[16];
	snprintf(number, sizeof number, "%u", x->link);
	if (linkat(u->stage, number, u->dirs[u->depth], name, 0) < 0)
		note(u, name, "not made: another name of a file that has too many", STR(""));
	else
		u->done.files++;
	return OK;
}

static enum status
unpack_one(struct unpack *u, const struct entry *x, struct err *e)
{
	char name[ENTRY_NAME_MAX + 1];
	if (x->kind == ENTRY_UP) {
		close(u->dirs[u->depth--]);
		return OK;
	}
	name_for(u, x, name);
	switch (x->kind) {
	case ENTRY_FOLDER:
		return make_folder(u, name, e);
	case ENTRY_FILE:
		return make_file(u, x, name, e);
	case ENTRY_AGAIN:
		return make_again(u, x, name, e);
	case ENTRY_LINK:
		note(u, name, "a symbolic link, not made, to ", x->text);
		return OK;
	default:
		note(u, name, "left out when the archive was made: ", x->text);
		return OK;
	}
}

/* ---- the whole ---- */

static enum status
begin(struct unpack *u, struct err *e)
{
	u->dirs[0] = u->into;
	cleanup_fd int fd = openat(
		u->into, UNPACK_NOTES, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || mkdirat(u->into, STAGE, 0700) < 0)
		return err_errno(e, "beginning to open the archive");
	u->stage = openat(u->into, STAGE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	u->notes = fdopen(fd, "w");
	if (u->stage < 0 || !u->notes)
		return err_errno(e, "beginning to open the archive");
	steal_fd(&fd);
	fputs("What is not here as it was in the workspace.\n"
	      "Every file belongs to whoever opened the archive; none can be executed.\n\n",
		u->notes);
	return OK;
}

enum status
unpack_tree(struct entry_reader *r, int into, struct unpacked *ret, struct err *e)
{
	/* Too large for a small stack, and one opening at a time is all there is. */
	static struct unpack room;
	room = (struct unpack){ .r = r, .into = into, .stage = -1 };
	CLEANUP(cleanup_room_fn) struct unpack *u = &room;
	struct entry x;
	TRY(begin(u, e));
	for (;; u->number++) {
		TRY(entry_next(r, &x, e));
		if (x.kind == ENTRY_END)
			break;
		TRY(unpack_one(u, &x, e));
	}
	if (fflush(u->notes) != 0)
		return err_errno(e, "writing %s", UNPACK_NOTES);
	TRY(io_remove_tree(into, STAGE, e));
	*ret = u->done;
	return OK;
}
