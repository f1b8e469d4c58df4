#include "desk/installer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "wire/packages.h"

enum { LISTS_OLD_S = 6 * 3600, IDLE_S = 30 };

bool
installer_name_ok(struct str s)
{
	if (s.n < 2 || s.n > 200)
		return false;
	bool version = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (i == 0 && !word)
			return false;
		if (c == '=' && !version && i + 1 < s.n)
			version = true;
		else if (!word && !strchr("+.-", c) &&
			 !(version && ((c >= 'A' && c <= 'Z') || strchr(":~", c))))
			return false;
	}
	/* "name-" would remove it. */
	return s.p[s.n - 1] != '-';
}

/* ---- apt ---- */

static int
run_apt(char *const *argv, int out)
{
	static char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
		"LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "TERM=dumb", NULL };
	int pipes[2], st = 0;
	char part[8192];
	ssize_t n;
	bool heard = true;
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return 70;
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);
		if (null < 0 || dup2(null, 0) < 0 || dup2(pipes[1], 1) < 0 || dup2(pipes[1], 2) < 0)
			_exit(126);
		umask(0022);
		execve(argv[0], argv, env);
		_exit(127);
	}
	close(pipes[1]);
	/* Whoever asked may leave; what has begun is finished all the same. */
	while (pid > 0 &&
		((n = read(pipes[0], part, sizeof part)) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0 && heard)
			heard = io_write_fd(out, part, (size_t)n, NULL) == OK;
	close(pipes[0]);
	while (pid > 0 && waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	return pid < 0 ? 70 : WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
}

static bool
lists_are_old(void)
{
	struct stat st;
	return stat("/var/cache/apt/pkgcache.bin", &st) < 0 ||
	       st.st_mtime + LISTS_OLD_S < clock_now();
}

int
installer_apt(const struct str *names, int n, int fd)
{
	static const char *const words[] = { "/usr/bin/apt-get", "install", "-q", "-y",
		"--no-install-recommends", "--allow-downgrades", "--" };
	enum { WORDS = sizeof words / sizeof words[0] };
	char *const update[] = { "/usr/bin/apt-get", "update", "-q", NULL };
	cleanup_arena struct arena *a = arena_new();
	char **argv = ARENA_ARRAY(a, (size_t)n + WORDS + 1, char *);
	int code;
	for (int i = 0; i < WORDS; i++)
		argv[i] = (char *)words[i];
	for (int i = 0; i < n && i < INSTALL_MOST; i++)
		argv[WORDS + i] = str_dup(a, names[i]);
	if (lists_are_old() && (code = run_apt(update, fd)) != 0)
		return code;
	return run_apt(argv, fd);
}

/* ---- who asks ---- */

static int
read_request(int sock, char *buf, struct str *names)
{
	size_t n = 0;
	char *end = NULL;
	while (!end && n < INSTALL_LINE) {
		ssize_t k = read(sock, buf + n, INSTALL_LINE - n);
		if (k <= 0)
			return 0;
		end = memchr(buf + n, '\n', (size_t)k);
		n += (size_t)k;
	}
	struct str line = { buf, end ? (size_t)(end - buf) : 0 };
	int count = 0;
	if (!str_is(str_cut(&line, ' '), "apt"))
		return 0;
	while (line.n) {
		struct str name = str_cut(&line, ' ');
		if (count == INSTALL_NAMES || !installer_name_ok(name))
			return -1;
		names[count++] = name;
	}
	return count;
}

static void
serve(int sock)
{
	static char buf[INSTALL_LINE];
	static const char no[] = "Name packages of Debian: small letters, digits, '+', '-' and "
				 "'.', and \"=version\" "
				 "if need be; at most 64 at once.\n";
	const struct timeval patience = { IDLE_S, 0 };
	struct str names[INSTALL_NAMES];
	char last[32];
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	int n = read_request(sock, buf, names), code = 64;
	if (n > 0)
		code = installer_apt(names, n, sock);
	else
		io_write_fd(sock, no, sizeof no - 1, NULL);
	int k = snprintf(last, sizeof last, "\n%d\n", code & 0xff);
	io_write_fd(sock, last, (size_t)k, NULL);
}

int
installer_run(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = PACKAGES_SOCKET };
	cleanup_fd int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	signal(SIGPIPE, SIG_IGN);
	/* One at a time: a warden that was started anew starts a second, which waits for the end of
	 * the first and then takes its place. */
	cleanup_fd int turn = open(PACKAGES_SOCKET ".turn",
		O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (turn < 0)
		return 1;
	while (flock(turn, LOCK_EX) < 0)
		if (errno != EINTR)
			return 1;
	/* /run is the workspace root's own: a name there is one of us that has ended. */
	unlink(PACKAGES_SOCKET);
	if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof at) < 0 ||
		chmod(PACKAGES_SOCKET, 0666) < 0 || listen(s, 32) < 0)
		return 1;
	for (;;) {
		cleanup_fd int c = accept4(s, NULL, NULL, SOCK_CLOEXEC);
		if (c >= 0)
			serve(c);
		else if (errno != EINTR && errno != ECONNABORTED)
			usleep(100000);
	}
}
