#include "attack/visit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

enum { PROGRAM_MAX = 64 << 20, END_MS = 10000 };

/* head takes exactly its bytes from a pipe, so what follows is the program's own input. */
static const char script[] = "f=$(mktemp /tmp/attack.XXXXXX) && head -c \"$1\" >\"$f\" && "
			     "chmod 700 \"$f\" && shift && exec \"$f\" \"$@\"";

static enum status
sister(struct arena *a, const char *name, const char **ret, struct err *e)
{
	char self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return err_errno(e, "finding the own program");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	*ret = arena_printf(a, "%s/%s", self, name);
	if (access(*ret, X_OK) < 0)
		return err_set(e, E_ABSENT, "", "The program %s is not there.", *ret);
	return OK;
}

static void
child(const char *const *argv, int in, int out, pid_t parent)
{
	static char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL };
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || dup2(in, 0) < 0 || dup2(out, 1) < 0)
		_exit(126);
	signal(SIGPIPE, SIG_DFL);
	execve(argv[0], (char *const *)argv, env);
	_exit(127);
}

static const char *const *
command(struct arena *a, const char *const *head, size_t n_head, const char *const *words)
{
	size_t n = 0;
	while (words[n])
		n++;
	const char **argv = ARENA_ARRAY(a, n_head + n + 1, const char *);
	memcpy(argv, head, n_head * sizeof *head);
	memcpy(argv + n_head, words, n * sizeof *words);
	return argv;
}

enum status
visit_start(struct arena *a, const char *config, int64_t ws, int64_t slot, const char *const *words,
	struct visit *ret, struct err *e)
{
	const char *warden, *inside;
	struct str program;
	int in[2], out[2];
	TRY(sister(a, "wardroom-warden", &warden, e));
	TRY(sister(a, "wardroom-attack-inside", &inside, e));
	TRY(io_read_file(a, inside, PROGRAM_MAX, &program, e));
	const char *head[] = { warden, "--config", config, "exec", "--ws",
		arena_printf(a, "%lld", (long long)ws), "--slot",
		arena_printf(a, "%lld", (long long)slot), "--", "/bin/sh", "-c", script, "sh",
		arena_printf(a, "%zu", program.n) };
	const char *const *argv = command(a, head, sizeof head / sizeof *head, words);
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return err_errno(e, "making a pipe");
	pid_t parent = getpid(), pid = fork();
	if (pid == 0)
		child(argv, in[0], out[1], parent);
	close(in[0]);
	close(out[1]);
	if (pid < 0)
		return err_errno(e, "starting %s", warden);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	struct visit v = { pid, in[1], out[0], buf_new(a), 0 };
	enum status s = io_write_fd(v.in, program.p, program.n, e);
	if (s != OK) {
		visit_end(&v);
		return err_set(e, E_IO, "ws",
			"The program could not be brought into workspace %lld.", (long long)ws);
	}
	*ret = v;
	return OK;
}

bool
visit_read(struct visit *v)
{
	char part[16384];
	for (;;) {
		ssize_t n = read(v->out, part, sizeof part);
		if (n > 0)
			buf_put(&v->got, part, (size_t)n);
		else if (n < 0 && errno == EINTR)
			continue;
		else
			return n < 0 && errno == EAGAIN;
	}
}

bool
visit_line(struct visit *v, struct str *ret)
{
	const char *from = v->got.p + v->at;
	const char *end = v->got.n > v->at ? memchr(from, '\n', v->got.n - v->at) : NULL;
	if (!end)
		return false;
	*ret = (struct str){ from, (size_t)(end - from) };
	v->at += ret->n + 1;
	return true;
}

bool
visit_wait_line(struct visit *v, int ms, struct str *ret)
{
	int64_t until = clock_mono_ms() + ms;
	for (bool more = true;;) {
		if (visit_line(v, ret))
			return true;
		int64_t rest = until - clock_mono_ms();
		struct pollfd p = { v->out, POLLIN, 0 };
		if (!more || rest <= 0 || poll(&p, 1, (int)rest) == 0)
			return false;
		more = visit_read(v);
	}
}

int
visit_end(struct visit *v)
{
	int status = 0, sig = SIGTERM;
	int64_t until = clock_mono_ms() + END_MS;
	close(v->in);
	while (waitpid(v->pid, &status, WNOHANG) == 0) {
		visit_read(v);
		if (clock_mono_ms() > until) {
			kill(v->pid, sig);
			sig = SIGKILL;
			until += 2000;
		}
		poll(NULL, 0, 10);
	}
	visit_read(v);
	close(v->out);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
