#include "portal/people/steward.h"

#include "portal/web/web.sql.h"

/*
 * Gives the role. A link that an organiser was shown may have been used by them, or may still be:
 * what it opened ends, the others' links stay good. An account on an address that nobody has
 * proven may be anybody's: its password and sign-ins end too.
 */
static enum status
give(struct db *db, int64_t event, int64_t person, const char *about, int64_t now, bool *ret_locked,
	struct err *e)
{
	struct link_shown shown;
	TRY(db_link_shown(db, person, &shown, e));
	if (shown.used)
		TRY(db_person_lock(db, person, e));
	else
		TRY(db_person_lock_unproven(db, person, e));
	bool locked = shown.used || db_changes(db) > 0;
	if (locked)
		TRY(db_session_end_all_of(db, person, now, e));
	TRY(db_link_end_shown(db, person, now, e));
	TRY(db_steward_role_add(db, event, person, about, now, e));
	*ret_locked = locked;
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

/*
 * Whoever organises the event can make accounts and organisers of their own, so that a name in
 * named_by says little: nobody who could have named confirms.
 */
static enum status
may_confirm(struct db *db, int64_t event, const struct steward_naming_by_id *n, int64_t by,
	struct err *e)
{
	struct organiser_ever organiser;
	struct steward_is is;
	TRY(db_steward_is(db, event, by, &is, e));
	if (!is.n)
		return err_set(e, E_DENIED, "", "Only a data steward of the event confirms one.");
	if (n->named_by == by)
		return err_set(e, E_DENIED, "",
			"You named %s yourself. Another data steward confirms it, or the server's "
			"operator by the command wardroom person steward.",
			n->name);
	TRY(db_organiser_ever(db, event, by, &organiser, e));
	if (organiser.ever)
		return err_set(e, E_DENIED, "",
			"You organise this event, or did. A data steward who never did confirms "
			"%s, or the server's operator by the command wardroom person steward.",
			n->name);
	return OK;
}

static enum status
naming_of(struct db *db, int64_t event, int64_t id, struct steward_naming_by_id *ret, struct err *e)
{
	enum status s = db_steward_naming_by_id(db, event, id, ret, e);
	if (s == E_ABSENT)
		return err_set(e, E_ABSENT, "id", "This naming does not wait any more.");
	return s;
}

enum status
steward_may_confirm(struct db *db, int64_t event, int64_t id, int64_t by, struct err *e)
{
	struct steward_naming_by_id n;
	TRY(naming_of(db, event, id, &n, e));
	return may_confirm(db, event, &n, by, e);
}

enum status
steward_decide(struct db *db, int64_t event, int64_t id, bool yes, int64_t by, const char *by_name,
	int64_t now, struct steward_naming_by_id *ret, bool *ret_locked, struct err *e)
{
	struct steward_naming_by_id n;
	bool locked = false;
	TRY(naming_of(db, event, id, &n, e));
	if (yes)
		TRY(may_confirm(db, event, &n, by, e));
	TRY(db_steward_naming_end(
		db, event, n.person, yes ? "confirmed" : "refused", by_name, now, e));
	if (yes)
		TRY(give(db, event, n.person, n.about, now, &locked, e));
	*ret = n;
	*ret_locked = locked;
	return OK;
}
