/* A team's packages, installed again in another team's workspace: one order at a time. */
#include "base/clock.h"
#include "base/log.h"
#include "portal/audit/audit.h"
#include "portal/keeper/keeper_internal.h"
#include "portal/keeper/sealed.h"
#include "portal/keeper/warden.h"
#include "portal/packages/packages.h"
#include "portal/packages/packages.sql.h"

void
replay_learn(struct db *db)
{
	struct err e;
	if (db_replay_lost(db, clock_now(), &e) != OK)
		log_error("lost installations cannot be ended", "why=\"%s\"", e.text);
}

void
replay_look(struct keeper *k, struct db *db)
{
	struct replay_next_rows next;
	struct err e;
	if (db_replay_next(db, &next, &e) != OK) {
		log_error("ordered packages cannot be read", "why=\"%s\"", e.text);
		return;
	}
	pthread_mutex_lock(&k->lock);
	k->replay_due = next.n > 0;
	if (k->replay_due && !k->replaying)
		pthread_cond_signal(&k->work);
	pthread_mutex_unlock(&k->lock);
}

/* The lock file as a descriptor that nobody can change any more. */
static enum status
lock_open(struct db *db, int64_t source, int *ret_fd, struct err *e)
{
	struct str text;
	TRY(packages_lock(db, source, &text, e));
	return sealed_fd("lock", text, ret_fd, e);
}

/* Takes the oldest order up. E_ABSENT when there is none. */
static enum status
take_up(struct db *db, struct replay_next *ret, int *ret_fd, struct err *e)
{
	struct replay_next_rows next;
	TRY(db_replay_next(db, &next, e));
	if (next.n == 0)
		return E_ABSENT;
	*ret = next.at[0];
	TRY(db_replay_begin(db, ret->id, e));
	return lock_open(db, ret->source, ret_fd, e);
}

static enum status
record(struct db *db, const struct replay_next *y, const char *state, const char *words,
	struct err *e)
{
	struct arena *a = db_arena(db);
	int64_t now = clock_now();
	struct audit_entry entry = { .at = now,
		.actor_name = "the server",
		.event = y->event,
		.action = streq(state, "done") ? "packages installed" : "packages not installed",
		.object = arena_printf(a, "workspace %lld of team %lld", (long long)y->target,
			(long long)y->target_team),
		.detail = arena_printf(a, "as in workspace %lld of team %lld. %s",
			(long long)y->source, (long long)y->source_team, words) };
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_replay_end(db, y->id, state, words, now, e));
	TRY(audit_add(db, &entry, e));
	return db_commit(tx, e);
}

/* What the mirror let through decides, not what the workspace says of itself. */
static enum status
judge(struct keeper *k, struct db *db, const struct replay_next *y, const char **ret_words,
	struct err *e)
{
	int64_t offset = 0;
	const char *other;
	TRY(packages_learn(db, &k->server->config, y->target, clock_now(), &offset, e));
	TRY(packages_differ(db, y->source, y->target, &other, e));
	if (other[0])
		return err_set(e, E_CONFLICT, "", "Not the same: %s.", other);
	*ret_words = "Every package has the same hash.";
	return OK;
}

void
replay_work(struct keeper *k)
{
	cleanup_arena struct arena *a = arena_new();
	struct replay_next y = { 0 };
	struct err e = { 0 };
	const char *words = "";
	cleanup_fd int lock = -1;
	struct db *db = store_take(k->server->store, a);
	enum status s = take_up(db, &y, &lock, &e);
	store_give(db);
	if (!y.id)
		return;
	struct pw_id m = { .head.type = PW_WS_REPLAY, .id = (uint64_t)y.target };
	if (s == OK)
		s = warden_ask(k->server->warden, &m, sizeof m, &lock, 1, NULL, 0, &e);
	cleanup_db struct db *after = store_take(k->server->store, a);
	if (s == OK)
		s = judge(k, after, &y, &words, &e);
	if (s != OK)
		words = arena_strdup(a, e.text);
	if (record(after, &y, s == OK ? "done" : "failed", words, &e) != OK)
		log_error("an installation's end cannot be written", "why=\"%s\"", e.text);
}
