/* Curator jobs: one process each, without a network, until it ends or its time is over. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "warden/spawn.h"
#include "warden/warden.h"
#include "wire/jobs.h"

enum { JOBS_MAX = 16, JOB_TIME_MS = 2 * 3600 * 1000, JOB_GRACE_MS = 5000 };

static struct job *
job_find(struct warden *w, uint64_t id)
{
	struct job *j = w->jobs;
	while (j && j->id != id)
		j = j->next;
	return j;
}

/* The job's folder, empty of what an earlier run left; the portal's group may read it. */
static enum status
job_folder(struct arena *a, const struct place *p, uint64_t id, int *ret_fd, struct err *e)
{
	const char *path = arena_printf(a, "%s/jobs/%llu", p->c.state, (unsigned long long)id);
	TRY(place_dir(path, 02750, p->data.uid, p->portal.gid, e));
	cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_dir DIR *d = opendir(path);
	if (fd < 0 || !d)
		return err_errno(e, "opening %s", path);
	for (struct dirent *de; (de = readdir(d));)
		unlinkat(fd, de->d_name, 0);
	*ret_fd = steal_fd(&fd);
	return OK;
}

/* A descriptor of our own on the spec: read-only, at its beginning, of a plain file. */
static enum status
job_spec(struct arena *a, int fd, int *ret_fd, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > JOB_SPEC_MAX)
		return err_set(e, E_INPUT, "spec", "The spec is not a file of at most %d bytes.",
			JOB_SPEC_MAX);
	int own = open(arena_printf(a, "/proc/self/fd/%d", fd), O_RDONLY | O_CLOEXEC);
	if (own < 0)
		return err_errno(e, "opening the spec");
	*ret_fd = own;
	return OK;
}

static enum status
job_run(struct warden *w, const struct pw_job *m, int fd, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	const struct place *p = &w->site.place;
	cleanup_fd int dir = -1, spec = -1;
	pid_t pid;
	if (job_find(w, m->job))
		return err_set(
			e, E_CONFLICT, "job", "Job %llu runs already.", (unsigned long long)m->job);
	if (w->n_jobs >= JOBS_MAX)
		return err_set(e, E_BUSY, "job", "%d jobs run already; try again soon.", JOBS_MAX);
	TRY(job_spec(a, fd, &spec, e));
	TRY(job_folder(a, p, m->job, &dir, e));
	const char *const argv[] = { "wardroom-curator", "job", job_kind_names[m->kind], "--config",
		p->config_path, NULL };
	const struct spawn s = { "wardroom-curator", argv, &p->data, spec, dir, true };
	TRY(spawn_start(a, p, &s, &pid, e));
	struct job *j = calloc(1, sizeof *j);
	if (!j)
		BUG("out of memory");
	*j = (struct job){ w->jobs, m->job, pid, clock_mono_ms() + JOB_TIME_MS, false };
	w->jobs = j;
	w->n_jobs++;
	log_info("job started", "job=%llu kind=%s pid=%d", (unsigned long long)m->job,
		job_kind_names[m->kind], (int)pid);
	return OK;
}

void
job_start(struct warden *w, const void *msg, int fd)
{
	struct err e;
	const struct pw_job *m = msg;
	enum status st = job_run(w, m, fd, &e);
	portal_done(w, w->portal_no, m->head.seq, &e, st, 0);
}

static void
job_end(struct job *j)
{
	kill(j->pid, j->told ? SIGKILL : SIGTERM);
	j->told = true;
	j->deadline = clock_mono_ms() + JOB_GRACE_MS;
}

void
job_stop(struct warden *w, const void *msg, int fd)
{
	const struct pw_id *m = msg;
	struct job *j = job_find(w, m->id);
	if (j)
		job_end(j);
	portal_done(w, w->portal_no, m->head.seq, NULL, OK, 0);
}

void
job_state(struct warden *w, const void *msg, int fd)
{
	const struct pw_id *m = msg;
	portal_done(w, w->portal_no, m->head.seq, NULL, OK, job_find(w, m->id) != NULL);
}

bool
jobs_ended(struct warden *w, pid_t pid, int st)
{
	for (struct job **at = &w->jobs; *at; at = &(*at)->next) {
		struct job *j = *at;
		if (j->pid != pid)
			continue;
		int code = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
		struct pw_job_ended m = { { PW_JOB_ENDED, 0 }, j->id, code, 0 };
		log_info("job ended", "job=%llu code=%d", (unsigned long long)j->id, code);
		*at = j->next;
		free(j);
		w->n_jobs--;
		portal_send(w, &m, sizeof m);
		return true;
	}
	return false;
}

void
jobs_tick(struct warden *w, int64_t now)
{
	for (struct job *j = w->jobs; j; j = j->next)
		if (now >= j->deadline) {
			log_warn("job has had its time", "job=%llu", (unsigned long long)j->id);
			job_end(j);
		}
}

void
jobs_stop(struct warden *w, int sig)
{
	for (struct job *j = w->jobs; j; j = j->next)
		kill(j->pid, sig);
}
