/* Making workspaces what is wanted of them; the rule itself is room_plan. */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "portal/audit/audit.h"
#include "portal/keeper/gate.h"
#include "portal/keeper/keeper.sql.h"
#include "portal/keeper/keeper_internal.h"
#include "portal/keeper/room.h"
#include "portal/keeper/warden.h"
#include "portal/packages/packages.h"
#include "portal/web/filters.h"
#include "portal/workspace/workspace.sql.h"

enum { HERE_SECONDS = 4 * 3600 };

static struct room_plan
plan_of(const struct room_row *r)
{
	struct room_facts f = {
		.want = r->want,
		.state = r->state,
		.stage = r->stage,
		.release = r->release,
		.revoked = r->revoked,
		.changed = r->changed,
		.sealed = r->sealed != 0,
		.archive_due = r->archive_due,
		.ethics_expires = r->ethics_expires,
		.sample_release = r->sample_release,
		.full_release = r->full_release,
		.simulated_release = r->simulated_release,
		.now = clock_now(),
	};
	return room_plan(&f);
}

static enum status
audit(struct db *db, const struct room_row *r, const char *action, const char *detail,
	struct err *e)
{
	struct audit_entry entry = { .at = clock_now(),
		.actor_name = "the server",
		.event = r->event,
		.action = action,
		.object = arena_printf(db_arena(db), "workspace %lld of team %lld",
			(long long)r->id, (long long)r->number),
		.detail = detail };
	return audit_add(db, &entry, e);
}

/* A change of state with its audit entry, as one. */
static enum status
set_state(struct db *db, const struct room_row *r, const char *state, const char *problem,
	const char *action, const char *detail, struct err *e)
{
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_room_set_state(db, r->id, state, problem, e));
	TRY(audit(db, r, action, detail, e));
	return db_commit(tx, e);
}

/* ---- opening, closing, destroying: by the workers ---- */

/* The database is asked before and after, but not held while the warden works. */
static struct db *
take(struct keeper *k, struct arena *a)
{
	return store_take(k->server->store, a);
}

/* The warden ends a portal that sends it nonsense; so nonsense in the database stops here. */
static enum status
put_members(struct pw_ws *m, const struct room_members_rows *members, struct err *e)
{
	if (members->n > PW_MEMBERS)
		return err_set(e, E_CONFLICT, "", "A workspace has places for %d members, not %zu.",
			PW_MEMBERS, members->n);
	for (size_t i = 0; i < members->n; i++) {
		const struct room_members *from = &members->at[i];
		struct pw_member *to = &m->members[i];
		bool twice = false;
		for (size_t k = 0; k < i; k++)
			twice |= streq(members->at[k].login, from->login);
		if (!pw_login_ok(from->login, sizeof to->name) || twice || from->slot < 0 ||
			from->slot >= PW_SLOTS)
			return err_set(e, E_CONFLICT, "",
				"Member %lld has the login name \"%s\" and place %lld, which "
				"cannot be.",
				(long long)from->person, from->login, (long long)from->slot);
		to->person = (uint64_t)from->person;
		to->slot = (uint32_t)from->slot;
		snprintf(to->name, sizeof to->name, "%s", from->login);
	}
	m->n_members = (uint32_t)members->n;
	return OK;
}

static enum status
ready_to_open(struct db *db, const struct room_row *r, const struct room_plan *p, struct pw_ws *m,
	struct err *e)
{
	struct room_members_rows members;
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_room_members(db, r->team, &members, e));
	TRY(p->update ? db_room_taken_up(db, r->id, e) : db_room_opening(db, r->id, e));
	*m = (struct pw_ws){ .head.type = PW_WS_OPEN,
		.ws = (uint64_t)r->id,
		.release = (uint64_t)p->release,
		.stage = streq(p->stage, "setup")    ? WS_SETUP
			 : streq(p->stage, "sample") ? WS_SAMPLE
			 : streq(p->stage, "frozen") ? WS_FROZEN
						     : WS_FULL };
	if ((r->memory_mb && (r->memory_mb < 128 || r->memory_mb > 4194304)) || r->cpus < 0 ||
		r->cpus > 4096)
		return err_set(e, E_CONFLICT, "",
			"Its limits are out of range: %lld MB, %lld cores.",
			(long long)r->memory_mb, (long long)r->cpus);
	m->memory_mb = (uint32_t)r->memory_mb;
	m->cpus = (uint32_t)r->cpus;
	TRY(put_members(m, &members, e));
	return db_commit(tx, e);
}

