#include "warden/archiver.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

void
archiver_cleanup(struct archiver *p)
{
	int *all = p->in;
	for (size_t i = 0; i < sizeof *p / sizeof(int); i++)
		if (all[i] >= 0)
			close(all[i]);
}

static void
child(const char *const *argv, const struct archiver *p, int tree, pid_t parent)
{
	static char *const env[] = { "LANG=C.UTF-8", NULL };
	const int want[] = { p->in[0], p->out[1], p->out[1], tree, p->data[1], p->say[1] };
	enum { N = sizeof want / sizeof want[0] };
	int high[N];
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(126);
	for (int i = 0; i < N; i++)
		if ((high[i] = fcntl(want[i], F_DUPFD_CLOEXEC, 64)) < 0)
			_exit(126);
	for (int i = 0; i < N; i++)
		if (dup2(high[i], i) < 0)
			_exit(126);
	if (syscall(SYS_close_range, (unsigned)N, ~0U, 0U) < 0)
		_exit(126);
	signal(SIGPIPE, SIG_IGN);
	execve(argv[0], (char *const *)argv, env);
	_exit(127);
}

enum status
archiver_begin(
	const char *const *argv, int tree, bool feed, struct archiver *p, pid_t *ret, struct err *e)
{
	if (pipe2(p->in, O_CLOEXEC) < 0 || pipe2(p->out, O_CLOEXEC | O_NONBLOCK) < 0 ||
		pipe2(p->data, O_CLOEXEC) < 0 || pipe2(p->say, O_CLOEXEC) < 0)
		return err_errno(e, "making a pipe");
	pid_t parent = getpid(), pid = fork();
	if (pid < 0)
		return err_errno(e, "starting %s", argv[0]);
	if (pid == 0)
		child(argv, p, tree, parent);
	close(steal_fd(&p->in[0]));
	if (!feed)
		close(steal_fd(&p->in[1]));
	close(steal_fd(&p->out[1]));
	close(steal_fd(&p->data[1]));
	close(steal_fd(&p->say[1]));
	*ret = pid;
	return OK;
}
