/*
 * Sign-in state: random tokens in cookies and links, of which the database has only the hashes, and
 * CSRF tokens.
 *
 * Thread rule: free-threaded.
 */
#ifndef PORTAL_WEB_SESSION_H
#define PORTAL_WEB_SESSION_H

#include "portal/web/req.h"

enum { TOKEN_HEX = 64, SESSION_DAYS = 14 };

/* 32 random bytes as 64 hex digits. */
const char *token_new(struct arena *);
/* The BLAKE2b-256 under which a token is stored. */
struct str token_hash(struct arena *, const char *token);

/*
 * The person behind a cookie header into r->me, r->page.csrf. Without a valid session a CSRF token
 * bound to the visitor's `wardroom_visit` cookie is used; *ret_visit is a new cookie to set, or
 * NULL.
 */
enum status session_load(struct req *, const char *cookie, const char **ret_visit, struct err *);

/* Signs in: makes a session, sets r->new_session, audits. Needs a transaction. */
enum status session_begin(
	struct req *, int64_t person, const char *name, bool by_link, struct err *);
enum status session_end(struct req *, struct err *);

/*
 * Is the person of r->me still signed in by that session? E_AUTH when it ended meanwhile. For what
 * was begun before a wait: a lock-out must hold for requests on their way too.
 */
enum status session_still(struct req *, struct err *);

/* A link that signs `person` in once and leads to path; good for `days`. Needs a transaction. */
enum status session_link(struct db *, const struct config *, int64_t person, const char *path,
	int days, int64_t now, const char **ret_url, struct err *);

/* Constant-time comparison of what a form sent with the session's token. */
bool session_csrf_ok(const struct req *, const char *sent);

#endif
