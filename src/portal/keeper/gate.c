#include "portal/keeper/gate.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "portal/airlock/airlock.h"
#include "portal/keeper/desk.h"
#include "portal/keeper/gate_told.h"
#include "portal/keeper/warden.h"
#include "portal/usage/usage.h"
#include "portal/workspace/workspace.h"
#include "wire/portal_gate.h"

enum {
	THREADS = 4,
	QUEUE_MAX = 256,
	PARKED_MAX = 256,
	CUT_SECONDS = 2,
	PATIENCE_MS = 60 * 1000, /* how long a member's terminal waits for a result */
};

/* One thing to answer. */
struct item {
	struct item *next;
	unsigned generation; /* of the socket it came by */
	enum {
		ITEM_TICKET,
		ITEM_CHECK,
		ITEM_DESK,
		ITEM_SIGHT,
		ITEM_CARRIED,
		ITEM_MISSING,
		ITEM_DROPPED,
		ITEM_WAITED
	} kind;
	union {
		struct wire_head head;
		struct pg_ticket ticket;
		struct pg_check check;
		struct pg_desk desk;
		struct pg_sight sight;
		struct pg_carried carried;
		struct pg_missing missing;
		struct pg_drop drop;
	} m;
	enum desk_wait wait; /* ITEM_WAITED: for what */
	int64_t id;
	int64_t due_ms; /* while it is parked */
};

/* A thread that waits for PG_CUT_DONE; lives on its stack. */
struct cut {
	uint32_t seq;
	bool done;
	struct cut *next;
};

struct gate {
	struct server *server;
	pthread_mutex_t lock;
	pthread_cond_t work;    /* for the answering threads */
	pthread_cond_t changed; /* for the receiver and for cuts */
	pthread_t receiver, workers[THREADS];
	int sock;            /* the receiver's; -1 without a gate */
	int next_sock;       /* -1, or the one that takes its place */
	unsigned generation; /* counts sockets */
	uint32_t seq;
	struct item *first, **last;
	size_t queued;
	struct item *parked;
	size_t n_parked;
	struct cut *cuts;
	unsigned n_cuts; /* sent so far */
	bool stop;
};

/* ---- sending ---- */

/* Under the lock, so that the socket is the one the question came by. */
static void
answer(struct gate *g, unsigned generation, const void *msg, size_t size)
{
	struct err e;
	pthread_mutex_lock(&g->lock);
	if (g->sock >= 0 && g->generation == generation &&
		wire_send(g->sock, msg, size, NULL, 0, &e) != OK)
		log_warn("the gate cannot be answered", "why=\"%s\"", e.text);
	pthread_mutex_unlock(&g->lock);
}