static enum status
record_open(struct db *db, const struct room_row *r, const struct room_plan *p, int64_t ms,
	struct err *e)
{
	struct arena *a = db_arena(db);
	bool data = !streq(p->stage, "setup");
	int64_t now = clock_now();
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_room_opened(
		db, r->id, p->stage, p->release, now, ms, data ? now : 0, p->problem, e));
	TRY(audit(db, r, "workspace opened",
		streq(p->stage, "frozen")
			? arena_printf(a, "frozen: read-only, no data, %lld ms", (long long)ms)
		: data ? arena_printf(a, "%s, image %lld, %lld ms", p->stage, (long long)p->release,
				 (long long)ms)
		: p->release ? arena_printf(a, "%s, simulated data, image %lld, %lld ms", p->stage,
				       (long long)p->release, (long long)ms)
			     : arena_printf(a, "%s, no data, %lld ms", p->stage, (long long)ms),
		e));
	if (p->release && data && !r->sealed)
		TRY(audit(db, r, "workspace sealed",
			arena_printf(a, "first data: image %lld", (long long)p->release), e));
	return db_commit(tx, e);
}

static enum status
record_update(struct db *db, const struct room_row *r, size_t members, struct err *e)
{
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(audit(db, r, "workspace changed",
		arena_printf(db_arena(db), "members or limits; %zu members", members), e));
	return db_commit(tx, e);
}

/* Who has signed in lately will want to go on where they were. */
static void
warm_members(struct keeper *k, struct db *db, int64_t ws)
{
	struct room_members_here_rows here;
	struct err e;
	if (db_room_members_here(db, ws, clock_now() - HERE_SECONDS, clock_now(), &here, &e) != OK)
		log_warn("who is here cannot be read", "why=\"%s\"", e.text);
	else
		for (size_t i = 0; i < here.n; i++)
			keeper_warm(k, ws, here.at[i].person, false);
}

/* The warden gave data on its own proof; here it is only kept for people to read. */
static void
keep_seal(struct keeper *k, struct db *db, int64_t ws)
{
	struct err e;
	if (packages_learn_seal(db, &k->server->config, ws, clock_now(), &e) != OK)
		log_warn("the record of a sealing was not taken over", "ws=%lld why=\"%s\"",
			(long long)ws, e.text);
}

static enum status
do_open(struct keeper *k, struct arena *a, const struct room_row *r, const struct room_plan *p,
	struct err *e)
{
	struct pw_ws m;
	struct db *db = take(k, a);
	enum status s = ready_to_open(db, r, p, &m, e);
	store_give(db);
	TRY(s);
	int64_t began = clock_mono_ms();
	TRY(warden_ask(k->server->warden, &m, sizeof m, NULL, 0, NULL, 0, e));
	cleanup_db struct db *after = take(k, a);
	if (p->update)
		return record_update(after, r, m.n_members, e);
	TRY(record_open(after, r, p, clock_mono_ms() - began, e));
	if (p->release)
		keep_seal(k, after, r->id);
	warm_members(k, after, r->id);
	return OK;
}

static enum status
do_close(struct keeper *k, struct arena *a, const struct room_row *r, const struct room_plan *p,
	struct err *e)
{
	enum status s = warden_ask_id(k->server->warden, PW_WS_CLOSE, r->id, NULL, e);
	/* It is not there: that is closed enough. */
	if (s != OK && s != E_ABSENT)
		return s;
	cleanup_db struct db *db = take(k, a);
	return set_state(db, r, "closed", p->problem, "workspace closed", p->problem, e);
}

/*
 * Is it still to be destroyed, its archive opened or let go? Asked in the transaction after which
 * no archive of it is ordered any more; *ret is the row as it is then.
 */
