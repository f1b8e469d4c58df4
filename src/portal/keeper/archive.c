/* Archives that were ordered: made one after another, each by the warden, and written down. */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "portal/archive/archive.h"
#include "portal/archive/archive.sql.h"
#include "portal/audit/audit.h"
#include "portal/keeper/keeper_internal.h"
#include "portal/keeper/warden.h"

enum { TRIES = 3, AGAIN_MS = 5000 };

void
archive_learn(struct db *db)
{
	struct err e;
	if (db_archive_lost(db, &e) != OK)
		log_error("archives that were being made cannot be taken up", "why=\"%s\"", e.text);
	archive_trial_learn(db);
}

void
archive_look(struct keeper *k, struct db *db)
{
	struct archive_next_rows next;
	struct err e;
	archive_trial_forget(k, db);
	pthread_mutex_lock(&k->lock);
	bool early = clock_mono_ms() < k->archive_retry_ms;
	pthread_mutex_unlock(&k->lock);
	if (early)
		return;
	if (db_archive_next(db, &next, &e) != OK) {
		log_error("ordered archives cannot be read", "why=\"%s\"", e.text);
		return;
	}
	bool trial = archive_trial_due(db);
	pthread_mutex_lock(&k->lock);
	k->archive_due = next.n > 0 || trial;
	if (k->archive_due && !k->archiving)
		pthread_cond_signal(&k->work);
	pthread_mutex_unlock(&k->lock);
}

static enum status
order_of(const struct archive_next *x, struct pw_archive *ret, struct err *e)
{
	struct pw_archive m = { .head.type = PW_WS_ARCHIVE, .ws = (uint64_t)x->workspace };
	struct archive_key key;
	TRY(archive_key_read(x->passes, x->memory_kb, x->salt, x->public, &key, e));
	m.passes = key.passes;
	m.memory_kb = key.memory_kb;
	memcpy(m.salt, key.salt, sizeof m.salt);
	memcpy(m.public, key.public, sizeof m.public);
	snprintf(m.label, sizeof m.label, "%s-team-%lld", x->slug, (long long)x->number);
	*ret = m;
	return OK;
}

/* Takes the oldest order up; ret->workspace is 0 when there is none. */
static enum status
take_up(struct db *db, struct archive_next *ret, struct pw_archive *ret_order, struct err *e)
{
	struct archive_next_rows next;
	TRY(db_archive_next(db, &next, e));
	if (next.n == 0)
		return OK;
	TRY(order_of(&next.at[0], ret_order, e));
	TRY(db_archive_begin(db, next.at[0].workspace, e));
	*ret = next.at[0];
	return OK;
}

static enum status
audit(struct db *db, const struct archive_next *x, const char *action, const char *detail,
	struct err *e)
{
	struct audit_entry entry = { .at = clock_now(),
		.actor_name = "the server",
		.event = x->event,
		.action = action,
		.object = arena_printf(db_arena(db), "workspace %lld of team %lld",
			(long long)x->workspace, (long long)x->number),
		.detail = detail };
	return audit_add(db, &entry, e);
}

static enum status
record_done(
	struct db *db, const struct archive_next *x, const struct archive_made *m, struct err *e)
{
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_archive_done(db, x->workspace, clock_now(), m->bytes, m->hash, m->files, m->folders,
		m->left_out, m->content, x->key, e));
	/* Work went on meanwhile, or it was ordered anew: this one counts for nothing. */
	if (db_changes(db) != 1)
		return OK;
	TRY(audit(db, x, "workspace archived",
		arena_printf(db_arena(db),
			"%lld bytes, BLAKE2b %s; %lld files, %lld things left out",
			(long long)m->bytes, m->hash, (long long)m->files, (long long)m->left_out),
		e));
	return db_commit(tx, e);
}

static enum status
record_failed(struct db *db, const struct archive_next *x, const char *why, struct err *e)
{
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_archive_failed(db, x->workspace, why, clock_now(), e));
	TRY(audit(db, x, "workspace not archived", why, e));
	return db_commit(tx, e);
}

/* What the machine did not give may come; what is wrong stays so. */
static enum status
record_trouble(struct keeper *k, struct db *db, const struct archive_next *x, enum status s,
	const char *why, struct err *e)
{
	if (s == E_ABSENT) /* there is nothing that could be archived */
		return db_archive_give_up(db, x->workspace, e);
	pthread_mutex_lock(&k->lock);
	k->archive_retry_ms = clock_mono_ms() + AGAIN_MS;
	pthread_mutex_unlock(&k->lock);
	bool passing = s == E_IO || s == E_BUSY;
	if (passing && (x->tries + 1 < TRIES || warden_closed(k->server->warden)))
		return db_archive_again(db, x->workspace, why, e);
	return record_failed(db, x, why, e);
}

void
archive_work(struct keeper *k)
{
	cleanup_arena struct arena *a = arena_new();
	struct archive_next x = { 0 };
	struct pw_archive m;
	struct archive_made made;
	struct err e = { 0 };
	struct db *db = store_take(k->server->store, a);
	enum status s = take_up(db, &x, &m, &e);
	store_give(db);
	if (s != OK)
		log_error("an archive cannot be begun", "why=\"%s\"", e.text);
	if (!x.workspace) {
		archive_trial_work(k);
		return;
	}
	s = warden_ask(k->server->warden, &m, sizeof m, NULL, 0, NULL, 0, &e);
	if (s == OK)
		s = archive_read_record(a, &k->server->config, x.workspace, &made, &e);
	const char *why = arena_strdup(a, e.text);
	cleanup_db struct db *after = store_take(k->server->store, a);
	enum status written = s == OK ? record_done(after, &x, &made, &e)
				      : record_trouble(k, after, &x, s, why, &e);
	if (written != OK)
		log_error("what came of an archive cannot be written", "why=\"%s\"", e.text);
	log_info("archive", "ws=%lld status=%s", (long long)x.workspace, status_name(s));
}