/* How many bytes of s fit into max without cutting a character in two. */
static size_t
utf8_fit(struct str s, size_t max)
{
	size_t n = s.n < max ? s.n : max;
	while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static unsigned
cuts_sent(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	unsigned n = g->n_cuts;
	pthread_mutex_unlock(&g->lock);
	return n;
}

/* False, and nothing sent, when somebody was cut since `seen`: it may be this visitor. */
static bool
admit(struct gate *g, const struct item *it, const struct admission *a,
	const struct usage_budget *b, unsigned seen)
{
	struct err e;
	struct pg_pass p = { .head = { PG_PASS, it->m.head.seq },
		.slot = (uint32_t)a->slot,
		.person = (uint64_t)a->person,
		.session = (uint64_t)a->session,
		.expires = a->expires,
		.budget = (uint64_t)b->bytes_max,
		.pixels_budget = (uint64_t)b->pixels_max,
		.carried = (uint64_t)b->bytes,
		.pixels_carried = (uint64_t)b->pixels };
	pthread_mutex_lock(&g->lock);
	bool same = g->n_cuts == seen;
	if (same && g->sock >= 0 && g->generation == it->generation &&
		wire_send(g->sock, &p, sizeof p, NULL, 0, &e) != OK)
		log_warn("the gate cannot be answered", "why=\"%s\"", e.text);
	pthread_mutex_unlock(&g->lock);
	return same;
}

/* For the visitor. Our own troubles go to the log. */
static struct str
refusal(const struct err *e)
{
	bool ours = e->code == E_IO || e->code == E_BUG;
	if (ours)
		log_error("a visitor could not be looked up", "why=\"%s\"", e->text);
	return ours ? STR("The server could not look this up. Please try again.") : str_of(e->text);
}

static void
refuse(struct gate *g, const struct item *it, const struct err *e)
{
	struct pg_pass p = { .head = { PG_PASS, it->m.head.seq }, .status = e->code };
	struct str text = refusal(e);
	memcpy(p.text, text.p, utf8_fit(text, sizeof p.text - 1));
	answer(g, it->generation, &p, sizeof p);
}

static void
answer_sight(struct gate *g, const struct item *it, int64_t file, const struct err *e)
{
	struct pg_sight_is m = {
		.head = { PG_SIGHT_IS, it->m.head.seq }, .status = e->code, .file = (uint64_t)file
	};
	if (e->code != OK) {
		struct str text = refusal(e);
		memcpy(m.text, text.p, utf8_fit(text, sizeof m.text - 1));
	}
	answer(g, it->generation, &m, sizeof m);
}

/* A text of any length, in as many messages as it needs. */
static void
answer_text(
	struct gate *g, const struct item *it, struct str text, int code, bool more, bool parcel)
{
	do {
		struct pg_desk_answer d = { .head = { PG_DESK_ANSWER, it->m.head.seq } };
		size_t n = utf8_fit(text, sizeof d.text);
		memcpy(d.text, text.p, n);
		d.n = (uint32_t)n;
		text.p += n;
		text.n -= n;
		d.more = more || text.n ? 1 : 0;
		d.exit_code = (uint32_t)code;
		d.parcel = parcel && !d.more;
		answer(g, it->generation, &d, sizeof d);
	} while (text.n);
}

/* ---- answering ---- */

static void
put(struct gate *g, struct item *it)
{
	it->next = NULL;
	*g->last = it;
	g->last = &it->next;
	g->queued++;
	pthread_cond_signal(&g->work);
}

/* Sets the answer aside until it has ended; false when too many wait already. */
static bool
park(struct gate *g, const struct item *from, enum desk_wait wait, int64_t id)
{
	struct item *it = malloc(sizeof *it);
	if (!it)
		BUG("out of memory");
	*it = *from;
	it->kind = ITEM_WAITED;
	it->wait = wait;
	it->id = id;
	it->due_ms = clock_mono_ms() + PATIENCE_MS;
	pthread_mutex_lock(&g->lock);
	bool room = g->n_parked < PARKED_MAX;
	if (room) {
		it->next = g->parked;
		g->parked = it;
		g->n_parked++;
		/* So that a thread knows how long it may sleep. */
		pthread_cond_signal(&g->work);
	}
	pthread_mutex_unlock(&g->lock);
	if (!room)
		free(it);
	return room;
}

/* Moves what has ended (or waited too long) back into the queue. Called with the lock held. */
static void
unpark(struct gate *g, enum desk_wait wait, int64_t id, int64_t now_ms)
{
	for (struct item **p = &g->parked; *p;) {
		struct item *it = *p;
		if ((it->wait != wait || it->id != id) && it->due_ms > now_ms) {
			p = &it->next;
			continue;
		}
		*p = it->next;
		g->n_parked--;
		put(g, it);
	}
}

static void
do_desk(struct gate *g, struct db *db, const struct item *it)
{
	struct desk_reply r = { 0 };
	desk_answer(db, g->server, &it->m.desk, clock_now(), &r);
	answer_text(g, it, r.text, r.exit_code, r.wait != DESK_NO_WAIT, false);
	if (r.wait == DESK_NO_WAIT)
		return;
	if (!park(g, it, r.wait, r.id)) {
		answer_text(g, it,
			r.wait == DESK_WAIT_SCORE ? STR("Ask `wardroom status` for the score.\n")
			: r.wait == DESK_WAIT_TABLE
				? STR("The server has much to do; try again in a minute.\n")
				: STR("Ask `wardroom airlock list` what was found.\n"),
			r.wait == DESK_WAIT_TABLE ? 75 : 0, false, false);
		return;
	}
	/* It may have ended between the commit and the parking: then nobody would tell. */
	if (desk_ended(db, r.wait, r.id))
		gate_wait_over(g, r.wait, r.id);
}

static void
do_pass(struct gate *g, struct db *db, const struct item *it)
{
	struct err e = { 0 };
	struct admission a = { 0 };
	unsigned seen = cuts_sent(g);
	enum status s =
		it->kind == ITEM_TICKET
			? workspace_ticket_use(db, (int64_t)it->m.ticket.ws, it->m.ticket.ticket,
				  clock_now(), &a, &e)
			: workspace_admits(db, (int64_t)it->m.check.ws, (int64_t)it->m.check.person,
				  (int64_t)it->m.check.session, clock_now(), &a, &e);
	struct usage_budget b = { 0 };
	if (s == OK)
		s = usage_budget(db, a.event, a.ws, a.person, clock_now(), &b, &e);
	while (s == OK && !admit(g, it, &a, &b, seen)) {
		seen = cuts_sent(g);
		s = workspace_admits(db, a.ws, a.person, a.session, clock_now(), &a, &e);
	}
	if (s != OK)
		refuse(g, it, &e);
}

static void
do_sight(struct gate *g, struct db *db, const struct item *it)
{
	struct err e = { 0 };
	int64_t file = 0;
	if (airlock_sight_use(db, it->m.sight.ticket, clock_now(), &file, &e) == OK)
		e.code = OK;
	answer_sight(g, it, file, &e);
}

static void
do_item(struct gate *g, const struct item *it)
{
	cleanup_arena struct arena *a = arena_new();
	cleanup_db struct db *db = store_take(g->server->store, a);
	switch (it->kind) {
	case ITEM_TICKET:
	case ITEM_CHECK:
		do_pass(g, db, it);
		break;
	case ITEM_DESK:
		do_desk(g, db, it);
		break;
	case ITEM_SIGHT:
		do_sight(g, db, it);
		break;
	case ITEM_CARRIED:
		gate_told_carried(db, &it->m.carried);
		break;
	case ITEM_MISSING:
		gate_told_missing(g->server, db, &it->m.missing);
		break;
	case ITEM_DROPPED:
		gate_told_dropped(db, &it->m.drop);
		break;
	case ITEM_WAITED: {
		struct desk_reply r = { 0 };
		desk_result(db, it->wait, it->id, &r);
		answer_text(g, it, r.text, r.exit_code, false, r.parcel);
	}
	}
}

/* Sleeps until there is work or a parked answer is due. Called with the lock held. */
static struct item *
take(struct gate *g)
{
	for (;;) {
		int64_t now = clock_mono_ms(), due = now + 3600 * 1000;
		unpark(g, DESK_NO_WAIT, 0, now);
		if (g->first || g->stop)
			break;
		for (struct item *p = g->parked; p; p = p->next)
			if (p->due_ms < due)
				due = p->due_ms;
		struct timespec t = { due / 1000, due % 1000 * 1000000 };
		pthread_cond_timedwait(&g->work, &g->lock, &t);
	}
	struct item *it = g->first;
	if (it) {
		g->first = it->next;
		g->queued--;
		if (!g->first)
			g->last = &g->first;
	}
	return it;
}

static void *
work(void *arg)
{
	struct gate *g = arg;
	for (;;) {
		pthread_mutex_lock(&g->lock);
		struct item *it = g->stop ? NULL : take(g);
		pthread_mutex_unlock(&g->lock);
		if (!it)
			return NULL;
		do_item(g, it);
		free(it);
	}
}

/* ---- receiving ---- */

static void
refuse_busy(struct gate *g, const struct item *it)
{
	struct err e;
	err_set(&e, E_BUSY, "", "The server is busy; try again in a minute.");
	if (it->kind == ITEM_DESK)
		answer_text(g, it, STR("The server is busy; try again in a minute.\n"), 75, false,
			false);
	else if (it->kind == ITEM_SIGHT)
		answer_sight(g, it, 0, &e);
	else if (it->kind == ITEM_MISSING || it->kind == ITEM_DROPPED)
		return;
	else if (it->kind == ITEM_CARRIED)
		log_warn("what was carried is not written", "why=\"%s\"", e.text);
	else
		refuse(g, it, &e);
}

static void
ask_in(struct gate *g, int kind, const void *msg, size_t n, unsigned generation)
{
	struct item *it = calloc(1, sizeof *it);
	if (!it)
		BUG("out of memory");
	memcpy(&it->m, msg, n);
	it->kind = kind;
	it->generation = generation;
	pthread_mutex_lock(&g->lock);
	bool room = g->queued < QUEUE_MAX;
	if (room)
		put(g, it);
	pthread_mutex_unlock(&g->lock);
	if (!room) {
		refuse_busy(g, it);
		free(it);
	}
}

static void
cut_done(struct gate *g, uint32_t seq)
{
	pthread_mutex_lock(&g->lock);
	for (struct cut *c = g->cuts; c; c = c->next)
		if (c->seq == seq)
			c->done = true;
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->lock);
}