static enum status
begin_end(struct keeper *k, struct arena *a, int64_t ws, struct room_row *ret, bool *ret_ends,
	struct err *e)
{
	cleanup_db struct db *db = take(k, a);
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_room_by_id(db, ws, ret, e));
	*ret_ends = plan_of(ret).step == ROOM_DESTROY;
	if (*ret_ends)
		TRY(db_room_ending(db, ws, clock_now(), e));
	else
		TRY(db_room_not_ended(db, ws, e));
	return db_commit(tx, e);
}

/* What went, as the record tells it. A step that took longer than anybody waits is asked for again,
 * and then finds nothing to measure. */
static const char *
removed_words(struct arena *a, const struct room_row *r, uint64_t bytes)
{
	if (bytes)
		return arena_printf(a, "%s removed", filter_bytes(a, (int64_t)bytes));
	return r->ending ? "removed by an earlier step, how much is not known"
			 : "nothing of it was there";
}

static enum status
do_destroy(struct keeper *k, struct arena *a, struct room_row *r, struct err *e)
{
	uint64_t bytes = 0;
	bool ends;
	TRY(begin_end(k, a, r->id, r, &ends, e));
	if (!ends)
		return OK;
	enum status s = warden_ask_id(k->server->warden, PW_WS_DESTROY, r->id, &bytes, e);
	if (s != OK && s != E_ABSENT)
		return s;
	cleanup_db struct db *db = take(k, a);
	TRY(db_begin(db, e));
	cleanup_tx struct db *tx = db;
	TRY(db_room_destroyed(db, r->id, clock_now(), (int64_t)bytes, e));
	TRY(audit(db, r, "workspace destroyed",
		arena_printf(a, "%s; %s", removed_words(a, r, bytes),
			r->archive[0] ? r->archive : "no archive was made"),
		e));
	return db_commit(tx, e);
}

static void
record_failure(struct keeper *k, struct arena *a, const struct room_row *r,
	const struct room_plan *p, enum status failed, const struct err *why)
{
	struct err e;
	static const char *const did_not[] = { "", "did not open", "did not close",
		"was not destroyed" };
	const char *text =
		p->update ? arena_printf(
				    a, "Its members or limits could not be changed: %s", why->text)
			  : arena_printf(a, "It %s: %s", did_not[p->step], why->text);
	log_warn("workspace in trouble", "ws=%lld why=\"%s\"", (long long)r->id, text);
	cleanup_db struct db *db = take(k, a);
	/* Without an answer the warden may be at it still. */
	bool over = p->step == ROOM_DESTROY && failed != E_BUSY;
	enum status s = over ? db_room_not_ended(db, r->id, &e) : OK;
	if (s != OK)
		log_error("a workspace's end cannot be taken back", "why=\"%s\"", e.text);
	if (p->update)
		s = db_room_not_taken_up(db, r->id, text, &e);
	else if (p->step != ROOM_OPEN)
		s = db_room_problem(db, r->id, text, &e);
	else if (streq(r->problem, text)) /* again: the trail has it already */
		s = db_room_set_state(db, r->id, "failed", text, &e);
	else
		s = set_state(db, r, "failed", text, "workspace not opened", why->text, &e);
	if (s != OK)
		log_error("a workspace's trouble cannot be written", "why=\"%s\"", e.text);
}

/* Reads the row again: what was wanted may have changed while it waited. */
static bool
act(struct keeper *k, int64_t ws)
{
	struct room_row r;
	struct err e = { 0 };
	enum status s;
	cleanup_arena struct arena *a = arena_new();
	struct db *db = take(k, a);
	s = db_room_by_id(db, ws, &r, &e);
	store_give(db);
	if (s != OK) {
		log_error(
			"a workspace cannot be read", "ws=%lld why=\"%s\"", (long long)ws, e.text);
		return false;
	}
	struct room_plan p = plan_of(&r);
	switch (p.step) {
	case ROOM_OPEN:
		s = do_open(k, a, &r, &p, &e);
		break;
	case ROOM_CLOSE:
		s = do_close(k, a, &r, &p, &e);
		break;
	case ROOM_DESTROY:
		s = do_destroy(k, a, &r, &e);
		break;
	default:
		return true;
	}
	/* When the portal stops nothing is known; at the next start the warden is asked. */
	if (s != OK && !warden_closed(k->server->warden))
		record_failure(k, a, &r, &p, s, &e);
	return s == OK;
}

