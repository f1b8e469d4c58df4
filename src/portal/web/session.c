#include "portal/web/session.h"

#include <sodium.h>
#include <stdio.h>

#include "base/clock.h"
#include "portal/web/cookie.h"
#include "portal/web/web.sql.h"

const char *
token_new(struct arena *a)
{
	unsigned char raw[32];
	char *hex = arena_alloc(a, TOKEN_HEX + 1);
	randombytes_buf(raw, sizeof raw);
	hex_encode(hex, raw, sizeof raw);
	return hex;
}

struct str
token_hash(struct arena *a, const char *token)
{
	unsigned char *h = arena_alloc(a, 32);
	crypto_generichash(h, 32, (const unsigned char *)token, strlen(token), NULL, 0);
	return (struct str){ (const char *)h, 32 };
}

enum status
session_load(struct req *r, const char *cookie, const char **ret_visit, struct err *e)
{
	*ret_visit = NULL;
	const char *token = cookie_token(r, cookie, "wardroom");
	if (token) {
		struct session_by_token s;
		enum status st =
			db_session_by_token(r->db, token_hash(r->arena, token), r->now, &s, e);
		if (st == OK) {
			r->me.id = s.person;
			r->me.name = s.name;
			r->me.email = s.email;
			r->me.admin = s.admin;
			r->me.session = s.id;
			r->page.csrf = s.csrf;
			r->page.me = s.name;
			return OK;
		}
		if (st != E_ABSENT)
			return st;
	}
	const char *visit = cookie_token(r, cookie, "wardroom_visit");
	if (!visit)
		*ret_visit = visit = token_new(r->arena);
	/* What the page holds is not the cookie itself: a cookie set by a neighbour host is no use.
	 */
	struct str h = token_hash(r->arena, arena_printf(r->arena, "visit %s", visit));
	char *hex = arena_alloc(r->arena, TOKEN_HEX + 1);
	hex_encode(hex, h.p, 32);
	r->page.csrf = hex;
	return OK;
}

bool
session_csrf_ok(const struct req *r, const char *sent)
{
	return strlen(sent) == TOKEN_HEX && sodium_memcmp(sent, r->page.csrf, TOKEN_HEX) == 0;
}

enum status
session_still(struct req *r, struct err *e)
{
	struct session_live s;
	if (!r->me.session)
		return OK;
	enum status st = db_session_live(r->db, r->me.session, r->now, &s, e);
	return st == E_ABSENT ? err_set(e, E_AUTH, "", "Your sign-in has ended.") : st;
}

enum status
session_begin(struct req *r, int64_t person, const char *name, bool by_link, struct err *e)
{
	const char *token = token_new(r->arena);
	/* Whoever was signed in here before is not any more: the cookie is gone, so must be what it
	 * opens. */
	if (r->me.session)
		TRY(db_session_end(r->db, r->me.session, r->now, e));
	TRY(db_session_add(r->db, token_hash(r->arena, token), person, token_new(r->arena),
		r->address, by_link, r->now, r->now + SESSION_DAYS * 86400, e));
	int64_t session = db_last_id(r->db);
	TRY(db_person_came(r->db, person, r->now, e));
	r->me.id = person;
	r->me.name = name;
	r->me.session = session;
	r->new_session = token;
	return req_audit(r, "sign-in", arena_printf(r->arena, "person %lld", (long long)person),
		r->address, e);
}

enum status
session_end(struct req *r, struct err *e)
{
	TRY(db_session_end(r->db, r->me.session, r->now, e));
	r->new_session = "";
	return req_audit(
		r, "sign-out", arena_printf(r->arena, "person %lld", (long long)r->me.id), "", e);
}

enum status
session_link(struct db *db, const struct config *c, int64_t person, const char *path, int days,
	int64_t now, const char **ret_url, struct err *e)
{
	const char *token = token_new(db_arena(db));
	TRY(db_link_add(db, token_hash(db_arena(db), token), person, path, now,
		now + (int64_t)days * 86400, e));
	*ret_url = arena_printf(db_arena(db), "%s/in/%s", c->site, token);
	return OK;
}