/* False when it is not a message of a gate. */
static bool
take_message(struct gate *g, const void *msg, size_t n, unsigned generation)
{
	const struct wire_head *head = msg;
	switch (head->type) {
	case PG_TICKET:
		if (n != sizeof(struct pg_ticket) ||
			!WIRE_TEXT_OK(((struct pg_ticket *)msg)->ticket))
			return false;
		ask_in(g, ITEM_TICKET, msg, n, generation);
		return true;
	case PG_CHECK:
		if (n != sizeof(struct pg_check))
			return false;
		ask_in(g, ITEM_CHECK, msg, n, generation);
		return true;
	case PG_DESK:
		if (n != sizeof(struct pg_desk) || !WIRE_TEXT_OK(((struct pg_desk *)msg)->name))
			return false;
		ask_in(g, ITEM_DESK, msg, n, generation);
		return true;
	case PG_SIGHT:
		if (n != sizeof(struct pg_sight) || !WIRE_TEXT_OK(((struct pg_sight *)msg)->ticket))
			return false;
		ask_in(g, ITEM_SIGHT, msg, n, generation);
		return true;
	case PG_CARRIED:
		if (n != sizeof(struct pg_carried))
			return false;
		ask_in(g, ITEM_CARRIED, msg, n, generation);
		return true;
	case PG_MISSING:
		if (n != sizeof(struct pg_missing) ||
			((const struct pg_missing *)msg)->program >= PG_PROGRAMS)
			return false;
		ask_in(g, ITEM_MISSING, msg, n, generation);
		return true;
	case PG_DROP_DONE:
		if (n != sizeof(struct pg_drop))
			return false;
		ask_in(g, ITEM_DROPPED, msg, n, generation);
		return true;
	case PG_CUT_DONE:
		if (n != sizeof(struct pg_cut_done))
			return false;
		cut_done(g, head->seq);
		return true;
	default:
		return false;
	}
}

