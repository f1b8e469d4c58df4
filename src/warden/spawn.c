#include "warden/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

/* Places fd at want and keeps it across exec; both temporarily high so that none is overwritten. */
static bool
place_fds(const struct spawn *s, int null, int *exec_fd)
{
	int high[4] = { null, s->fd3, s->fd4, *exec_fd };
	for (int i = 0; i < 4; i++)
		if (high[i] >= 0 && (high[i] = fcntl(high[i], F_DUPFD_CLOEXEC, 16)) < 0)
			return false;
	*exec_fd = high[3];
	close(3);
	close(4);
	if (dup2(high[0], 0) < 0 || (high[1] >= 0 && dup2(high[1], 3) < 0) ||
		(high[2] >= 0 && dup2(high[2], 4) < 0))
		return false;
	return syscall(SYS_close_range, 5U, (unsigned)*exec_fd - 1, 0U) == 0 &&
	       syscall(SYS_close_range, (unsigned)*exec_fd + 1, ~0U, 0U) == 0;
}

static bool
drop_privileges(const struct account *u, bool job)
{
	const struct rlimit none = { 0, 0 };
	struct rlimit files;
	/* A namespace of its own has no interface but a loopback that is down. */
	if (job && unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0)
		return false;
	if (job && setpriority(PRIO_PROCESS, 0, 5) < 0)
		return false;
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return false;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	return setgroups(0, NULL) == 0 && setresgid(u->gid, u->gid, u->gid) == 0 &&
	       setresuid(u->uid, u->uid, u->uid) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static void
child(const struct spawn *s, pid_t parent, int exec_fd)
{
	static char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/",
		NULL };
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	umask(0027);
	setsid();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || !place_fds(s, null, &exec_fd) || !drop_privileges(s->user, s->job) ||
		chdir("/") < 0)
		_exit(126);
	/* After the change of account, which clears it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(126);
	fexecve(exec_fd, (char *const *)s->argv, env);
	_exit(127);
}

enum status
spawn_start(
	struct arena *a, const struct place *p, const struct spawn *s, pid_t *ret, struct err *e)
{
	const char *path;
	TRY(place_program(a, p, s->program, &path, e));
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "opening %s", path);
	pid_t parent = getpid(), pid = fork();
	if (pid < 0)
		return err_errno(e, "starting %s", s->program);
	if (pid == 0)
		child(s, parent, fd);
	*ret = pid;
	return OK;
}
