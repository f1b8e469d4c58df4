#include "warden/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { OUTPUT_MAX = 16384 };

static void
child(const char *const *argv, pid_t parent, int in, int out)
{
	static char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL };
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(126);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	if (syscall(SYS_close_range, 3U, ~0U, 0U) < 0)
		_exit(126);
	execve(argv[0], (char *const *)argv, env);
	_exit(127);
}

/* Takes what is in the pipe; false at its end. */
static bool
drain(struct buf *b, int fd)
{
	char part[4096];
	for (;;) {
		ssize_t n = read(fd, part, sizeof part);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		size_t room = OUTPUT_MAX - b->n;
		buf_put(b, part, (size_t)n < room ? (size_t)n : room);
	}
}

/* Until the program ends. *ret_open is false when nobody writes into the pipe any more. */
static enum status
wait_end(pid_t pid, int out, int timeout_ms, struct buf *b, bool *ret_open, struct err *e)
{
	int64_t deadline = clock_mono_ms() + timeout_ms;
	cleanup_fd int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool open = true;
	if (pidfd < 0)
		return err_errno(e, "watching a program");
	for (;;) {
		struct pollfd p[2] = { { pidfd, POLLIN, 0 }, { open ? out : -1, POLLIN, 0 } };
		int64_t left = deadline - clock_mono_ms();
		if (left <= 0)
			return err_set(e, E_IO, "", "did not end within %d s", timeout_ms / 1000);
		if (poll(p, 2, (int)left) < 0 && errno != EINTR)
			return err_errno(e, "waiting for a program");
		if (open && p[1].revents)
			open = drain(b, out);
		if (p[0].revents) {
			*ret_open = open && drain(b, out);
			return OK;
		}
	}
}

/* Until whoever the program left behind closes the pipe. */
static enum status
wait_silence(int out, int timeout_ms, struct buf *b, struct err *e)
{
	int64_t deadline = clock_mono_ms() + timeout_ms;
	for (;;) {
		struct pollfd p = { out, POLLIN, 0 };
		int64_t left = deadline - clock_mono_ms();
		if (left <= 0)
			return err_set(
				e, E_IO, "", "said nothing whole within %d s", timeout_ms / 1000);
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return err_errno(e, "waiting for a program");
		if (p.revents && !drain(b, out))
			return OK;
	}
}

/* hear_ms 0: what is left behind may keep the pipe. */
static enum status
run(struct arena *a, const char *const *argv, int timeout_ms, int hear_ms, int *ret_code,
	struct str *ret_out, struct err *e)
{
	bool open = true;
	int in[2], out[2], st = 0;
	if (pipe2(in, O_CLOEXEC) < 0)
		return err_errno(e, "making a pipe");
	close(in[1]);
	cleanup_fd int in_r = in[0];
	if (pipe2(out, O_CLOEXEC) < 0)
		return err_errno(e, "making a pipe");
	cleanup_fd int out_r = out[0], out_w = out[1];
	fcntl(out_r, F_SETFL, O_NONBLOCK);
	pid_t parent = getpid(), pid = fork();
	if (pid < 0)
		return err_errno(e, "starting %s", argv[0]);
	if (pid == 0)
		child(argv, parent, in_r, out_w);
	close(steal_fd(&out_w));
	struct buf b = buf_new(a);
	struct err why = { 0 };
	enum status s = wait_end(pid, out_r, timeout_ms, &b, &open, &why);
	if (s == OK && hear_ms && open)
		s = wait_silence(out_r, hear_ms, &b, &why);
	if (s != OK)
		kill(pid, SIGKILL);
	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	if (s != OK)
		return err_set(e, E_IO, "", "%s: %s", argv[0], why.text);
	*ret_code = WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
	*ret_out = buf_str(&b);
	return OK;
}

enum status
program_run(struct arena *a, const char *const *argv, int timeout_ms, int *ret_code,
	struct str *ret_out, struct err *e)
{
	return run(a, argv, timeout_ms, 0, ret_code, ret_out, e);
}

/* A sentence for people is short: the last line that says something, without control bytes. */
const char *
program_last_line(struct arena *a, struct str s)
{
	struct str last = STR("no message");
	while (s.n) {
		struct str line = str_trim(str_cut(&s, '\n'));
		if (line.n)
			last = line;
	}
	char *text = arena_strndup(a, last.p, last.n < 300 ? last.n : 300);
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '?';
	return text;
}

static enum status
must(struct arena *a, const char *const *argv, int timeout_ms, int hear_ms, struct str *ret_out,
	struct err *e)
{
	int code = 0;
	struct str out;
	TRY(run(a, argv, timeout_ms, hear_ms, &code, &out, e));
	if (code != 0)
		return err_set(e, E_IO, "", "%s failed (%d): %s", argv[0], code,
			program_last_line(a, out));
	if (ret_out)
		*ret_out = out;
	return OK;
}

enum status
program_must(struct arena *a, const char *const *argv, int timeout_ms, struct str *ret_out,
	struct err *e)
{
	return must(a, argv, timeout_ms, 0, ret_out, e);
}

enum status
program_hear(struct arena *a, const char *const *argv, int timeout_ms, int hear_ms,
	struct str *ret_out, struct err *e)
{
	return must(a, argv, timeout_ms, hear_ms, ret_out, e);
}
