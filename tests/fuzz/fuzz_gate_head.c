/*
 * The request head: whatever is accepted must, after the gate has rewritten it, be read the same
 * way again, without our cookie and with one Host.
 */
#include "base/arena.h"
#include "gate/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_rewrite(struct arena *a, const struct request *r)
{
	struct request again;
	uint8_t tokens[REQUEST_TOKENS][REQUEST_TOKEN_BYTES];
	struct buf out = buf_new(a);
	size_t n = 0;
	request_rewrite(r, &out);
	if (http_head_length(buf_str(&out), &n, NULL) != OK || n != out.n)
		BUG("the rewritten head does not end where it should");
	/* The handshake's lines survive; a body's coding never does. */
	if (request_parse(buf_str(&out), &again, NULL) != 0)
		BUG("the rewritten head is refused");
	if (again.length != r->length || again.upgrade != r->upgrade ||
		!str_eq(again.target, r->target) || !str_eq(again.host, r->host))
		BUG("the rewritten head means something else");
	if (request_tokens(&again, tokens))
		BUG("our cookie went inside");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	struct request r;
	struct rooms names;
	struct err e;
	size_t n = 0;
	uint64_t ws;
	int64_t cap;
	if (http_head_length(s, &n, &e) != OK || n == 0 ||
		request_parse((struct str){ s.p, n }, &r, &e) != 0)
		return 0;
	cleanup_arena struct arena *a = arena_new();
	if (rooms_parse(a, "http://%s.localhost:8081", &names, &e) == OK)
		rooms_find(&names, r.host, &ws);
	request_check_origin(&r, "http", &e);
	request_check_path(a, &r, &cap, &e);
	/* With a line or two added, it may have too many for our own reader. */
	if (r.lines.n < HTTP_LINES_MAX - 2)
		check_rewrite(a, &r);
	return 0;
}
