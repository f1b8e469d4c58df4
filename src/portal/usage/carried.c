/* What went to whose screen, and how much may. */
#include "base/clock.h"
#include "portal/audit/audit.h"
#include "portal/usage/activity.sql.h"
#include "portal/usage/usage.h"

enum { PART = 300, HOUR = 3600 };

enum status
usage_budget(struct db *db, int64_t event, int64_t ws, int64_t person, int64_t now,
	struct usage_budget *ret, struct err *e)
{
	struct budget_of b;
	struct carried_since c;
	bool set;
	TRY(db_found(db_budget_of(db, event, &b, e), &set));
	TRY(db_carried_since(db, ws, person, now - HOUR, &c, e));
	*ret = (struct usage_budget){ .bytes_max = set ? b.bytes_mb << 20 : USAGE_BYTES_MAX,
		.pixels_max = set ? b.pixels_mb << 20 : USAGE_PIXELS_MAX,
		.bytes = c.bytes,
		.pixels = c.pixels };
	return OK;
}

/* Told once, by the report that crosses the line. */
static enum status
spent(struct db *db, const struct pg_carried *m, const struct carried_who *who, int64_t now,
	const struct usage_budget *before, struct err *e)
{
	bool bytes = before->bytes <= before->bytes_max &&
		     before->bytes + (int64_t)m->bytes > before->bytes_max;
	bool pixels = before->pixels <= before->pixels_max &&
		      before->pixels + (int64_t)m->pixels > before->pixels_max;
	if (!bytes && !pixels)
		return OK;
	struct audit_entry entry = { .at = now,
		.actor = (int64_t)m->person,
		.actor_name = who->name,
		.event = who->event,
		.action = "hour's budget used up",
		.object = arena_printf(db_arena(db), "workspace %lld of team %lld",
			(long long)m->ws, (long long)who->number),
		.detail = bytes ? "bytes to the browser" : "pictures of the desktop" };
	return audit_add(db, &entry, e);
}

enum status
usage_carried(struct db *db, const struct pg_carried *m, int64_t now, struct err *e)
{
	struct carried_who who;
	struct usage_budget before;
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_carried_who(db, (int64_t)m->ws, (int64_t)m->person, &who, e));
	TRY(usage_budget(db, who.event, (int64_t)m->ws, (int64_t)m->person, now, &before, e));
	TRY(db_carried_put(db, (int64_t)m->ws, (int64_t)m->person, now - now % PART,
		(int64_t)m->bytes, (int64_t)m->pixels, (int64_t)m->requests, e));
	TRY(spent(db, m, &who, now, &before, e));
	return db_commit(tx, e);
}
