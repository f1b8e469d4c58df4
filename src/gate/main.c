/*
 * wardroom-gate: between browsers and workspaces. It decides nothing by itself: the warden says
 * which workspaces there are, the portal who may enter them.
 *
 * The main thread accepts, and hears warden and portal; every connection has a thread of its own,
 * which sleeps in poll nearly always.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdalign.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "gate/ask.h"
#include "gate/desk.h"
#include "gate/visit.h"
#include "wire/gate_warden.h"

enum { WARDEN_FD = 3, STACK_BYTES = 256 << 10, TICK_MS = 1000, TELL_MS = 15000 };

static struct gate gate;
static int listener = -1;
static pthread_attr_t thread_attr;

static void *
browser_thread(void *v)
{
	visit_run(v);
	return NULL;
}

static void *
desk_thread(void *v)
{
	desk_run(v);
	return NULL;
}

static void
start(struct visit *v)
{
	pthread_t t;
	if (pthread_create(&t, &thread_attr, v->is_desk ? desk_thread : browser_thread, v) != 0)
		gate_visit_end(v);
}

/* One accepted connection, or -1. A shortage of descriptors must not make us spin. */
static int
accept_one(int fd)
{
	int c = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (c < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		usleep(50000);
	return c;
}

static void
accept_browser(void)
{
	static const char full[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
				   "Content-Length: 0\r\nConnection: close\r\n\r\n";
	int yes = 1, fd = accept_one(listener);
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
	struct visit *v = gate_visit_new(&gate, fd);
	if (v) {
		start(v);
		return;
	}
	send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

static void
accept_desk(const struct room *r)
{
	static const char full[] = "The server is busy; try again in a minute.\n\n75\n";
	struct ucred who;
	socklen_t n = sizeof who;
	cleanup_fd int fd = accept_one(r->desk);
	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
		return;
	uint32_t slot = slot_of(r->uid_base, who.uid);
	if (slot >= PW_SLOTS) {
		log_warn("a stranger at the desk", "ws=%llu uid=%u", (unsigned long long)r->ws,
			who.uid);
		return;
	}
	struct visit *v = gate_visit_desk(&gate, r->ws, slot, fd);
	if (v) {
		(void)steal_fd(&fd);
		start(v);
		return;
	}
	send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	desk_hang_up(fd);
}

static void
set_nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* A message of the warden. False: it is none that we know. Takes the descriptors it uses. */
static bool
hear_warden(const void *msg, size_t n, int *fds, int n_fds)
{
	const struct wire_head *h = msg;
	const struct gw_ws *w = msg;
	bool plain = n == sizeof *h, is_ws = n == sizeof *w && w->ws;
	if (h->type == GW_LISTEN && plain && n_fds == 1) {
		if (listener >= 0)
			close(listener);
		listener = steal_fd(&fds[0]);
		set_nonblocking(listener);
	} else if (h->type == GW_SPOOL && plain && n_fds == 1) {
		/* A folder can be synced only when it is open for reading. */
		int spool = openat(fds[0], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (spool < 0)
			log_error("the spool cannot be opened", "why=\"%s\"", strerror(errno));
		else if (gate.spool < 0)
			desk_clean_spool(spool);
		/* Desk threads may hold an earlier one: it stays open. */
		gate.spool = spool;
	} else if (h->type == GW_PORTAL && plain && n_fds == 1) {
		ask_set_portal(&gate, steal_fd(&fds[0]));
		log_info("portal connected", "passes=%u", gate.n_passes);
	} else if (h->type == GW_WS && is_ws && n_fds == 2) {
		set_nonblocking(fds[1]);
		gate_room_put(&gate, w->ws, w->uid_base, fds[0], fds[1]);
		fds[0] = fds[1] = -1;
		log_info("workspace known", "ws=%llu", (unsigned long long)w->ws);
	} else if (h->type == GW_WS_GONE && is_ws && n_fds == 0) {
		size_t cut = gate_room_drop(&gate, w->ws);
		log_info("workspace gone", "ws=%llu connections=%zu", (unsigned long long)w->ws,
			cut);
	} else {
		return false;
	}
	return true;
}

/* Ends the process when the warden is gone or speaks nonsense: it will start another gate. */
static void
receive_warden(void)
{
	alignas(16) static char msg[WIRE_MAX];
	struct err err = { 0 };
	int fds[WIRE_FDS] = { -1, -1, -1, -1 }, n_fds = 0;
	size_t n;
	if (wire_recv(WARDEN_FD, msg, &n, fds, &n_fds, &err) != OK) {
		log_error("warden", "why=\"%s\"", err.text);
		exit(1);
	}
	if (n == 0) {
		log_info("the warden is gone", "connections=%u", gate.n_visits);
		exit(0);
	}
	if (!hear_warden(msg, n, fds, n_fds)) {
		log_error("the warden's message is unknown", "type=%u bytes=%zu descriptors=%d",
			((struct wire_head *)msg)->type, n, n_fds);
		exit(1);
	}
	for (int i = 0; i < n_fds; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void
receive_portal(void)
{
	alignas(16) static char msg[WIRE_MAX];
	struct err err = { 0 };
	int fds[WIRE_FDS], n_fds = 0;
	size_t n = 0;
	enum status s = wire_recv(gate.portal, msg, &n, fds, &n_fds, &err);
	for (int i = 0; i < n_fds; i++)
		close(fds[i]);
	if (s == OK && n > 0)
		s = ask_hear(&gate, msg, n, &err);
	if (s == OK && n > 0)
		return;
	log_warn("portal gone", "why=\"%s\"", s == OK ? "it closed" : err.text);
	ask_set_portal(&gate, -1);
}

static void
tick(void)
{
	static int64_t told_ms;
	int64_t ms = clock_mono_ms();
	ask_checks(&gate);
	gate_passes_sweep(&gate, clock_now(), ms);
	if (ms < told_ms + TELL_MS)
		return;
	told_ms = ms;
	ask_tell_meters(&gate);
}

/* One round: waits, then serves whoever has something. */
static void
turn(void)
{
	static struct pollfd *fds;
	static const struct room **rooms;
	static size_t cap;
	size_t n = 3;
	for (const struct room *r = gate.rooms; r; r = r->next)
		n++;
	if (n > cap) {
		cap = 2 * n;
		fds = reallocarray(fds, cap, sizeof *fds);
		rooms = reallocarray(rooms, cap, sizeof(void *));
		if (!fds || !rooms)
			BUG("out of memory");
	}
	fds[0] = (struct pollfd){ .fd = WARDEN_FD, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = gate.portal, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = listener, .events = POLLIN };
	n = 3;
	for (const struct room *r = gate.rooms; r; r = r->next, n++) {
		fds[n] = (struct pollfd){ .fd = r->desk, .events = POLLIN };
		rooms[n] = r;
	}
	if (poll(fds, n, TICK_MS) < 0)
		return;
	/*
	 * Orders before visitors: whoever comes after a workspace was announced finds it, and
	 * nobody slips in before a cut. What they change, the next round looks at anew.
	 */
	if (fds[0].revents || fds[1].revents) {
		if (fds[0].revents)
			receive_warden();
		else
			receive_portal();
		return;
	}
	for (size_t i = 3; i < n; i++)
		if (fds[i].revents)
			accept_desk(rooms[i]);
	if (fds[2].revents)
		accept_browser();
}

static void
setup(const char *config_path)
{
	static struct config config;
	struct err err = { 0 };
	struct rlimit files;
	struct arena *a = arena_new(); /* lives as long as the process */
	if (config_load(a, config_path, &config, &err) != OK ||
		rooms_parse(a, config.rooms, &gate.names, &err) != OK) {
		log_error("configuration", "why=\"%s\"", err.text);
		exit(2);
	}
	if (sodium_init() < 0)
		BUG("no randomness");
	gate.site = config.site;
	gate.views = arena_printf(a, "%s/views", config.state);
	gate.paste = config.paste_in;
	gate_init(&gate);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* Cookies' hashes and patients' screens pass through here: no core file, no tracer. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	fcntl(WARDEN_FD, F_SETFD, FD_CLOEXEC);
	/* A visit may take seven descriptors. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	pthread_attr_init(&thread_attr);
	pthread_attr_setdetachstate(&thread_attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&thread_attr, STACK_BYTES);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ 0 } };
	const char *config_path = NULL;
	log_init("gate");
	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (o != 'c')
			return 2;
		config_path = optarg;
	}
	setup(config_path);
	int64_t next = 0;
	for (;;) {
		turn();
		int64_t now = clock_mono_ms();
		if (now < next)
			continue;
		next = now + TICK_MS;
		tick();
	}
}
