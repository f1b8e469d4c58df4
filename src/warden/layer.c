#include "warden/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "warden/layer_files.h"
#include "warden/mounts.h"
#include "warden/place.h"

/* ---- mounts whose files belong to the workspace's root ---- */

static enum status
write_map(struct arena *a, pid_t pid, const char *which, uid_t base, struct err *e)
{
	const char *path = arena_printf(a, "/proc/%d/%s", (int)pid, which);
	const char *text = arena_printf(a, "0 %u %u\n", (unsigned)base, PLACE_UIDS);
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "opening %s", path);
	return io_write_fd(fd, text, strlen(text), e);
}

/* A user namespace with this map, held by its descriptor; no process stays in it. */
static enum status
map_open(struct arena *a, uid_t base, int *ret_fd, struct err *e)
{
	int ready[2];
	char c;
	if (pipe2(ready, O_CLOEXEC) < 0)
		return err_errno(e, "making a pipe");
	cleanup_fd int in = ready[0], out = ready[1];
	pid_t parent = getpid(), pid = fork();
	if (pid < 0)
		return err_errno(e, "starting a process");
	if (pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
			unshare(CLONE_NEWUSER) < 0 || write(out, "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(steal_fd(&out));
	enum status s = OK;
	int fd = -1;
	if (read(in, &c, 1) != 1)
		s = err_set(e, E_CONFLICT, "", "No user namespace can be made.");
	if (s == OK)
		s = write_map(a, pid, "uid_map", base, e);
	if (s == OK)
		s = write_map(a, pid, "gid_map", base, e);
	if (s == OK) {
		fd = open(arena_printf(a, "/proc/%d/ns/user", (int)pid), O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			s = err_errno(e, "opening a user namespace");
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (s == OK)
		*ret_fd = fd;
	return s;
}

/* Shows from at point, where the host's root is the workspace's root. */
static enum status
lower_on(const char *from, const char *point, int map, struct err *e)
{
	struct mount_attr shifted = { .attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_RDONLY |
						  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
		.propagation = MS_PRIVATE,
		.userns_fd = (uint64_t)map };
	cleanup_fd int tree =
		(int)syscall(SYS_open_tree, AT_FDCWD, from, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0 ||
		syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &shifted, sizeof shifted) < 0)
		return err_errno(e, "shifting the owners of %s", from);
	if (syscall(SYS_move_mount, tree, "", AT_FDCWD, point, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_errno(e, "mounting %s", point);
	return OK;
}

enum status
layer_possible(struct arena *a, const char *scratch, struct err *e)
{
	static const char *const from[] = { "/usr", "/var/lib/dpkg" };
	const char *point = arena_printf(a, "%s/shift", scratch);
	cleanup_fd int map = -1;
	TRY(layer_codename(a, NULL, e));
	TRY(map_open(a, 100000, &map, e));
	TRY(place_dir(point, 0700, 0, 0, e));
	for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
		TRY(lower_on(from[i], point, map, e));
		TRY(mounts_drop(point, e));
	}
	return rmdir(point) < 0 ? err_errno(e, "removing %s", point) : OK;
}

/* ---- the layer's overlays ---- */

static const struct {
	const char *name, *lower;
} overlays[] = { { "usr", "/usr" }, { "dpkg", "/var/lib/dpkg" } };
enum { N_OVERLAYS = sizeof overlays / sizeof overlays[0] };

static enum status
overlay_on(struct arena *a, const struct layer *l, int i, int map, struct err *e)
{
	const char *name = overlays[i].name;
	const char *point = arena_printf(a, "%s/%s", l->dir, name);
	const char *upper = arena_printf(a, "%s/layer/%s", l->disk, name);
	const char *lower = arena_printf(a, "%s/lower", l->dir);
	const char *options =
		l->writable ? arena_printf(a, "lowerdir=%s,upperdir=%s,workdir=%s/layer/work/%s",
				      lower, upper, l->disk, name)
			    : arena_printf(a, "lowerdir=%s:%s", upper, lower);
	TRY(place_dir(point, 0755, 0, 0, e));
	TRY(place_dir(lower, 0700, 0, 0, e));
	TRY(lower_on(overlays[i].lower, lower, map, e));
	unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOATIME | (l->writable ? 0 : MS_RDONLY);
	int r = mount("wardroom-layer", point, "overlay", flags, options), saved = errno;
	/* The overlay keeps a copy of its own of what is below it. */
	mounts_drop(lower, NULL);
	errno = saved;
	return r < 0 ? err_errno(e, "mounting %s", point) : OK;
}

enum status
layer_on(struct arena *a, const struct layer *l, struct err *e)
{
	cleanup_fd int map = -1;
	/* What is there may be of another stage, and then must not stay. */
	TRY(layer_off(a, l->dir, e));
	TRY(map_open(a, l->base, &map, e));
	for (int i = 0; i < N_OVERLAYS; i++)
		TRY(overlay_on(a, l, i, map, e));
	return OK;
}

enum status
layer_off(struct arena *a, const char *dir, struct err *e)
{
	for (int i = 0; i < N_OVERLAYS; i++)
		TRY(mounts_off(arena_printf(a, "%s/%s", dir, overlays[i].name), e));
	return mounts_drop(arena_printf(a, "%s/lower", dir), e);
}

bool
layer_there(struct arena *a, const struct layer *l)
{
	struct stat st;
	return lstat(arena_printf(a, "%s/layer", l->disk), &st) == 0 && S_ISDIR(st.st_mode);
}

enum status
layer_make(struct arena *a, const struct layer *l, struct err *e)
{
	if (layer_there(a, l))
		return OK;
	cleanup_fd int disk = open(l->disk, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (disk < 0)
		return err_errno(e, "opening %s", l->disk);
	TRY(io_remove_tree(disk, "layer.new", e));
	TRY(layer_fill(a, disk, "layer.new", l->base, e));
	return renameat(disk, "layer.new", disk, "layer") < 0 ? err_errno(e, "keeping the layer")
							      : OK;
}
