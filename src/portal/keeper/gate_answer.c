/* The threads that answer the gate: tickets, checks, the desk, and what is only told. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "portal/airlock/airlock.h"
#include "portal/keeper/gate_internal.h"
#include "portal/keeper/gate_told.h"
#include "portal/usage/usage.h"
#include "portal/workspace/workspace.h"

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

void
gate_refuse_busy(struct gate *g, const struct item *it)
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

/* ---- answering ---- */

static void
do_desk(struct gate *g, struct db *db, const struct item *it)
{
	struct desk_reply r = { 0 };
	desk_answer(db, g->server, &it->m.desk, clock_now(), &r);
	answer_text(g, it, r.text, r.exit_code, r.wait != DESK_NO_WAIT, false);
	if (r.wait == DESK_NO_WAIT)
		return;
	if (!gate_park(g, it, r.wait, r.id)) {
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

void *
gate_work(void *arg)
{
	struct gate *g = arg;
	for (;;) {
		pthread_mutex_lock(&g->lock);
		struct item *it = g->stop ? NULL : gate_take(g);
		pthread_mutex_unlock(&g->lock);
		if (!it)
			return NULL;
		do_item(g, it);
		free(it);
	}
}
