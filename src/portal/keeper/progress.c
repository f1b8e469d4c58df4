/* How far a job is, from the file that it writes. */
#include <fcntl.h>

#include "base/io.h"
#include "portal/keeper/job.h"

enum { PROGRESS_MAX = 1000 };

bool
job_progress_parse(struct arena *a, struct str line, struct job_progress *ret)
{
	int64_t done, total;
	if (line.n == 0 || line.p[line.n - 1] != '\n')
		return false;
	line.n--;
	struct str first = str_cut(&line, ' '), second = str_cut(&line, ' ');
	if (!str_int(first, &done) || !str_int(second, &total) || done < 0 || total < done ||
		!str_utf8(line) || memchr(line.p, '\n', line.n))
		return false;
	*ret = (struct job_progress){ done, total,
		total ? (int64_t)(100.0 * (double)done / (double)total) : 0, str_dup(a, line) };
	return true;
}

enum status
job_progress(struct arena *a, const struct config *c, int64_t job, struct job_progress *ret,
	struct err *e)
{
	struct str line;
	cleanup_fd int dir = open(arena_printf(a, "%s/jobs/%lld", c->state, (long long)job),
		O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 || io_read_at(a, dir, "progress", PROGRESS_MAX, &line, e) != OK ||
		!job_progress_parse(a, line, ret))
		return err_set(e, E_ABSENT, "", "The job has not begun yet.");
	return OK;
}
