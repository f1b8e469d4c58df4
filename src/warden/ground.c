#include "warden/ground.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "warden/mounts.h"
#include "warden/place.h"

static const char *const points[] = { "usr", "etc", "dev", "bin" };

/* A read-only overlay needs a second lower folder; an empty one adds nothing. */
static enum status
overlay(struct arena *a, const char *dir, const char *name, struct err *e)
{
	const char *point = arena_printf(a, "%s/%s", dir, name);
	if (mounts_is(point))
		return OK;
	if (mount("wardroom-ground", point, "overlay",
		    MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOATIME,
		    arena_printf(a, "lowerdir=/%s:%s/none", name, dir)) < 0)
		return err_errno(e, "mounting %s", point);
	return OK;
}

static enum status
nodes(struct arena *a, const char *point, struct err *e)
{
	static const struct {
		const char *name;
		unsigned major, minor;
	} devices[] = { { "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 }, { "random", 1, 8 },
		{ "urandom", 1, 9 }, { "tty", 5, 0 } };
	static const char *const links[][2] = { { "ptmx", "pts/ptmx" }, { "fd", "/proc/self/fd" },
		{ "stdin", "/proc/self/fd/0" }, { "stdout", "/proc/self/fd/1" },
		{ "stderr", "/proc/self/fd/2" } };
	for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
		const char *path = arena_printf(a, "%s/%s", point, devices[i].name);
		if (mknod(path, S_IFCHR | 0666, makedev(devices[i].major, devices[i].minor)) < 0 ||
			chmod(path, 0666) < 0)
			return err_errno(e, "making %s", path);
	}
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (symlink(links[i][1], arena_printf(a, "%s/%s", point, links[i][0])) < 0)
			return err_errno(e, "linking %s/%s", point, links[i][0]);
	TRY(place_dir(arena_printf(a, "%s/pts", point), 0755, 0, 0, e));
	/* A runtime gives a memory file system the mode of the folder below it. */
	return place_dir(arena_printf(a, "%s/shm", point), 01777, 0, 0, e);
}

/* Closes a memory file system for writing, for ever; where it could not be filled, drops it. */
static enum status
seal(const char *point, unsigned long flags, enum status filled, struct err *e)
{
	if (filled == OK && mount(NULL, point, NULL, flags | MS_REMOUNT | MS_RDONLY, NULL) < 0)
		filled = err_errno(e, "closing %s", point);
	if (filled != OK)
		mounts_drop(point, NULL);
	return filled;
}

/* In the host's own user namespace, because one made inside another gives no device. */
static enum status
devices(struct arena *a, const char *point, struct err *e)
{
	const unsigned long flags = MS_NOSUID | MS_NOEXEC | MS_NOATIME;
	if (mounts_is(point))
		return OK;
	if (mount("wardroom-dev", point, "tmpfs", flags, "size=64k,nr_inodes=64,mode=0755") < 0)
		return err_errno(e, "mounting %s", point);
	return seal(point, flags, nodes(a, point, e), e);
}

static enum status
put_program(struct arena *a, const char *point, struct str bytes, struct err *e)
{
	const char *path = arena_printf(a, "%s/wardroom", point);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0755);
	if (fd < 0)
		return err_errno(e, "creating %s", path);
	TRY(io_write_fd(fd, bytes.p, bytes.n, e));
	/* The words that people type; the program looks at its name. */
	if (symlink("wardroom", arena_printf(a, "%s/apt", point)) < 0 ||
		symlink("wardroom", arena_printf(a, "%s/apt-get", point)) < 0)
		return err_errno(e, "linking %s/apt", point);
	return fchmod(fd, 0755) < 0 ? err_errno(e, "making %s a program", path) : OK;
}

/*
 * A copy of the desk, so that teams do not share its inode, on a mount of its own: run/ is usually
 * below /run, which Debian mounts such that no program in it can be executed. Made afresh each
 * time, because the one that is there may be an older server's.
 */
static enum status
program(struct arena *a, const char *point, const char *desk, struct err *e)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOATIME;
	struct str bytes;
	TRY(io_read_file(a, desk, 64 << 20, &bytes, e));
	TRY(mounts_drop(point, e));
	if (mount("wardroom-bin", point, "tmpfs", flags,
		    arena_printf(a, "size=%zuk,nr_inodes=8,mode=0755", bytes.n / 1024 + 64)) < 0)
		return err_errno(e, "mounting %s", point);
	return seal(point, flags, put_program(a, point, bytes, e), e);
}

enum status
ground_on(struct arena *a, const char *dir, const char *desk, bool layered, struct err *e)
{
	if (strpbrk(dir, ":,\\"))
		return err_set(
			e, E_INPUT, "run", "The path %s must be without ':', ',' and '\\'.", dir);
	TRY(place_dir(arena_printf(a, "%s/none", dir), 0755, 0, 0, e));
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
		const char *point = arena_printf(a, "%s/%s", dir, points[i]);
		if (!mounts_is(point))
			TRY(place_dir(point, 0755, 0, 0, e));
	}
	if (!layered) {
		TRY(overlay(a, dir, "usr", e));
		TRY(overlay(a, dir, "etc", e));
	}
	TRY(devices(a, arena_printf(a, "%s/dev", dir), e));
	return program(a, arena_printf(a, "%s/bin", dir), desk, e);
}

enum status
ground_off(struct arena *a, const char *dir, struct err *e)
{
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
		TRY(mounts_off(arena_printf(a, "%s/%s", dir, points[i]), e));
	return OK;
}
