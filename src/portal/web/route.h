/*
 * The tables that say which address does what, and the one place that carries a request through:
 * match, session, CSRF, policy, decoding, handler, answer as page or JSON.
 *
 * The same address answers HTML or JSON (Accept: application/json), so a permission cannot differ
 * between the two.
 */
#ifndef PORTAL_WEB_ROUTE_H
#define PORTAL_WEB_ROUTE_H

#include "portal/web/req.h"

typedef enum status (*handler_fn)(struct req *, const void *in, void *view, struct err *);

struct route {
	enum method method;
	const char *path; /* "/e/:event/teams/:team"; a parameter is a whole segment */
	handler_fn fn;
	enum cap cap;
	const char *doc;   /* one sentence, for the API's description */
	const char *title; /* of the page; a handler may set req->page.title */

	const struct field *in; /* input table and its struct's size */
	size_t in_size;
	const struct field *view;
	size_t view_size;
	page_fn page;

	const char *then;  /* where an HTML POST leads; parameters of the path are filled in */
	const char *shows; /* the GET path whose page holds this form, shown again after an error;
			      NULL: the same path */
	bool own_tx;       /* the handler makes its own transactions (slow work between them) */
	size_t max_body;   /* bytes; 0 means ROUTE_BODY */
};

#define IN(type, table) .in = (table), .in_size = sizeof(type)
/* A POST that needs nothing but the wish. */
struct no_input {
	int64_t unused;
};
extern const struct field no_input_fields[];
#define IN_NOTHING IN(struct no_input, no_input_fields)
#define VIEW(type, table) .view = (table), .view_size = sizeof(type)

/* Every room's table, each ended by {0}; the whole ended by NULL. */
extern const struct route *const all_routes[];

struct response {
	int code;
	const char *type;
	struct str body;
	const char *location;   /* NULL: none */
	const char *set_cookie; /* NULL: none; up to two, the second below */
	const char *set_cookie2;
	const char *disposition; /* NULL: shown */
	const char *allow;       /* methods, when the request had another; else NULL */
	bool cache;              /* static file with a hash in its address */
};

/* What the connection says; the router fills a req from it. */
struct incoming {
	const char *method, *target; /* target as it came: path and query */
	const char *cookie, *accept, *content_type, *origin, *host, *address, *authorization;
	struct str body;
};

/* Never fails: every outcome is a response. The arena must outlive the response. */
void route_answer(struct server *, struct arena *, const struct incoming *, struct response *ret);

/* The largest body the route for this target takes; 0 when there is no such POST route. */
size_t route_max_body(const char *method, const char *target);
enum {
	ROUTE_BODY = 256 * 1024
}; /* what anybody may send; more is for those who may use the route */

/* Asked before a large body is read: may whoever sent this head use its route now? */
bool route_admits(struct server *, struct arena *, const struct incoming *);

/* Ends the process with a sentence when a table is wrong (no capability, POST without input…). */
void route_check_tables(void);

/* The route for a method and a path, filling params; NULL when none. Exposed for tests. */
const struct route *route_find(
	struct arena *, enum method, const char *path, struct pair *params, size_t *n_params);

#endif
