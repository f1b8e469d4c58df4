/* The loop itself: start, one event at a time, deadlines, the end. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "warden/archive.h"
#include "warden/warden.h"

enum { TICK_MS = 100, STOP_MS = 5000 };

void
source_add(struct warden *w, struct source *s)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = s };
	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, s->fd, &ev) < 0)
		BUG("epoll_ctl: %d", errno);
}

void
source_close(struct warden *w, struct source *s)
{
	if (s->fd < 0)
		return;
	epoll_ctl(w->epoll, EPOLL_CTL_DEL, s->fd, NULL);
	close(s->fd);
	s->fd = -1;
}

static void
reap(struct warden *w)
{
	int st;
	pid_t pid;
	while ((pid = waitpid(-1, &st, WNOHANG)) > 0)
		if (!daemons_ended(w, pid) && !mirrors_ended(w, pid))
			jobs_ended(w, pid, st);
}

static void
signalled(struct warden *w, struct source *s)
{
	struct signalfd_siginfo si;
	if (read(s->fd, &si, sizeof si) != sizeof si)
		return;
	if (si.ssi_signo == SIGCHLD) {
		reap(w);
	} else if (!w->stopping) {
		log_info("stopping", "signal=%u", si.ssi_signo);
		w->stopping = true;
	}
}

static enum status
signals_open(struct warden *w, struct err *e)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return err_errno(e, "signalfd");
	w->signals = (struct source){ fd, signalled };
	source_add(w, &w->signals);
	return OK;
}

/* After a kill the old portal and gate may hold the port for a moment until they die too. */
static int
bind_patiently(int fd, const struct addrinfo *to)
{
	int r;
	for (int i = 0; (r = bind(fd, to->ai_addr, to->ai_addrlen)) < 0 && i < 20; i++) {
		if (errno != EADDRINUSE)
			break;
		usleep(50000);
	}
	return r;
}

/* "127.0.0.1:8080" or "[::1]:8080": numbers only, nothing is looked up. */
static enum status
listen_on(struct arena *a, const char *field, const char *where, int *ret_fd, struct err *e)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
	struct addrinfo *to = NULL;
	const char *colon = strrchr(where, ':');
	char *host = arena_strndup(a, where, colon ? (size_t)(colon - where) : 0);
	size_t n = strlen(host);
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		host++;
	}
	if (!colon || getaddrinfo(host, colon + 1, &hints, &to) != 0)
		return err_set(e, E_INPUT, field, "%s must be an address and a port, not %s.",
			field, where);
	int one = 1, result = -1, saved = 0;
	int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
		result = bind_patiently(fd, to) < 0 ? -1 : listen(fd, 512);
		saved = errno;
	}
	freeaddrinfo(to);
	if (result < 0) {
		if (fd >= 0)
			close(fd);
		errno = saved;
		return err_errno(e, "%s: listening on %s", field, where);
	}
	*ret_fd = fd;
	return OK;
}

/* After a kill the old workers may hold the lock for a moment until they die too. */
static enum status
lock_patiently(struct arena *a, struct warden *w, struct err *e)
{
	enum status st = OK;
	for (int i = 0; i < 20; i++) {
		st = place_lock(a, &w->site.place, &w->lock, e);
		if (st != E_CONFLICT)
			return st;
		usleep(50000);
	}
	return st;
}

enum status
warden_start(struct arena *a, struct warden *w, struct err *e)
{
	const struct place *p = &w->site.place;
	w->portal.socket.fd = w->gate.socket.fd = -1;
	if (geteuid() != 0)
		return err_set(e, E_DENIED, "", "The warden must be started as root.");
	struct rlimit files;
	/* Three descriptors a workspace; the usual soft limit is for programs that use select. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	umask(0022);
	TRY(place_make(p, e));
	TRY(lock_patiently(a, w, e));
	TRY(listen_on(a, "listen", p->c.listen, &w->listen_portal, e));
	TRY(listen_on(a, "rooms_listen", p->c.rooms_listen, &w->listen_rooms, e));
	w->spool = open(arena_printf(a, "%s/spool", p->c.state),
		O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (w->spool < 0)
		return err_errno(e, "opening the spool");
	TRY(witness_open(a, p, &w->witness, e));
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll < 0)
		return err_errno(e, "epoll");
	TRY(signals_open(w, e));
	/* Process 1 of a workspace outlives the runtime that started it and comes to us, so that it
	 * is reaped even where the host's own process 1 does not care. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	host_probe(a, p, &w->site.host);
	if (!w->site.host.data_allowed)
		log_warn("this host may not open data", "missing=\"%s\"", w->site.host.missing);
	archive_clean(a, p, 0);
	rooms_adopt(w);
	daemons_start(w);
	return OK;
}

static void
step(struct warden *w)
{
	struct epoll_event ev;
	/* One event at a time: its handler may close any other source. */
	int n = epoll_wait(w->epoll, &ev, 1, TICK_MS);
	if (n > 0) {
		struct source *s = ev.data.ptr;
		s->fn(w, s);
	}
	int64_t now = clock_mono_ms();
	daemons_tick(w, now);
	mirrors_tick(w, now);
	jobs_tick(w, now);
	workers_tick(w, now);
	rooms_tick(w, now);
}

static bool
busy(const struct warden *w)
{
	return w->portal.pid > 0 || w->gate.pid > 0 || w->jobs || w->workers;
}

void
warden_loop(struct warden *w)
{
	while (!w->stopping)
		step(w);
	daemons_stop(w, SIGTERM);
	jobs_stop(w, SIGTERM);
	int64_t deadline = clock_mono_ms() + STOP_MS;
	while (busy(w) && clock_mono_ms() < deadline)
		step(w);
	daemons_stop(w, SIGKILL);
	jobs_stop(w, SIGKILL);
	for (struct worker *k = w->workers; k; k = k->next)
		if (k->pid > 0)
			kill(-k->pid, SIGKILL);
	deadline = clock_mono_ms() + STOP_MS;
	while (busy(w) && clock_mono_ms() < deadline)
		step(w);
	rooms_close_all(w);
	log_info("stopped", "state=%s", w->site.place.c.state);
}
