/* Portal and gate: started, watched, started again; and the sockets between the three of us. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "warden/spawn.h"
#include "warden/warden.h"
#include "wire/gate_warden.h"

/* Lived this long: its death starts no back-off. */
enum { STEADY_MS = 10000, DELAY_FIRST_MS = 100, DELAY_MAX_MS = 2000 };

static void
daemon_kill(struct warden *w, struct daemon *d)
{
	source_close(w, &d->socket);
	if (d->pid > 0)
		kill(d->pid, SIGKILL);
}

void
portal_refuse(struct warden *w, const char *why)
{
	log_error("the portal sent what it may not send, and is ended", "why=\"%s\"", why);
	daemon_kill(w, &w->portal);
}

static void
gate_receive(struct warden *w, struct source *s)
{
	/* The gate is only ever told; a word or a hang-up from it is the end of it. */
	if (w->stopping) {
		source_close(w, s);
		return;
	}
	log_error("the gate's socket woke, and the gate is ended", "pid=%d", (int)w->gate.pid);
	daemon_kill(w, &w->gate);
}

/* Our ends never block: a child that does not read its messages is not worth waiting for. */
static bool
send_to(struct warden *w, struct daemon *d, const void *msg, size_t n, const int *fds, int n_fds)
{
	struct err e;
	if (d->socket.fd < 0)
		return false;
	if (wire_send(d->socket.fd, msg, n, fds, n_fds, &e) == OK)
		return true;
	log_error(
		"a child takes no messages, and is ended", "child=%s why=\"%s\"", d->name, e.text);
	daemon_kill(w, d);
	return false;
}

void
portal_send(struct warden *w, const void *msg, size_t n)
{
	send_to(w, &w->portal, msg, n, NULL, 0);
}

void
gate_send(struct warden *w, const void *msg, size_t n, const int *fds, int n_fds)
{
	send_to(w, &w->gate, msg, n, fds, n_fds);
}

void
portal_done(struct warden *w, unsigned portal, uint32_t seq, const struct err *e, enum status st,
	uint64_t value)
{
	struct pw_done d = { .head = { PW_DONE, seq }, .status = st, .value = value };
	if (portal != w->portal_no)
		return;
	if (st != OK && e)
		memcpy(d.text, e->text, sizeof d.text);
	d.text[sizeof d.text - 1] = '\0';
	portal_send(w, &d, sizeof d);
}

/* Portal and gate speak to each other directly; whenever one is new, so is their socket. */
static void
introduce(struct warden *w)
{
	const struct wire_head to_portal = { PW_GATE, 0 }, to_gate = { GW_PORTAL, 0 };
	int pair[2];
	if (w->portal.socket.fd < 0 || w->gate.socket.fd < 0)
		return;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		log_error("no socket for portal and gate", "errno=%d", errno);
		return;
	}
	send_to(w, &w->portal, &to_portal, sizeof to_portal, &pair[0], 1);
	send_to(w, &w->gate, &to_gate, sizeof to_gate, &pair[1], 1);
	close(pair[0]);
	close(pair[1]);
}

static void
greet_portal(struct warden *w)
{
	const struct wire_head listen = { PW_LISTEN, 0 };
	w->portal_no++;
	w->portal_ready = false;
	send_to(w, &w->portal, &listen, sizeof listen, &w->listen_portal, 1);
}

static void
greet_gate(struct warden *w)
{
	const struct wire_head listen = { GW_LISTEN, 0 }, spool = { GW_SPOOL, 0 };
	send_to(w, &w->gate, &listen, sizeof listen, &w->listen_rooms, 1);
	send_to(w, &w->gate, &spool, sizeof spool, &w->spool, 1);
	rooms_tell_gate(w);
}

static enum status
daemon_spawn(struct warden *w, struct daemon *d, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	int pair[2];
	const char *const argv[] = { d->program, "--config", w->site.place.config_path, NULL };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_errno(e, "making a socket");
	cleanup_fd int ours = pair[0], theirs = pair[1];
	const struct spawn s = { d->program, argv, d->user, theirs, -1, false };
	fcntl(ours, F_SETFL, O_NONBLOCK);
	TRY(spawn_start(a, &w->site.place, &s, &d->pid, e));
	d->socket.fd = steal_fd(&ours);
	source_add(w, &d->socket);
	d->started = clock_mono_ms();
	log_info("started", "child=%s pid=%d", d->name, (int)d->pid);
	return OK;
}

static void
daemon_start(struct warden *w, struct daemon *d)
{
	struct err e;
	d->restart_at = 0;
	if (daemon_spawn(w, d, &e) != OK) {
		log_error("cannot start", "child=%s why=\"%s\"", d->name, e.text);
		d->restart_at = clock_mono_ms() + DELAY_MAX_MS;
		return;
	}
	if (d == &w->portal)
		greet_portal(w);
	else
		greet_gate(w);
	introduce(w);
}

void
daemons_start(struct warden *w)
{
	w->gate = (struct daemon){ .name = "gate",
		.program = "wardroom-gate",
		.user = &w->site.place.gate,
		.socket = { -1, gate_receive } };
	w->portal = (struct daemon){ .name = "portal",
		.program = "wardroom-portal",
		.user = &w->site.place.portal,
		.socket = { -1, ask_receive } };
	daemon_start(w, &w->gate);
	daemon_start(w, &w->portal);
}

bool
daemons_ended(struct warden *w, pid_t pid)
{
	struct daemon *d = pid == w->portal.pid ? &w->portal : pid == w->gate.pid ? &w->gate : NULL;
	if (!d)
		return false;
	int64_t now = clock_mono_ms();
	d->pid = 0;
	source_close(w, &d->socket);
	if (now - d->started > STEADY_MS)
		d->delay = 0;
	d->restart_at = now + d->delay;
	d->delay = d->delay ? d->delay * 2 : DELAY_FIRST_MS;
	if (d->delay > DELAY_MAX_MS)
		d->delay = DELAY_MAX_MS;
	if (!w->stopping)
		log_warn("ended, and starts again", "child=%s", d->name);
	return true;
}

void
daemons_tick(struct warden *w, int64_t now)
{
	struct daemon *both[] = { &w->gate, &w->portal };
	for (int i = 0; i < 2 && !w->stopping; i++)
		if (both[i]->pid == 0 && now >= both[i]->restart_at)
			daemon_start(w, both[i]);
}

void
daemons_stop(struct warden *w, int sig)
{
	if (w->portal.pid > 0)
		kill(w->portal.pid, sig);
	if (w->gate.pid > 0)
		kill(w->gate.pid, sig);
}
