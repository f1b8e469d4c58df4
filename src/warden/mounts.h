/*
 * The kernel's table of mounts, read and judged; and the mounts a workspace needs on the host side:
 * loop devices, the team's disk, the release image, the socket folder.
 *
 * Nothing is owned: mounts live in the kernel until mounts_off. Loop devices clear themselves when
 * their last mount goes, so a crash leaves none behind. Blocks; workers and start-up call it.
 * Thread rule: one thread.
 */
#ifndef WARDEN_MOUNTS_H
#define WARDEN_MOUNTS_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* One line of mountinfo. */
struct mount_line {
	const char *root;  /* which part of the file system */
	const char *point; /* where, octal escapes as the kernel wrote them */
	const char *flags; /* of the mount: "rw,nosuid,nodev" */
	const char *type;  /* ext4, erofs, ... */
	const char *super; /* flags of the file system itself */
};

struct mount_table {
	struct mount_line *at;
	size_t n;
};

/* Lines that do not parse are skipped. */
struct mount_table mounts_parse(struct arena *, struct str mountinfo);
/* pid 0 is ourselves. */
enum status mounts_read(struct arena *, pid_t pid, struct mount_table *ret, struct err *);

/* "nodev" in "rw,nosuid,nodev": whole words only. */
bool mounts_flag(const char *flags, const char *word);

/* True when path is where something is mounted. */
bool mounts_is(const char *path);

/*
 * Attaches file to a free loop device and tells its node. The device's descriptor must stay open
 * until a mount holds it, because the device clears itself at its last close. flags: LO_FLAGS_*.
 */
enum status mounts_loop(int file, uint32_t flags, char path[64], int *ret_fd, struct err *);

/*
 * Mounts a release image (erofs) read-only, nosuid, nodev, noexec, through a loop device of its own
 * and therefore with a superblock, page cache and locks of its own. The image must be a regular
 * file owned by root or owner; otherwise E_DENIED. E_ABSENT when it does not exist.
 */
enum status mounts_image(const char *image, uid_t owner, const char *point, struct err *);

/*
 * Shows the mount at point (a path of the host) as `inside` in the mount namespace of the process,
 * with the same flags. inside must exist there, and its path must not be anybody's to change.
 */
enum status mounts_give(const char *point, pid_t pid, const char *inside, struct err *);

/* A tmpfs of folders alone, root's: where a member's own is mounted. */
enum status mounts_sockets(const char *point, struct err *);

/*
 * A member's own, of at most 64 KiB and 32 files: what they write there costs the host nothing, and
 * takes nothing from a team mate. The group may pass through, and see nothing.
 */
enum status mounts_member_sockets(const char *point, uid_t, gid_t, struct err *);

/* Unmounts; not mounted or absent is OK. Waits up to 3 s for a busy mount, then detaches it. */
enum status mounts_off(const char *point, struct err *);

/* Detaches at once: for what others may still hold open and what holds nothing of worth. */
enum status mounts_drop(const char *point, struct err *);

#endif
