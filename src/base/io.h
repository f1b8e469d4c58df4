/*
 * Files and descriptors: whole reads, whole writes, durable replacement.
 *
 * Thread rule: free-threaded.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <dirent.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* All of a descriptor or a file, at most max bytes (more is E_INPUT, naming the limit). */
enum status io_read_fd(struct arena *, int fd, size_t max, struct str *ret, struct err *);
enum status io_read_file(
	struct arena *, const char *path, size_t max, struct str *ret, struct err *);
/* As io_read_file, of a name directly inside dirfd; symbolic links are refused. */
enum status io_read_at(
	struct arena *, int dirfd, const char *name, size_t max, struct str *ret, struct err *);

/* All n bytes, through EINTR and short writes. */
enum status io_write_fd(int fd, const void *p, size_t n, struct err *);

/* Replaces dirfd/name so that after a power cut it holds the old bytes or the new, never a part. */
enum status io_replace_at(
	int dirfd, const char *name, mode_t mode, const void *p, size_t n, struct err *);

/* Removes what io_replace_at left there when it was killed. For who holds the lock of the folder:
 * of one that is at work it would take the file away. */
void io_sweep_replaced(int dirfd);

/* mkdir -p; existing directories are left as they are. */
enum status io_mkdirs(const char *path, mode_t mode, struct err *);

/*
 * Removes a tree below dirfd without following links out of it, read-only folders of our own too.
 * Absent is OK.
 */
enum status io_remove_tree(int dirfd, const char *name, struct err *);

/*
 * The next entry of a folder, without "." and ".."; NULL at the end with errno 0, and NULL with
 * another errno when the folder cannot be read to its end.
 */
struct dirent *io_next(DIR *);

#endif
