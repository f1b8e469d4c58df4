#include "portal/people/steward.h"

#include "portal/web/web.sql.h"

/*
 * Gives the role. A link that an organiser was shown may have been used by them, or may still be:
 * what it opened ends, the others' links stay good.
 */
static enum status
give(struct db *db, int64_t event, int64_t person, const char *about, int64_t now, bool *ret_locked,
	struct err *e)
{
	struct link_shown shown;
	TRY(db_link_shown(db, person, &shown, e));
	if (shown.used) {
		TRY(db_person_lock(db, person, e));
		TRY(db_session_end_all_of(db, person, now, e));
	}
	TRY(db_link_end_shown(db, person, now, e));
	TRY(db_steward_role_add(db, event, person, about, now, e));
	*ret_locked = shown.used;
	return OK;
}

/* Is there a word to wait for? */
static enum status
waits(struct db *db, const struct steward_naming *n, bool *ret, struct err *e)
{
	struct steward_ever ever;
	TRY(db_steward_ever(db, n->event, &ever, e));
	*ret = n->by != 0 && ever.ever;
	return OK;
}

enum status
steward_name(struct db *db, const struct steward_naming *n, struct steward_made *ret, struct err *e)
{
	struct steward_is is;
	struct steward_made made = { 0 };
	bool wait;
	TRY(db_steward_is(db, n->event, n->person, &is, e));
	if (is.n) {
		*ret = (struct steward_made){ .how = STEWARD_IS };
		return OK;
	}
	TRY(waits(db, n, &wait, e));
	TRY(db_steward_naming_add(db, n->event, n->person, n->about, n->by, n->by_name, n->now, e));
	if (!wait) {
		made.how = STEWARD_BECOMES;
		TRY(db_steward_naming_end(db, n->event, n->person, "confirmed",
			n->by == 0 ? n->by_name : "", n->now, e));
		TRY(give(db, n->event, n->person, n->about, n->now, &made.locked, e));
	}
	*ret = made;
	return OK;
}

enum status
steward_decide(struct db *db, int64_t event, int64_t id, bool yes, int64_t by, const char *by_name,
	int64_t now, struct steward_naming_by_id *ret, bool *ret_locked, struct err *e)
{
	struct steward_naming_by_id n;
	bool locked = false;
	enum status s = db_steward_naming_by_id(db, event, id, &n, e);
	if (s == E_ABSENT)
		return err_set(e, E_ABSENT, "id", "This naming does not wait any more.");
	TRY(s);
	if (n.named_by == by && yes)
		return err_set(e, E_DENIED, "",
			"You named %s yourself. Another data steward confirms it, or the server's "
			"operator by `wardroom person steward`.",
			n.name);
	TRY(db_steward_naming_end(
		db, event, n.person, yes ? "confirmed" : "refused", by_name, now, e));
	if (yes)
		TRY(give(db, event, n.person, n.about, now, &locked, e));
	*ret = n;
	*ret_locked = locked;
	return OK;
}
