/* The gate's rules, without a socket: heads, paths, cookies, replies, the desk's line. */
#include "base/tap.h"

#include "gate/desk_line.h"
#include "gate/page.h"
#include "gate/reply.h"

#define HOST "Host: w7.localhost:8081\r\n"
#define WS_KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

/* As a connection would: 0 for accepted, else the refusal; a head that never ends is 408. */
static int
judge(struct str s, struct request *r, struct err *e)
{
	size_t n = 0;
	if (http_head_length(s, &n, e) != OK)
		return 400;
	return n ? request_parse((struct str){ s.p, n }, r, e) : 408;
}

static int
judge_text(const char *s)
{
	struct request r;
	struct err e = { 0 };
	return judge(str_of(s), &r, &e);
}

TEST(plain_requests_pass)
{
	CHECK_INT(judge_text("GET / HTTP/1.1\r\n" HOST "\r\n"), 0);
	CHECK_INT(judge_text("POST /a?b=c HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"), 0);
	CHECK_INT(judge_text("GET /ws HTTP/1.1\r\n" HOST
			     "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" WS_KEY
			     "\r\n"),
		0);
}

TEST(malformed_requests_are_refused)
{
	static const struct {
		struct str s;
		int code;
	} all[] = {
		{ STR("GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
			400 },
		{ STR("POST / HTTP/1.1\r\n" HOST
		      "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
			400 },
		{ STR("POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\n"), 400 },
		{ STR("POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n"), 400 },
		{ STR("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n"), 400 },
		{ STR("GET / HTTP/1.1\r\n" HOST "X-A : b\r\n\r\n"), 400 },
		{ STR("GET / HTTP/1.1\r\n" HOST "X-A: b\r\n c\r\n\r\n"), 400 },
		{ STR("GET / HTTP/1.1\r\n" HOST "X-A: b\0c\r\n\r\n"), 400 },
		{ STR("GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n"), 400 },
		{ STR("GET / HTTP/1.1\nHost: w7.localhost:8081\n\n"), 400 },
		{ STR("GET / HTTP/1.1\r\n" HOST "X-A: b\rc\r\n\r\n"), 400 },
		{ STR("GET / HTTP/1.1\r\n" HOST HOST "\r\n"), 400 },
		{ STR("GET / HTTP/1.1\r\nX-A: b\r\n\r\n"), 400 },
		{ STR("G(T / HTTP/1.1\r\n" HOST "\r\n"), 400 },
		/* the fifteenth, 64 KiB of header, is the connection's to refuse */
		{ STR("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"), 411 },
		{ STR("GET http://w7.localhost:8081/ HTTP/1.1\r\n" HOST "\r\n"), 400 },
		{ STR("GET  / HTTP/1.1\r\n" HOST "\r\n"), 400 },
		{ STR("GET / HTTP/1.1 \r\n" HOST "\r\n"), 400 },
		{ STR("GET /\\x HTTP/1.1\r\n" HOST "\r\n"), 400 },
		{ STR("GET / HTTP/1.0\r\n" HOST "\r\n"), 505 },
		{ STR("TRACE / HTTP/1.1\r\n" HOST "\r\n"), 405 },
		{ STR("\r\nGET / HTTP/1.1\r\n" HOST "\r\n"), 400 },
		{ STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999\r\n\r\n"), 413 },
		{ STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\n"), 400 },
		{ STR("GET / HTTP/1.1\r\n" HOST "Connection: close, Host\r\n\r\n"), 400 },
		{ STR("GET / HTTP/1.1\r\n" HOST "Upgrade: websocket\r\n" WS_KEY "\r\n"), 400 },
		{ STR("GET / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\n" WS_KEY "\r\n"), 400 },
		{ STR("GET / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
			400 },
		{ STR("GET / HTTP/1.1\r\n" HOST), 408 },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct request r;
		struct err e = { 0 };
		int code = judge(all[i].s, &r, &e);
		if (code != all[i].code)
			printf("# row %zu\n", i);
		CHECK_INT(code, all[i].code);
		CHECK(code == 408 || e.text[0]);
	}
}

TEST(hosts_lead_to_workspaces)
{
	cleanup_arena struct arena *a = arena_new();
	struct rooms r;
	struct err e = { 0 };
	uint64_t ws = 0;
	CHECK_INT(rooms_parse(a, "http://%s.localhost:8081", &r, &e), OK);
	CHECK_INT(rooms_find(&r, STR("w7.localhost:8081"), &ws), OK);
	CHECK_INT(ws, 7);
	CHECK_INT(rooms_find(&r, STR("w7.localhost"), &ws), E_INPUT);
	CHECK_INT(rooms_find(&r, STR("w7.localhost:8081."), &ws), E_INPUT);
	CHECK_INT(rooms_find(&r, STR("evil.example"), &ws), E_INPUT);
	CHECK_INT(rooms_find(&r, STR("x7.localhost:8081"), &ws), E_ABSENT);
	CHECK_INT(rooms_find(&r, STR("w07.localhost:8081"), &ws), E_ABSENT);
	CHECK_INT(rooms_find(&r, STR("w.localhost:8081"), &ws), E_ABSENT);
	CHECK_INT(rooms_find(&r, STR("w7.w8.localhost:8081"), &ws), E_ABSENT);
	CHECK_INT(rooms_parse(a, "ftp://%s.x", &r, &e), E_INPUT);
	CHECK_INT(rooms_parse(a, "http://x/%s", &r, &e), E_INPUT);
}

static int
check_origin(const char *method, const char *lines)
{
	cleanup_arena struct arena *a = arena_new();
	char *s = arena_printf(a, "%s / HTTP/1.1\r\n" HOST "%s\r\n", method, lines);
	struct request r;
	struct err e = { 0 };
	int code = judge(str_of(s), &r, &e);
	return code ? code : request_check_origin(&r, "http", &e);
}

#define UPGRADE "Connection: Upgrade\r\nUpgrade: websocket\r\n" WS_KEY
#define OWN "Origin: http://w7.localhost:8081\r\n"

TEST(only_our_origin_writes_and_opens_sockets)
{
	CHECK_INT(check_origin("GET", ""), 0);
	CHECK_INT(check_origin("POST", OWN), 0);
	CHECK_INT(check_origin("POST", ""), 403);
	CHECK_INT(check_origin("PUT", "Sec-Fetch-Site: same-origin\r\n"), 403);
	CHECK_INT(check_origin("POST", "Origin: null\r\n"), 403);
	CHECK_INT(check_origin("POST", "Origin: https://w7.localhost:8081\r\n"), 403);
	CHECK_INT(check_origin("DELETE", "Origin: http://w8.localhost:8081\r\n"), 403);
	CHECK_INT(check_origin("GET", UPGRADE OWN), 0);
	CHECK_INT(check_origin("GET", UPGRADE), 403);
	CHECK_INT(check_origin("GET", UPGRADE "Origin: http://w8.localhost:8081\r\n"), 403);
	CHECK_INT(check_origin("GET", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"
				      "Sec-Fetch-Dest: document\r\n"),
		0);
	CHECK_INT(check_origin("GET", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"
				      "Sec-Fetch-Dest: iframe\r\n"),
		403);
	CHECK_INT(check_origin("GET", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"),
		403);
	CHECK_INT(check_origin("GET", "Sec-Fetch-Site: same-site\r\n"), 403);
	CHECK_INT(check_origin("POST", "Sec-Fetch-Site: cross-site\r\n"
				       "Sec-Fetch-Mode: navigate\r\n"),
		403);
	CHECK_INT(check_origin("GET", "Service-Worker: script\r\n"), 403);
}

static int
check_path(const char *method, const char *target)
{
	cleanup_arena struct arena *a = arena_new();
	char *s = arena_printf(a, "%s %s HTTP/1.1\r\n" HOST "\r\n", method, target);
	struct request r;
	struct err e = { 0 };
	int64_t cap = -1;
	int code = judge(str_of(s), &r, &e);
	if (!code)
		code = request_check_path(a, &r, &cap, &e);
	return code ? code : cap > 0 ? 1 : 0;
}

TEST(downloads_are_closed)
{
	static const struct {
		const char *target;
		int code; /* 1: open, with a cap */
	} all[] = {
		{ "/tree", 0 },
		{ "/files", 403 },
		{ "/files/a.csv?download=1", 403 },
		{ "/fil%65s/a.csv", 403 },
		{ "/filesystem", 0 },
		{ "/nbconvert/html/a.ipynb", 403 },
		{ "/api/nbconvert", 403 },
		{ "/view/a.html", 403 },
		{ "/bundle/a", 403 },
		{ "/x/../files/a", 400 },
		{ "/x/%2e%2e/files/a", 400 },
		{ "/./files/a", 400 },
		{ "//files/a", 400 },
		{ "/x%2f..%2ffiles/a", 400 },
		{ "/x%5cfiles", 400 },
		{ "/%252e/files", 400 },
		{ "/a%00b", 400 },
		{ "/a%zz", 400 },
		{ "/a%", 400 },
		{ "/a%2", 400 },
		{ "/%ff", 400 },
		{ "/notebooks/caf%C3%A9.ipynb", 0 },
		{ "/api/contents", 0 },
		{ "/api/contents?type=directory&_=1", 0 },
		{ "/api/contents/a.ipynb?type=notebook", 0 },
		{ "/api/contents/a.ipynb?content=0", 0 },
		{ "/api/contents/a.ipynb/checkpoints", 0 },
		{ "/api/contents/a.py?type=file&format=text", 1 },
		{ "/api/contents/a.csv", 403 },
		{ "/api/contents/a.csv?type=file", 403 },
		{ "/api/contents/a.csv?type=file&format=base64", 403 },
		{ "/api/contents/a.csv?content=0&format=base64", 403 },
		{ "/api/contents/a.csv?type=file&f%6frmat=base64", 403 },
		{ "/api/contents/a.csv?type=file&format=text&format=base64", 400 },
		{ "/api/contents/a.csv?type=directory;format=base64", 400 },
		{ "/api/contents/a.csv?type=file&format=%20base64", 403 },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		int code = check_path("GET", all[i].target);
		if (code != all[i].code)
			printf("# %s\n", all[i].target);
		CHECK_INT(code, all[i].code);
	}
	CHECK_INT(check_path("PUT", "/api/contents/a.csv"), 0);
	CHECK_INT(check_path("POST", "/files/a"), 403);
}

#define TOKEN "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

TEST(our_cookie_stays_outside)
{
	cleanup_arena struct arena *a = arena_new();
	struct request r;
	struct err e = { 0 };
	uint8_t tokens[REQUEST_TOKENS][REQUEST_TOKEN_BYTES];
	CHECK_INT(judge(STR("GET /a HTTP/1.1\r\n" HOST "Cookie: _xsrf=2|a; wardroom_room=" TOKEN
			    "; b=c=d\r\ncookie: wardroom_room=short;WARDROOM_ROOM=x; e=f\r\n"
			    "Authorization: token x\r\nX-Forwarded-For: 1\r\nX_Forwarded_For: 1\r\n"
			    "Forwarded: for=1\r\nKeep-Alive: 5\r\nTE: trailers\r\nAccept: a\r\n"
			    "\r\n"),
			  &r, &e),
		0);
	CHECK_INT(request_tokens(&r, tokens), 1);
	CHECK_INT(tokens[0][15], 0xff);
	struct buf out = buf_new(a);
	request_rewrite(&r, &out);
	CHECK_STR(out.p, "GET /a HTTP/1.1\r\nCookie: _xsrf=2|a; b=c=d; e=f\r\n" HOST
			 "Accept: a\r\nConnection: close\r\n\r\n");
}

static const char *
rewrite(struct arena *a, const char *request, const char *text)
{
	struct request q;
	struct reply r;
	struct err e = { 0 };
	size_t n = 0;
	if (judge(str_of(request), &q, &e) != 0)
		return "bad request";
	if (http_head_length(str_of(text), &n, &e) != OK || !n)
		return "no head";
	if (reply_parse((struct str){ text, n }, &q, &r, &e) != OK)
		return "refused";
	struct buf out = buf_new(a);
	return reply_rewrite(&r, &q, "http", &out, &e) == OK ? out.p : "stopped";
}
#define GET "GET /a HTTP/1.1\r\n" HOST "\r\n"
#define R "HTTP/1.1 200 OK\r\n"

TEST(replies_are_read_strictly)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(rewrite(a, GET, "HTTP/1.1 100 Continue\r\n\r\n"), "refused");
	CHECK_STR(rewrite(a, GET, "HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n"), "refused");
	CHECK_STR(rewrite(a, GET, "HTTP/2 200\r\n\r\n"), "refused");
	CHECK_STR(rewrite(a, GET, "HTTP/1.1 2000 OK\r\n\r\n"), "refused");
	CHECK_STR(rewrite(a, GET, R "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), "refused");
	CHECK_STR(rewrite(a, GET, R "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
		"refused");
	CHECK_STR(rewrite(a, GET, R "Transfer-Encoding: gzip, chunked\r\n\r\n"), "refused");
	CHECK_STR(rewrite(a, GET, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
		"refused");
	CHECK_STR(rewrite(a, GET, R "A: b\n\r\n"), "no head");
	CHECK(strstr(rewrite(a, GET, "HTTP/1.1 200\r\n\r\n"), "HTTP/1.1 200 \r\n") != NULL);
}

TEST(replies_lose_what_could_carry_out)
{
	cleanup_arena struct arena *a = arena_new();
	const char *s = rewrite(a, GET,
		R "Content-Type: text/html\r\nContent-Disposition: attachment\r\n"
		  "Set-Cookie: _xsrf=1; Path=/\r\nSet-Cookie: wardroom_room=x\r\n"
		  "Set-Cookie: Wardroom_Room =x\r\nSet-Cookie: a=b; domain =.localhost\r\n"
		  "Set-Cookie: =wardroom_room=x\r\nSet-Cookie: nameless\r\n"
		  "Service-Worker-Allowed: /\r\nClear-Site-Data: \"*\"\r\nRefresh: 0;url=//x\r\n"
		  "Link: <//x>; rel=preconnect\r\nAccess-Control-Allow-Origin: *\r\n"
		  "Content-Security-Policy: default-src *\r\nLocation: /tree?a\r\n"
		  "Cache-Control: max-age=9\r\n\r\n");
	static const char *const gone[] = { "attachment", "wardroom_room", "Wardroom_Room",
		"domain", "nameless", "Service-Worker", "Clear-Site", "Refresh", "Link",
		"Access-Control", "default-src *", "max-age" };
	static const char *const kept[] = { "Content-Type: text/html\r\n",
		"Set-Cookie: _xsrf=1; Path=/\r\n", "Location: /tree?a\r\n",
		"Cache-Control: no-store\r\n", "connect-src 'self' ws://w7.localhost:8081;",
		"Referrer-Policy: no-referrer\r\n", "X-Frame-Options: SAMEORIGIN\r\n",
		"Cross-Origin-Opener-Policy: same-origin\r\n", "Connection: close\r\n" };
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
		if (strstr(s, gone[i]))
			printf("# still there: %s\n", gone[i]);
		CHECK(!strstr(s, gone[i]));
	}
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		if (!strstr(s, kept[i]))
			printf("# lost: %s\n", kept[i]);
		CHECK(strstr(s, kept[i]));
	}
}

TEST(redirects_stay_here)
{
	cleanup_arena struct arena *a = arena_new();
	static const struct {
		const char *location;
		bool ok;
	} all[] = { { "/tree", true }, { "http://w7.localhost:8081/tree", true },
		{ "//evil.example/", false }, { "/\\evil.example", false },
		{ "/\t/evil.example", false }, { "http://w7.localhost:8081.evil.example/", false },
		{ "http://w7.localhost:8081@evil.example/", false },
		{ "http://w7.localhost:8081//x", false }, { "javascript:1", false },
		{ "tree", false }, { "", false } };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *s = rewrite(a, GET,
			arena_printf(a, "HTTP/1.1 302 F\r\nLocation: %s\r\n\r\n", all[i].location));
		if (streq(s, "stopped") == all[i].ok)
			printf("# %s\n", all[i].location);
		CHECK(streq(s, "stopped") != all[i].ok);
	}
}

TEST(pages_escape)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf b = buf_new(a);
	struct page p = { .code = 200, .title = "<t>", .text = "a&b", .refresh = "/x?\"'>" };
	page_put(&b, &p, true, false);
	CHECK(strstr(b.p, "&lt;t&gt;") && strstr(b.p, "a&amp;b"));
	CHECK(strstr(b.p, "url=/x?&quot;&#39;&gt;\"") != NULL);
}

TEST(desk_lines)
{
	struct desk_line l;
	struct err e = { 0 };
	CHECK_INT(desk_line_parse(STR("submit 12 my predictions.csv"), &l, &e), OK);
	CHECK_INT(l.verb, DESK_SUBMIT);
	CHECK_INT(l.bytes, 12);
	CHECK_STR(l.name, "my predictions.csv");
	/* What nobody sees: a writing turned round, a mark without a width, an 8-bit control. */
	CHECK_INT(desk_line_parse(STR("submit 1 a\342\200\256vsc.exe"), &l, &e), E_INPUT);
	CHECK_INT(desk_line_parse(STR("submit 1 a\342\201\246b"), &l, &e), E_INPUT);
	CHECK_INT(desk_line_parse(STR("submit 1 a\357\273\277b"), &l, &e), E_INPUT);
	CHECK_INT(desk_line_parse(STR("submit 1 a\302\205b"), &l, &e), E_INPUT);
	CHECK_INT(desk_line_parse(STR("submit 1 \327\251\327\234\342\200\224.csv"), &l, &e), OK);
	CHECK_INT(desk_line_parse(STR("status 0 -"), &l, &e), OK);
	CHECK_STR(l.name, "");
	CHECK_INT(desk_line_parse(STR("ask 0 labs.value in mmol/L?"), &l, &e), OK);
	CHECK_STR(l.name, "labs.value in mmol/L?");
	CHECK_INT(desk_line_parse(STR("dictionary 0 -"), &l, &e), OK);
	CHECK_STR(l.name, "-");
	static const char *const bad[] = { "ask 5 labs.value why?", "ask 0 \x1b[2J", "ask 0", "",
		"steal 1 a", "submit", "submit x a", "submit -1 a", "submit -0 a", "submit +1 a",
		"submit 0 a", "submit 67108865 a", "submit 1 ", "submit 1 a/b", "submit 1 ..",
		"submit 1 \x1b[2J", "submit 1 \xff", "who 1 -", "status 0",
		"submit 99999999999999999999 a" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		e.text[0] = '\0';
		if (desk_line_parse(str_of(bad[i]), &l, &e) != E_INPUT)
			printf("# row %zu\n", i);
		CHECK_INT(desk_line_parse(str_of(bad[i]), &l, &e), E_INPUT);
		CHECK(e.text[0]);
	}
	char text[] = "a\n\tb\x1b[2Jc\xc2\x9b"
		      "d\xc3\xa9\x7f";
	desk_text_tame(text, sizeof text - 1);
	CHECK_STR(text, "a\n\tb?[2Jc??d\xc3\xa9?");
}
