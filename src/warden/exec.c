#include "warden/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "warden/room.h"
#include "warden/runtime.h"

/* Bytes on their way from one descriptor to another; both -1 when it is over. */
struct stream {
	int from, to;
	size_t at, n; /* what waits of part */
	char part[65536];
};

static void
stream_end(struct stream *s)
{
	if (s->from > 2)
		close(s->from);
	if (s->to > 2)
		close(s->to);
	s->from = s->to = -1;
}

/*
 * Moves what is there; false when nothing more is to be had or taken now. Where the taker does not
 * block, the rest waits: a command that answers before it has read all must not wait for us while
 * we wait for it.
 */
static bool
stream_move(struct stream *s)
{
	if (s->at == s->n) {
		ssize_t n = read(s->from, s->part, sizeof s->part);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			return false;
		if (n <= 0) {
			stream_end(s);
			return false;
		}
		s->at = 0;
		s->n = (size_t)n;
	}
	while (s->at < s->n) {
		ssize_t n = write(s->to, s->part + s->at, s->n - s->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0) {
			stream_end(s);
			return false;
		}
		s->at += (size_t)n;
	}
	return true;
}

static struct pollfd
stream_poll(const struct stream *s)
{
	return s->at < s->n ? (struct pollfd){ s->to, POLLOUT, 0 }
			    : (struct pollfd){ s->from, POLLIN, 0 };
}

/* What is there already, to its end, however slow the taker is. */
static void
stream_drain(struct stream *s)
{
	while (s->from >= 0 && (stream_move(s) || s->at < s->n)) {
		struct pollfd p = stream_poll(s);
		if (p.events & POLLOUT)
			poll(&p, 1, -1);
	}
}

static void
child(const char *const *argv, const int pipes[3][2], pid_t parent)
{
	static char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL };
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(126);
	if (dup2(pipes[0][0], 0) < 0 || dup2(pipes[1][1], 1) < 0 || dup2(pipes[2][1], 2) < 0 ||
		syscall(SYS_close_range, 3U, ~0U, 0U) < 0)
		_exit(126);
	signal(SIGPIPE, SIG_DFL);
	/* runc forgets the mask of a process that joins, and lets it inherit ours. */
	umask(0007);
	execve(argv[0], (char *const *)argv, env);
	_exit(127);
}

static void
pump(struct stream s[3], int pidfd)
{
	for (;;) {
		struct pollfd p[4] = { { pidfd, POLLIN, 0 } };
		for (int i = 0; i < 3; i++)
			p[i + 1] = stream_poll(&s[i]);
		if (poll(p, 4, -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 3; i++)
			if (p[i + 1].revents)
				stream_move(&s[i]);
		if (!p[0].revents)
			continue;
		/* It ended; what it wrote before is still in the pipes. */
		for (int i = 1; i < 3; i++)
			stream_drain(&s[i]);
		return;
	}
}

static volatile sig_atomic_t runtime_pid_now;

/* The runtime hands a signal on to the command inside, which would otherwise outlive us. */
static void
forward(int sig)
{
	if (runtime_pid_now > 0)
		kill(runtime_pid_now, sig);
}

static enum status
run(const char *const *argv, int *ret_code, struct err *e)
{
	static struct stream s[3];
	int pipes[3][2], st = 0;
	for (int i = 0; i < 3; i++)
		if (pipe2(pipes[i], O_CLOEXEC) < 0)
			return err_errno(e, "making a pipe");
	signal(SIGPIPE, SIG_IGN);
	pid_t parent = getpid(), pid = fork();
	if (pid < 0)
		return err_errno(e, "starting %s", argv[0]);
	if (pid == 0)
		child(argv, pipes, parent);
	runtime_pid_now = pid;
	signal(SIGTERM, forward);
	signal(SIGINT, forward);
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
	s[0].from = 0;
	s[0].to = pipes[0][1];
	s[1].from = pipes[1][0];
	s[1].to = 1;
	s[2].from = pipes[2][0];
	s[2].to = 2;
	fcntl(s[0].to, F_SETFL, O_NONBLOCK);
	fcntl(s[1].from, F_SETFL, O_NONBLOCK);
	fcntl(s[2].from, F_SETFL, O_NONBLOCK);
	cleanup_fd int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd >= 0)
		pump(s, pidfd);
	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	*ret_code = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
	return OK;
}

enum status
exec_run(struct arena *a, const struct place *p, uint64_t ws, uint32_t slot,
	const char *const *argv, int *ret_code, struct err *e)
{
	struct pw_ws w;
	const struct pw_member *m = NULL;
	const char *process;
	if (!p->runtime)
		return err_set(e, E_ABSENT, "runtime", "%s is not installed.", p->c.runtime);
	if (room_remembered(a, p, ws, &w, NULL) != OK)
		return err_set(
			e, E_ABSENT, "ws", "Workspace %llu is not open.", (unsigned long long)ws);
	for (uint32_t i = 0; i < w.n_members; i++)
		if (w.members[i].slot == slot)
			m = &w.members[i];
	if (!m)
		return err_set(e, E_ABSENT, "slot", "Workspace %llu has nobody in slot %u.",
			(unsigned long long)ws, slot);
	TRY(room_process(a, p, &w, m, argv, &process, e));
	enum status st = run(runtime_exec_argv(a, p, ws, process), ret_code, e);
	unlink(process);
	return st;
}
