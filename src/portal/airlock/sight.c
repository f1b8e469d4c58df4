/*
 * Looking at a file: the portal's user may not open one, so it sells a ticket, good once and for a
 * minute, and the gate shows the page that the curator made.
 */
#include "portal/airlock/airlock.h"
#include "portal/audit/audit.h"
#include "portal/people/people.sql.h"
#include "portal/web/session.h"

static enum status
may_look(const struct airlock_row *q, const struct airlock_actor *who, struct err *e)
{
	if (!(who->who & AIRLOCK_REVIEWER))
		return err_set(e, E_DENIED, "",
			"Only a data steward who never belonged to the team opens its files.");
	if (streq(q->state, "draft") || streq(q->state, "withdrawn"))
		return err_set(e, E_CONFLICT, "",
			"Request %lld is %s; its files are the team's own.", (long long)q->number,
			q->state);
	/* The pages go when nobody votes on them any more; see keeper/spool.c. */
	if (airlock_is_final(airlock_state_parse(q->state)))
		return err_set(e, E_CONFLICT, "",
			"Request %lld is %s, and its pages for reviewers were cleared away then.%s",
			(long long)q->number, q->state,
			streq(q->state, "released") ? " What left can be downloaded." : "");
	return OK;
}

enum status
airlock_sight_make(struct db *db, const struct airlock_row *q, const struct airlock_actor *who,
	int64_t file, int64_t session, int64_t now, const char **ret, struct err *e)
{
	struct airlock_file_row f;
	TRY(may_look(q, who, e));
	TRY(db_airlock_file_by_id(db, q->id, file, &f, e));
	if (!f.verdict[0] || streq(f.verdict, "held"))
		return err_set(
			e, E_CONFLICT, "", "%s could not be looked at by the check yet.", f.name);
	const char *token = token_new(db_arena(db));
	TRY(db_airlock_sight_add(db, token_hash(db_arena(db), token), f.id, f.clean_hash,
		who->person, session, now + AIRLOCK_SIGHT_SECONDS, e));
	*ret = token;
	return OK;
}

/* Everything is asked again: a minute is long enough to lose a role. */
static enum status
use(struct db *db, const struct airlock_sight_live *s, int64_t now, struct err *e)
{
	struct arena *a = db_arena(db);
	struct airlock_row q;
	struct airlock_actor who;
	struct airlock_file_row f;
	struct steward_is steward;
	TRY(db_airlock_by_id(db, s->request, &q, e));
	TRY(db_steward_is(db, q.event, s->person, &steward, e));
	TRY(airlock_as(db, &q, s->person, s->person_name, steward.n > 0, &who, e));
	TRY(may_look(&q, &who, e));
	TRY(db_airlock_file_by_id(db, q.id, s->file, &f, e));
	if (!streq(f.clean_hash, s->digest))
		return err_set(
			e, E_CONFLICT, "", "The file has changed; go back and open it again.");
	TRY(db_airlock_sight_use(db, s->id, now, e));
	struct audit_entry entry = { .at = now,
		.actor = s->person,
		.actor_name = s->person_name,
		.event = q.event,
		.action = "airlock file opened",
		.object = arena_printf(a, "airlock request %lld of team %lld", (long long)q.number,
			(long long)q.team_number),
		.detail = arena_printf(
			a, "%s, BLAKE2b %s", f.name, f.clean_hash[0] ? f.clean_hash : f.hash) };
	return audit_add(db, &entry, e);
}

enum status
airlock_sight_use(struct db *db, const char *token, int64_t now, int64_t *ret_file, struct err *e)
{
	struct airlock_sight_live s;
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	enum status found = db_airlock_sight_live(db, token_hash(db_arena(db), token), now, &s, e);
	if (found == E_ABSENT)
		return err_set(e, E_AUTH, "ticket",
			"This look was used already or is older than a minute. Go back to the "
			"request and open the file again.");
	TRY(found);
	TRY(use(db, &s, now, e));
	TRY(db_commit(tx, e));
	*ret_file = s.file;
	return OK;
}
