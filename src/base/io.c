#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum status
io_read_fd(struct arena *a, int fd, size_t max, struct str *ret, struct err *e)
{
	struct buf b = buf_new(a);
	char part[65536];
	for (;;) {
		ssize_t n = read(fd, part, sizeof part);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "reading");
		if (n == 0)
			break;
		if ((size_t)n > max - b.n)
			return err_set(e, E_INPUT, "", "The file is larger than %zu bytes.", max);
		buf_put(&b, part, (size_t)n);
	}
	*ret = buf_str(&b);
	return OK;
}

enum status
io_read_at(struct arena *a, int dirfd, const char *name, size_t max, struct str *ret, struct err *e)
{
	cleanup_fd int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
	if (fd < 0) {
		enum status s = errno == ENOENT ? E_ABSENT : E_IO;
		err_errno(e, "opening %s", name);
		if (e)
			e->code = s;
		return s;
	}
	return io_read_fd(a, fd, max, ret, e);
}

enum status
io_read_file(struct arena *a, const char *path, size_t max, struct str *ret, struct err *e)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_errno(e, "opening %s", path);
	struct err why = { 0 };
	enum status s = io_read_fd(a, fd, max, ret, &why);
	return s == OK ? OK : err_set(e, s, why.field, "%s: %s", path, why.text);
}

enum status
io_write_fd(int fd, const void *p, size_t n, struct err *e)
{
	const char *at = p;
	while (n) {
		ssize_t w = write(fd, at, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return err_errno(e, "writing");
		at += w;
		n -= (size_t)w;
	}
	return OK;
}

enum status
io_replace_at(int dirfd, const char *name, mode_t mode, const void *p, size_t n, struct err *e)
{
	char tmp[300];
	if (snprintf(tmp, sizeof tmp, ".%s.%d.new", name, (int)getpid()) >= (int)sizeof tmp)
		return err_set(e, E_INPUT, "", "The name %s is too long.", name);
	cleanup_fd int fd =
		openat(dirfd, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return err_errno(e, "creating %s", tmp);
	TRY(io_write_fd(fd, p, n, e));
	if (fsync(fd) < 0 || renameat(dirfd, tmp, dirfd, name) < 0)
		return err_errno(e, "replacing %s", name);
	if (fsync(dirfd) < 0 && errno != EINVAL && errno != EBADF)
		return err_errno(e, "syncing the folder of %s", name);
	return OK;
}

void
io_sweep_replaced(int dirfd)
{
	static const char ending[] = ".new";
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d && fd >= 0)
		close(fd);
	for (struct dirent *entry; d && (entry = readdir(d));) {
		size_t n = strlen(entry->d_name), m = sizeof ending - 1;
		if (entry->d_name[0] == '.' && n > m && streq(entry->d_name + n - m, ending))
			unlinkat(dirfd, entry->d_name, 0);
	}
}

enum status
io_mkdirs(const char *path, mode_t mode, struct err *e)
{
	char part[4096];
	size_t n = strlen(path);
	if (n == 0 || n >= sizeof part)
		return err_set(e, E_INPUT, "", "The path is empty or too long.");
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return err_errno(e, "creating %s", part);
	}
	return OK;
}

struct dirent *
io_next(DIR *d)
{
	for (;;) {
		errno = 0;
		struct dirent *entry = readdir(d);
		if (!entry || (!streq(entry->d_name, ".") && !streq(entry->d_name, "..")))
			return entry;
	}
}

enum status
io_remove_tree(int dirfd, const char *name, struct err *e)
{
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return OK;
	if (errno != EISDIR && errno != EPERM)
		return err_errno(e, "removing %s", name);
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "opening %s", name);
	cleanup_dir DIR *d = fdopendir(fd);
	if (!d) {
		close(fd);
		return err_errno(e, "listing %s", name);
	}
	/* A folder of ours may forbid changes, as a half-made image's does; whether it obeys shows.
	 */
	fchmod(fd, 0700);
	for (struct dirent *de; (de = io_next(d));)
		TRY(io_remove_tree(fd, de->d_name, e));
	if (errno)
		return err_errno(e, "listing %s", name);
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
		return err_errno(e, "removing %s", name);
	return OK;
}
