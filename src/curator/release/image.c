#include "curator/release/image.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

/* 2000-01-01: the same for all releases, and not zero, which some tools take for "unknown". */
#define STAMP "-T946684800"

struct image
image_new(struct arena *a, int64_t id, const char *stage, const char *dir)
{
	struct image m = { .id = id, .stage = stage, .dir = dir };
	m.files.at = ARENA_ARRAY(a, IMAGE_MAX_FILES, struct image_file);
	return m;
}

/* BLAKE2b-256 of a file, and its size. */
static enum status
hash_file(const char *path, int64_t *ret_bytes, char ret_hex[65], struct err *e)
{
	enum { PART = 1 << 18 };
	cleanup_free uint8_t *part = malloc(PART);
	crypto_generichash_state st;
	uint8_t hash[32];
	int64_t bytes = 0;
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (!part)
		BUG("out of memory");
	if (fd < 0)
		return err_errno(e, "Cannot open a file of the release");
	crypto_generichash_init(&st, NULL, 0, sizeof hash);
	for (;;) {
		ssize_t n = read(fd, part, PART);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "Cannot read a file of the release");
		if (n == 0)
			break;
		crypto_generichash_update(&st, part, (size_t)n);
		bytes += n;
	}
	crypto_generichash_final(&st, hash, sizeof hash);
	hex_encode(ret_hex, hash, sizeof hash);
	*ret_bytes = bytes;
	return OK;
}

enum status
image_add(struct arena *a, struct image *m, const char *name, int64_t rows, struct err *e)
{
	if (m->files.n == IMAGE_MAX_FILES)
		return err_set(
			e, E_INPUT, "", "A release holds at most %d files.", IMAGE_MAX_FILES);
	struct image_file f = { .name = arena_strdup(a, name), .rows = rows };
	const char *path = arena_printf(a, "%s/%s", m->dir, name);
	TRY(hash_file(path, &f.bytes, f.hash, e));
	if (chmod(path, 0444) < 0)
		return err_errno(e, "Cannot set the mode of %s", name);
	m->files.at[m->files.n++] = f;
	return OK;
}

enum status
image_put(struct arena *a, struct image *m, const char *name, int64_t rows, const void *p, size_t n,
	struct err *e)
{
	const char *path = arena_printf(a, "%s/%s", m->dir, name);
	{
		cleanup_fd int fd =
			open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0)
			return err_errno(e, "Cannot make %s", name);
		TRY(io_write_fd(fd, p, n, e));
	}
	return image_add(a, m, name, rows, e);
}

/* A version 8 UUID (made by its user) from 16 bytes of a hash. */
static const char *
uuid_of(struct arena *a, const struct image *m)
{
	crypto_generichash_state st;
	uint8_t h[16];
	crypto_generichash_init(&st, NULL, 0, sizeof h);
	for (size_t i = 0; i < m->files.n; i++) {
		const struct image_file *f = &m->files.at[i];
		crypto_generichash_update(&st, (const uint8_t *)f->name, strlen(f->name) + 1);
		crypto_generichash_update(&st, (const uint8_t *)f->hash, 64);
	}
	crypto_generichash_final(&st, h, sizeof h);
	h[6] = (uint8_t)((h[6] & 0x0f) | 0x80);
	h[8] = (uint8_t)((h[8] & 0x3f) | 0x80);
	char x[33];
	hex_encode(x, h, sizeof h);
	return arena_printf(a, "%.8s-%.4s-%.4s-%.4s-%.12s", x, x + 8, x + 12, x + 16, x + 20);
}

static void
become_mkfs(const char *uuid, const char *path, const char *dir, const char *log)
{
	static const char *const places[] = { "/usr/bin/mkfs.erofs", "/usr/sbin/mkfs.erofs",
		"/usr/local/bin/mkfs.erofs" };
	static char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", NULL };
	const char *argv[] = { "mkfs.erofs", "-x-1", "--all-root", STAMP, "-U", uuid, path, dir,
		NULL };
	/* A curator that is killed takes its child along. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	if (fd < 0)
		fd = open("/dev/null", O_WRONLY);
	dup2(fd, 1);
	dup2(fd, 2);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		execve(places[i], (char *const *)argv, env);
	_exit(127);
}

static enum status
run_mkfs(const char *uuid, const char *path, const char *dir, const char *log, struct err *e)
{
	int status = 0;
	pid_t pid = fork();
	if (pid < 0)
		return err_errno(e, "Cannot start mkfs.erofs");
	if (pid == 0)
		become_mkfs(uuid, path, dir, log);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(e, "Cannot wait for mkfs.erofs");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(e, E_IO, "", "mkfs.erofs is not installed (package erofs-utils).");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, E_IO, "",
			"mkfs.erofs could not make the release image; is the disk full?");
	return OK;
}

enum status
image_build(struct arena *a, struct image *m, const char *path, const char *log, struct err *e)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return err_errno(e, "Cannot remove an old unfinished image");
	if (chmod(m->dir, 0555) < 0)
		return err_errno(e, "Cannot set the mode of the release folder");
	enum status made = run_mkfs(uuid_of(a, m), path, m->dir, log, e);
	chmod(m->dir, 0700);
	TRY(made);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fchmod(fd, 0400) < 0 || fsync(fd) < 0)
		return err_errno(e, "Cannot save the release image");
	return hash_file(path, &m->bytes, m->hash, e);
}
