#include "portal/keeper/keeper.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "portal/audit/audit.h"
#include "portal/event/event.h"
#include "portal/event/event.sql.h"
#include "portal/keeper/keeper.sql.h"
#include "portal/keeper/keeper_internal.h"
#include "portal/keeper/spool.h"
#include "portal/keeper/warden.h"
#include "portal/workspace/workspace.h"
#include "portal/workspace/workspace.sql.h"

enum { TICK_MS = 1000, CHECK_MS = 30000, CLOCK_RETRY_MS = 60000 };

/* ---- what others call ---- */

static void
nudge(struct keeper *k)
{
	pthread_mutex_lock(&k->lock);
	k->nudged = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
}

void
keeper_nudge(struct server *s, int64_t unused, int64_t unused2, int64_t unused3)
{
	if (s->keeper)
		nudge(s->keeper);
}

struct room_note *
keeper_note(struct keeper *k, int64_t ws)
{
	struct room_note *r = k->rooms;
	while (r && r->ws != ws)
		r = r->next;
	if (r)
		return r;
	r = calloc(1, sizeof *r);
	if (!r)
		BUG("out of memory");
	r->ws = ws;
	r->next = k->rooms;
	k->rooms = r;
	return r;
}

void
keeper_retry(struct keeper *k, int64_t ws)
{
	pthread_mutex_lock(&k->lock);
	struct room_note *r = keeper_note(k, ws);
	r->fails = 0;
	r->next_ms = 0;
	pthread_mutex_unlock(&k->lock);
	nudge(k);
}

void
keeper_warm(struct keeper *k, int64_t ws, int64_t person, bool soon)
{
	if (k)
		warm_ask(k->warm, ws, person, soon);
}

void
keeper_secret(struct keeper *k, int64_t job, const char *name, const char *text)
{
	if (k)
		secrets_put(k->secrets, job, name, text);
}

void
keeper_secret_drop(struct keeper *k, int64_t job)
{
	if (k)
		secrets_drop(k->secrets, job);
}

static void
tell(struct keeper *k, const struct keeper_event *from)
{
	struct keeper_event *ev = malloc(sizeof *ev);
	if (!ev)
		BUG("out of memory");
	*ev = *from;
	pthread_mutex_lock(&k->lock);
	*k->last = ev;
	k->last = &ev->next;
	pthread_mutex_unlock(&k->lock);
	nudge(k);
}

void
keeper_job_ended(void *ctx, const struct pw_job_ended *m)
{
	tell(ctx, &(struct keeper_event){
			  .kind = EVENT_JOB, .id = (int64_t)m->job, .exit_code = m->exit_code });
}

void
keeper_ws_ended(void *ctx, const struct pw_ws_ended *m)
{
	struct keeper_event ev = { .kind = EVENT_WS, .id = (int64_t)m->ws };
	memcpy(ev.reason, m->reason, sizeof ev.reason);
	tell(ctx, &ev);
}

/* ---- one look ---- */

static void
hear(struct keeper *k, struct db *db)
{
	pthread_mutex_lock(&k->lock);
	struct keeper_event *ev = k->first;
	k->first = NULL;
	k->last = &k->first;
	pthread_mutex_unlock(&k->lock);
	while (ev) {
		struct keeper_event *next = ev->next;
		if (ev->kind == EVENT_JOB)
			jobs_ended(k, db, ev->id, ev->exit_code);
		else
			rooms_ended(k, db, ev->id, ev->reason);
		free(ev);
		ev = next;
	}
}

static enum status
begin_phase(struct keeper *k, struct db *db, int64_t event, enum phase to, struct err *e)
{
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(event_move(db, event, to, 0, "the clock", clock_now(), e));
	TRY(db_commit(tx, e));
	rooms_cut_event(k, db, event);
	return OK;
}

/* Begins at most one phase: what follows is read anew. */
static void
watch_clock(struct keeper *k, struct db *db)
{
	struct phase_due_rows due;
	struct err e;
	if (clock_mono_ms() < k->clock_retry_ms)
		return;
	if (db_phase_due(db, clock_now(), &due, &e) != OK) {
		log_error("the planned phases cannot be read", "why=\"%s\"", e.text);
		return;
	}
	for (size_t i = 0; i < due.n; i++) {
		enum phase to = phase_parse(due.at[i].phase), at = phase_parse(due.at[i].present);
		if (to == PHASES || at == PHASES || to <= at)
			continue;
		if (begin_phase(k, db, due.at[i].event, to, &e) == OK) {
			log_info("phase begun by the clock", "event=%lld phase=%s",
				(long long)due.at[i].event, phase_word(to));
			nudge(k);
			return;
		}
		log_warn("the clock cannot begin a phase", "event=%lld phase=%s why=\"%s\"",
			(long long)due.at[i].event, phase_word(to), e.text);
		k->clock_retry_ms = clock_mono_ms() + CLOCK_RETRY_MS;
	}
}

