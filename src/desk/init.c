#include "desk/init.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "desk/exits.h"

/* Nobody listens to us any more, and nobody inside shall find an end of our pipe. */
static void
fall_silent(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			close(fd);
}

/* Where the sockets of displays belong; only its owner may make it, or displays complain. */
static void
display_folders(void)
{
	static const char *const all[] = { "/tmp/.X11-unix", "/tmp/.ICE-unix" };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (mkdir(all[i], 0700) == 0)
			chmod(all[i], 01777);
}

int
init_run(bool sealed)
{
	sigset_t set;
	display_folders();
	if (sealed)
		exits_report(stdout, true);
	fall_silent();
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (;;) {
		int sig = sigwaitinfo(&set, NULL);
		if (sig == SIGTERM || sig == SIGINT)
			return 0;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}
