#include "attack/proof/house.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack/proof/janitor.h"
#include "attack/proof/raw.h"
#include "base/clock.h"
#include "base/io.h"

enum { ANSWER_MS = 60000, RUN_MS = 120000, OUT_MAX = 4 << 20, MEMORY_MB = 768, DISK_MB = 128 };

/*
 * Ranges of users far from any that the installed server gives. Several servers may be proven at
 * once: each takes one of SHIFTS places, wide enough for all the workspaces that a stage ever
 * opens.
 */
static const int64_t far_up = 1700000000, far_base = 2800000000, near_base = 1000000;
enum {
	ROOM_UIDS = 65536, /* what the warden gives to one workspace */
	ROOMS = 16,
	SHIFT = ROOMS * ROOM_UIDS,
	SHIFTS = 100,
};

static int
free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof at;
	cleanup_fd int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 ||
		getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		return 0;
	return ntohs(at.sin_port);
}

/* A new folder beside `near`, so that it lies on the same file system. */
static enum status
folder(struct arena *a, const char *near, const char **ret, struct err *e)
{
	char *path = arena_printf(a, "%s/wardroom-attack.XXXXXX", dirname(arena_strdup(a, near)));
	if (!mkdtemp(path) || chmod(path, 0711) < 0)
		return err_errno(e, "making a folder beside %s", near);
	*ret = path;
	return OK;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static enum status
write_config(struct house *h, struct err *e)
{
	const struct config *c = &h->c;
	struct buf b = buf_new(h->arena);
	buf_printf(&b,
		"# Made by wardroom attack; gone when it is over.\n"
		"instance %s\nstate %s\nrun %s\nbin %s\nsite %s\nrooms %s\n"
		"listen %s\nrooms_listen %s\nruntime %s\n",
		c->instance, c->state, c->run, c->bin, c->site, c->rooms, c->listen,
		c->rooms_listen, c->runtime);
	buf_printf(&b, "user_portal %s\nuser_gate %s\nuser_data %s\nuser_mirror %s\n",
		c->user_portal, c->user_gate, c->user_data, c->user_mirror);
	buf_printf(&b, "uid_base %lld\nmemory_mb %lld\ncpus %lld\nprocesses %lld\ndisk_mb %lld\n",
		(long long)c->uid_base, (long long)c->memory_mb, (long long)c->cpus,
		(long long)c->processes, (long long)c->disk_mb);
	cleanup_fd int dir = open(c->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "%s", c->state);
	return io_replace_at(dir, "wardroom.conf", 0644, b.p, b.n, e);
}

static void
settle(struct house *h, const struct config *installed)
{
	struct config *c = &h->c;
	unsigned char r = 0;
	if (getrandom(&r, 1, 0) != 1)
		r = (unsigned char)getpid();
	int64_t base = installed->uid_base < far_up ? far_base : near_base;
	c->instance = arena_printf(h->arena, "attack-%d", (int)getpid());
	c->bin = installed->bin;
	c->runtime = installed->runtime;
	c->user_portal = installed->user_portal;
	c->user_gate = installed->user_gate;
	c->user_data = installed->user_data;
	c->user_mirror = installed->user_mirror;
	c->uid_base = base + r % SHIFTS * SHIFT;
	c->memory_mb = least(installed->memory_mb, MEMORY_MB);
	c->cpus = least(installed->cpus, 2);
	c->processes = least(installed->processes, 128);
	c->disk_mb = least(installed->disk_mb, DISK_MB);
	c->site = arena_printf(h->arena, "http://localhost:%d", h->port);
	c->rooms = arena_printf(h->arena, "http://%%s.localhost:%d", h->rooms_port);
	c->listen = arena_printf(h->arena, "127.0.0.1:%d", h->port);
	c->rooms_listen = arena_printf(h->arena, "127.0.0.1:%d", h->rooms_port);
	c->inbox = arena_printf(h->arena, "%s/inbox", c->state);
	h->site = c->site;
}

enum status
house_make(struct arena *a, const struct config *installed, struct house *ret, struct err *e)
{
	struct house h = { .arena = a, .port = free_port(), .rooms_port = free_port() };
	if (geteuid() != 0)
		return err_set(e, E_DENIED, "", "This needs root.");
	if (!h.port || !h.rooms_port || h.port == h.rooms_port)
		return err_set(e, E_IO, "", "There is no free port on 127.0.0.1.");
	TRY(folder(a, installed->state, &h.c.state, e));
	enum status s = folder(a, installed->run, &h.c.run, e);
	if (s != OK) {
		rmdir(h.c.state);
		return s;
	}
	settle(&h, installed);
	h.config_path = arena_printf(a, "%s/wardroom.conf", h.c.state);
	h.log = arena_printf(a, "%s/log", h.c.state);
	s = janitor_start(&h, e);
	if (s != OK) {
		rmdir(h.c.run);
		rmdir(h.c.state);
		return s;
	}
	s = write_config(&h, e);
	if (s != OK) {
		house_end(&h);
		return s;
	}
	*ret = h;
	return OK;
}

static void
become_warden(struct house *h, const char *program, int in, int log)
{
	const char *const argv[] = { program, "--config", h->config_path, NULL };
	static char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL };
	setsid();
	if (dup2(in, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(126);
	signal(SIGPIPE, SIG_DFL);
	execve(program, (char *const *)argv, env);
	_exit(127);
}

enum status
house_start(struct house *h, struct err *e)
{
	const char *program = arena_printf(h->arena, "%s/wardroom-warden", h->c.bin);
	int in[2]; /* never /dev/null: a runtime may change the owner of what it is given */
	cleanup_fd int log = open(h->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log < 0 || pipe2(in, O_CLOEXEC) < 0)
		return err_errno(e, "%s", h->log);
	cleanup_fd int read_end = in[0];
	pid_t pid = fork();
	if (pid == 0)
		become_warden(h, program, read_end, log);
	close(in[1]);
	if (pid < 0)
		return err_errno(e, "starting %s", program);
	h->warden = pid;
	janitor_tell(h);
	if (!house_answers(h, ANSWER_MS))
		return err_set(e, E_IO, "", "The throw-away server does not answer. %s",
			janitor_last_words(h));
	return OK;
}

/*
 * Whether the warden has ended. Once it is reaped its number may be another process's, whom a later
 * signal must not meet: so it is forgotten here.
 */
static bool
is_gone(struct house *h)
{
	if (h->warden > 0 && waitpid(h->warden, NULL, WNOHANG) != 0)
		h->warden = 0;
	return h->warden <= 0;
}

bool
house_answers(struct house *h, int ms)
{
	int64_t until = clock_mono_ms() + ms;
	do {
		cleanup_arena struct arena *a = arena_new();
		const char *ask = arena_printf(a,
			"GET /health HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n",
			h->port);
		if (raw_ask(a, h->port, str_of(ask), 2000).code == 200)
			return true;
		poll(NULL, 0, 50);
	} while (clock_mono_ms() < until && !is_gone(h));
	return false;
}

pid_t
house_child(struct house *h, const char *name)
{
	cleanup_arena struct arena *a = arena_new();
	struct str all, line;
	const char *path =
		arena_printf(a, "/proc/%d/task/%d/children", (int)h->warden, (int)h->warden);
	if (!h->warden || io_read_file(a, path, 65536, &all, NULL) != OK)
		return 0;
	while (all.n) {
		int64_t pid;
		if (!str_int(str_trim(str_cut(&all, ' ')), &pid))
			continue;
		path = arena_printf(a, "/proc/%lld/cmdline", (long long)pid);
		if (io_read_file(a, path, 4096, &line, NULL) != OK || !line.n)
			continue;
		const char *program = str_dup(a, str_cut(&line, '\0'));
		const char *slash = strrchr(program, '/');
		if (streq(slash ? slash + 1 : program, name))
			return (pid_t)pid;
	}
	return 0;
}

void
house_kill_warden(struct house *h)
{
	if (h->warden <= 0)
		return;
	kill(h->warden, SIGKILL);
	waitpid(h->warden, NULL, 0);
	h->warden = 0;
}

void
house_end(struct house *h)
{
	int status;
	if (h->leash >= 0)
		close(h->leash);
	h->leash = -1;
	/* The warden is our child: it must be reaped for the janitor to see it gone. */
	while (h->warden > 0 && waitpid(h->warden, &status, 0) < 0 && errno == EINTR)
		;
	h->warden = 0;
	while (h->janitor > 0 && waitpid(h->janitor, &status, 0) < 0 && errno == EINTR)
		;
	h->janitor = 0;
}

/* ---- programs ----------------------------------------------------------------------------------
 */

static void
child(const char *program, const char *const *argv, int in, int out)
{
	static char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL };
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	signal(SIGPIPE, SIG_DFL);
	execve(program, (char *const *)argv, env);
	_exit(127);
}

/* Gives it its input and takes its output, whichever can go on; closes both. */
static void
converse(int to, int from, struct str in, int ms, struct buf *out)
{
	char part[65536];
	int64_t until = clock_mono_ms() + ms;
	fcntl(to, F_SETFL, O_NONBLOCK);
	while (clock_mono_ms() < until) {
		struct pollfd p[2] = { { from, POLLIN, 0 }, { to, POLLOUT, 0 } };
		if (!in.n && to >= 0) {
			close(to);
			to = -1;
			p[1].fd = -1;
		}
		if (poll(p, 2, 1000) <= 0)
			continue;
		if (p[1].revents) {
			ssize_t n = write(to, in.p, in.n);
			if (n < 0 && errno != EAGAIN)
				n = (ssize_t)in.n; /* it listens no more */
			in.p += n > 0 ? n : 0;
			in.n -= n > 0 ? (size_t)n : 0;
		}
		if (!p[0].revents)
			continue;
		ssize_t n = read(from, part, sizeof part);
		if (n <= 0)
			break;
		if (out->n < OUT_MAX)
			buf_put(out, part, (size_t)n);
	}
	if (to >= 0)
		close(to);
	close(from);
}

int
house_run(struct house *h, struct arena *a, const char *const *argv, struct str in,
	struct str *ret_out)
{
	return house_run_for(h, a, argv, in, RUN_MS, ret_out);
}

int
house_run_for(struct house *h, struct arena *a, const char *const *argv, struct str in, int ms,
	struct str *ret_out)
{
	const char *program =
		argv[0][0] == '/' ? argv[0] : arena_printf(a, "%s/%s", h->c.bin, argv[0]);
	struct buf out = buf_new(a);
	int to[2], from[2], status = 0;
	buf_puts(&out, "");
	if (pipe2(to, O_CLOEXEC) < 0)
		return 127;
	if (pipe2(from, O_CLOEXEC) < 0) {
		close(to[0]);
		close(to[1]);
		return 127;
	}
	pid_t pid = fork();
	if (pid == 0)
		child(program, argv, to[0], from[1]);
	close(to[0]);
	close(from[1]);
	converse(to[1], from[0], in, ms, &out);
	if (pid < 0)
		return 127;
	for (int i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
		if (i == 500)
			kill(pid, SIGKILL);
		poll(NULL, 0, 10);
	}
	*ret_out = out.p ? buf_str(&out) : STR("");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int
house_inside(struct house *h, struct arena *a, int64_t ws, int64_t slot, const char *script,
	struct str in, struct str *ret_out)
{
	const char *const argv[] = { "wardroom-warden", "--config", h->config_path, "exec", "--ws",
		arena_printf(a, "%lld", (long long)ws), "--slot",
		arena_printf(a, "%lld", (long long)slot), "--", "/bin/sh", "-c", script, NULL };
	return house_run(h, a, argv, in, ret_out);
}
