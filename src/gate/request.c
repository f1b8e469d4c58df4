#include "gate/request.h"

static int
refuse(struct err *e, int code, const char *text)
{
	err_set(e, E_INPUT, "", "%s", text);
	return code;
}

static int
read_start(struct str line, struct request *r, struct err *e)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE",
		"OPTIONS" };
	if (memchr(line.p, '\t', line.n))
		return refuse(e, 400, "The request line holds a tab.");
	r->method = str_cut(&line, ' ');
	r->target = str_cut(&line, ' ');
	if (!http_is_token(r->method))
		return refuse(e, 400, "The method is not a word.");
	if (!str_is(line, "HTTP/1.1"))
		return refuse(e, str_starts(line, "HTTP/") && line.n == 8 ? 505 : 400,
			"Only HTTP/1.1 is spoken here.");
	for (size_t i = 0; i < r->target.n; i++)
		if (r->target.p[i] <= 0x20 || r->target.p[i] >= 0x7f || r->target.p[i] == '#' ||
			r->target.p[i] == '\\')
			return refuse(e, 400, "The address holds characters that must be encoded.");
	if (!str_starts(r->target, "/"))
		return refuse(e, 400, "The address must begin with a slash.");
	r->query = r->target;
	r->path = str_cut(&r->query, '?');
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (str_is(r->method, methods[i]))
			return 0;
	return refuse(e, 405, "This method is not used here.");
}

/* Two of these could be read differently by two readers. */
static bool
has_doubles(const struct http_lines *l)
{
	static const char *const once[] = { "Host", "Content-Length", "Transfer-Encoding",
		"Upgrade", "Origin", "Content-Type", "Sec-Fetch-Site", "Sec-Fetch-Mode",
		"Sec-Fetch-Dest", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Expect" };
	for (size_t i = 0; i < sizeof once / sizeof *once; i++)
		if (http_lines_count(l, once[i]) > 1)
			return true;
	return false;
}

static int
read_body(struct request *r, struct err *e)
{
	struct str v;
	bool sized = http_lines_find(&r->lines, "Content-Length", &v);
	if (sized && !http_length(v, &r->length))
		return refuse(e, 400, "Content-Length is not a number.");
	if (sized && r->length > REQUEST_BODY_MAX)
		return refuse(e, 413, "That is too much to send at once.");
	/* No browser sends chunked requests, so the length is simply required. */
	if (http_lines_find(&r->lines, "Transfer-Encoding", &v))
		return sized || !str_ieq(v, STR("chunked"))
			       ? refuse(e, 400, "Transfer-Encoding is not understood.")
			       : refuse(e, 411, "Say the length of the body with Content-Length.");
	if (http_lines_find(&r->lines, "Expect", &v)) {
		if (!str_ieq(v, STR("100-continue")))
			return refuse(e, 417, "Only 100-continue can be expected.");
		r->expects = r->length > 0;
	}
	return 0;
}

/* Looks through every Connection line; *ret_upgrade when one of them says so. */
static int
read_connection(const struct http_lines *l, bool *ret_upgrade, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!str_ieq(l->at[i].name, STR("Connection")))
			continue;
		struct str list = l->at[i].value;
		while (list.n) {
			struct str word = str_trim(str_cut(&list, ','));
			if (str_ieq(word, STR("upgrade")))
				*ret_upgrade = true;
			/* Naming any other line would have us drop lines we have judged by. */
			else if (word.n && !str_ieq(word, STR("close")) &&
				 !str_ieq(word, STR("keep-alive")) && !str_ieq(word, STR("te")))
				return refuse(e, 400, "Connection names an unknown option.");
		}
	}
	return 0;
}

static int
read_upgrade(struct request *r, struct err *e)
{
	struct str protocol = { "", 0 }, v;
	bool wants = false, names = http_lines_find(&r->lines, "Upgrade", &protocol);
	int code = read_connection(&r->lines, &wants, e);
	if (code)
		return code;
	if (!wants && !names)
		return 0;
	if (wants != names || !str_ieq(protocol, STR("websocket")))
		return refuse(e, 400, "The connection can only become a WebSocket.");
	if (!str_is(r->method, "GET") || r->length)
		return refuse(e, 400, "A WebSocket begins with GET and no body.");
	if (!http_lines_find(&r->lines, "Sec-WebSocket-Key", &v) || v.n != 24 ||
		!http_lines_find(&r->lines, "Sec-WebSocket-Version", &v) || !str_is(v, "13"))
		return refuse(e, 400, "The WebSocket handshake is not complete.");
	r->upgrade = true;
	return 0;
}

