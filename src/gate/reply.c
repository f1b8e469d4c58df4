#include "gate/reply.h"

static enum status
read_status_line(struct str line, struct reply *r, struct err *e)
{
	struct str version = str_cut(&line, ' '), code = str_cut(&line, ' ');
	int64_t n;
	if (!str_is(version, "HTTP/1.1") && !str_is(version, "HTTP/1.0"))
		return err_set(e, E_INPUT, "", "The reply is not HTTP/1.");
	if (code.n != 3 || !http_length(code, &n) || (n != 101 && (n < 200 || n > 599)))
		return err_set(e, E_INPUT, "", "The reply has no proper status.");
	r->code = (int)n;
	r->old = str_is(version, "HTTP/1.0");
	r->reason = line.n <= 120 ? line : (struct str){ "", 0 };
	for (size_t i = 0; i < r->reason.n; i++)
		if (r->reason.p[i] < 0x20 || r->reason.p[i] > 0x7e)
			return err_set(e, E_INPUT, "", "The reply's reason holds odd characters.");
	return OK;
}

/* How long is the body? RFC 9112, 6.3, without its leniencies. */
static enum status
read_body(struct reply *r, const struct request *q, struct err *e)
{
	struct str v;
	size_t sizes = http_lines_count(&r->lines, "Content-Length");
	size_t codings = http_lines_count(&r->lines, "Transfer-Encoding");
	r->length = -1;
	if (sizes + codings > 1)
		return err_set(e, E_INPUT, "", "The reply says its length twice.");
	if (http_lines_find(&r->lines, "Transfer-Encoding", &v)) {
		if (r->old || !str_ieq(v, STR("chunked")))
			return err_set(e, E_INPUT, "", "The reply's coding is not understood.");
		r->chunked = true;
	}
	if (http_lines_find(&r->lines, "Content-Length", &v) && !http_length(v, &r->length))
		return err_set(e, E_INPUT, "", "The reply's length is not a number.");
	if (r->code == 204 || r->code == 304 || str_is(q->method, "HEAD"))
		r->length = 0;
	return OK;
}

static enum status
read_upgrade(struct reply *r, const struct request *q, struct err *e)
{
	struct str protocol, connection, v;
	if (r->code != 101)
		return OK;
	if (!q->upgrade || r->chunked || r->length >= 0 ||
		!http_lines_find(&r->lines, "Upgrade", &protocol) ||
		!str_ieq(protocol, STR("websocket")) ||
		!http_lines_find(&r->lines, "Connection", &connection) ||
		!http_list_has(connection, "upgrade") ||
		!http_lines_find(&r->lines, "Sec-WebSocket-Accept", &v))
		return err_set(e, E_INPUT, "", "The reply changes to something nobody asked for.");
	r->upgraded = true;
	return OK;
}

enum status
reply_parse(struct str head, const struct request *q, struct reply *ret, struct err *e)
{
	struct reply r = { 0 };
	struct str line;
	if (!http_start_line(&head, &line))
		return err_set(e, E_INPUT, "", "The reply has no status line.");
	TRY(read_status_line(line, &r, e));
	TRY(http_lines_parse(head, &r.lines, e));
	TRY(read_body(&r, q, e));
	TRY(read_upgrade(&r, q, e));
	*ret = r;
	return OK;
}

/*
 * Ours to set, not theirs: our own cookie, one for other hosts, or one without a name (which a
 * browser sends back as if its value were a name).
 */
static bool
is_cookie_ok(struct str v)
{
	struct str pair = str_cut(&v, ';');
	bool named = memchr(pair.p, '=', pair.n);
	struct str name = str_trim(str_cut(&pair, '='));
	if (!named || name.n == 0 || str_ieq(name, STR(REQUEST_COOKIE)))
		return false;
	while (v.n) {
		struct str attribute = str_cut(&v, ';');
		if (str_ieq(str_trim(str_cut(&attribute, '=')), STR("Domain")))
			return false;
	}
	return true;
}