/* Until the gate is gone or another takes its place. */
static void
listen_to(struct gate *g, int sock, unsigned generation)
{
	_Alignas(struct pg_desk_answer) char msg[WIRE_MAX];
	for (;;) {
		size_t n;
		int fds[WIRE_FDS], n_fds = 0;
		struct err e;
		if (wire_recv(sock, msg, &n, fds, &n_fds, &e) != OK || n == 0)
			return;
		for (int i = 0; i < n_fds; i++)
			close(fds[i]);
		if (n_fds || !take_message(g, msg, n, generation)) {
			log_error("the gate sent nonsense", "type=%u bytes=%zu",
				((struct wire_head *)msg)->type, n);
			return;
		}
	}
}

static void *
receive(void *arg)
{
	struct gate *g = arg;
	pthread_mutex_lock(&g->lock);
	while (!g->stop) {
		if (g->next_sock < 0) {
			pthread_cond_wait(&g->changed, &g->lock);
			continue;
		}
		int sock = g->sock = steal_fd(&g->next_sock);
		/* A gate that hangs must not hold the portal: sending gives up after a second. */
		struct timeval second = { 1, 0 };
		setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
		unsigned generation = ++g->generation;
		pthread_mutex_unlock(&g->lock);
		listen_to(g, sock, generation);
		pthread_mutex_lock(&g->lock);
		g->sock = -1;
		close(sock);
		/* With the gate its connections are gone: every cut is done. */
		for (struct cut *c = g->cuts; c; c = c->next)
			c->done = true;
		pthread_cond_broadcast(&g->changed);
	}
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

/* ---- what others call ---- */

void
gate_attach(struct gate *g, int sock)
{
	pthread_mutex_lock(&g->lock);
	if (g->next_sock >= 0)
		close(g->next_sock);
	g->next_sock = sock;
	if (g->sock >= 0)
		shutdown(g->sock, SHUT_RDWR);
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->lock);
}

/* Called with the lock held. False when there is no gate to tell. */
static bool
send_cut(struct gate *g, struct pg_cut *m)
{
	struct err e;
	m->head = (struct wire_head){ PG_CUT, g->seq };
	g->seq += 2;
	g->n_cuts++;
	if (g->sock < 0)
		return false;
	if (wire_send(g->sock, m, sizeof *m, NULL, 0, &e) == OK)
		return true;
	log_warn("the gate cannot be told to cut", "why=\"%s\"", e.text);
	return false;
}

