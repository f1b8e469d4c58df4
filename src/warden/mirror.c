/*
 * The mirror of a workspace in setup: its listening socket, its ledger, its process.
 *
 * The socket lies in the workspace's own loopback, so pip, npm, apt and R find it without a helper
 * inside that somebody could replace or end. The process that accepts is outside, has the host's
 * network, and ends before anything of a later stage begins: room_shut comes before every step that
 * opens, closes or destroys.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "warden/spawn.h"
#include "warden/warden.h"
#include "wire/packages.h"

enum { STEADY_MS = 10000, DELAY_FIRST_MS = 200, DELAY_MAX_MS = 5000 };

/* A socket belongs to the network it was made in, wherever its owner goes. */
static enum status
socket_inside(struct arena *a, pid_t pid, int *ret_fd, struct err *e)
{
	cleanup_fd int ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	cleanup_fd int theirs =
		open(arena_printf(a, "/proc/%d/ns/net", (int)pid), O_RDONLY | O_CLOEXEC);
	if (ours < 0 || theirs < 0 || setns(theirs, CLONE_NEWNET) < 0)
		return err_errno(e, "entering the workspace's network");
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), saved = errno;
	if (setns(ours, CLONE_NEWNET) < 0)
		BUG("the way back from a workspace's network is shut: %d", errno);
	errno = saved;
	if (fd < 0)
		return err_errno(e, "making a socket in the workspace");
	*ret_fd = fd;
	return OK;
}

static enum status
listen_inside(struct arena *a, pid_t pid, int *ret_fd, struct err *e)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(PACKAGES_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1, fd = -1;
	TRY(socket_inside(a, pid, &fd, e));
	cleanup_fd int s = fd;
	/* Connections of a mirror before this one may linger; and after a kill it may itself live
	 * for a moment longer than the warden that started it. */
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	int bound;
	for (int i = 0; (bound = bind(s, (const struct sockaddr *)&at, sizeof at)) < 0 && i < 20;
		i++) {
		if (errno != EADDRINUSE)
			break;
		usleep(50000);
	}
	if (bound < 0 || listen(s, 64) < 0)
		return err_errno(e, "listening on port %d of the workspace", PACKAGES_PORT);
	*ret_fd = steal_fd(&s);
	return OK;
}

static enum status
ledger_open(struct arena *a, const struct place *p, uint64_t ws, int *ret_fd, struct err *e)
{
	const char *path = place_ledger(a, p, ws);
	cleanup_fd int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0 || fchown(fd, 0, p->portal.gid) < 0 || fchmod(fd, 0640) < 0)
		return err_errno(e, "opening %s", path);
	*ret_fd = steal_fd(&fd);
	return OK;
}

enum status
mirror_open(struct warden *w, struct room *r, pid_t pid, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	struct mirror m = { .listen = -1, .ledger = -1 };
	/* Never beside data, whoever asks; simulated data are nobody's. */
	if (r->is.stage != WS_SETUP)
		return OK;
	TRY(ledger_open(a, &w->site.place, r->ws, &m.ledger, e));
	enum status s = listen_inside(a, pid, &m.listen, e);
	if (s != OK) {
		close(m.ledger);
		return s;
	}
	r->mirror = m;
	return OK;
}

void
mirror_shut(struct room *r)
{
	struct mirror *m = &r->mirror;
	if (m->pid > 0) {
		kill(m->pid, SIGKILL);
		/* Gone for certain before anything else begins; it cannot catch this. */
		while (waitpid(m->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (m->listen >= 0)
		close(m->listen);
	if (m->ledger >= 0)
		close(m->ledger);
	*m = (struct mirror){ .listen = -1, .ledger = -1 };
}

static enum status
mirror_start(struct warden *w, struct mirror *m, struct err *e)
{
	static const char program[] = "wardroom-mirror";
	cleanup_arena struct arena *a = arena_new();
	const char *const argv[] = { program, "--config", w->site.place.config_path, NULL };
	const struct spawn s = { program, argv, &w->site.place.mirror, m->listen, m->ledger,
		false };
	return spawn_start(a, &w->site.place, &s, &m->pid, e);
}

void
mirrors_tick(struct warden *w, int64_t now)
{
	struct err e;
	for (struct room *r = w->rooms; r && !w->stopping; r = r->next) {
		struct mirror *m = &r->mirror;
		if (!r->open || m->listen < 0 || m->pid > 0 || now < m->restart_at)
			continue;
		m->started = now;
		if (mirror_start(w, m, &e) != OK) {
			log_error("a mirror cannot start", "ws=%llu why=\"%s\"",
				(unsigned long long)r->ws, e.text);
			m->pid = 0;
			m->restart_at = now + DELAY_MAX_MS;
		}
	}
}

bool
mirrors_ended(struct warden *w, pid_t pid)
{
	int64_t now = clock_mono_ms();
	for (struct room *r = w->rooms; r; r = r->next) {
		struct mirror *m = &r->mirror;
		if (m->pid != pid)
			continue;
		m->pid = 0;
		m->delay = now - m->started > STEADY_MS ? DELAY_FIRST_MS : m->delay * 2;
		if (m->delay < DELAY_FIRST_MS)
			m->delay = DELAY_FIRST_MS;
		if (m->delay > DELAY_MAX_MS)
			m->delay = DELAY_MAX_MS;
		m->restart_at = now + m->delay;
		log_warn("a mirror ended, and starts again", "ws=%llu", (unsigned long long)r->ws);
		return true;
	}
	return false;
}
