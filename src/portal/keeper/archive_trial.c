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

/* An event's key among the secrets, which are otherwise of jobs. */
static int64_t
place_of(int64_t event)
{
	return -event;
}

void
keeper_archive_secret(struct keeper *k, int64_t event, const uint8_t secret[32])
{
	char hex[2 * ARCHIVE_SECRET + 1];
	if (!k)
		return;
	hex_encode(hex, secret, ARCHIVE_SECRET);
	secrets_drop(k->secrets, place_of(event));
	secrets_put(k->secrets, place_of(event), "archive", hex);
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
ask(struct keeper *k, const struct archive_trial_next *x, uint64_t *ret_bytes, struct err *e)
{
	struct pw_done d = { 0 };
	struct pw_try m = { .head.type = PW_WS_TRY, .ws = (uint64_t)x->workspace };
	char hex[2 * ARCHIVE_SECRET + 1];
	bool known = secrets_read(k->secrets, place_of(x->event), hex, sizeof hex) &&
		     hex_decode(str_of(hex), m.secret, sizeof m.secret);
	enum status s = !known ? err_set(e, E_CONFLICT, "", "The passphrase is asked for again.")
			       : warden_ask(k->server->warden, &m, sizeof m, NULL, 0, &d, sizeof d,
					 e);
	sodium_memzero(hex, sizeof hex);
	sodium_memzero(&m, sizeof m);
	*ret_bytes = d.value;
	return s;
}

static enum status
record(struct db *db, const struct archive_trial_next *x, const char *problem, struct err *e)
{
	int64_t now = clock_now();
	bool good = !problem[0];
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_archive_trial_end(db, x->workspace, good ? "good" : "bad", problem, now, e));
	/* It was made anew meanwhile. */
	if (db_changes(db) != 1)
		return OK;
	struct audit_entry entry = { .at = now,
		.actor_name = "the server",
		.event = x->event,
		.action = good ? "archive opened on trial" : "archive not opened on trial",
		.object = arena_printf(db_arena(db), "workspace %lld of team %lld",
			(long long)x->workspace, (long long)x->number),
		.detail = good ? arena_printf(db_arena(db), "read whole, %lld bytes of files",
					 (long long)x->content)
			       : problem };
	TRY(audit_add(db, &entry, e));
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
	const char *problem = s != OK                          ? arena_strdup(a, e.text)
			      : (int64_t)bytes != x->content ? "It holds other files than it did."
							     : "";
	cleanup_db struct db *after = store_take(k->server->store, a);
	s = record(after, x, problem, &e);
	if (s != OK)
		log_error("what came of a trial cannot be written", "why=\"%s\"", e.text);
	if (!archive_trial_due(after))
		secrets_drop(k->secrets, place_of(x->event));
	log_info("archive tried", "ws=%lld good=%d", (long long)x->workspace, !problem[0]);
}
