#include "portal/people/steward.h"

#include "base/clock.h"
#include "portal/people/people.h"
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
	bool locked;
	TRY(db_link_shown(db, person, &shown, e));
	TRY(people_lock_unproven(db, person, now, &locked, e));
	if (shown.used) {
		TRY(db_person_lock(db, person, e));
		TRY(db_session_end_all_of(db, person, now, e));
		locked = true;
	}
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
is_over(struct db *db, int64_t event, int64_t id, struct err *e)
{
	struct steward_naming_of n;
	struct arena *a = db_arena(db);
	enum status s = db_steward_naming_of(db, event, 0, id, &n, e);
	if (s == E_ABSENT || !id)
		return err_set(e, E_ABSENT, "id", "There is no such naming.");
	TRY(s);
	const char *when = clock_moment(a, n.decided);
	if (streq(n.state, "withdrawn"))
		return err_set(e, E_ABSENT, "id",
			"%s withdrew the naming of %s on %s UTC. It waits for nobody's word.",
			n.decided_by, n.name, when);
	return err_set(e, E_ABSENT, "id", "%s was %s on %s UTC%s%s. It waits for nobody's word.",
		n.name, n.state, when, n.decided_by[0] ? " by " : "", n.decided_by);
}

static enum status
naming_of(struct db *db, int64_t event, int64_t id, struct steward_naming_by_id *ret, struct err *e)
{
	enum status s = db_steward_naming_by_id(db, event, id, ret, e);
	return s == E_ABSENT ? is_over(db, event, id, e) : s;
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

enum status
steward_waits(struct db *db, int64_t event, int64_t id, struct err *e)
{
	struct steward_naming_by_id n;
	return naming_of(db, event, id, &n, e);
}

enum status
steward_take(struct db *db, int64_t event, int64_t person, const char *by_name, int64_t now,
	enum steward_taken *ret, struct err *e)
{
	enum steward_taken was = STEWARD_WAS_NONE;
	TRY(db_steward_naming_end(db, event, person, "withdrawn", by_name, now, e));
	if (db_changes(db))
		was = STEWARD_WAS_NAMED;
	TRY(db_steward_role_end(db, event, person, e));
	if (db_changes(db))
		was = STEWARD_WAS_ONE;
	TRY(db_steward_naming_over(db, event, person, by_name, now, e));
	*ret = was;
	return OK;
}

enum status
steward_told(struct db *db, int64_t event, int64_t person, const char **ret, struct err *e)
{
	struct steward_naming_of n;
	struct arena *a = db_arena(db);
	bool there;
	*ret = NULL;
	TRY(db_found(db_steward_naming_of(db, event, person, 0, &n, e), &there));
	if (!there)
		return OK;
	const char *named =
		arena_printf(a, "%s named you as a data steward of this event on %s UTC",
			n.named_name, clock_moment(a, n.named));
	if (streq(n.state, "waiting"))
		*ret = arena_printf(
			a, "%s. You begin when one of the data stewards has confirmed it.", named);
	else if (streq(n.state, "withdrawn"))
		*ret = arena_printf(a, "%s, and %s withdrew it on %s UTC. Nothing waits for you.",
			named, streq(n.decided_by, n.named_name) ? "then" : n.decided_by,
			clock_moment(a, n.decided));
	else if (streq(n.state, "refused"))
		*ret = arena_printf(a, "%s. The data stewards did not confirm it.", named);
	else if (n.ended)
		*ret = arena_printf(a, "%s. %s took the role back on %s UTC.", named, n.ended_by,
			clock_moment(a, n.ended));
	return OK;
}
