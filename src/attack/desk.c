/* S: our own door in the wall, the desk. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "attack/inside.h"

#define DESK "/desk/desk.sock"
#define STATUS "status 0 -\n"

static ssize_t
read_all(int fd, char *buf, size_t size, int ms)
{
	size_t n = 0;
	struct pollfd p = { fd, POLLIN, 0 };
	while (n < size - 1 && poll(&p, 1, ms) > 0) {
		ssize_t got = read(fd, buf + n, size - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	buf[n] = '\0';
	return (ssize_t)n;
}

/* The number on the last line. */
static int
exit_code(char *text, size_t n)
{
	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	char *last = strrchr(text, '\n'), *end;
	last = last ? last + 1 : text;
	long code = strtol(last, &end, 10);
	return n && end != last && !*end && code >= 0 && code < 256 ? (int)code : -1;
}

int
desk_ask(const char *line, const void *body, size_t n, char *text, size_t size)
{
	static char own_text[16384];
	int fd = connect_unix(DESK, 3000);
	if (fd < 0)
		return -1;
	if (!text) {
		text = own_text;
		size = sizeof own_text;
	}
	fcntl(fd, F_SETFL, 0);
	/* It may hang up in the middle of nonsense; what it answered is still to be read. */
	ssize_t sent = send(fd, line, strlen(line), MSG_NOSIGNAL);
	if (sent > 0 && n)
		sent = send(fd, body, n, MSG_NOSIGNAL);
	if (n)
		shutdown(fd, SHUT_WR);
	ssize_t got = read_all(fd, text, size, 8000);
	close(fd);
	return exit_code(text, (size_t)got);
}

static bool
control_desk(const struct attack *k)
{
	for (int i = 0; i < 20; i++) {
		if (desk_ask(STATUS, NULL, 0, NULL, 0) == 0)
			return true;
		pause_ms(200);
	}
	return bad("the desk does not answer an honest question: %s", strerror(errno));
}

/* The control asks after the attempt, so it also proves that the desk outlived it. */
static enum outcome
attempt_replace(const struct attack *k)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "/desk/desk2.sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (unlink(DESK) == 0 || rename(DESK, "/desk/old") == 0)
		return through("the desk's socket is gone");
	if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0)
		return through("a second socket beside the desk");
	if (symlink("/tmp", "/desk/link") == 0 || chmod(DESK, 0) == 0)
		return through("the desk's folder changed");
	return defeated("%s", strerror(errno));
}

/* Each line must be refused with words and an exit code that is not 0, or a hang-up. */
static enum outcome
attempt_garbage(const struct attack *k)
{
	static const char *const lines[] = { "\n", " \n", "status\n", "status 0\n", "status 1 -\nx",
		"open 0 -\n", "STATUS 0 -\n", "submit -1 x\n", "submit 99999999999999999999 x\n",
		"submit 67108865 x\n", "submit 0x10 x\n", "submit 1e3 x\n", "submit 10 ../../x\n",
		"submit 10 /etc/passwd\n", "submit 10 .\n", "submit 10 ..\n", "submit 10 a\tb\n",
		"submit 10 \033[2Jx\n", "submit 10 \xff\xfe\n", "submit 10 a\rb\n",
		"who 5 x\nxxxxx", "GET / HTTP/1.1\r\n\r\n", "submit 10 \n", "status 0 \x7f\n" };
	char text[4096];
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		int code = desk_ask(lines[i], NULL, 0, text, sizeof text);
		if (code == 0)
			return through("line %zu was taken", i);
		if (strchr(text, '\033'))
			return through("line %zu comes back with a terminal's commands", i);
	}
	return defeated("%zu lines were refused", sizeof lines / sizeof lines[0]);
}

static enum outcome
attempt_long_line(const struct attack *k)
{
	static char line[1 << 20];
	memset(line, 'a', sizeof line - 1);
	memcpy(line, "submit 10 ", 10);
	return desk_ask(line, NULL, 0, NULL, 0) == 0 ? through("a megabyte of name was taken")
						     : defeated("refused");
}

