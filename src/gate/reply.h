/*
 * One reply head from inside a workspace: hostile, read strictly, and written anew.
 *
 * Lines are let through by name, not held back by name: what is not known to be needed stays
 * inside. The policy lines (content security and its sisters) are always ours.
 *
 * Views into the caller's bytes. Thread rule: pure functions.
 */
#ifndef GATE_REPLY_H
#define GATE_REPLY_H

#include "base/http.h"
#include "gate/request.h"

struct reply {
	int code; /* 101, or 200 to 599 */
	struct str reason;
	struct http_lines lines;
	int64_t length; /* of the body; -1: to the end of the connection, or chunked */
	bool old;       /* HTTP/1.0, which knows no chunks */
	bool chunked;
	bool upgraded; /* 101, and truly a WebSocket */
};

/* The head with its blank line. E_INPUT: not a head that two readers would read alike. */
enum status reply_parse(struct str head, const struct request *, struct reply *ret, struct err *);

/* E_INPUT: it redirects out of the workspace. */
enum status reply_rewrite(const struct reply *, const struct request *, const char *scheme,
	struct buf *out, struct err *);

#endif
