/* B7 and B8: heads that two readers would read differently, requests within requests, slow ones. */
#include <poll.h>
#include <sys/socket.h>

#include "attack/proof/proof.h"
#include "base/clock.h"

/* The crowd is twice as large as the hall that the gate has for who is not let in yet. */
enum { CROWD = 512, SOON_MS = 3000, HEAD_MS = 15000, LONG_LINE = 65536, ASK_MS = 15000 };

/* "%" stands for the host and the cookie line; every line end is written out. */
static const struct {
	const char *id, *what, *request;
} heads[] = {
	{ "B7.two-lengths", "two lengths of a body",
		"POST /x HTTP/1.1\r\n%Content-Length: 1\r\nContent-Length: 2\r\n\r\nab" },
	{ "B7.length-and-chunks", "a length and chunks",
		"POST /x HTTP/1.1\r\n%Content-Length: 3\r\nTransfer-Encoding: "
		"chunked\r\n\r\n0\r\n\r\n" },
	{ "B7.length-list", "a list of lengths",
		"POST /x HTTP/1.1\r\n%Content-Length: 3, 3\r\n\r\nabc" },
	{ "B7.length-plus", "a length with a sign",
		"POST /x HTTP/1.1\r\n%Content-Length: +3\r\n\r\nabc" },
	{ "B7.length-minus", "a length below nothing",
		"POST /x HTTP/1.1\r\n%Content-Length: -1\r\n\r\n" },
	{ "B7.length-hex", "a length in another base",
		"POST /x HTTP/1.1\r\n%Content-Length: 0x3\r\n\r\nabc" },
	{ "B7.length-huge", "a length beyond every number",
		"POST /x HTTP/1.1\r\n%Content-Length: 99999999999999999999\r\n\r\n" },
	{ "B7.chunks-x", "an unknown encoding of the body",
		"POST /x HTTP/1.1\r\n%Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" },
	{ "B7.chunks-two", "chunks said twice",
		"POST /x HTTP/1.1\r\n%Transfer-Encoding: chunked\r\nTransfer-Encoding: "
		"identity\r\n\r\n0\r\n\r\n" },
	{ "B7.chunks", "a body without a length",
		"POST /x HTTP/1.1\r\n%Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
	{ "B7.space-colon", "a space before the colon", "GET /x HTTP/1.1\r\n%X-A : b\r\n\r\n" },
	{ "B7.folded", "a line that goes on in the next one",
		"GET /x HTTP/1.1\r\n%X-A: b\r\n c\r\n\r\n" },
	{ "B7.empty-name", "a line without a name", "GET /x HTTP/1.1\r\n%: b\r\n\r\n" },
	{ "B7.bare-feeds", "line feeds alone as line ends", "GET /x HTTP/1.1\n%X-A: b\n\n" },
	{ "B7.bare-return", "a carriage return within a value",
		"GET /x HTTP/1.1\r\n%X-A: b\rc\r\n\r\n" },
	{ "B7.two-hosts", "two hosts", "GET /x HTTP/1.1\r\n%Host: evil.example\r\n\r\n" },
	{ "B7.no-host", "no host", "GET /x HTTP/1.1\r\nX-A: b\r\n\r\n" },
	{ "B7.method", "a method that is no word", "G(T /x HTTP/1.1\r\n%\r\n" },
	{ "B7.version", "a version that does not exist", "GET /x HTTP/9.9\r\n%\r\n" },
	{ "B7.version-2", "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
	{ "B7.target-space", "a target with a space", "GET /x y HTTP/1.1\r\n%\r\n" },
	{ "B7.target-star", "a target that is a star", "GET * HTTP/1.1\r\n%\r\n" },
	{ "B7.escape", "an escape that is none", "GET /%zz HTTP/1.1\r\n%\r\n" },
	{ "B7.escape-line", "an escaped line end in the address",
		"GET /x%0d%0aX-A:b HTTP/1.1\r\n%\r\n" },
	{ "B7.escape-nul", "an escaped NUL in the address", "GET /files%00/x HTTP/1.1\r\n%\r\n" },
	{ "B7.nothing", "an empty line alone", "\r\n\r\n" },
	{ "B7.tls", "a handshake of TLS", "\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03\r\n\r\n" },
};

static struct str
fill(struct proof *p, const char *request)
{
	struct buf b = buf_new(p->arena);
	bool bare = !strstr(request, "\r\n");
	for (const char *at = request; *at; at++) {
		if (*at != '%' || (at[1] != '\n' && at[1] != '\r' && at[1] != 'C' && at[1] != 'X' &&
					  at[1] != 'T' && at[1] != ':' && at[1] != 'H')) {
			buf_putc(&b, *at);
			continue;
		}
		buf_printf(&b, "Host: %s%sCookie: %s%s", p->ada.host, bare ? "\n" : "\r\n",
			p->ada.cookie, bare ? "\n" : "\r\n");
	}
	return buf_str(&b);
}

static void
malformed(struct proof *p)
{
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		struct raw_answer r =
			raw_ask(p->arena, p->house->rooms_port, fill(p, heads[i].request), ASK_MS);
		told(p, heads[i].id, heads[i].what, r.code >= 400 || (r.code == 0 && r.closed),
			room_lives(p, &p->ada), "answered %d", r.code);
	}
	struct str nul = STR("GET /api/status HTTP/1.1\r\nX-A: b\0c\r\n");
	struct buf b = buf_new(p->arena);
	buf_put(&b, nul.p, nul.n);
	buf_printf(&b, "Host: %s\r\nCookie: %s\r\n\r\n", p->ada.host, p->ada.cookie);
	struct raw_answer r = raw_ask(p->arena, p->house->rooms_port, buf_str(&b), ASK_MS);
	told(p, "B7.nul", "a NUL in a value", refused(&r), room_lives(p, &p->ada), "answered %d",
		r.code);
	char *x = arena_alloc(p->arena, LONG_LINE + 1);
	memset(x, 'b', LONG_LINE);
	r = room_ask(p, &p->ada, "GET /api/status", arena_printf(p->arena, "X-A: %s\r\n", x), NULL);
	told(p, "B7.long", "a head of 64 KiB", refused(&r), room_lives(p, &p->ada), "answered %d",
		r.code);
	struct buf lines = buf_new(p->arena);
	for (int i = 0; i < 2000; i++)
		buf_printf(&lines, "A%d: b\r\n", i);
	r = room_ask(p, &p->ada, "GET /api/status", lines.p, NULL);
	told(p, "B7.many", "two thousand lines", refused(&r), room_lives(p, &p->ada), "answered %d",
		r.code);
}

static int
answers(struct str body, const char *head)
{
	int n = str_starts(str_of(head), "HTTP/1.");
	for (const char *at = body.p, *end = body.p + body.n;
		at && (at = memmem(at, (size_t)(end - at), "HTTP/1.1 ", 9)); at += 9)
		n++;
	return n;
}

/* A second request behind the first, or within its body: only the first may be answered. */
static void
smuggled(struct proof *p)
{
	const char *second = arena_printf(p->arena,
		"GET /api/contents HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n", p->eve.host,
		p->eve.cookie);
	const struct {
		const char *id, *what, *line, *more, *body;
	} k[] = {
		{ "B7.pipelined", "a second request for the other team's workspace on a connection",
			"GET /api/status", "", second },
		{ "B7.in-body", "a request in the body of one that needs none", "GET /api/status",
			arena_printf(p->arena, "Content-Length: %zu\r\n", strlen(second)), second },
		{ "B7.in-body-head", "a request in the body of a HEAD", "HEAD /api/status",
			arena_printf(p->arena, "Content-Length: %zu\r\n", strlen(second)), second },
		{ "B7.after-upgrade", "a request behind an upgrade that is not one",
			"GET /api/status", "Upgrade: websocket\r\n", second },
		{ "B7.after-expect", "a request behind one that waits", "GET /api/status",
			"Expect: 100-continue\r\n", second },
		{ "B7.after-h2c", "a request behind an upgrade to HTTP/2", "GET /api/status",
			"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
			"HTTP2-Settings: AAMAAABkAAQAAP__\r\n",
			second },
	};
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		const char *all =
			arena_printf(p->arena, "%s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n%s\r\n%s",
				k[i].line, p->ada.host, p->ada.cookie, k[i].more, k[i].body);
		struct raw_answer r = raw_ask(p->arena, p->house->rooms_port, str_of(all), ASK_MS);
		told(p, k[i].id, k[i].what,
			answers(r.body, r.head) <= 1 &&
				!memmem(r.body.p, r.body.n, "\"content\"", 9),
			room_lives(p, &p->ada) && room_lives(p, &p->eve), "%d answered, with %d",
			answers(r.body, r.head), r.code);
	}
}

