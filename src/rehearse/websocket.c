#include "rehearse/websocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/handshake.h"

enum { HEAD_MAX = 16384, READ_SIZE = 65536 };

struct websocket {
	struct arena *arena;
	int fd;
	char *buf; /* malloc'd: it lives as long as the connection and may become large */
	size_t n, cap;
};

void
websocket_put_frame(struct buf *b, int opcode, struct str payload, const uint8_t mask[4])
{
	buf_putc(b, (char)(0x80 | opcode));
	int lengths = payload.n < 126 ? 0 : payload.n < 65536 ? 2 : 8;
	buf_putc(b, (char)(0x80 | (lengths == 0 ? (int)payload.n : lengths == 2 ? 126 : 127)));
	for (int i = lengths - 1; i >= 0; i--)
		buf_putc(b, (char)(payload.n >> (8 * i) & 255));
	buf_put(b, mask, 4);
	size_t from = b->n;
	buf_put(b, payload.p, payload.n);
	for (size_t i = 0; i < payload.n; i++)
		b->p[from + i] = (char)(b->p[from + i] ^ mask[i % 4]);
}

enum status
websocket_read_frame(struct str s, struct websocket_frame *ret, size_t *ret_used, struct err *e)
{
	*ret_used = 0;
	if (s.n < 2)
		return OK;
	const uint8_t *p = (const uint8_t *)s.p;
	int opcode = p[0] & 15;
	if (p[0] & 0x70 || p[1] & 0x80 || (opcode > WS_BINARY && opcode < WS_SHUT) ||
		opcode > WS_PONG)
		return err_set(e, E_INPUT, "", "The server sent a frame that RFC 6455 forbids.");
	size_t n = p[1], at = 2, lengths = n == 126 ? 2 : n == 127 ? 8 : 0;
	if (opcode >= WS_SHUT && (n > 125 || !(p[0] & 0x80)))
		return err_set(e, E_INPUT, "", "The server sent a broken control frame.");
	if (s.n < at + lengths)
		return OK;
	if (lengths)
		n = 0;
	for (size_t i = 0; i < lengths; i++)
		n = n << 8 | p[at++];
	if (n > WEBSOCKET_MESSAGE_MAX)
		return err_set(e, E_INPUT, "", "The server sent a frame of %zu bytes.", n);
	if (s.n - at < n)
		return OK;
	*ret = (struct websocket_frame){ p[0] & 0x80, opcode, { s.p + at, n } };
	*ret_used = at + n;
	return OK;
}

static int
connect_to(const struct sockaddr *sa, socklen_t n)
{
	int fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, sa, n) == 0)
		return fd;
	int kept = errno;
	if (fd >= 0)
		close(fd);
	errno = kept;
	return -1;
}

/* "w1.localhost:8081": names under localhost need no resolver, and must not ask one. */
static enum status
dial(struct arena *a, const char *authority, int *ret, struct err *e)
{
	struct str rest = str_of(authority);
	const char *host = str_dup(a, str_cut(&rest, ':'));
	int64_t port = 80;
	if (rest.n && (!str_int(rest, &port) || port < 1 || port > 65535))
		return err_set(e, E_INPUT, "", "\"%.100s\" has no port number.", authority);
	size_t n = strlen(host);
	int fd = -1;
	if (n >= 9 && streq(host + n - 9, "localhost") && (n == 9 || host[n - 10] == '.')) {
		struct sockaddr_in sa = { .sin_family = AF_INET,
			.sin_port = htons((uint16_t)port),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		fd = connect_to((struct sockaddr *)&sa, sizeof sa);
	} else {
		struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
		const char *service = arena_printf(a, "%lld", (long long)port);
		if (getaddrinfo(host, service, &hints, &found) != 0)
			return err_set(e, E_IO, "", "\"%.100s\" has no address.", host);
		for (struct addrinfo *i = found; i && fd < 0; i = i->ai_next)
			fd = connect_to(i->ai_addr, i->ai_addrlen);
		freeaddrinfo(found);
	}
	if (fd < 0)
		return err_errno(e, "%.100s does not answer", authority);
	*ret = fd;
	return OK;
}

/* No SIGPIPE when the other side has gone: an error that names it will do. */
static enum status
send_all(int fd, struct str s, struct err *e)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, E_ABSENT, "", "The connection was closed.");
		s.p += n;
		s.n -= (size_t)n;
	}
	return OK;
}

/* More bytes into the buffer. E_BUSY when none came in time, E_ABSENT at the end. */
static enum status
fill(struct websocket *w, int64_t until_ms, struct err *e)
{
	int64_t left = until_ms - clock_mono_ms();
	struct pollfd p = { w->fd, POLLIN, 0 };
	int r = poll(&p, 1, left > 0 ? (int)left : 0);
	if (r < 0 && errno != EINTR)
		return err_errno(e, "poll");
	if (r <= 0)
		return left > 0 && r < 0 ? OK : err_set(e, E_BUSY, "", "Nothing came in time.");
	if (w->cap - w->n < READ_SIZE) {
		w->cap = w->cap ? w->cap * 2 : 2 * READ_SIZE;
		w->buf = realloc(w->buf, w->cap);
		if (!w->buf)
			BUG("out of memory");
	}
	ssize_t n = read(w->fd, w->buf + w->n, w->cap - w->n);
	if (n < 0 && errno == EINTR)
		return OK;
	if (n <= 0)
		return err_set(e, E_ABSENT, "", "The connection was closed.");
	w->n += (size_t)n;
	return OK;
}

