/* Looking at what open workspaces use; see portal/usage. */
#include "portal/usage/usage.h"

#include "base/clock.h"
#include "base/log.h"
#include "portal/keeper/keeper_internal.h"
#include "portal/keeper/warden.h"
#include "portal/usage/usage.sql.h"

enum { USAGE_PRUNE_MS = 3600 * 1000 };

static enum status
write_down(struct db *db, const struct usage_rooms_rows *rooms, const struct pw_usage *use,
	struct err *e)
{
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	for (size_t i = 0; i < rooms->n; i++)
		/* One that closes at this moment uses nothing. */
		if (use[i].state == WS_OPEN)
			TRY(usage_note(db, &rooms->at[i], &use[i], clock_now(), e));
	return db_commit(tx, e);
}

static void
prune(struct keeper *k, struct db *db)
{
	struct err e;
	if (clock_mono_ms() < k->usage_prune_ms)
		return;
	k->usage_prune_ms = clock_mono_ms() + USAGE_PRUNE_MS;
	if (db_usage_prune(db, clock_now() - USAGE_KEEP_SECONDS, &e) != OK)
		log_error("old measurements cannot be forgotten", "why=\"%s\"", e.text);
}

void
usage_watch(struct keeper *k, struct db *db)
{
	struct usage_rooms_rows rooms;
	struct err e = { 0 };
	if (clock_mono_ms() < k->usage_ms)
		return;
	k->usage_ms = clock_mono_ms() + USAGE_LOOK_MS;
	prune(k, db);
	enum status s = db_usage_rooms(db, 0, &rooms, &e);
	if (s == OK && rooms.n == 0)
		return;
	struct pw_usage *use = s == OK ? ARENA_ARRAY(db_arena(db), rooms.n, struct pw_usage) : NULL;
	for (size_t i = 0; s == OK && i < rooms.n; i++) {
		struct pw_id m = { .head.type = PW_WS_STATE, .id = (uint64_t)rooms.at[i].id };
		s = warden_ask(
			k->server->warden, &m, sizeof m, NULL, 0, &use[i], sizeof use[i], &e);
	}
	if (s == OK)
		s = write_down(db, &rooms, use, &e);
	if (s != OK && !warden_closed(k->server->warden))
		log_warn("what workspaces use is not known", "why=\"%s\"", e.text);
}
