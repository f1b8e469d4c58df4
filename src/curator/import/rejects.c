#include "curator/import/rejects.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { FEW = 20 };

void
rejects_open(struct rejects *r, int dir, const char *table)
{
	*r = (struct rejects){ .dir = dir, .fd = -1 };
	snprintf(r->file, sizeof r->file, "%s.rejected.txt", table);
}

void
rejects_add(struct rejects *r, uint64_t line, const char *why, struct str raw)
{
	if (r->n++ == 0) {
		snprintf(r->first, sizeof r->first, "line %llu: %s", (unsigned long long)line, why);
		r->fd = openat(r->dir, r->file,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	}
	/* What cannot be kept is still counted. */
	if (r->fd < 0 || r->n > REJECTS_KEPT || r->bytes + raw.n > REJECTS_KEPT_BYTES)
		return;
	r->bytes += raw.n;
	dprintf(r->fd, "line %llu: %s\n", (unsigned long long)line, why);
	if (write(r->fd, raw.p, raw.n) == (ssize_t)raw.n)
		dprintf(r->fd, "\n\n");
}

void
rejects_again(struct rejects *r)
{
	rejects_close(r);
	if (r->n)
		unlinkat(r->dir, r->file, 0);
	r->n = r->bytes = 0;
}

void
rejects_close(struct rejects *r)
{
	cleanup_fd_fn(&r->fd);
	r->fd = -1;
}

enum status
rejects_check(const struct rejects *r, const char *file, uint64_t rows, struct err *e)
{
	if (r->n == 0 || (rows && (r->n <= FEW || r->n <= rows)))
		return OK;
	return err_set(e, E_INPUT, file, "%s: most of its records cannot be read; the first is %s",
		file, r->first);
}