static enum outcome
attempt_noise(const struct attack *k)
{
	unsigned seed = 1;
	for (int i = 0; i < 200; i++) {
		char line[600];
		size_t n = 1 + (size_t)i * 3 % (sizeof line - 1);
		for (size_t j = 0; j < n; j++) {
			seed = seed * 1103515245 + 12345;
			line[j] = (char)(seed >> 16 | 1);
		}
		line[n - 1] = '\n';
		line[n] = '\0';
		if (desk_ask(line, NULL, 0, NULL, 0) == 0)
			return through("noise was taken");
	}
	return defeated("200 lines of noise were refused");
}

static enum outcome
attempt_short_file(const struct attack *k)
{
	for (int i = 0; i < 20; i++)
		if (desk_ask("submit 100000 x.csv\n", "id,prediction\n", 14, NULL, 0) == 0)
			return through("a part of a file was taken for the whole");
	return defeated("20 files that break off were refused");
}

static enum outcome
attempt_hang_up(const struct attack *k)
{
	for (int i = 0; i < 300; i++) {
		int fd = connect_unix(DESK, 1000);
		if (fd < 0)
			continue;
		send(fd, i % 3 ? "submit 67108864 x\n" : "sta", i % 3 ? 18 : 3, MSG_NOSIGNAL);
		close(fd);
	}
	return defeated("300 visitors that leave at once");
}

/* Opens as many as it can get and lets them wait. The host asks the other team's desk meanwhile. */
static enum outcome
attempt_flood(const struct attack *k)
{
	int n = 0;
	for (int i = 0; i < 1500; i++)
		n += connect_unix(DESK, 20) >= 0;
	pause_ms(2500);
	return defeated("%d of 1500 silent connections held for seconds", n);
}

static enum outcome
attempt_pass_descriptors(const struct attack *k)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(64 * sizeof(int))];
	} c = { 0 };
	char text[] = STATUS;
	struct iovec v = { text, sizeof text - 1 };
	struct msghdr m = {
		.msg_iov = &v, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof c.space
	};
	int fds[64], sent = 0;
	for (int i = 0; i < 64; i++)
		fds[i] = open("/dev/null", O_RDONLY);
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(h), fds, sizeof fds);
	for (int i = 0; i < 50; i++) {
		int fd = connect_unix(DESK, 1000);
		sent += fd >= 0 && sendmsg(fd, &m, MSG_NOSIGNAL) > 0;
		close(fd);
	}
	return sent ? defeated("3200 descriptors fell to the floor")
		    : unclear("none could be sent");
}

static enum outcome
attempt_forge(const struct attack *k)
{
	struct ucred other = { 1, 0, 0 };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof other)];
	} c = { 0 };
	char text[] = STATUS;
	struct iovec v = { text, sizeof text - 1 };
	struct msghdr m = {
		.msg_iov = &v, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof c.space
	};
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_CREDENTIALS;
	h->cmsg_len = CMSG_LEN(sizeof other);
	memcpy(CMSG_DATA(h), &other, sizeof other);
	int fd = connect_unix(DESK, 1000);
	if (fd < 0)
		return unclear("%s", strerror(errno));
	return must_fail(sendmsg(fd, &m, MSG_NOSIGNAL), "saying that one is root");
}

const struct attack attacks_desk[] = {
	{ "S1.replace", "another socket in the desk's place", attempt_replace, control_desk },
	{ "S2.garbage", "malformed questions", attempt_garbage, control_desk, .seconds = 120 },
	{ "S2.long", "a line of a megabyte", attempt_long_line, control_desk, .seconds = 30 },
	{ "S2.noise", "random questions", attempt_noise, control_desk, .seconds = 120 },
	{ "S3.short", "files that break off", attempt_short_file, control_desk, .seconds = 60 },
	{ "S3.hang-up", "visitors who leave", attempt_hang_up, control_desk, .seconds = 60 },
	{ "S4.flood", "1500 connections that say nothing", attempt_flood, control_desk,
		.seconds = 60 },
	{ "S5.descriptors", "descriptors passed to the desk", attempt_pass_descriptors,
		control_desk, .seconds = 30 },
	{ "S5.forge", "another's name at the desk", attempt_forge, control_desk },
	{ NULL },
};
