#include "attack/proof/raw.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { BODY_MAX = 1 << 20 };

int
raw_connect(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	cleanup_fd int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		return -1;
	return steal_fd(&fd);
}

static bool
send_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s.p += n;
		s.n -= (size_t)n;
	}
	return true;
}

static void
part(struct arena *a, const struct buf *got, struct raw_answer *r)
{
	const char *end = got->n ? memmem(got->p, got->n, "\r\n\r\n", 4) : NULL;
	r->head = "";
	r->body = STR("");
	if (!end)
		return;
	size_t n = (size_t)(end - got->p);
	r->head = arena_strndup(a, got->p, n);
	r->body = (struct str){ end + 4, got->n - n - 4 };
	if (str_starts(str_of(r->head), "HTTP/1.") && n > 12)
		r->code = (int)strtol(r->head + 9, NULL, 10);
}

struct raw_answer
raw_ask_on(struct arena *a, int fd, struct str bytes, int ms)
{
	struct raw_answer r = { 0 };
	struct buf got = buf_new(a);
	int64_t began = clock_mono_ms();
	char block[16384];
	/* Who answers before everything was said may close; the answer is read all the same. */
	send_all(fd, bytes);
	while (got.n < BODY_MAX) {
		int64_t rest = began + ms - clock_mono_ms();
		struct pollfd p = { fd, POLLIN, 0 };
		if (rest <= 0 || poll(&p, 1, (int)rest) <= 0)
			break;
		ssize_t n = recv(fd, block, sizeof block, 0);
		if (n <= 0) {
			r.closed = true;
			break;
		}
		buf_put(&got, block, (size_t)n);
		/* A WebSocket that is open stays so. */
		if (str_starts(buf_str(&got), "HTTP/1.1 101 ") &&
			memmem(got.p, got.n, "\r\n\r\n", 4))
			break;
	}
	r.ms = (int)(clock_mono_ms() - began);
	part(a, &got, &r);
	return r;
}

struct raw_answer
raw_ask(struct arena *a, int port, struct str bytes, int ms)
{
	cleanup_fd int fd = raw_connect(port);
	if (fd < 0)
		return (struct raw_answer){ .head = "", .body = STR(""), .closed = true };
	return raw_ask_on(a, fd, bytes, ms);
}

const char *
raw_line(struct arena *a, const struct raw_answer *r, const char *name)
{
	struct str all = str_of(r->head);
	while (all.n) {
		struct str line = str_cut(&all, '\n');
		struct str key = str_cut(&line, ':');
		if (str_ieq(key, str_of(name)))
			return str_dup(a, str_trim(line));
	}
	return "";
}
