#include "portal/web/mhd.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "portal/web/route.h"

enum { CONNECTIONS = 512, IDLE_SECONDS = 30 };

/* Of all bodies that are being read at a moment: some ten presentations, or a thousand forms. */
enum { BODIES_BYTES = 256 << 20 };
static atomic_size_t bodies;

struct web {
	struct MHD_Daemon *daemon;
	struct server *server;
	char policy[512]; /* the Content-Security-Policy of every answer */
};

/* What has come of a request so far. */
struct exchange {
	struct arena *arena;
	char *body;
	size_t n, max;
	bool too_large, too_busy;
};

static const char *
header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/*
 * The browser's address. X-Real-IP is believed from loopback only: there it was set by the proxy in
 * front of us.
 */
static const char *
address(struct MHD_Connection *c, struct arena *a)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char text[INET6_ADDRSTRLEN] = "unknown";
	if (info && info->client_addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)info->client_addr;
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
	} else if (info && info->client_addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const void *)info->client_addr;
		inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof text);
	}
	const char *real = header(c, "X-Real-IP");
	struct in6_addr six;
	struct in_addr four;
	if (real && (streq(text, "127.0.0.1") || streq(text, "::1")) &&
		(inet_pton(AF_INET, real, &four) == 1 || inet_pton(AF_INET6, real, &six) == 1))
		return arena_strdup(a, real);
	return arena_strdup(a, text);
}

/*
 * Nothing is loaded from elsewhere. A form may lead on to a workspace's own origin: browsers apply
 * form-action to the redirect that follows a POST too.
 */
static void
policy_init(struct web *w)
{
	char rooms[200];
	const char *pattern = w->server->config.rooms, *at = strstr(pattern, "%s");
	snprintf(rooms, sizeof rooms, "%.*s*%s", (int)(at - pattern), pattern, at + 2);
	snprintf(w->policy, sizeof w->policy,
		"default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
		"img-src 'self' data:; connect-src 'self'; form-action 'self' %s; base-uri 'none'; "
		"frame-ancestors 'none'",
		rooms);
}

static void
security_headers(const struct web *w, struct MHD_Response *r, bool cache)
{
	MHD_add_response_header(r, "Content-Security-Policy", w->policy);
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(r, "Referrer-Policy", "same-origin");
	MHD_add_response_header(r, "Cross-Origin-Opener-Policy", "same-origin");
	MHD_add_response_header(r, "Cross-Origin-Resource-Policy", "same-origin");
	MHD_add_response_header(
		r, "Cache-Control", cache ? "public, max-age=31536000, immutable" : "no-store");
	MHD_add_response_header(r, "Vary", "Accept, Cookie");
}

static enum MHD_Result
send_answer(const struct web *w, struct MHD_Connection *c, const struct response *res)
{
	/* The body is the request's arena's (or the program's own), and outlives its sending. */
	struct MHD_Response *r = MHD_create_response_from_buffer(
		res->body.n, (void *)res->body.p, MHD_RESPMEM_PERSISTENT);
	if (!r)
		return MHD_NO;
	security_headers(w, r, res->cache);
	if (res->type)
		MHD_add_response_header(r, "Content-Type", res->type);
	if (res->allow)
		MHD_add_response_header(r, "Allow", res->allow);
	if (res->location)
		MHD_add_response_header(r, "Location", res->location);
	if (res->set_cookie)
		MHD_add_response_header(r, "Set-Cookie", res->set_cookie);
	if (res->set_cookie2)
		MHD_add_response_header(r, "Set-Cookie", res->set_cookie2);
	if (res->disposition)
		MHD_add_response_header(r, "Content-Disposition", res->disposition);
	enum MHD_Result ok = MHD_queue_response(c, (unsigned)res->code, r);
	MHD_destroy_response(r);
	return ok;
}

static struct incoming
head(struct MHD_Connection *c, struct arena *a, const char *method, const char *url)
{
	const union MHD_ConnectionInfo *raw =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return (struct incoming){
		.method = method,
		.target = raw && raw->socket_context ? raw->socket_context : url,
		.cookie = header(c, "Cookie"),
		.accept = header(c, "Accept"),
		.content_type = header(c, "Content-Type"),
		.origin = header(c, "Origin"),
		.host = header(c, "Host"),
		.authorization = header(c, "Authorization"),
		.address = address(c, a),
	};
}

