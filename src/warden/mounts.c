#include "warden/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"

static bool
line_parse(struct arena *a, struct str s, struct mount_line *ret)
{
	struct str f[6];
	for (int i = 0; i < 6; i++) {
		f[i] = str_cut(&s, ' ');
		if (f[i].n == 0)
			return false;
	}
	/* Optional fields end at a lone hyphen. */
	for (;;) {
		struct str w = str_cut(&s, ' ');
		if (w.n == 0)
			return false;
		if (str_is(w, "-"))
			break;
	}
	struct str type = str_cut(&s, ' ');
	str_cut(&s, ' ');
	*ret = (struct mount_line){ str_dup(a, f[3]), str_dup(a, f[4]), str_dup(a, f[5]),
		str_dup(a, type), str_dup(a, s) };
	return type.n > 0;
}

struct mount_table
mounts_parse(struct arena *a, struct str all)
{
	size_t lines = 1;
	for (size_t i = 0; i < all.n; i++)
		lines += all.p[i] == '\n';
	struct mount_table t = { ARENA_ARRAY(a, lines, struct mount_line), 0 };
	while (all.n)
		t.n += line_parse(a, str_cut(&all, '\n'), &t.at[t.n]);
	return t;
}

enum status
mounts_read(struct arena *a, pid_t pid, struct mount_table *ret, struct err *e)
{
	struct str all;
	const char *path =
		pid ? arena_printf(a, "/proc/%d/mountinfo", (int)pid) : "/proc/self/mountinfo";
	TRY(io_read_file(a, path, 4 << 20, &all, e));
	*ret = mounts_parse(a, all);
	return OK;
}

bool
mounts_flag(const char *flags, const char *word)
{
	struct str s = str_of(flags);
	while (s.n)
		if (str_is(str_cut(&s, ','), word))
			return true;
	return false;
}

bool
mounts_is(const char *path)
{
	struct statx sx;
	return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &sx) == 0 &&
	       (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* Opens the node of loop device n; where no udev makes nodes it makes its own. */
static int
loop_node(long n)
{
	char path[64];
	snprintf(path, sizeof path, "/dev/loop%ld", n);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		if (mknod(path, S_IFBLK | 0600, makedev(7, (unsigned)n)) < 0 && errno != EEXIST)
			return -1;
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	return fd;
}

enum status
mounts_loop(int file, uint32_t flags, char path[64], int *ret_fd, struct err *e)
{
	cleanup_fd int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		return err_errno(e, "opening /dev/loop-control");
	/* Another process may take the free device between the two calls: try again. */
	for (int i = 0; i < 64; i++) {
		long n = ioctl(control, LOOP_CTL_GET_FREE);
		if (n < 0)
			return err_errno(e, "finding a free loop device");
		cleanup_fd int fd = loop_node(n);
		if (fd < 0)
			return err_errno(e, "opening loop device %ld", n);
		struct loop_config c = { .fd = (uint32_t)file,
			.info = { .lo_flags = flags | LO_FLAGS_AUTOCLEAR } };
		if (ioctl(fd, LOOP_CONFIGURE, &c) == 0) {
			snprintf(path, 64, "/dev/loop%ld", n);
			*ret_fd = steal_fd(&fd);
			return OK;
		}
		if (errno != EBUSY)
			return err_errno(e, "attaching a loop device");
	}
	return err_set(e, E_BUSY, "", "No loop device stays free.");
}

enum status
mounts_image(const char *image, uid_t owner, const char *point, struct err *e)
{
	char device[64];
	struct stat st;
	cleanup_fd int file = open(image, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (file < 0 && errno == ENOENT)
		return err_set(e, E_ABSENT, "release", "There is no image %s.", image);
	if (file < 0)
		return err_errno(e, "opening %s", image);
	if (fstat(file, &st) < 0)
		return err_errno(e, "looking at %s", image);
	if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != owner))
		return err_set(e, E_DENIED, "release",
			"%s is not a regular file of root or the data account.", image);
	cleanup_fd int loop = -1;
	TRY(mounts_loop(file, LO_FLAGS_READ_ONLY, device, &loop, e));
	if (mount(device, point, "erofs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME,
		    NULL) < 0)
		return err_errno(e, "mounting %s", image);
	return OK;
}

/* Joins the other mount namespace; a child, because there is no way back that is sure. */
static int
give_child(int tree, int space, const char *inside)
{
	if (setns(space, CLONE_NEWNS) < 0)
		return errno;
	return syscall(SYS_move_mount, tree, "", AT_FDCWD, inside, MOVE_MOUNT_F_EMPTY_PATH) < 0
		       ? errno
		       : 0;
}

enum status
mounts_give(const char *point, pid_t pid, const char *inside, struct err *e)
{
	char path[64];
	int st = 0;
	snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)pid);
	cleanup_fd int space = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_fd int tree =
		(int)syscall(SYS_open_tree, AT_FDCWD, point, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	struct mount_attr alone = { .propagation = MS_PRIVATE };
	if (space < 0 || tree < 0 ||
		syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &alone, sizeof alone) < 0)
		return err_errno(e, "preparing %s for the workspace", inside);
	pid_t child = fork();
	if (child < 0)
		return err_errno(e, "giving %s to the workspace", inside);
	if (child == 0)
		_exit(give_child(tree, space, inside) & 0xff);
	while (waitpid(child, &st, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(st) && WEXITSTATUS(st) == 0)
		return OK;
	errno = WIFEXITED(st) ? WEXITSTATUS(st) : EIO;
	return err_errno(e, "giving %s to the workspace", inside);
}

enum status
mounts_sockets(const char *point, struct err *e)
{
	if (mounts_is(point))
		return OK;
	if (mount("wardroom-sock", point, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		    "size=64k,nr_inodes=80,mode=0711") < 0)
		return err_errno(e, "mounting %s", point);
	return OK;
}

enum status
mounts_member_sockets(const char *point, uid_t uid, gid_t gid, struct err *e)
{
	char options[100];
	snprintf(options, sizeof options, "size=64k,nr_inodes=32,mode=2710,uid=%u,gid=%u",
		(unsigned)uid, (unsigned)gid);
	if (mount("wardroom-sock", point, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0)
		return err_errno(e, "mounting %s", point);
	return OK;
}

enum status
mounts_off(const char *point, struct err *e)
{
	int64_t deadline = clock_mono_ms() + 3000;
	while (umount2(point, UMOUNT_NOFOLLOW) < 0) {
		if (errno == EINVAL || errno == ENOENT)
			return OK;
		if (errno != EBUSY)
			return err_errno(e, "unmounting %s", point);
		if (clock_mono_ms() > deadline) {
			log_warn("mount stays busy", "point=%s", point);
			return umount2(point, UMOUNT_NOFOLLOW | MNT_DETACH) < 0
				       ? err_errno(e, "detaching %s", point)
				       : OK;
		}
		usleep(20000);
	}
	return OK;
}

enum status
mounts_drop(const char *point, struct err *e)
{
	if (umount2(point, UMOUNT_NOFOLLOW | MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
		return err_errno(e, "detaching %s", point);
	return OK;
}
