#include "warden/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"

enum { LINE_MAX_BYTES = 128 };

/* The newest whole line; what a power cut left after it is cut off. */
static enum status
last_line(struct arena *a, struct witness *w, off_t size, struct err *e)
{
	char tail[LINE_MAX_BYTES * 2];
	off_t from = size > (off_t)sizeof tail ? size - (off_t)sizeof tail : 0;
	ssize_t n = pread(w->fd, tail, sizeof tail, from);
	if (n < 0)
		return err_errno(e, "reading the witness");
	while (n > 0 && tail[n - 1] != '\n')
		n--;
	if (ftruncate(w->fd, from + n) < 0)
		return err_errno(e, "mending the witness");
	if (n == 0)
		return from ? err_set(e, E_IO, "", "The witness file is not one.") : OK;
	ssize_t start = n - 1;
	while (start > 0 && tail[start - 1] != '\n')
		start--;
	struct str line = { tail + start, (size_t)(n - 1 - start) };
	struct str number = str_cut(&line, ' '), hash = str_cut(&line, ' ');
	int64_t v;
	if (!str_int(number, &v) || v <= 0 || !hex_decode(hash, w->hash, sizeof w->hash))
		return err_set(e, E_IO, "", "The last line of the witness is not one.");
	w->n = (uint64_t)v;
	return OK;
}

enum status
witness_open(struct arena *a, const struct place *p, struct witness *ret, struct err *e)
{
	struct witness w = { 0 };
	struct stat st;
	const char *path = arena_printf(a, "%s/witness", p->c.state);
	cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(e, "opening %s", path);
	w.fd = fd;
	TRY(last_line(a, &w, st.st_size, e));
	*ret = w;
	steal_fd(&fd);
	return OK;
}

enum status
witness_add(struct witness *w, uint64_t n, const uint8_t hash[32], struct err *e)
{
	char line[LINE_MAX_BYTES], hex[65], when[32];
	struct stat st;
	if (n == w->n && memcmp(hash, w->hash, 32) == 0)
		return OK;
	if (n <= w->n)
		return err_set(e, E_CONFLICT, "n",
			"The audit trail shows entry %llu, but entry %llu was witnessed before.",
			(unsigned long long)n, (unsigned long long)w->n);
	hex_encode(hex, hash, 32);
	clock_iso(clock_now(), when, sizeof when);
	int len = snprintf(line, sizeof line, "%llu %s %s\n", (unsigned long long)n, hex, when);
	if (fstat(w->fd, &st) < 0)
		return err_errno(e, "looking at the witness");
	enum status s = io_write_fd(w->fd, line, (size_t)len, e);
	if (s == OK && fdatasync(w->fd) < 0)
		s = err_errno(e, "syncing the witness");
	if (s != OK) {
		/* Half a line, as a full disk leaves it, must not become the beginning of the next.
		 */
		if (ftruncate(w->fd, st.st_size) < 0)
			log_error("the witness ends with half a line", "errno=%d", errno);
		return s;
	}
	w->n = n;
	memcpy(w->hash, hash, 32);
	return OK;
}
