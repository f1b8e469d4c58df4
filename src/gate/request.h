/*
 * One request head: read strictly, judged, and written anew for the server inside a workspace.
 *
 * Views into the caller's bytes; the arena holds what is made new.
 * Functions that judge return 0, or the HTTP status to refuse with and a sentence in err.
 *
 * Thread rule: pure functions.
 */
#ifndef GATE_REQUEST_H
#define GATE_REQUEST_H

#include "base/http.h"

#define REQUEST_COOKIE "wardroom_room"
enum { REQUEST_TOKENS = 8, REQUEST_TOKEN_BYTES = 32 };
#define REQUEST_BODY_MAX ((int64_t)512 << 20)

struct request {
	struct str method, target; /* target is origin-form: "/path?query" */
	struct str path, query;
	struct str host;
	struct http_lines lines;
	int64_t length; /* of the body, bytes */
	bool upgrade;   /* a complete WebSocket handshake */
	bool expects;   /* waits for "100 Continue" */
	bool wants_html;
};

/* The head with its blank line, as http_head_length measured it. */
int request_parse(struct str head, struct request *ret, struct err *);

/* How workspaces are called: config.rooms cut at its %s. */
struct rooms {
	const char *scheme;         /* "http" or "https" */
	const char *before, *after; /* of the host around the label: "", ".localhost:8081" */
};

/* E_INPUT when it is not scheme://host with the %s in the host. */
enum status rooms_parse(struct arena *, const char *format, struct rooms *ret, struct err *);

/*
 * E_INPUT: not a host of ours at all. E_ABSENT: ours, but the label is not w<number>.
 */
enum status rooms_find(const struct rooms *, struct str host, uint64_t *ret_ws);

/* Is it the airlock's window? Its label is "airlock". */
bool rooms_is_airlock(const struct rooms *, struct str host);

/*
 * May a page of this origin, and only of it, have sent this? WebSockets must name their origin;
 * writes that name one must name ours; what browsers call cross-site may only be a plain
 * navigation. Service workers are refused: one would outlive the workspace in the browser.
 */
int request_check_origin(const struct request *, const char *scheme, struct err *);

/*
 * May this path be asked for at all? Downloads may not: the ways a notebook server hands out files
 * are closed, except what its editor needs. *ret_cap is the largest body to pass back, -1 for no
 * limit of its own.
 */
int request_check_path(struct arena *, const struct request *, int64_t *ret_cap, struct err *);

/* The room tokens among the cookies, decoded; at most REQUEST_TOKENS. Returns how many. */
size_t request_tokens(const struct request *, uint8_t ret[REQUEST_TOKENS][REQUEST_TOKEN_BYTES]);

/*
 * The head to send inside: hop-by-hop lines, our cookie, credentials and claims about who forwarded
 * what are left out; Connection says close, or upgrade.
 */
void request_rewrite(const struct request *, struct buf *out);

/* The value of name in the query, percent-decoded, when it is there exactly once. */
enum status request_query(
	struct arena *, const struct request *, const char *name, struct str *ret, struct err *);

#endif