/* A place on this origin, whichever way a browser reads it. */
static bool
is_location_ok(struct str v, const struct request *q, const char *scheme)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] <= 0x20 || v.p[i] > 0x7e || v.p[i] == '\\')
			return false;
	size_t n = strlen(scheme);
	if (v.n > n + 3 + q->host.n && memcmp(v.p, scheme, n) == 0 &&
		memcmp(v.p + n, "://", 3) == 0 && memcmp(v.p + n + 3, q->host.p, q->host.n) == 0) {
		v.p += n + 3 + q->host.n;
		v.n -= n + 3 + q->host.n;
	}
	return str_starts(v, "/") && !str_starts(v, "//");
}

static bool
may_pass(const struct reply *r, struct str name)
{
	static const char *const always[] = { "Content-Type", "Content-Encoding", "Content-Range",
		"Accept-Ranges", "Date", "ETag", "Last-Modified", "Vary", "Retry-After", "Allow" };
	static const char *const upgraded[] = { "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol",
		"Sec-WebSocket-Extensions" };
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if (str_ieq(name, str_of(always[i])))
			return true;
	for (size_t i = 0; r->upgraded && i < sizeof upgraded / sizeof *upgraded; i++)
		if (str_ieq(name, str_of(upgraded[i])))
			return true;
	/* HEAD and 304 tell a length without having a body. */
	return str_ieq(name, STR("Content-Length")) || str_ieq(name, STR("Transfer-Encoding"));
}

static void
put_line(struct buf *out, const struct http_line *l)
{
	buf_put(out, l->name.p, l->name.n);
	buf_puts(out, ": ");
	buf_put(out, l->value.p, l->value.n);
	buf_puts(out, "\r\n");
}

/*
 * What a notebook page may do in the browser. Scripts of its own, inline and evaluated, as Jupyter
 * needs them; talk to this origin and nobody else. The sandbox leaves out allow-downloads, so that
 * a script cannot hand over as a file what it has on the screen. New tabs start without it, since
 * a browser refuses to open one that is sandboxed and isolated both; each gets its own from here.
 */
static void
put_policy(struct buf *out, const struct request *q, const char *scheme)
{
	bool safe = streq(scheme, "https");
	buf_printf(out,
		"Content-Security-Policy: default-src 'self'; "
		"script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
		"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
		"media-src 'self' data: blob:; font-src 'self' data:; "
		"connect-src 'self' %s://%.*s; worker-src 'self' blob:; frame-src 'self'; "
		"object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; "
		"sandbox allow-scripts allow-same-origin allow-forms allow-modals allow-popups "
		"allow-popups-to-escape-sandbox\r\n",
		safe ? "wss" : "ws", (int)q->host.n, q->host.p);
	buf_puts(out,
		"Referrer-Policy: no-referrer\r\n"
		"X-Frame-Options: SAMEORIGIN\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"X-DNS-Prefetch-Control: off\r\n"
		"Cross-Origin-Opener-Policy: same-origin\r\n"
		"Cross-Origin-Resource-Policy: same-origin\r\n"
		"Permissions-Policy: camera=(), microphone=(), geolocation=(), display-capture=(), "
		"usb=(), serial=(), payment=()\r\n");
}

enum status
reply_rewrite(const struct reply *r, const struct request *q, const char *scheme, struct buf *out,
	struct err *e)
{
	/* Program files of the notebook may be kept by the browser; nothing else may. */
	bool lasting = str_starts(q->path, "/static/");
	buf_printf(out, "HTTP/1.1 %d %.*s\r\n", r->code, (int)r->reason.n, r->reason.p);
	for (size_t i = 0; i < r->lines.n; i++) {
		const struct http_line *l = &r->lines.at[i];
		if (str_ieq(l->name, STR("Location"))) {
			if (!is_location_ok(l->value, q, scheme))
				return err_set(e, E_INPUT, "Location",
					"The notebook tried to send you to another site.");
			put_line(out, l);
		} else if (str_ieq(l->name, STR("Set-Cookie"))) {
			if (is_cookie_ok(l->value))
				put_line(out, l);
		} else if (may_pass(r, l->name) ||
			   (lasting && str_ieq(l->name, STR("Cache-Control")))) {
			put_line(out, l);
		}
	}
	if (r->upgraded) {
		buf_puts(out, "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
		return OK;
	}
	if (!lasting)
		buf_puts(out, "Cache-Control: no-store\r\n");
	put_policy(out, q, scheme);
	buf_puts(out, "Connection: close\r\n\r\n");
	return OK;
}
