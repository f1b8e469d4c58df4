#include "base/hash.h"
#include "base/mailbox.h"
#include "portal/people/people.h"

#include "portal/web/session.h"
#include "portal/web/web.sql.h"

enum status
people_email_ok(const char *s, struct err *e)
{
	if (mailbox_ok(str_of(s)))
		return OK;
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p > '~')
			return err_set(e, E_INPUT, "email",
				"No mail can be sent to the address \"%.80s\": mail servers do not "
				"agree on letters beyond a to z in an address. Most mailboxes have "
				"a "
				"second address without them.",
				s);
	return err_set(e, E_INPUT, "email", "\"%.80s\" is not an e-mail address.", s);
}

enum status
people_lock_unproven(struct db *db, int64_t person, int64_t now, bool *ret_locked, struct err *e)
{
	TRY(db_person_lock_unproven(db, person, e));
	*ret_locked = db_changes(db) > 0;
	return *ret_locked ? db_session_end_all_of(db, person, now, e) : OK;
}

enum status
people_entrust(struct db *db, const char *email, const char *name, int64_t event, int64_t now,
	struct people_found *ret, struct err *e)
{
	struct person_by_email p;
	struct person_is_fresh f;
	TRY(people_email_ok(email, e));
	enum status s = db_person_by_email(db, email, &p, e);
	if (s == E_ABSENT) {
		TRY(db_person_add(db, email, name, NULL, now, e));
		*ret = (struct people_found){ .id = db_last_id(db), .fresh = true };
		return OK;
	}
	TRY(s);
	TRY(db_person_is_fresh(db, p.id, event, &f, e));
	bool locked;
	TRY(people_lock_unproven(db, p.id, now, &locked, e));
	*ret = (struct people_found){ p.id, f.fresh, locked };
	return OK;
}

enum status
people_invite(struct req *r, int64_t person, const char *email, const char *path, const char *as,
	const char **ret_url, struct err *e)
{
	const char *url;
	TRY(session_link(r->db, &r->server->config, person, path, 14, r->now, &url, e));
	TRY(db_outbox_add(r->db, r->event.id, person, email,
		arena_printf(r->arena, "%s: you are invited", r->event.name),
		arena_printf(r->arena,
			"%s invites you to %s as %s.\n\nThis link signs you in once, within 14 "
			"days:\n%s\n",
			r->me.name, r->event.name, as, url),
		r->now, e));
	*ret_url = url;
	return OK;
}

bool
people_may_decide(const char *from, const char *to)
{
	static const char *const undecided[] = { "submitted", "waitlisted", "selected",
		"not selected" };
	bool from_ok = streq(from, "accepted") && streq(to, "not selected");
	bool to_ok = false;
	for (size_t i = 0; i < 4; i++) {
		from_ok |= streq(from, undecided[i]);
		to_ok |= streq(to, undecided[i]);
	}
	return from_ok && to_ok && !streq(from, to);
}

const char *
agreement_hash(struct arena *a, const char *title, const char *body)
{
	return hash_hex(a, str_of(arena_printf(a, "%s\n%s", title, body)));
}

enum status
agreement_signed(struct db *db, int64_t event, int64_t person, struct err *e)
{
	struct agreement_current a;
	struct signature_of s;
	enum status st = db_agreement_current(db, event, &a, e);
	if (st == E_ABSENT)
		return err_set(e, E_DENIED, "agreement",
			"The event has no agreement yet; data stay closed until there is one.");
	TRY(st);
	st = db_signature_of(db, a.id, person, &s, e);
	if (st == E_ABSENT)
		return err_set(e, E_DENIED, "agreement",
			"Please sign version %lld of the agreement first.", (long long)a.version);
	return st;
}
