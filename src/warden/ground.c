#include "warden/ground.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/str.h"
#include "warden/mounts.h"
#include "warden/place.h"

static const char *const points[] = { "usr", "etc", "dev" };

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

/* In the host's own user namespace, because one made inside another gives no device. */
static enum status
devices(struct arena *a, const char *point, struct err *e)
{
	const unsigned long flags = MS_NOSUID | MS_NOEXEC | MS_NOATIME;
	if (mounts_is(point))
		return OK;
	if (mount("wardroom-dev", point, "tmpfs", flags, "size=64k,nr_inodes=64,mode=0755") < 0)
		return err_errno(e, "mounting %s", point);
	enum status s = nodes(a, point, e);
	if (s == OK && mount(NULL, point, NULL, flags | MS_REMOUNT | MS_RDONLY, NULL) < 0)
		s = err_errno(e, "closing %s", point);
	if (s != OK)
		mounts_drop(point, NULL);
	return s;
}

enum status
ground_on(struct arena *a, const char *dir, struct err *e)
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
	TRY(overlay(a, dir, "usr", e));
	TRY(overlay(a, dir, "etc", e));
	return devices(a, arena_printf(a, "%s/dev", dir), e);
}

enum status
ground_off(struct arena *a, const char *dir, struct err *e)
{
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
		TRY(mounts_off(arena_printf(a, "%s/%s", dir, points[i]), e));
	return OK;
}
