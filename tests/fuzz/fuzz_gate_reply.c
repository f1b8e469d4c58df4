/*
 * The reply head from inside a workspace: whatever is accepted is written as one head that carries
 * our policy and none of what must stay inside.
 */
#include "base/arena.h"
#include "gate/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD "GET /a HTTP/1.1\r\nHost: w7.localhost:8081\r\n"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str requests[2] = { { HEAD "\r\n", sizeof HEAD + 1 },
		{ HEAD "Connection: Upgrade\r\nUpgrade: websocket\r\n"
		       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		       "Sec-WebSocket-Version: 13\r\n\r\n",
			sizeof HEAD + 114 } };
	struct request q;
	struct reply r, again;
	struct err e;
	struct str s;
	size_t n = 0;
	if (size == 0)
		return 0;
	if (request_parse(requests[data[0] & 1], &q, &e) != 0)
		BUG("the request of this target is wrong: %s", e.text);
	s = (struct str){ (const char *)data + 1, size - 1 };
	if (http_head_length(s, &n, &e) != OK || n == 0 ||
		reply_parse((struct str){ s.p, n }, &q, &r, &e) != OK)
		return 0;
	/* With our lines added, it may have too many for our own reader. */
	if (r.lines.n > HTTP_LINES_MAX - 16)
		return 0;
	cleanup_arena struct arena *a = arena_new();
	struct buf out = buf_new(a);
	if (reply_rewrite(&r, &q, "http", &out, &e) != OK)
		return 0;
	if (http_head_length(buf_str(&out), &n, &e) != OK || n != out.n ||
		reply_parse(buf_str(&out), &q, &again, &e) != OK)
		BUG("the rewritten reply is no reply");
	if (again.length != r.length || again.chunked != r.chunked || again.code != r.code)
		BUG("the rewritten reply means something else");
	if (http_lines_count(&again.lines, "Content-Security-Policy") != !r.upgraded)
		BUG("the policy is missing");
	if (http_lines_count(&again.lines, "Content-Disposition"))
		BUG("a download went out");
	return 0;
}
