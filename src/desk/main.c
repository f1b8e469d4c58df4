/*
 * wardroom, as members see it inside a workspace: hands a file out through the desk, or asks how
 * things stand. Statically linked, because the workspace's libraries are the members' own.
 *
 * Also the words apt and apt-get, which install through a helper (installer.h); and
 * `wardroom init`, the workspace's first process: it reaps the dead and ends on SIGTERM. As
 * `wardroom init sealed` it tries every exit first and tells the warden, who gives data or does
 * not. And `wardroom terminal SOCKET`, the server of a member's shells.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/str.h"
#include "desk/answer.h"
#include "desk/exits.h"
#include "desk/init.h"
#include "desk/install.h"
#include "desk/installer.h"
#include "desk/replay.h"
#include "desk/terminal.h"
#include "wire/desk.h"

/* Exit codes of our own; the server's answers bring theirs. */
enum { EXIT_USAGE = 64, EXIT_FILE = 66, EXIT_AWAY = 75 };

static int
fail(int code, const char *fmt, const char *what)
{
	fprintf(stderr, fmt, what);
	fputc('\n', stderr);
	return code;
}

static int
help(FILE *out, int code)
{
	fputs("wardroom status        submissions of your team, attempts left, best score\n"
	      "wardroom submit FILE   hand in predictions (CSV with columns id,prediction)\n"
	      "wardroom who           who is in this workspace\n"
	      "\n"
	      "wardroom airlock add FILE [--as output|supporting|code]\n"
	      "                       put a result into your request to take it out; it is "
	      "checked\n"
	      "                       at once, and you read what was found\n"
	      "wardroom airlock list  your request and what was found in it\n"
	      "wardroom airlock seal  hand it to the reviewers (the context is written in the "
	      "page\n"
	      "                       of your team, where you can seal it too)\n"
	      "\n"
	      "wardroom install apt|pip|npm|r NAME...\n"
	      "                       in the setup phase: packages for the whole team\n"
	      "wardroom packages      what was fetched for your team, with hashes\n"
	      "wardroom exits         try every way out of this workspace, and say which is shut\n"
	      "wardroom help          this text\n",
		out);
	return code;
}

