/* Workers: one step on one room, in a child, so that the loop never waits. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "warden/archive.h"
#include "warden/bundle.h"
#include "warden/disk.h"
#include "warden/warden.h"

enum {
	WORKER_TIME_MS = 180000,
	OPEN_TIME_MS = WORKER_TIME_MS + DISK_GROW_MS,
	REPLAY_TIME_MS = 1800000,
	ARCHIVE_TIME_MS = 4 * 3600 * 1000
};

static int64_t
time_for(uint32_t type)
{
	return type == PW_WS_REPLAY                         ? REPLAY_TIME_MS
	       : type == PW_WS_OPEN                         ? OPEN_TIME_MS
	       : type == PW_WS_ARCHIVE || type == PW_WS_TRY ? ARCHIVE_TIME_MS
							    : WORKER_TIME_MS;
}

static enum status
start(struct arena *a, const struct site *s, const struct ask *q, struct err *e)
{
	for (uint32_t i = 0; i < q->ws.n_members; i++)
		if (q->ws.members[i].person == q->person)
			return room_start(a, s, &q->ws, &q->ws.members[i], room_app_of(q->type), e);
	return err_set(e, E_ABSENT, "person", "This person is not in the workspace.");
}

static enum status
act(struct arena *a, const struct site *s, const struct room *r, const struct ask *q,
	struct report *out, struct err *e)
{
	pid_t pid = 0;
	switch (q->type) {
	case PW_WS_OPEN:
		if (q->update)
			return room_update(a, s, &r->is, &q->ws, e);
		TRY(room_open(a, s, &q->ws, &pid, e));
		out->pid = pid;
		return OK;
	case PW_WS_CLOSE:
		return room_close(a, s, r->ws, e);
	case PW_WS_DESTROY:
		return room_destroy(a, s, r->ws, &out->value, e);
	case PW_WS_NOTEBOOK:
	case PW_WS_TERMINAL:
	case PW_WS_DESKTOP:
		return start(a, s, q, e);
	case ASK_INSTALLER:
		TRY(room_installer(a, s, &q->ws, &pid, e));
		out->pid = pid;
		return OK;
	case PW_WS_ARCHIVE:
		return archive_make(a, &s->place, &q->archive, &out->value, e);
	case PW_WS_TRY:
		return archive_try(a, &s->place, &q->trial, &out->value, e);
	case PW_WS_EVICT:
		TRY(room_evict(a, s, r->ws, q->slot, &out->value, e));
		/* q->ws is without the member: an adopted or opened room knows them no more. */
		return room_update(a, s, &q->ws, &q->ws, e);
	default:
		return err_set(e, E_BUG, "", "A worker got type %u.", q->type);
	}
}

static void
child(const struct site *s, const struct room *r, const struct ask *q, pid_t parent, int out)
{
	struct report rep = { 0 };
	struct err e = { 0 };
	sigset_t none;
	sigemptyset(&none);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	setpgid(0, 0);
	/* Keep nothing of the loop: not the lock, not a socket. */
	int lock = q->fd < 0 ? -1 : 4;
	if (dup2(out, 3) < 0 || (lock > 0 && dup2(q->fd, lock) < 0) ||
		syscall(SYS_close_range, lock > 0 ? 5U : 4U, ~0U, 0U) < 0)
		_exit(1);
	if (lock > 0)
		fcntl(lock, F_SETFD, FD_CLOEXEC);
	fcntl(3, F_SETFD, FD_CLOEXEC);
	sigprocmask(SIG_SETMASK, &none, NULL);
	struct arena *a = arena_new();
	rep.status = q->type == PW_WS_REPLAY ? room_replay(a, s, &q->ws, lock, &e)
					     : act(a, s, r, q, &rep, &e);
	if (rep.status != OK)
		memcpy(rep.text, e.text, sizeof rep.text);
	_exit(io_write_fd(3, &rep, sizeof rep, NULL) == OK ? 0 : 1);
}

static void
worker_end(struct warden *w, struct worker *k, const struct report *rep)
{
	for (struct worker **at = &w->workers; *at; at = &(*at)->next)
		if (*at == k) {
			*at = k->next;
			w->n_workers--;
			break;
		}
	log_info("workspace", "ws=%llu did=%s status=%s ms=%lld%s%s%s",
		(unsigned long long)k->room->ws,
		k->ask->type == ASK_INSTALLER ? "installer" : message_name(k->ask->type),
		status_name(rep->status), (long long)(clock_mono_ms() - k->started),
		rep->status ? " why=\"" : "", rep->status ? rep->text : "",
		rep->status ? "\"" : "");
	room_done(w, k->room, k->ask, rep);
	free(k);
}

static void
worker_spoke(struct warden *w, struct source *s)
{
	struct worker *k = (struct worker *)s;
	struct report rep = { 0 };
	ssize_t n = read(s->fd, &rep, sizeof rep);
	if (n != sizeof rep) {
		rep = (struct report){ .status = E_IO, .lost = true };
		snprintf(rep.text, sizeof rep.text, "The step was ended before it was done.");
	}
	rep.text[sizeof rep.text - 1] = '\0';
	source_close(w, s);
	worker_end(w, k, &rep);
}

void
worker_start(struct warden *w, struct room *r, struct ask *q)
{
	int p[2];
	struct worker *k = calloc(1, sizeof *k);
	if (!k)
		BUG("out of memory");
	*k = (struct worker){ { -1, worker_spoke }, w->workers, 0,
		clock_mono_ms() + time_for(q->type), clock_mono_ms(), r, q };
	w->workers = k;
	w->n_workers++;
	pid_t parent = getpid();
	if (pipe2(p, O_CLOEXEC) == 0) {
		k->pid = fork();
		if (k->pid == 0)
			child(&w->site, r, q, parent, p[1]);
		close(p[1]);
		/* A failed fork reads as a pipe that ends at once. */
		k->source.fd = p[0];
		source_add(w, &k->source);
		return;
	}
	struct report rep = { .status = E_BUSY };
	snprintf(rep.text, sizeof rep.text, "The server has no descriptors left; try again.");
	worker_end(w, k, &rep);
}

void
workers_tick(struct warden *w, int64_t now)
{
	for (struct worker *k = w->workers; k; k = k->next)
		if (now >= k->deadline && k->pid > 0) {
			log_error("a step on a workspace takes too long, and is ended", "ws=%llu",
				(unsigned long long)k->room->ws);
			kill(-k->pid, SIGKILL);
			k->deadline = now + WORKER_TIME_MS;
		}
}
