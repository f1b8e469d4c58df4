/* Sign-ins that have ended: what they have open is cut, and what is long past is forgotten. */
#include "base/clock.h"
#include "base/log.h"
#include "portal/keeper/gate.h"
#include "portal/keeper/keeper.sql.h"
#include "portal/keeper/keeper_internal.h"

enum { PRUNE_MS = 3600 * 1000, KEEP_SECONDS = 30 * 86400 };

static enum status
mark_cut(struct db *db, const struct sessions_to_cut_rows *rows, struct err *e)
{
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	for (size_t i = 0; i < rows->n; i++)
		TRY(db_session_was_cut(db, rows->at[i].id, e));
	return db_commit(tx, e);
}

/*
 * However a sign-in came to its end, by a page, by a command on the server or by a rule, its row
 * says so; so this is the one place that need know.
 */
void
sessions_cut(struct keeper *k, struct db *db)
{
	struct sessions_to_cut_rows rows;
	struct err e;
	enum status s = db_sessions_to_cut(db, &rows, &e);
	if (s == OK && rows.n == 0)
		return;
	for (size_t i = 0; s == OK && i < rows.n; i++)
		gate_cut_session(k->server->gate, rows.at[i].id);
	if (s == OK)
		s = mark_cut(db, &rows, &e);
	if (s != OK)
		log_error("ended sign-ins cannot be cut", "why=\"%s\"", e.text);
}

static enum status
prune(struct db *db, int64_t before, int64_t *ret_n, struct err *e)
{
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_prune_tickets(db, before, e));
	*ret_n = db_changes(db);
	TRY(db_prune_sessions(db, before, e));
	*ret_n += db_changes(db);
	TRY(db_prune_links(db, before, e));
	*ret_n += db_changes(db);
	return db_commit(tx, e);
}

void
sessions_prune(struct keeper *k, struct db *db)
{
	struct err e;
	int64_t n;
	if (clock_mono_ms() < k->prune_ms)
		return;
	k->prune_ms = clock_mono_ms() + PRUNE_MS;
	if (prune(db, clock_now() - KEEP_SECONDS, &n, &e) != OK)
		log_error("old sign-ins cannot be forgotten", "why=\"%s\"", e.text);
	else if (n)
		log_info("old sign-ins, links and tickets forgotten", "rows=%lld", (long long)n);
}