static int
connect_desk(void)
{
	const char *path = getenv("WARDROOM_DESK");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
		snprintf(to.sun_path, sizeof to.sun_path, "%s", path ? path : DESK_SOCKET) >=
			(int)sizeof to.sun_path ||
		connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		return -1;
	return steal_fd(&fd);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* The file, opened and judged. -1 after a sentence on the terminal. */
static int
open_file(const char *path, int64_t most, int64_t *ret_bytes)
{
	struct stat st;
	/* O_NONBLOCK: a FIFO must not hold us before we can look at it. */
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *why = NULL;
	if (fd < 0)
		why = errno == ENOENT         ? "There is no file %s here."
		      : errno == EACCES       ? "You may not read %s."
		      : errno == ENAMETOOLONG ? "The name %s is too long."
					      : "%s cannot be opened.";
	else if (fstat(fd, &st) < 0)
		why = "%s cannot be looked at.";
	else if (S_ISDIR(st.st_mode))
		why = "%s is a folder. Name the file itself.";
	else if (!S_ISREG(st.st_mode))
		why = "%s is not an ordinary file.";
	else if (st.st_size == 0)
		why = "%s is empty.";
	else if (st.st_size > most)
		why = most == DESK_MAX_FILE
			      ? "%s is larger than 64 MiB, the most that can be submitted."
			      : "%s is larger than 16 MiB, the most that can be let out.";
	if (why) {
		fail(0, why, path);
		return -1;
	}
	*ret_bytes = st.st_size;
	return steal_fd(&fd);
}

/* Sends the file with progress on a terminal. False when it or the desk broke off. */
static bool
send_file(int desk, int file, int64_t bytes)
{
	static char buf[65536];
	bool shows = isatty(STDERR_FILENO) && bytes > 1 << 20;
	int64_t done = 0;
	while (done < bytes) {
		size_t want =
			bytes - done < (int64_t)sizeof buf ? (size_t)(bytes - done) : sizeof buf;
		ssize_t n = read(file, buf, want);
		if (n < 0 && errno == EINTR)
			continue;
		/* A file that shrinks meanwhile: the desk sees that it is not whole. */
		if (n <= 0 || io_write_fd(desk, buf, (size_t)n, NULL) != OK)
			break;
		done += n;
		if (shows)
			fprintf(stderr, "\rSending %lld%%", (long long)(done * 100 / bytes));
	}
	if (shows)
		fputs("\r\033[K", stderr);
	return done == bytes;
}

static int
run(const char *verb, const char *path)
{
	int64_t bytes = 0;
	int64_t most = streq(verb, "submit") ? DESK_MAX_FILE : DESK_MAX_OUT;
	cleanup_fd int file = path ? open_file(path, most, &bytes) : -1;
	if (path && file < 0)
		return EXIT_FILE;
	char line[DESK_MAX_LINE];
	const char *name = path ? base_name(path) : "-";
	int n = snprintf(line, sizeof line, "%s %lld %s\n", verb, (long long)bytes, name);
	if (n >= (int)sizeof line || strpbrk(name, "\n\r\t"))
		return fail(EXIT_FILE, "%s", "Give the file a shorter, plain name.");
	cleanup_fd int desk = connect_desk();
	if (desk < 0)
		return fail(EXIT_AWAY, "%s",
			"The desk is closed at the moment; try again in a minute.");
	signal(SIGPIPE, SIG_IGN);
	/* Even if sending breaks off, the desk has said why: read that. */
	if (io_write_fd(desk, line, (size_t)n, NULL) == OK && path)
		send_file(desk, file, bytes);
	shutdown(desk, SHUT_WR);
	return answer_read(desk);
}

/* wardroom airlock add FILE [--as ROLE] | list | seal */
static int
airlock(int n, char **args)
{
	const char *file = NULL, *role = "output";
	if (n == 1 && streq(args[0], "list"))
		return run("airlock", NULL);
	if (n == 1 && streq(args[0], "seal"))
		return run("airlock-seal", NULL);
	if (n < 2 || !streq(args[0], "add"))
		return help(stderr, EXIT_USAGE);
	for (int i = 1; i < n; i++) {
		if (streq(args[i], "--as") && i + 1 < n)
			role = args[++i];
		else if (!file)
			file = args[i];
		else
			return help(stderr, EXIT_USAGE);
	}
	if (file && streq(role, "output"))
		return run("airlock-output", file);
	if (file && streq(role, "supporting"))
		return run("airlock-supporting", file);
	if (file && streq(role, "code"))
		return run("airlock-code", file);
	return fail(EXIT_USAGE, "A file is output, supporting or code, not \"%s\".", role);
}

int
main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "help", *self = argc ? base_name(argv[0]) : "";
	if (streq(self, "apt") || streq(self, "apt-get"))
		return install_as_apt(argc - 1, argv + 1);
	if (streq(verb, "help") || streq(verb, "--help") || streq(verb, "-h"))
		return help(stdout, 0);
	if (streq(verb, "init") && (argc == 2 || (argc == 3 && streq(argv[2], "sealed"))))
		return init_run(argc == 3);
	if (streq(verb, "install"))
		return install_run(argc - 2, argv + 2);
	if (streq(verb, "replay") && argc == 2)
		return replay_run();
	if (streq(verb, "installer") && argc == 2)
		return installer_run();
	if (streq(verb, "exits") && argc == 2)
		return exits_report(stdout, false) ? 0 : 1;
	if (streq(verb, "terminal") && argc == 3)
		return terminal_serve(argv[2]);
	if (streq(verb, "submit") && argc == 3)
		return run(verb, argv[2]);
	if (streq(verb, "submit"))
		return fail(EXIT_USAGE, "%s", "Name one file: wardroom submit predictions.csv");
	if (streq(verb, "airlock"))
		return airlock(argc - 2, argv + 2);
	if (streq(verb, "status") || streq(verb, "who") || streq(verb, "packages"))
		return argc == 2 ? run(verb, NULL)
				 : fail(EXIT_USAGE, "Nothing follows after `wardroom %s`.", verb);
	return fail(EXIT_USAGE, "There is no command \"wardroom %s\"; `wardroom help` lists them.",
		verb);
}