static void
slow(struct proof *p)
{
	int fds[CROWD], n = 0;
	int64_t began = clock_mono_ms();
	for (; n < CROWD; n++) {
		fds[n] = raw_connect(p->house->rooms_port);
		if (fds[n] < 0)
			break;
		send(fds[n], "GET /x HTTP/1.1\r\nHo", 19, MSG_NOSIGNAL);
	}
	int64_t asked = clock_mono_ms();
	bool lives = room_lives(p, &p->ada);
	int64_t took = clock_mono_ms() - asked;
	told(p, "B8.crowd", "keeping others out by a crowd that never finishes its heads",
		lives && took < SOON_MS, n == CROWD, "beside %d of them another waits %lld ms", n,
		(long long)took);
	struct raw_answer r = { 0 };
	if (n) {
		/* The last of them: the first had to make place for others. */
		r = raw_ask_on(p->arena, fds[n - 1], STR("st: "), HEAD_MS);
		took = clock_mono_ms() - began;
	}
	told(p, "B8.slow-head", "holding a connection by half a head",
		n && r.closed && took < HEAD_MS, lives, "let go after %lld ms", (long long)took);
	while (n)
		close(fds[--n]);
	const char *head = arena_printf(p->arena,
		"PUT /api/contents/slow.txt HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nOrigin: %s\r\n"
		"Content-Length: 100000000\r\n\r\nx",
		p->ada.host, p->ada.cookie, p->ada.origin);
	cleanup_fd int fd = raw_connect(p->house->rooms_port);
	if (fd >= 0)
		send(fd, head, strlen(head), MSG_NOSIGNAL);
	lives = room_lives(p, &p->ada) && room_lives(p, &p->bea);
	told(p, "B8.slow-body", "a body that never comes", lives, fd >= 0,
		"others of the team are served meanwhile");
}

enum status
proof_heads(struct proof *p, struct err *e)
{
	malformed(p);
	smuggled(p);
	slow(p);
	return OK;
}