int
request_parse(struct str head, struct request *ret, struct err *e)
{
	struct request r = { 0 };
	struct str line, accept;
	if (!http_start_line(&head, &line))
		return refuse(e, 400, "There is no request line.");
	int code = read_start(line, &r, e);
	if (code)
		return code;
	if (http_lines_parse(head, &r.lines, e) != OK)
		return 400;
	if (has_doubles(&r.lines))
		return refuse(e, 400, "A header that may stand once is given twice.");
	if (!http_lines_find(&r.lines, "Host", &r.host) || r.host.n == 0)
		return refuse(e, 400, "Host is missing.");
	if ((code = read_body(&r, e)) || (code = read_upgrade(&r, e)))
		return code;
	r.wants_html = http_lines_find(&r.lines, "Accept", &accept) &&
		       memmem(accept.p, accept.n, "text/html", 9);
	*ret = r;
	return 0;
}

enum status
rooms_parse(struct arena *a, const char *format, struct rooms *ret, struct err *e)
{
	const char *colon = strstr(format, "://"), *label = strstr(format, "%s");
	if (!colon || !label || label < colon + 3 || strpbrk(colon + 3, "/?#@ "))
		return err_set(e, E_INPUT, "rooms",
			"rooms must be like http://%%s.localhost:8081, without a path.");
	struct rooms r = { arena_strndup(a, format, (size_t)(colon - format)),
		arena_strndup(a, colon + 3, (size_t)(label - colon - 3)),
		arena_strdup(a, label + 2) };
	if (!streq(r.scheme, "http") && !streq(r.scheme, "https"))
		return err_set(e, E_INPUT, "rooms", "rooms must begin with http:// or https://.");
	*ret = r;
	return OK;
}

/* What stands between the two; p NULL: not a host of ours. */
static struct str
label_of(const struct rooms *r, struct str host)
{
	size_t before = strlen(r->before), after = strlen(r->after);
	if (host.n < before + after || memcmp(host.p, r->before, before) != 0 ||
		memcmp(host.p + host.n - after, r->after, after) != 0)
		return (struct str){ NULL, 0 };
	return (struct str){ host.p + before, host.n - before - after };
}

bool
rooms_is_airlock(const struct rooms *r, struct str host)
{
	return str_is(label_of(r, host), "airlock");
}

enum status
rooms_find(const struct rooms *r, struct str host, uint64_t *ret_ws)
{
	struct str label = label_of(r, host);
	int64_t ws;
	if (!label.p)
		return E_INPUT;
	if (!str_starts(label, "w"))
		return E_ABSENT;
	label.p++, label.n--;
	/* One workspace has one name: no leading zero. */
	if (!http_length(label, &ws) || ws == 0 || label.p[0] == '0')
		return E_ABSENT;
	*ret_ws = (uint64_t)ws;
	return OK;
}

static bool
is_own_origin(const struct request *r, const char *scheme, struct str origin)
{
	size_t n = strlen(scheme);
	return origin.n == n + 3 + r->host.n && memcmp(origin.p, scheme, n) == 0 &&
	       memcmp(origin.p + n, "://", 3) == 0 &&
	       memcmp(origin.p + n + 3, r->host.p, r->host.n) == 0;
}

int
request_check_origin(const struct request *r, const char *scheme, struct err *e)
{
	struct str v;
	bool reads = str_is(r->method, "GET") || str_is(r->method, "HEAD");
	bool named = http_lines_find(&r->lines, "Origin", &v);
	if (r->upgrade && !named)
		return refuse(e, 403, "A WebSocket must say where it comes from.");
	/* Every browser says it of what it writes; who does not may be any site's doing. */
	if (!reads && !named)
		return refuse(e, 403, "What changes something must say where it comes from.");
	if ((r->upgrade || !reads) && !is_own_origin(r, scheme, v))
		return refuse(e, 403, "This was sent by a page from somewhere else.");
	if (http_lines_count(&r->lines, "Service-Worker"))
		return refuse(e, 403, "Service workers are not allowed in a workspace.");
	if (!http_lines_find(&r->lines, "Sec-Fetch-Site", &v) || str_is(v, "same-origin") ||
		str_is(v, "none"))
		return 0;
	struct str mode = { "", 0 }, dest = { "document", 8 };
	http_lines_find(&r->lines, "Sec-Fetch-Mode", &mode);
	http_lines_find(&r->lines, "Sec-Fetch-Dest", &dest);
	if (reads && !r->upgrade && str_is(mode, "navigate") && str_is(dest, "document"))
		return 0;
	return refuse(e, 403, "This was sent by a page from somewhere else.");
}