static struct exchange *
exchange_new(struct web *w, struct MHD_Connection *c, const char *method, const char *url)
{
	struct exchange *x = calloc(1, sizeof *x);
	if (!x)
		BUG("out of memory");
	x->arena = arena_new();
	x->max = route_max_body(method, url);
	if (x->max > ROUTE_BODY) {
		struct incoming in = head(c, x->arena, method, url);
		if (!route_admits(w->server, x->arena, &in))
			x->max = ROUTE_BODY;
	}
	return x;
}

static void
drop(struct exchange *x)
{
	atomic_fetch_sub(&bodies, x->n);
	free(x->body);
	x->body = NULL;
	x->n = 0;
}

static void
collect(struct exchange *x, const char *data, size_t n)
{
	if (x->too_large || x->too_busy)
		return;
	x->too_large = n > x->max - x->n;
	x->too_busy = !x->too_large && atomic_load(&bodies) + n > BODIES_BYTES;
	if (x->too_large || x->too_busy) {
		drop(x);
		return;
	}
	char *p = realloc(x->body, x->n + n + 1);
	if (!p)
		BUG("out of memory");
	memcpy(p + x->n, data, n);
	x->body = p;
	x->n += n;
	atomic_fetch_add(&bodies, n);
}

/* MHD calls this once for the head, again for each piece of the body, and once more at its end. */
static enum MHD_Result
handle(void *cls, struct MHD_Connection *c, const char *url, const char *method,
	const char *version, const char *data, size_t *n, void **state)
{
	struct web *w = cls;
	struct exchange *x = *state;
	if (!x) {
		*state = exchange_new(w, c, method, url);
		return MHD_YES;
	}
	if (*n) {
		collect(x, data, *n);
		*n = 0;
		return MHD_YES;
	}
	struct response res = { .code = 413,
		.type = "text/plain; charset=utf-8",
		.body = STR("What was sent is larger than this page takes.\n") };
	if (x->too_busy) {
		res.code = 503;
		res.body =
			STR("Very much is being sent to the server now; try again in a minute.\n");
	} else if (!x->too_large) {
		struct incoming in = head(c, x->arena, method, url);
		in.body = (struct str){ x->body, x->n };
		route_answer(w->server, x->arena, &in, &res);
	}
	return send_answer(w, c, &res);
}

static void
completed(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *state;
	if (!x)
		return;
	drop(x);
	arena_free(x->arena);
	free(x);
	*state = NULL;
}

/*
 * MHD decodes the target and splits its query; we want it as it came, to decode it strictly and
 * once. It shows the raw target only here, before the head is parsed.
 */
static void *
raw_target(void *cls, const char *uri, struct MHD_Connection *c)
{
	union MHD_ConnectionInfo *info = (union MHD_ConnectionInfo *)MHD_get_connection_info(
		c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	if (info) {
		free(info->socket_context);
		info->socket_context = strdup(uri);
	}
	return NULL;
}

static void
connection(void *cls, struct MHD_Connection *c, void **context,
	enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		free(*context);
		*context = NULL;
	}
}

/* The target is decoded by us; MHD must leave it alone. */
static size_t
keep_encoded(void *cls, struct MHD_Connection *c, char *s)
{
	return strlen(s);
}

static void
engine_log(void *cls, const char *fmt, va_list ap)
{
	char line[500];
	vsnprintf(line, sizeof line, fmt, ap);
	line[strcspn(line, "\r\n")] = '\0';
	log_warn("http engine", "said=\"%s\"", line);
}

enum status
web_start(struct server *server, int listen_fd, struct web **ret, struct err *e)
{
	struct web *w = calloc(1, sizeof *w);
	if (!w)
		BUG("out of memory");
	w->server = server;
	policy_init(w);
	w->daemon = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION |
					     MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
					     MHD_USE_ERROR_LOG | MHD_USE_ITC,
		0, NULL, NULL, handle, w, MHD_OPTION_EXTERNAL_LOGGER, engine_log, NULL,
		MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL, MHD_OPTION_URI_LOG_CALLBACK,
		raw_target, NULL, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, connection, NULL, MHD_OPTION_END);
	if (!w->daemon) {
		free(w);
		return err_set(e, E_IO, "", "The HTTP engine did not start.");
	}
	*ret = w;
	return OK;
}

void
web_stop(struct web *w)
{
	MHD_stop_daemon(w->daemon);
	free(w);
}