/* Teams that were formed after the workspaces were. */
static void
add_missing(struct db *db)
{
	struct room_events_lacking_rows events;
	struct err e;
	enum status s = db_room_events_lacking(db, &events, &e);
	for (size_t i = 0; s == OK && i < events.n; i++)
		s = db_workspace_add_missing(
			db, events.at[i].id, workspace_want(phase_parse(events.at[i].phase)), &e);
	if (s != OK)
		log_error("workspaces cannot be added", "why=\"%s\"", e.text);
}

static void
show_audit_head(struct keeper *k, struct db *db)
{
	struct audit_head head;
	struct err e;
	if (clock_mono_ms() < k->told_ms + TICK_MS)
		return;
	if (audit_read_head(db, &head, &e) != OK) {
		log_error("the audit trail cannot be read", "why=\"%s\"", e.text);
		return;
	}
	if (head.n <= k->told)
		return;
	struct pw_audit_head m = { .head.type = PW_AUDIT_HEAD, .n = (uint64_t)head.n };
	memcpy(m.hash, head.hash, sizeof m.hash);
	k->told_ms = clock_mono_ms();
	enum status s = warden_ask(k->server->warden, &m, sizeof m, NULL, 0, NULL, 0, &e);
	/* A trail that is shorter than the one witnessed before will not grow by asking again. */
	if (s == OK || s == E_CONFLICT)
		k->told = head.n;
	if (s != OK && !warden_closed(k->server->warden))
		log_warn("the audit trail's head was not witnessed", "why=\"%s\"", e.text);
}

static void
look(struct keeper *k, bool first)
{
	cleanup_arena struct arena *a = arena_new();
	cleanup_db struct db *db = store_take(k->server->store, a);
	if (first)
		rooms_learn(k, db), replay_learn(db), archive_learn(db);
	hear(k, db);
	sessions_cut(k, db);
	watch_clock(k, db);
	add_missing(db);
	rooms_look(k, db);
	rooms_packages(k, db);
	replay_look(k, db);
	archive_look(k, db);
	if (clock_mono_ms() >= k->jobs_checked_ms + CHECK_MS) {
		k->jobs_checked_ms = clock_mono_ms();
		jobs_check(k, db);
	}
	jobs_stop(k, db);
	jobs_start(k, db);
	usage_watch(k, db);
	spool_look(k, db);
	show_audit_head(k, db);
	sessions_prune(k, db);
}

static void *
run(void *arg)
{
	struct keeper *k = arg;
	k->jobs_checked_ms = -CHECK_MS;
	for (bool first = true;; first = false) {
		look(k, first);
		int64_t until = clock_mono_ms() + TICK_MS;
		struct timespec t = { until / 1000, until % 1000 * 1000000 };
		pthread_mutex_lock(&k->lock);
		int late = 0;
		while (!k->nudged && !k->stop && !late)
			late = pthread_cond_timedwait(&k->wake, &k->lock, &t);
		k->nudged = false;
		bool stop = k->stop;
		pthread_mutex_unlock(&k->lock);
		if (stop)
			return NULL;
	}
}

/* ---- life ---- */

struct keeper *
keeper_new(struct server *s)
{
	struct keeper *k = calloc(1, sizeof *k);
	if (!k)
		BUG("out of memory");
	k->server = s;
	k->last = &k->first;
	k->warm = warm_new(s);
	k->secrets = secrets_new();
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&k->wake, &attr);
	pthread_cond_init(&k->work, &attr);
	pthread_condattr_destroy(&attr);
	return k;
}

enum status
keeper_run(struct keeper *k, struct err *e)
{
	bool bad = pthread_create(&k->thread, NULL, run, k) != 0;
	for (int i = 0; i < KEEPER_WORKERS && !bad; i++)
		bad = pthread_create(&k->workers[i], NULL, rooms_work, k) != 0;
	/* Only at the start of the process, which ends then: what was begun is not undone. */
	if (bad)
		return err_set(e, E_IO, "", "No thread can be started.");
	k->running = true;
	return warm_run(k->warm, e);
}

void
keeper_free(struct keeper *k)
{
	if (!k)
		return;
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_broadcast(&k->wake);
	pthread_cond_broadcast(&k->work);
	pthread_mutex_unlock(&k->lock);
	if (k->running) {
		pthread_join(k->thread, NULL);
		for (int i = 0; i < KEEPER_WORKERS; i++)
			pthread_join(k->workers[i], NULL);
	}
	warm_free(k->warm);
	secrets_free(k->secrets);
	for (struct keeper_event *ev = k->first, *next; ev; ev = next) {
		next = ev->next;
		free(ev);
	}
	for (struct room_note *r = k->rooms, *next; r; r = next) {
		next = r->next;
		free(r);
	}
	pthread_cond_destroy(&k->wake);
	pthread_cond_destroy(&k->work);
	pthread_mutex_destroy(&k->lock);
	free(k);
}