/* Calls fn for each cookie: name without blanks, and the whole "name=value" text. */
static void
each_cookie(struct str value, void (*fn)(void *, struct str name, struct str whole), void *p)
{
	while (value.n) {
		struct str whole = str_trim(str_cut(&value, ';'));
		struct str rest = whole;
		if (whole.n)
			fn(p, str_trim(str_cut(&rest, '=')), whole);
	}
}

struct tokens {
	uint8_t (*at)[REQUEST_TOKEN_BYTES];
	size_t n;
};

static void
take_token(void *p, struct str name, struct str whole)
{
	struct tokens *t = p;
	if (!str_is(name, REQUEST_COOKIE) || t->n == REQUEST_TOKENS)
		return;
	str_cut(&whole, '=');
	if (hex_decode(str_trim(whole), t->at[t->n], REQUEST_TOKEN_BYTES))
		t->n++;
}

size_t
request_tokens(const struct request *r, uint8_t ret[REQUEST_TOKENS][REQUEST_TOKEN_BYTES])
{
	struct tokens t = { ret, 0 };
	for (size_t i = 0; i < r->lines.n; i++)
		if (str_ieq(r->lines.at[i].name, STR("Cookie")))
			each_cookie(r->lines.at[i].value, take_token, &t);
	return t.n;
}

struct cookies {
	struct buf *out;
	size_t n;
};

static void
keep_cookie(void *p, struct str name, struct str whole)
{
	struct cookies *c = p;
	/* In any case of letters: the server inside shall never see what it could replay. */
	if (str_ieq(name, STR(REQUEST_COOKIE)))
		return;
	buf_puts(c->out, c->n++ ? "; " : "Cookie: ");
	buf_put(c->out, whole.p, whole.n);
}

static bool
stays_outside(struct str name)
{
	static const char *const lines[] = { "Connection", "Keep-Alive", "TE", "Trailer",
		"Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Expect", "Via", "Forwarded",
		"Authorization", "X-Real-IP", "X-Client-IP", "True-Client-IP" };
	static const char *const families[] = { "X-Forwarded", "Proxy-", "X-Wardroom" };
	/* A name with '_' can pass for one with '-' behind some servers. */
	if (memchr(name.p, '_', name.n))
		return true;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (str_ieq(name, str_of(lines[i])))
			return true;
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		struct str f = str_of(families[i]);
		if (name.n >= f.n && str_ieq((struct str){ name.p, f.n }, f))
			return true;
	}
	return false;
}

void
request_rewrite(const struct request *r, struct buf *out)
{
	buf_put(out, r->method.p, r->method.n);
	buf_putc(out, ' ');
	buf_put(out, r->target.p, r->target.n);
	buf_puts(out, " HTTP/1.1\r\n");
	struct cookies cookies = { out, 0 };
	for (size_t i = 0; i < r->lines.n; i++)
		if (str_ieq(r->lines.at[i].name, STR("Cookie")))
			each_cookie(r->lines.at[i].value, keep_cookie, &cookies);
	if (cookies.n)
		buf_puts(out, "\r\n");
	for (size_t i = 0; i < r->lines.n; i++) {
		const struct http_line *l = &r->lines.at[i];
		if (stays_outside(l->name) || str_ieq(l->name, STR("Cookie")))
			continue;
		buf_put(out, l->name.p, l->name.n);
		buf_puts(out, ": ");
		buf_put(out, l->value.p, l->value.n);
		buf_puts(out, "\r\n");
	}
	buf_puts(out, r->upgrade ? "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
				 : "Connection: close\r\n\r\n");
}
