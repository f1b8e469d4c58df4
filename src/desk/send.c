#include "desk/send.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/str.h"
#include "desk/answer.h"
#include "wire/desk.h"

int
desk_fail(int code, const char *fmt, const char *what)
{
	fprintf(stderr, fmt, what);
	fputc('\n', stderr);
	return code;
}

const char *
desk_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
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

int
desk_open_file(const char *path, int64_t most, int64_t *ret_bytes)
{
	struct stat st;
	/* O_NONBLOCK: a FIFO must not hold us before we can look at it. */
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *why = NULL;
	if (fd < 0)
		why = !path[0]                ? "The name of the file is empty.%s"
		      : errno == ENOENT       ? "There is no file %s here."
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
		why = most == DESK_MAX_OUT
			      ? "%s is larger than 16 MiB, the most that can be let out."
			      : "%s is larger than 64 MiB, the most that can be submitted.";
	if (why) {
		desk_fail(0, why, path);
		return -1;
	}
	*ret_bytes = st.st_size;
	return steal_fd(&fd);
}

int
desk_ask(const char *verb, int64_t bytes, const char *name)
{
	char line[DESK_MAX_LINE];
	int n = snprintf(line, sizeof line, "%s %lld %s\n", verb, (long long)bytes, name);
	if (n >= (int)sizeof line || strpbrk(name, "\n\r\t"))
		return -desk_fail(EXIT_FILE, "%s",
			"The file's name is too long for the way out, or holds a tab or a line "
			"break: rename the file.");
	cleanup_fd int desk = connect_desk();
	if (desk < 0)
		return -desk_fail(EXIT_AWAY, "%s",
			"The desk is closed at the moment; try again in a minute.");
	signal(SIGPIPE, SIG_IGN);
	/* Even if sending breaks off, the desk has said why: read that. */
	io_write_fd(desk, line, (size_t)n, NULL);
	return steal_fd(&desk);
}

bool
desk_send_file(int desk, int file, int64_t bytes)
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

int
desk_run(const char *verb, const char *path, FILE *out)
{
	int64_t bytes = 0;
	int64_t most = streq(verb, "submit") ? DESK_MAX_FILE : DESK_MAX_OUT;
	cleanup_fd int file = path ? desk_open_file(path, most, &bytes) : -1;
	if (path && file < 0)
		return EXIT_FILE;
	cleanup_fd int desk = desk_ask(verb, bytes, path ? desk_base_name(path) : "-");
	if (desk < 0)
		return -desk;
	if (path)
		desk_send_file(desk, file, bytes);
	shutdown(desk, SHUT_WR);
	if (out)
		return answer_read(desk, out);
	char *kept = NULL;
	size_t n = 0;
	FILE *back = open_memstream(&kept, &n);
	if (!back)
		return answer_read(desk, stdout);
	int code = answer_read(desk, back);
	fclose(back);
	if (code)
		fwrite(kept, 1, n, stderr);
	free(kept);
	return code;
}

int
desk_say(const char *verb, int n, char **words)
{
	char line[256] = "-";
	size_t at = 0;
	for (int i = 0; i < n; i++) {
		size_t len = strlen(words[i]);
		if (at + len + 2 > sizeof line)
			return desk_fail(EXIT_USAGE, "%s",
				streq(verb, "ask")
					? "That is too long: from here one asks by a single word "
					  "(`wardroom help ask` lists them), and anything else on "
					  "the dictionary's page, in the browser."
					: "That is too long for the name of a table or a column.");
		if (at)
			line[at++] = ' ';
		memcpy(line + at, words[i], len + 1);
		at += len;
	}
	for (char *p = line; *p; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
	int desk = desk_ask(verb, 0, line[0] ? line : "-");
	if (desk < 0)
		return -desk;
	shutdown(desk, SHUT_WR);
	return answer_read(desk, stdout);
}
