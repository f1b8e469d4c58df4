/* The sign-in link that a mail brings: whether it works still, and a new one in its place. */
#include "portal/mail/mail.h"
#include "portal/mail/mail.sql.h"
#include "portal/web/session.h"

enum { DAY = 86400 };

/* E_ABSENT when the text has no link of ours. *ret_url: where it stands in the text. */
static enum status
find(struct db *db, const char *body, struct str *ret_url, struct mail_link *ret, struct err *e)
{
	struct str url, token;
	if (!mail_find_link(str_of(body), &url, &token))
		return E_ABSENT;
	const char *text = str_dup(db_arena(db), token);
	TRY(db_mail_link(db, token_hash(db_arena(db), text), ret, e));
	*ret_url = url;
	return OK;
}

enum status
mail_link_works(struct db *db, const char *body, int64_t now, bool *ret, struct err *e)
{
	struct mail_link l;
	struct str url;
	enum status s = find(db, body, &url, &l, e);
	*ret = s == E_ABSENT || (s == OK && !l.used && l.expires > now);
	return s == E_ABSENT ? OK : s;
}

enum status
mail_renew_link(struct db *db, const struct config *c, const char *body, int64_t now,
	const char **ret, struct err *e)
{
	struct mail_link l;
	struct str old;
	const char *url;
	TRY(find(db, body, &old, &l, e));
	int days = (int)((l.expires - l.created) / DAY);
	TRY(session_link(db, c, l.person, l.path, days, now, &url, e));
	*ret = arena_printf(
		db_arena(db), "%.*s%s%s", (int)(old.p - body), body, url, old.p + old.n);
	return OK;
}