/*
 * It ended while a worker had it: because it was made again, or by itself after that. The warden
 * knows. False when it is down although it should be up.
 */
static bool
still_up(struct keeper *k, int64_t ws)
{
	static const char reason[] = "It ended just as it was opened or changed.";
	cleanup_arena struct arena *a = arena_new();
	struct pw_id m = { .head.type = PW_WS_STATE, .id = (uint64_t)ws };
	struct pw_usage u = { 0 };
	struct room_row r;
	struct err e = { 0 };
	enum status s = warden_ask(k->server->warden, &m, sizeof m, NULL, 0, &u, sizeof u, &e);
	if ((s == OK && u.state == WS_OPEN) || (s != OK && s != E_ABSENT))
		return true;
	cleanup_db struct db *db = take(k, a);
	s = db_room_by_id(db, ws, &r, &e);
	if (s == OK && !streq(r.state, "open"))
		return true;
	if (s == OK)
		s = set_state(db, &r, "closed", reason, "workspace stopped", reason, &e);
	if (s != OK)
		log_error("a workspace's end cannot be written", "why=\"%s\"", e.text);
	return false;
}

/* What takes minutes, one of its kind at a time. Called with the lock held; false: nothing is due.
 */
static bool
take_up(struct keeper *k, bool *due, bool *busy, void (*work)(struct keeper *))
{
	if (!*due || *busy)
		return false;
	*due = false;
	*busy = true;
	pthread_mutex_unlock(&k->lock);
	work(k);
	pthread_mutex_lock(&k->lock);
	*busy = false;
	/* The next of its kind need not wait for the clock. */
	k->nudged = true;
	pthread_cond_signal(&k->wake);
	return true;
}

