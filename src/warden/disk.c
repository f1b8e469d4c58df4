#include "warden/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/little.h"
#include "base/str.h"
#include "warden/mounts.h"
#include "warden/program.h"

const char *
disk_image(struct arena *a, const struct place *p, uint64_t ws)
{
	return arena_printf(a, "%s/disk.img", place_ws_state(a, p, ws));
}

const char *
disk_point(struct arena *a, const struct place *p, uint64_t ws)
{
	return arena_printf(a, "%s/mnt/disk", place_ws_run(a, p, ws));
}

/*
 * Kept for root: an opening writes a few small files on a disk that its team may have filled. So
 * small that nobody misses it, and more than all of them together.
 */
enum { RESERVE_KB = 1024, CHECK_MS = DISK_GROW_MS / 2 };

static const char *
fresh_image(struct arena *a, const struct place *p, uint64_t ws)
{
	return arena_printf(a, "%s.new", disk_image(a, p, ws));
}

static int
create(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/*
 * An empty disk of that size, formatted once after each boot and copied for every team: the program
 * that formats takes longer than the copy of the megabyte that it writes. Renamed into place, as
 * two teams may come at once.
 */
static enum status
blank(struct arena *a, const struct place *p, uint64_t mb, const char **ret, struct err *e)
{
	const char *path = arena_printf(a, "%s/blank-%llu.img", p->c.run, (unsigned long long)mb);
	const char *tmp = arena_printf(a, "%s.%d", path, (int)getpid());
	*ret = path;
	if (access(path, F_OK) == 0)
		return OK;
	cleanup_fd int fd = create(tmp);
	if (fd < 0)
		return err_errno(e, "creating %s", tmp);
	/* A new sparse file reads as zeros, so nothing need be written to prove it. */
	const char *percent = arena_printf(a, "%.6f", 100.0 * RESERVE_KB / (1024.0 * (double)mb));
	const char *argv[] = { "/usr/sbin/mkfs.ext4", "-q", "-F", "-m", percent, "-L", "team", "-E",
		"assume_storage_prezeroed=1,nodiscard,root_owner=0:0", tmp, NULL };
	enum status s = ftruncate(fd, (off_t)(mb << 20)) < 0
				? err_errno(e, "sizing %s", tmp)
				: program_must(a, argv, 120000, NULL, e);
	if (s == OK && rename(tmp, path) < 0)
		s = err_errno(e, "keeping %s", path);
	if (s != OK)
		unlink(tmp);
	return s;
}

/* Copies what a sparse file holds to the same places of another; -1 and errno on failure. */
static int
copy_sparse(int from, int to)
{
	struct stat st;
	off_t data = 0, hole;
	if (fstat(from, &st) < 0 || ftruncate(to, st.st_size) < 0)
		return -1;
	while ((data = lseek(from, data, SEEK_DATA)) >= 0) {
		hole = lseek(from, data, SEEK_HOLE);
		if (hole < 0 || lseek(to, data, SEEK_SET) < 0)
			return -1;
		off_t at = data;
		while (at < hole) {
			ssize_t n = sendfile(to, from, &at, (size_t)(hole - at));
			if (n == 0)
				errno = EIO;
			if (n <= 0)
				return -1;
		}
		data = hole;
	}
	return errno == ENXIO ? 0 : -1; /* no data behind the last hole */
}

static enum status
make(struct arena *a, const struct place *p, uint64_t ws, uint64_t mb, struct err *e)
{
	const char *empty, *image = fresh_image(a, p, ws);
	TRY(blank(a, p, mb, &empty, e));
	cleanup_fd int from = open(empty, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	cleanup_fd int to = create(image);
	if (from < 0 || to < 0)
		return err_errno(e, "creating %s", image);
	return copy_sparse(from, to) < 0 ? err_errno(e, "filling %s", image) : OK;
}

/* What the file system says of itself; sizes in bytes. */
struct super {
	uint64_t size, reserved;
	uint32_t block;
	bool error;
};

/* The superblock of ext4: bytes 1024 to 2047. */
static enum status
super_read(const char *image, struct super *ret, struct err *e)
{
	enum { BLOCKS = 4, RESERVED = 8, LOG_BLOCK = 24, MAGIC = 56, STATE = 58, INCOMPAT = 96 };
	enum { BLOCKS_HIGH = 336, RESERVED_HIGH = 340, IS_64BIT = 0x80, HAS_ERROR = 2 };
	unsigned char p[1024];
	cleanup_fd int fd = open(image, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_errno(e, "opening %s", image);
	if (pread(fd, p, sizeof p, 1024) != sizeof p || little(p + MAGIC, 2) != 0xef53 ||
		little(p + LOG_BLOCK, 4) > 6)
		return err_set(e, E_IO, "", "%s is no disk of a team.", image);
	bool wide = little(p + INCOMPAT, 4) & IS_64BIT;
	uint64_t blocks = little(p + BLOCKS, 4), reserved = little(p + RESERVED, 4);
	if (wide) {
		blocks |= little(p + BLOCKS_HIGH, 4) << 32;
		reserved |= little(p + RESERVED_HIGH, 4) << 32;
	}
	uint32_t block = 1024u << little(p + LOG_BLOCK, 4);
	*ret = (struct super){ blocks * block, reserved * block, block,
		little(p + STATE, 2) & HAS_ERROR };
	return OK;
}

static enum status
check(struct arena *a, const char *image, struct err *e)
{
	struct str out;
	int code = 0;
	const char *argv[] = { "/usr/sbin/e2fsck", "-f", "-p", image, NULL };
	TRY(program_run(a, argv, CHECK_MS, &code, &out, e));
	/* 1: it was not closed cleanly, and has been put right. */
	return code > 1 ? err_set(e, E_IO, "", "%s is damaged: e2fsck says %d.", image, code) : OK;
}

/*
 * A disk may grow from one opening to the next; it never shrinks. Done while it is not mounted,
 * because a mounted one asks for a capability that containers around the whole server lack.
 *
 * The file system's own word decides, not the file's length: growing that was killed half-way has
 * left the length as it should be, and a file system that is marked and must be checked first. What
 * is too little for a group of blocks of its own, resize2fs leaves out, and so do we.
 */
static enum status
grow(struct arena *a, const char *image, uint64_t mb, struct err *e)
{
	enum { LEFT_OUT = 8 << 20 };
	struct super is;
	struct stat st;
	uint64_t want = mb << 20;
	const char *resize[] = { "/usr/sbin/resize2fs", image, NULL };
	TRY(super_read(image, &is, e));
	if (stat(image, &st) < 0)
		return err_errno(e, "looking at %s", image);
	bool small = is.size < want && ((uint64_t)st.st_size < want || want - is.size > LEFT_OUT);
	if (is.error || small)
		TRY(check(a, image, e));
	if (!small)
		return OK;
	if ((uint64_t)st.st_size < want && truncate(image, (off_t)want) < 0)
		return err_errno(e, "sizing %s", image);
	return program_must(a, resize, CHECK_MS, NULL, e);
}

/* For a disk that was made without one, or grew: resize2fs keeps the share, not the size. */
static enum status
reserve(struct arena *a, const char *image, struct err *e)
{
	struct super is;
	TRY(super_read(image, &is, e));
	if (is.reserved >= RESERVE_KB * 1024 / 2 && is.reserved <= RESERVE_KB * 1024)
		return OK;
	const char *argv[] = { "/usr/sbin/tune2fs", "-r",
		arena_printf(a, "%u", RESERVE_KB * 1024 / is.block), image, NULL };
	return program_must(a, argv, 60000, NULL, e);
}

enum status
disk_hold(const char *image, int *ret, struct err *e)
{
	cleanup_fd int fd = open(image, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return err_set(e, E_ABSENT, "ws", "The workspace has no disk.");
	if (fd < 0)
		return err_errno(e, "opening %s", image);
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_errno(e, "holding %s", image);
	*ret = steal_fd(&fd);
	return OK;
}

enum status
disk_mount(struct arena *a, const struct place *p, uint64_t ws, uint64_t mb, struct err *e)
{
	char device[64];
	const char *point = disk_point(a, p, ws), *image = disk_image(a, p, ws);
	cleanup_fd int hold = -1;
	if (mounts_is(point))
		return OK;
	if (access(image, F_OK) == 0) {
		TRY(disk_hold(image, &hold, e));
		TRY(grow(a, image, mb, e));
		TRY(reserve(a, image, e));
	} else {
		TRY(make(a, p, ws, mb, e));
		image = fresh_image(a, p, ws);
	}
	cleanup_fd int file = open(image, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (file < 0)
		return err_errno(e, "opening %s", image);
	cleanup_fd int loop = -1;
	TRY(mounts_loop(file, 0, device, &loop, e));
	/* discard gives room back to the host when a team deletes files. */
	if (mount(device, point, "ext4", MS_NOSUID | MS_NODEV | MS_NOATIME, "discard") < 0)
		return err_errno(e, "mounting %s", image);
	return OK;
}

/* Enough for the overlays, the list of users, and homes of members who are new. */
enum { SPARE_FILES = 48 };

static int
spare_open(struct arena *a, const struct place *p, uint64_t ws)
{
	const char *path = arena_printf(a, "%s/spare", disk_point(a, p, ws));
	mkdir(path, 0700);
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

void
disk_lend(struct arena *a, const struct place *p, uint64_t ws)
{
	char name[16];
	cleanup_fd int dir = spare_open(a, p, ws);
	for (int i = 0; dir >= 0 && i < SPARE_FILES; i++) {
		snprintf(name, sizeof name, "%d", i);
		unlinkat(dir, name, 0);
	}
}

void
disk_claim(struct arena *a, const struct place *p, uint64_t ws)
{
	char name[16];
	cleanup_fd int dir = spare_open(a, p, ws);
	for (int i = 0, fd = dir; fd >= 0 && i < SPARE_FILES; i++) {
		snprintf(name, sizeof name, "%d", i);
		fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd >= 0)
			close(fd);
	}
}

enum status
disk_keep(struct arena *a, const struct place *p, uint64_t ws, struct err *e)
{
	const char *fresh = fresh_image(a, p, ws), *image = disk_image(a, p, ws);
	cleanup_fd int fd = open(fresh, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT && access(image, F_OK) == 0)
		return OK;
	cleanup_fd int dir =
		open(place_ws_state(a, p, ws), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* The name too: it is the folder's to keep. */
	if (fd < 0 || dir < 0 || fsync(fd) < 0 || rename(fresh, image) < 0 || fsync(dir) < 0)
		return err_errno(e, "keeping %s", image);
	return OK;
}