static void
drop(struct websocket *w, size_t n)
{
	w->n -= n;
	memmove(w->buf, w->buf + n, w->n);
}

/* The value of a header in a head that ends with an empty line. */
static struct str
header(struct str head, const char *name)
{
	while (head.n) {
		struct str line = str_cut(&head, '\n');
		struct str key = str_cut(&line, ':');
		if (str_ieq(key, str_of(name)))
			return str_trim(line);
	}
	return (struct str){ "", 0 };
}

static enum status
read_answer(struct websocket *w, const char *key, int64_t until_ms, struct err *e)
{
	const char *end = NULL;
	while (!(end = w->n ? memmem(w->buf, w->n, "\r\n\r\n", 4) : NULL)) {
		if (w->n > HEAD_MAX)
			return err_set(e, E_INPUT, "", "The answer's head has no end.");
		TRY(fill(w, until_ms, e));
	}
	struct str head = { w->buf, (size_t)(end + 4 - w->buf) };
	char want[29];
	handshake_accept(key, want);
	if (!str_starts(head, "HTTP/1.1 101 "))
		return err_set(e, E_DENIED, "", "The server refused the WebSocket: %.*s",
			(int)strcspn(w->buf, "\r"), w->buf);
	if (!str_is(header(head, "Sec-WebSocket-Accept"), want) ||
		!str_ieq(header(head, "Upgrade"), STR("websocket")))
		return err_set(e, E_INPUT, "", "The server does not speak WebSocket.");
	drop(w, head.n);
	return OK;
}

enum status
websocket_open(struct arena *a, const char *url, const char *cookie, const char *origin,
	int64_t timeout_ms, struct websocket **ret, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	const char *host = strstr(url, "://");
	if (!host)
		return err_set(e, E_INPUT, "", "\"%.200s\" is no address.", url);
	host += 3;
	size_t n = strcspn(host, "/");
	const char *authority = arena_strndup(a, host, n), *path = host[n] ? host + n : "/";
	struct websocket *w = ARENA_NEW(a, struct websocket);
	*w = (struct websocket){ .arena = a, .fd = -1 };
	TRY(dial(a, authority, &w->fd, e));
	uint8_t nonce[16];
	char key[25];
	randombytes_buf(nonce, sizeof nonce);
	sodium_bin2base64(key, sizeof key, nonce, sizeof nonce, sodium_base64_VARIANT_ORIGINAL);
	struct buf b = buf_new(a);
	buf_printf(&b,
		"GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
		path, authority, key);
	if (cookie[0])
		buf_printf(&b, "Cookie: %s\r\n", cookie);
	if (origin[0])
		buf_printf(&b, "Origin: %s\r\n", origin);
	buf_puts(&b, "\r\n");
	enum status s = send_all(w->fd, buf_str(&b), e);
	if (s == OK)
		s = read_answer(w, key, until, e);
	if (s != OK) {
		websocket_close(w);
		return s;
	}
	*ret = w;
	return OK;
}

void
websocket_close(struct websocket *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	free(w->buf);
	*w = (struct websocket){ .fd = -1 };
}

static enum status
send_frame(struct websocket *w, int opcode, struct str payload, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf b = buf_new(a);
	uint8_t mask[4];
	randombytes_buf(mask, sizeof mask);
	websocket_put_frame(&b, opcode, payload, mask);
	return send_all(w->fd, buf_str(&b), e);
}

enum status
websocket_send(struct websocket *w, struct str text, struct err *e)
{
	return send_frame(w, WS_TEXT, text, e);
}

enum status
websocket_recv(
	struct websocket *w, struct arena *a, int64_t timeout_ms, struct str *ret, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	struct buf message = buf_new(a);
	for (;;) {
		struct websocket_frame f;
		size_t used;
		TRY(websocket_read_frame((struct str){ w->buf, w->n }, &f, &used, e));
		if (!used) {
			TRY(fill(w, until, e));
			continue;
		}
		if (f.opcode == WS_SHUT)
			return err_set(e, E_ABSENT, "", "The server closed the WebSocket.");
		if (f.opcode == WS_PING)
			TRY(send_frame(w, WS_PONG, f.payload, e));
		if (f.opcode <= WS_BINARY) {
			if (message.n + f.payload.n > WEBSOCKET_MESSAGE_MAX)
				return err_set(e, E_INPUT, "", "The message is too big.");
			buf_put(&message, f.payload.p, f.payload.n);
		}
		bool done = f.opcode <= WS_BINARY && f.last;
		drop(w, used);
		if (done)
			break;
	}
	*ret = buf_str(&message);
	return OK;
}