void *
rooms_work(void *arg)
{
	struct keeper *k = arg;
	pthread_mutex_lock(&k->lock);
	while (!k->stop) {
		struct room_note *r = k->rooms;
		while (r && !r->queued)
			r = r->next;
		/* Opening and closing come first, and one worker is always left for them. */
		if (!r && (take_up(k, &k->replay_due, &k->replaying, replay_work) ||
				  take_up(k, &k->archive_due, &k->archiving, archive_work)))
			continue;
		if (!r) {
			pthread_cond_wait(&k->work, &k->lock);
			continue;
		}
		r->queued = false;
		pthread_mutex_unlock(&k->lock);
		bool good = act(k, r->ws);
		pthread_mutex_lock(&k->lock);
		while (r->ended) {
			r->ended = false;
			pthread_mutex_unlock(&k->lock);
			good &= still_up(k, r->ws);
			pthread_mutex_lock(&k->lock);
		}
		r->busy = r->cut = false;
		r->fails = good ? 0 : r->fails + 1;
		r->next_ms = good ? 0 : clock_mono_ms() + room_backoff_ms(r->fails);
		k->nudged = true;
		pthread_cond_signal(&k->wake);
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

/* ---- by the deciding thread ---- */

static bool
is_up(const char *state)
{
	return streq(state, "open") || streq(state, "opening");
}

/* Hands one workspace over; true when its visitors must leave first. */
static bool
hand_over(struct keeper *k, const struct room_row *r, const struct room_plan *p)
{
	pthread_mutex_lock(&k->lock);
	struct room_note *n = keeper_note(k, r->id);
	bool cut = !n->busy && !n->cut && is_up(r->state) && !p->update;
	if (!n->busy && n->next_ms <= clock_mono_ms()) {
		n->busy = n->queued = true;
		pthread_cond_signal(&k->work);
	}
	n->cut |= cut;
	pthread_mutex_unlock(&k->lock);
	return cut;
}

void
rooms_look(struct keeper *k, struct db *db)
{
	struct room_row_rows rooms;
	struct err e;
	if (db_room_list(db, &rooms, &e) != OK) {
		log_error("the workspaces cannot be read", "why=\"%s\"", e.text);
		return;
	}
	for (size_t i = 0; i < rooms.n; i++) {
		const struct room_row *r = &rooms.at[i];
		struct room_plan p = plan_of(r);
		if (p.step != ROOM_STAY) {
			if (hand_over(k, r, &p))
				gate_cut_ws(k->server->gate, r->id);
		} else if (!streq(r->problem, p.problem) &&
			   (p.problem[0] || streq(r->state, "open"))) {
			if (db_room_problem(db, r->id, p.problem, &e) != OK)
				log_error("a workspace's problem cannot be written", "why=\"%s\"",
					e.text);
		}
	}
}

/* Also of those past setup: what was fetched last may not have been taken over yet. */
void
rooms_packages(struct keeper *k, struct db *db)
{
	struct room_row_rows rooms;
	struct err e;
	enum status s = db_room_list(db, &rooms, &e);
	for (size_t i = 0; s == OK && i < rooms.n; i++) {
		pthread_mutex_lock(&k->lock);
		struct room_note *n = keeper_note(k, rooms.at[i].id);
		int64_t offset = n->ledger;
		pthread_mutex_unlock(&k->lock);
		s = packages_learn(
			db, &k->server->config, rooms.at[i].id, clock_now(), &offset, &e);
		pthread_mutex_lock(&k->lock);
		n->ledger = offset;
		pthread_mutex_unlock(&k->lock);
	}
	if (s != OK)
		log_error("the packages of workspaces cannot be taken over", "why=\"%s\"", e.text);
}

static void
learn(struct keeper *k, struct db *db, const struct room_row *r)
{
	struct pw_id m = { .head.type = PW_WS_STATE, .id = (uint64_t)r->id };
	struct pw_usage u = { 0 };
	struct err e = { 0 };
	enum status s = warden_ask(k->server->warden, &m, sizeof m, NULL, 0, &u, sizeof u, &e);
	if (s != OK && s != E_ABSENT) {
		log_warn("a workspace's state is not known", "ws=%lld why=\"%s\"", (long long)r->id,
			e.text);
		return;
	}
	bool up = s == OK && u.state == WS_OPEN;
	/* One that was being opened may be half made: it is made again. */
	if (streq(r->state, "opening") || (streq(r->state, "open") && !up))
		s = db_room_set_state(db, r->id, "closed", "", &e);
	else if (!streq(r->state, "open") && up)
		s = db_room_found_open(db, r->id, &e);
	else
		return;
	log_info("workspace found", "ws=%lld was=%s up=%d", (long long)r->id, r->state, up);
	if (s != OK)
		log_error("a workspace's state cannot be written", "why=\"%s\"", e.text);
}

void
rooms_learn(struct keeper *k, struct db *db)
{
	struct room_row_rows rooms;
	struct err e;
	if (db_room_list(db, &rooms, &e) != OK) {
		log_error("the workspaces cannot be read", "why=\"%s\"", e.text);
		return;
	}
	for (size_t i = 0; i < rooms.n; i++)
		learn(k, db, &rooms.at[i]);
}

void
rooms_ended(struct keeper *k, struct db *db, int64_t ws, const char *reason)
{
	struct room_row r;
	struct err e = { 0 };
	pthread_mutex_lock(&k->lock);
	struct room_note *n = keeper_note(k, ws);
	bool ours = n->busy; /* a worker has it, and asks when it is done what became of it */
	n->ended |= ours;
	if (!ours) {
		n->fails++;
		n->next_ms = clock_mono_ms() + room_backoff_ms(n->fails);
	}
	pthread_mutex_unlock(&k->lock);
	if (ours || db_room_by_id(db, ws, &r, &e) != OK || !is_up(r.state))
		return;
	const char *text = arena_printf(db_arena(db), "It stopped by itself: %s", reason);
	if (set_state(db, &r, "closed", text, "workspace stopped", reason, &e) != OK)
		log_error("a workspace's end cannot be written", "why=\"%s\"", e.text);
}

void
rooms_cut_event(struct keeper *k, struct db *db, int64_t event)
{
	struct workspace_open_in_rows open;
	struct err e;
	if (db_workspace_open_in(db, event, &open, &e) != OK) {
		log_error("the workspaces cannot be read", "why=\"%s\"", e.text);
		return;
	}
	for (size_t i = 0; i < open.n; i++)
		gate_cut_ws(k->server->gate, open.at[i].id);
}
