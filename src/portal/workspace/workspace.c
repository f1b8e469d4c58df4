#include "portal/workspace/workspace.h"

#include "portal/audit/audit.h"
#include "portal/web/session.h"
#include "portal/workspace/workspace.sql.h"

enum status
workspace_admits(struct db *db, int64_t ws, int64_t person, int64_t session, int64_t now,
	struct admission *ret, struct err *e)
{
	struct admission_facts_row row;
	TRY(db_admission_facts(db, ws, person, session, now, &row, e));
	struct admission_facts f = {
		.all_sealed = row.all_sealed,
		.asks_session = session != 0,
		.signed_in = row.session != 0,
		.member = row.member != 0,
		.participant = row.participant,
		.agreement = row.agreement != 0,
		.signed_it = row.signed_it,
		.phase = phase_parse(row.phase),
		.event_name = row.event_name,
		.want = row.want,
		.state = row.state,
		.stage = row.stage,
	};
	TRY(workspace_judge(&f, e));
	if (ret)
		*ret = (struct admission){ .ws = ws,
			.person = person,
			.session = session,
			.event = row.event,
			.team = row.team,
			.slot = row.slot,
			.expires = row.expires,
			.label = arena_printf(db_arena(db), "workspace %lld of team %lld",
				(long long)ws, (long long)row.number) };
	return OK;
}

enum status
workspace_ticket_make(struct db *db, int64_t ws, int64_t person, int64_t session, int64_t now,
	const char **ret, struct err *e)
{
	const char *ticket = token_new(db_arena(db));
	TRY(db_ticket_add(db, token_hash(db_arena(db), ticket), ws, person, session,
		now + TICKET_SECONDS, e));
	*ret = ticket;
	return OK;
}

/* The ticket is used up whether or not its holder is let in; so this part may not fail half-way. */
static enum status
use(struct db *db, int64_t ws, const char *ticket, int64_t now, struct admission *ret,
	struct err *verdict, struct err *e)
{
	struct ticket_live k;
	struct admission a;
	enum status s = db_ticket_live(db, token_hash(db_arena(db), ticket), ws, now, &k, verdict);
	if (s == E_ABSENT) {
		err_set(verdict, E_AUTH, "ticket",
			"This way in was used already or is older than a minute. Go back to your "
			"team's page and press \"Open notebook\" again.");
		return OK;
	}
	if (s != OK) {
		*e = *verdict;
		return s;
	}
	TRY(db_ticket_use(db, k.id, now, e));
	s = workspace_admits(db, ws, k.person, k.session, now, &a, verdict);
	if (s == E_IO || s == E_BUG) {
		*e = *verdict;
		return s;
	}
	if (s != OK)
		return OK;
	struct audit_entry entry = { .at = now,
		.actor = k.person,
		.actor_name = k.name,
		.event = a.event,
		.action = "workspace entered",
		.object = a.label,
		.detail = "" };
	TRY(audit_add(db, &entry, e));
	*ret = a;
	return OK;
}

enum status
workspace_ticket_use(struct db *db, int64_t ws, const char *ticket, int64_t now,
	struct admission *ret, struct err *e)
{
	struct err verdict = { .code = OK };
	struct admission a;
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(use(db, ws, ticket, now, &a, &verdict, e));
	TRY(db_commit(tx, e));
	if (verdict.code != OK) {
		if (e)
			*e = verdict;
		return verdict.code;
	}
	*ret = a;
	return OK;
}

const char *
workspace_url(struct arena *a, const struct config *c, int64_t ws, const char *path)
{
	/* config_load has seen to it that %s is there, once. */
	const char *at = strstr(c->rooms, "%s");
	return arena_printf(
		a, "%.*sw%lld%s%s", (int)(at - c->rooms), c->rooms, (long long)ws, at + 2, path);
}

enum status
workspace_want_all(struct db *db, int64_t event, enum phase p, int64_t now, struct err *e)
{
	const char *want = workspace_want(p);
	struct event_seal_of seal;
	bool sealed;
	TRY(db_found(db_event_seal_of(db, event, &seal, e), &sealed));
	/* Only those who sealed open again; but what is to be destroyed need not be open. */
	if (sealed && !streq(want, "destroyed"))
		want = "closed";
	if (p >= PHASE_SETUP && p <= PHASE_FULL)
		TRY(db_workspace_add_missing(db, event, want, e));
	return db_workspace_set_want_all(db, event, want, e);
}

enum status
workspace_changed(struct db *db, int64_t team, struct err *e)
{
	return db_workspace_set_changed(db, team, e);
}
