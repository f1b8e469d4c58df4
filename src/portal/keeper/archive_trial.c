/* Archives read whole on trial, one after another: asked for with the passphrase, by the warden. */
#include <sodium.h>

#include "archive/key.h"
#include "base/clock.h"
#include "base/log.h"
#include "portal/archive/archive.sql.h"
#include "portal/audit/audit.h"
#include "portal/keeper/keeper_internal.h"
#include "portal/keeper/secret.h"
#include "portal/keeper/warden.h"

/* A key's other half among the secrets, which are otherwise of jobs. */
static int64_t
place_of(int64_t key)
{
	return -key;
}

void
keeper_archive_secret(struct keeper *k, int64_t key, const uint8_t secret[32])
{
	char hex[2 * ARCHIVE_SECRET + 1];
	if (!k)
		return;
	hex_encode(hex, secret, ARCHIVE_SECRET);
	secrets_drop(k->secrets, place_of(key));
	secrets_put(k->secrets, place_of(key), "archive", hex);
	sodium_memzero(hex, sizeof hex);
}

void
archive_trial_learn(struct db *db)
{
	struct err e;
	if (db_archive_trial_lost(db, "The server began anew before it was read.", &e) != OK)
		log_error("trials of archives cannot be given up", "why=\"%s\"", e.text);
}

bool
archive_trial_due(struct db *db)
{
	struct archive_trial_next_rows next;
	return db_archive_trial_next(db, &next, NULL) == OK && next.n > 0;
}

static enum status
forget(struct keeper *k, struct db *db, struct err *e)
{
	struct archive_trial_idle_rows idle;
	bool any = false;
	TRY(db_archive_trial_idle(db, &idle, e));
	for (size_t i = 0; i < idle.n; i++)
		any |= secrets_has(k->secrets, place_of(idle.at[i].id));
	if (!any)
		return OK;
	/*
	 * Who asks for trials puts the secret before the commit (archive_web.c). While we write
	 * nobody is between the two, so one that is here without a trial is of no use: the trials
	 * are over, or ordered anew, or that commit failed.
	 */
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_archive_trial_idle(tx, &idle, e));
	for (size_t i = 0; i < idle.n; i++)
		secrets_drop(k->secrets, place_of(idle.at[i].id));
	return OK;
}

void
archive_trial_forget(struct keeper *k, struct db *db)
{
	struct err e;
	if (forget(k, db, &e) != OK)
		log_error("what opens archives cannot be forgotten", "why=\"%s\"", e.text);
}

static enum status
ask(struct keeper *k, const struct archive_trial_next *x, uint64_t *ret_bytes, struct err *e)
{
	struct pw_done d = { 0 };
	struct pw_try m = { .head.type = PW_WS_TRY, .ws = (uint64_t)x->workspace };
	char hex[2 * ARCHIVE_SECRET + 1];
	bool known = secrets_read(k->secrets, place_of(x->key), hex, sizeof hex) &&
		     hex_decode(str_of(hex), m.secret, sizeof m.secret);
	enum status s =
		!known ? err_set(e, E_BUSY, "", "The passphrase is asked for again.")
		       : warden_ask(k->server->warden, &m, sizeof m, NULL, 0, &d, sizeof d, e);
	sodium_memzero(hex, sizeof hex);
	sodium_memzero(&m, sizeof m);
	*ret_bytes = d.value;
	return s;
}

/* What the archive itself is to blame for; all else is the machine's, or a server that stops. */
static bool
is_bad(enum status s)
{
	return s == E_CONFLICT || s == E_INPUT || s == E_ABSENT;
}

static enum status
audit(struct db *db, const struct archive_trial_next *x, const char *action, const char *detail,
	struct err *e)
{
	return audit_add(db,
		&(struct audit_entry){ .at = clock_now(),
			.actor_name = "the server",
			.event = x->event,
			.action = action,
			.object = arena_printf(db_arena(db), "workspace %lld of team %lld",
				(long long)x->workspace, (long long)x->number),
			.detail = detail },
		e);
}

static enum status
record(struct db *db, const struct archive_trial_next *x, enum status came, const char *problem,
	struct err *e)
{
	bool good = came == OK, bad = is_bad(came);
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	if (good || bad)
		TRY(db_archive_trial_end(
			db, x->workspace, good ? "good" : "bad", problem, clock_now(), e));
	else
		TRY(db_archive_trial_broken(db, x->workspace, problem, e));
	/* It was made anew meanwhile. */
	if (db_changes(db) != 1)
		return OK;
	TRY(audit(db, x,
		good  ? "archive opened on trial"
		: bad ? "archive not opened on trial"
		      : "archive trial broken off",
		good ? arena_printf(db_arena(db), "read whole, %lld bytes of files",
			       (long long)x->content)
		     : problem,
		e));
	return db_commit(tx, e);
}

void
archive_trial_work(struct keeper *k)
{
	cleanup_arena struct arena *a = arena_new();
	struct archive_trial_next_rows next = { 0 };
	struct err e = { 0 };
	uint64_t bytes = 0;
	struct db *db = store_take(k->server->store, a);
	enum status s = db_archive_trial_next(db, &next, &e);
	if (s == OK && next.n)
		s = db_archive_trial_begin(db, next.at[0].workspace, &e);
	store_give(db);
	if (s != OK)
		log_error("a trial of an archive cannot be begun", "why=\"%s\"", e.text);
	if (s != OK || !next.n)
		return;
	const struct archive_trial_next *x = &next.at[0];
	s = ask(k, x, &bytes, &e);
	if (s == OK && (int64_t)bytes != x->content)
		s = err_set(&e, E_CONFLICT, "", "It holds other files than it did.");
	const char *problem = s == OK ? "" : arena_strdup(a, e.text);
	cleanup_db struct db *after = store_take(k->server->store, a);
	if (record(after, x, s, problem, &e) != OK)
		log_error("what came of a trial cannot be written", "why=\"%s\"", e.text);
	archive_trial_forget(k, after);
	log_info("archive tried", "ws=%lld status=%s", (long long)x->workspace, status_name(s));
}
