/*
 * One request, decoded: what a handler gets, and what it may set for the answer.
 *
 * A handler is `enum status h(struct req *, const void *in, void *view, struct err *)`: `in` is the
 * struct that the route's input table describes (NULL when it has none), `view` the zeroed struct
 * that its view table describes. It reads and writes the database through req->db; for POST the
 * router has begun a transaction, commits it when the handler returns OK and rolls it back
 * otherwise, so an audit entry stands or falls with what it tells of.
 *
 * All memory is the request's arena's. Thread rule: one thread per request.
 */
#ifndef PORTAL_WEB_REQ_H
#define PORTAL_WEB_REQ_H

#include "base/config.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"
#include "portal/store/db.h"
#include "portal/web/html.h"
#include "portal/web/page.h"
#include "portal/web/policy.h"

enum method { GET = 1, POST };

struct pair {
	const char *name, *value; /* UTF-8 */
};

typedef LIST(struct pair) pair_list;

struct upload {
	const char *name;     /* of the form field */
	const char *filename; /* as the browser called it, base name only, short; for show */
	struct str bytes;
};

/* Things that live as long as the server. */
struct server {
	struct config config;
	struct store *store;
	const char *files;     /* state/portal/files, for uploaded presentations */
	struct warden *warden; /* portal/keeper: NULL in tests that need none */
	struct gate *gate;
	struct keeper *keeper;
	struct mailer *mailer;
};

struct me {
	int64_t id; /* 0: nobody is signed in */
	const char *name, *email;
	bool admin;
	int64_t session;
};

struct req {
	struct arena *arena;
	struct db *db;
	struct server *server;
	int64_t now;

	enum method method;
	const char *path;    /* decoded once, no query */
	const char *address; /* of the browser, for the audit trail */
	pair_list params;    /* from the route's path: ":event" is "event" */
	pair_list query;
	pair_list form;
	LIST(struct upload) uploads;
	bool wants_json;
	bool wants_ld; /* as JSON-LD, where there is such an answer */

	struct me me;
	unsigned roles; /* bits of enum role, in this event */
	/* The event of the path; id 0 outside one. */
	struct {
		int64_t id;
		const char *slug, *name;
		enum phase phase;
	} event;
	unsigned owns; /* the roles as which the team or project of the path is the person's own */
	int64_t team;  /* of the path, 0 when it has none */

	struct page page;

	/* For the answer. */
	const char *redirect;    /* instead of the route's `then` */
	const char *new_session; /* cookie to set: hex token, "" to clear */
	struct {
		const char *type, *name; /* name NULL: shown, else offered as a file */
		struct str bytes;        /* p NULL: none */
	} raw;                           /* instead of a page: CSV, PDF, calendar */

	/* What route.c runs after the commit, in order. */
	struct after {
		void (*fn)(struct server *, int64_t a, int64_t b, int64_t c);
		int64_t a, b, c;
		struct after *next;
	} * after;
};

/* The value of a path parameter; BUG when the route has none of that name. */
const char *req_param(const struct req *, const char *name);
/*
 * Team `number` of the event: its id, and as what it is the person's own (bits of enum role:
 * member, mentor, lead of its project). E_ABSENT when there is none.
 */
enum status req_team(
	const struct req *, int64_t number, int64_t *ret_id, unsigned *ret_owns, struct err *);
/* A path parameter that must be a positive number: E_ABSENT otherwise. */
enum status req_id(const struct req *, const char *name, int64_t *ret, struct err *);
/* A query parameter, "" when it was not given. */
const char *req_query(const struct req *, const char *name);
/* The uploaded file of a form field, NULL when none (or an empty one) was sent. */
const struct upload *req_upload(const struct req *, const char *name);

bool req_may(const struct req *, enum cap); /* as the policy says, with req->owns */

/* Runs fn(server, a, b, c) once the transaction is on disk; not at all when it fails. */
void req_after(struct req *, void (*fn)(struct server *, int64_t, int64_t, int64_t), int64_t a,
	int64_t b, int64_t c);

/* Writes to the audit trail in the request's transaction; object names the thing, detail why. */
enum status req_audit(
	struct req *, const char *action, const char *object, const char *detail, struct err *);

/* Shown on the next page the person sees. */
void req_flash(struct req *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