enum status
gate_cut(struct gate *g, int64_t ws, int64_t person, int64_t session, struct err *e)
{
	struct pg_cut m = {
		.ws = (uint64_t)ws, .person = (uint64_t)person, .session = (uint64_t)session
	};
	struct cut c = { 0 };
	if (!ws && !person && !session)
		BUG("everything would be cut");
	int64_t due = clock_mono_ms() + CUT_SECONDS * 1000;
	struct timespec until = { due / 1000, due % 1000 * 1000000 };
	int late = 0;
	pthread_mutex_lock(&g->lock);
	if (!send_cut(g, &m)) {
		pthread_mutex_unlock(&g->lock);
		return OK;
	}
	c.seq = m.head.seq;
	c.next = g->cuts;
	g->cuts = &c;
	while (!c.done && !late && !g->stop)
		late = pthread_cond_timedwait(&g->changed, &g->lock, &until);
	for (struct cut **p = &g->cuts; *p; p = &(*p)->next)
		if (*p == &c) {
			*p = c.next;
			break;
		}
	pthread_mutex_unlock(&g->lock);
	return c.done ? OK
		      : err_set(e, E_BUSY, "",
				"The gate has not confirmed that it cut the "
				"connections; it will within half a minute.");
}

static void
cut_soon(struct gate *g, struct pg_cut m)
{
	pthread_mutex_lock(&g->lock);
	send_cut(g, &m);
	pthread_mutex_unlock(&g->lock);
}

void
gate_cut_ws(struct gate *g, int64_t ws)
{
	cut_soon(g, (struct pg_cut){ .ws = (uint64_t)ws });
}

void
gate_cut_session(struct gate *g, int64_t session)
{
	cut_soon(g, (struct pg_cut){ .session = (uint64_t)session });
}

void
gate_drop(struct gate *g, int64_t spool)
{
	struct err e;
	struct pg_drop m = { .head = { PG_DROP, 0 }, .spool = (uint64_t)spool };
	pthread_mutex_lock(&g->lock);
	if (g->sock >= 0 && wire_send(g->sock, &m, sizeof m, NULL, 0, &e) != OK)
		log_warn("the gate cannot be told to remove a file", "why=\"%s\"", e.text);
	pthread_mutex_unlock(&g->lock);
}

void
gate_wait_over(struct gate *g, enum desk_wait wait, int64_t id)
{
	pthread_mutex_lock(&g->lock);
	unpark(g, wait, id, clock_mono_ms());
	pthread_mutex_unlock(&g->lock);
}

/* ---- life ---- */

enum status
gate_start(struct server *server, struct gate **ret, struct err *e)
{
	struct gate *g = calloc(1, sizeof *g);
	if (!g)
		BUG("out of memory");
	*g = (struct gate){ .server = server, .sock = -1, .next_sock = -1, .seq = 2 };
	g->last = &g->first;
	pthread_mutex_init(&g->lock, NULL);
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&g->work, &attr);
	pthread_cond_init(&g->changed, &attr);
	pthread_condattr_destroy(&attr);
	bool bad = pthread_create(&g->receiver, NULL, receive, g) != 0;
	for (int i = 0; i < THREADS && !bad; i++)
		bad = pthread_create(&g->workers[i], NULL, work, g) != 0;
	/* Only at the start of the process, which ends then: what was begun is not undone. */
	if (bad)
		return err_set(e, E_IO, "", "No thread can be started.");
	*ret = g;
	return OK;
}

static void
free_items(struct item *it)
{
	while (it) {
		struct item *next = it->next;
		free(it);
		it = next;
	}
}

void
gate_free(struct gate *g)
{
	if (!g)
		return;
	pthread_mutex_lock(&g->lock);
	g->stop = true;
	if (g->sock >= 0)
		shutdown(g->sock, SHUT_RDWR);
	pthread_cond_broadcast(&g->work);
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->lock);
	pthread_join(g->receiver, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(g->workers[i], NULL);
	free_items(g->first);
	free_items(g->parked);
	if (g->next_sock >= 0)
		close(g->next_sock);
	pthread_cond_destroy(&g->work);
	pthread_cond_destroy(&g->changed);
	pthread_mutex_destroy(&g->lock);
	free(g);
}
