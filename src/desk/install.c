#include "desk/install.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/code.h"
#include "base/io.h"
#include "desk/answer.h"
#include "desk/help.h"
#include "desk/installer.h"
#include "desk/send.h"
#include "wire/packages.h"

enum { WAIT_MS = 5000 };

/* INSTALL_NAMES; leaving out the rest would be a lie about what is there afterwards. */
static const char too_many[] = "These are too many packages at once: 64 are the most.";

static int
fail(int code, const char *text)
{
	fprintf(stderr, "%s\n", text);
	return code;
}

/* ---- is there a way to the registries? ---- */

static bool
mirror_answers(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(PACKAGES_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	cleanup_fd int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return s >= 0 && connect(s, (struct sockaddr *)&to, sizeof to) == 0;
}

/* Data of patients come after the setup phase; in it there are simulated ones at most. */
static bool
is_sealed(void)
{
	char head[64];
	cleanup_fd int fd = open("/data/manifest.json", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? 0 : read(fd, head, sizeof head);
	cleanup_dir DIR *d = opendir("/data");
	bool some = false;
	for (struct dirent *entry; d && !some && (entry = readdir(d));)
		some = entry->d_name[0] != '.';
	return some &&
	       !str_starts((struct str){ head, n < 0 ? 0 : (size_t)n }, "{\"stage\":\"simulated\"");
}

/* What lies in a folder here needs no registry. */
static bool
is_local(int n, char **names)
{
	for (int i = 0; i < n; i++)
		if (names[i][0] != '-' && names[i][0] != '.' && names[i][0] != '/')
			return false;
	return true;
}

static int
fail_shut(void)
{
	if (is_sealed())
		return fail(EXIT_FAILED,
			"Installing ended with the setup phase. Before data came, the way to the "
			"package registries was shut for good; `wardroom packages` lists what your "
			"team has.");
	return fail(EXIT_FAILED,
		"No way leads from here to the package registries. Packages are fetched in the "
		"setup phase, where the server has a registry to fetch from.");
}

/* ---- each installer ---- */

/* The helper starts a moment after the workspace does. */
static int
connect_helper(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = PACKAGES_SOCKET };
	for (int i = 0; i < WAIT_MS / 100; i++) {
		cleanup_fd int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (s >= 0 && connect(s, (struct sockaddr *)&to, sizeof to) == 0)
			return steal_fd(&s);
		usleep(100000);
	}
	return -1;
}

static int
install_apt(int n, char **names)
{
	char line[INSTALL_LINE];
	size_t at = (size_t)snprintf(line, sizeof line, "apt");
	if (n == 0)
		return fail(EXIT_USAGE, "Name the packages: apt install ripgrep");
	if (n > INSTALL_NAMES)
		return fail(EXIT_USAGE, too_many);
	for (int i = 0; i < n; i++) {
		if (!installer_name_ok(str_of(names[i])))
			return desk_fail(EXIT_USAGE,
				"\"%.100s\" is no name of a Debian package: small letters, "
				"digits, '+', '-' and '.', and \"=version\" if need be.",
				names[i]);
		at += (size_t)snprintf(line + at, sizeof line - at, " %s", names[i]);
		if (at >= sizeof line - 1)
			return fail(EXIT_USAGE, "These are too many packages at once.");
	}
	line[at++] = '\n';
	if (is_sealed())
		return fail_shut();
	cleanup_fd int s = connect_helper();
	if (s < 0)
		return fail(EXIT_AWAY,
			"Programs of Debian can be installed in the setup phase only, and only "
			"where the server can keep them for a team.");
	signal(SIGPIPE, SIG_IGN);
	if (io_write_fd(s, line, at, NULL) != OK)
		return fail(EXIT_AWAY, "The installation broke off before it began.");
	shutdown(s, SHUT_WR);
	return answer_read(s, stdout);
}

/* R takes names as an expression, so they are looked at here. */
static int
install_r(int n, char **names)
{
	char code[4096];
	size_t at = (size_t)snprintf(code, sizeof code, "install.packages(c(");
	for (int i = 0; i < n; i++) {
		for (const char *c = names[i]; *c; c++)
			if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') &&
				!(*c >= '0' && *c <= '9') && *c != '.')
				return desk_fail(EXIT_USAGE,
					"\"%.100s\" is no name of an R package: letters, digits "
					"and dots.",
					names[i]);
		at += (size_t)snprintf(
			code + at, sizeof code - at, "%s\"%s\"", i ? ", " : "", names[i]);
		if (at >= sizeof code - 8)
			return fail(EXIT_USAGE, "These are too many packages at once.");
	}
	snprintf(code + at, sizeof code - at, "))");
	execlp("Rscript", "Rscript", "-e", code, (char *)NULL);
	return fail(EXIT_AWAY, "R is not installed here.");
}

static int
exec_with(const char *const *words, int n, char **names)
{
	char *argv[INSTALL_NAMES + 8];
	int k = 0;
	for (; words[k]; k++)
		argv[k] = (char *)words[k];
	if (n > INSTALL_NAMES)
		return fail(EXIT_USAGE, too_many);
	for (int i = 0; i < n; i++)
		argv[k++] = names[i];
	argv[k] = NULL;
	execvp(argv[0], argv);
	fprintf(stderr, "%s is not installed here.\n", words[0]);
	return EXIT_AWAY;
}

int
install_run(int n, char **args)
{
	static const char *const pip[] = { "/usr/bin/python3", "-m", "pip", "install", NULL };
	static const char *const npm[] = { "npm", "install", "-g", NULL };
	if (n - 1 > INSTALL_NAMES)
		return fail(EXIT_USAGE, too_many);
	if (n >= 2 && streq(args[0], "apt"))
		return install_apt(n - 1, args + 1);
	bool known = n >= 2 && (streq(args[0], "pip") || streq(args[0], "npm") ||
				       streq(args[0], "r") || streq(args[0], "R"));
	if (known && !is_local(n - 1, args + 1) && !mirror_answers())
		return fail_shut();
	if (n >= 2 && streq(args[0], "pip"))
		return exec_with(pip, n - 1, args + 1);
	if (n >= 2 && streq(args[0], "npm"))
		return exec_with(npm, n - 1, args + 1);
	if (n >= 2 && (streq(args[0], "r") || streq(args[0], "R")))
		return install_r(n - 1, args + 1);
	return help_usage("install",
		n == 1 ? "Name the packages." : "Say from where, and the packages' names.");
}

int
install_as_apt(int n, char **args)
{
	static const char *const real[] = { "/usr/bin/apt", NULL };
	char *names[INSTALL_NAMES + 1];
	int k = 0;
	const char *verb = NULL;
	for (int i = 0; i < n; i++) {
		/* "-y" and its like: it is never asked anything. */
		if (args[i][0] == '-')
			continue;
		if (!verb)
			verb = args[i];
		else if (k <= INSTALL_NAMES)
			names[k++] = args[i];
	}
	if (verb && streq(verb, "install"))
		return install_apt(k, names);
	if (verb && streq(verb, "update"))
		return fail(0, "The lists are brought up to date by themselves, at apt install.");
	return exec_with(real, n, args);
}
