#include "gate/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { TICKET_MS = 5000, ANSWERS_MAX = 64 };

static struct timespec
at_ms(int64_t mono_ms)
{
	return (struct timespec){ mono_ms / 1000, mono_ms % 1000 * 1000000 };
}

static uint32_t
next_seq(struct gate *g)
{
	uint32_t seq = g->seq;
	g->seq += 2; /* stays odd when it wraps, and 0 is never one */
	return seq;
}

static void
cond_init(pthread_cond_t *c)
{
	pthread_condattr_t mono;
	pthread_condattr_init(&mono);
	pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
	pthread_cond_init(c, &mono);
	pthread_condattr_destroy(&mono);
}

/* Registers the question and sends it; numbers rise on the wire because both locks are held. */
static enum status
ask_send(struct gate *g, struct ask *ask, struct wire_head *msg, size_t size, struct err *e)
{
	enum status s = E_IO;
	pthread_mutex_lock(&g->portal_lock);
	if (g->portal < 0) {
		ask->state = ASK_LOST;
		err_set(e, E_IO, "", "The portal is away.");
	} else {
		pthread_mutex_lock(&g->lock);
		msg->seq = ask->seq = next_seq(g);
		ask->state = ASK_WAITS;
		ask->next = g->asks;
		g->asks = ask;
		pthread_mutex_unlock(&g->lock);
		s = wire_send(g->portal, msg, size, NULL, 0, e);
	}
	pthread_mutex_unlock(&g->portal_lock);
	return s;
}

static void
ask_unlink(struct gate *g, struct ask *ask)
{
	struct ask **at = &g->asks;
	while (*at && *at != ask)
		at = &(*at)->next;
	if (*at)
		*at = ask->next;
}

/* Waits for the portal to exist. False at the deadline. */
static bool
wait_portal(struct gate *g, int64_t until)
{
	struct timespec t = at_ms(until);
	int r = 0;
	pthread_mutex_lock(&g->portal_lock);
	while (g->portal < 0 && r == 0)
		r = pthread_cond_timedwait(&g->portal_new, &g->portal_lock, &t);
	bool here = g->portal >= 0;
	pthread_mutex_unlock(&g->portal_lock);
	return here;
}

static enum ask_state
wait_answer(struct gate *g, struct ask *ask, int64_t until)
{
	struct timespec t = at_ms(until);
	int r = 0;
	pthread_mutex_lock(&g->lock);
	while (ask->state == ASK_WAITS && r == 0)
		r = pthread_cond_timedwait(&ask->ready, &g->lock, &t);
	ask_unlink(g, ask);
	enum ask_state s = ask->state;
	pthread_mutex_unlock(&g->lock);
	return s;
}

/* One question with one answer, also for a portal that is just starting. */
static enum status
ask_patiently(struct gate *g, struct ask *ask, struct wire_head *msg, size_t size, int64_t until,
	struct err *e)
{
	enum ask_state state = ASK_LOST;
	cond_init(&ask->ready);
	while (state == ASK_LOST && wait_portal(g, until)) {
		/* A failed send has registered too. */
		ask_send(g, ask, msg, size, NULL);
		state = wait_answer(g, ask, until);
	}
	pthread_cond_destroy(&ask->ready);
	if (state != ASK_ANSWERED)
		return err_set(e, E_IO, "", "The portal does not answer at the moment.");
	return OK;
}

enum status
ask_ticket(struct gate *g, uint64_t ws, const char *ticket, const uint8_t key[32],
	struct pg_pass *ret, struct err *e)
{
	int64_t until = clock_mono_ms() + TICKET_MS;
	struct pg_ticket m = { .head.type = PG_TICKET, .ws = ws };
	struct ask ask = { .kind = ASK_TICKET, .ws = ws };
	if (strlen(ticket) != sizeof m.ticket - 1)
		return err_set(e, E_AUTH, "ticket", "The ticket is not complete.");
	memcpy(m.ticket, ticket, sizeof m.ticket);
	memcpy(ask.key, key, sizeof ask.key);
	TRY(ask_patiently(g, &ask, &m.head, sizeof m, until, e));
	*ret = ask.pass;
	if (ret->status == OK)
		return OK;
	return err_set(e, (enum status)ret->status, "", "%s", ret->text);
}

enum status
ask_sight(struct gate *g, const char *ticket, uint64_t *ret_file, struct err *e)
{
	int64_t until = clock_mono_ms() + TICKET_MS;
	struct pg_sight m = { .head.type = PG_SIGHT };
	struct ask ask = { .kind = ASK_SIGHT };
	if (strlen(ticket) != sizeof m.ticket - 1)
		return err_set(e, E_AUTH, "ticket", "The ticket is not complete.");
	memcpy(m.ticket, ticket, sizeof m.ticket);
	TRY(ask_patiently(g, &ask, &m.head, sizeof m, until, e));
	if (ask.sight.status != OK)
		return err_set(e, (enum status)ask.sight.status, "", "%s", ask.sight.text);
	*ret_file = ask.sight.file;
	return OK;
}

enum status
ask_desk(struct gate *g, struct ask *ask, struct pg_desk *m, struct err *e)
{
	*ask = (struct ask){ 0 };
	ask->last = &ask->first;
	cond_init(&ask->ready);
	m->head.type = PG_DESK;
	enum status s = ask_send(g, ask, &m->head, sizeof *m, e);
	if (s != OK)
		ask_end(g, ask);
	return s;
}

enum status
ask_next(struct gate *g, struct ask *ask, int64_t timeout_ms, struct pg_desk_answer *ret,
	struct err *e)
{
	struct timespec t = at_ms(clock_mono_ms() + timeout_ms);
	int r = 0;
	pthread_mutex_lock(&g->lock);
	while (!ask->first && ask->state != ASK_LOST && r == 0)
		r = pthread_cond_timedwait(&ask->ready, &g->lock, &t);
	struct ask_answer *a = ask->first;
	if (a) {
		ask->first = a->next;
		ask->n--;
		if (!ask->first)
			ask->last = &ask->first;
	}
	pthread_mutex_unlock(&g->lock);
	if (!a)
		return err_set(e, E_IO, "", "The portal does not answer at the moment.");
	*ret = a->message;
	free(a);
	return OK;
}

void
ask_end(struct gate *g, struct ask *ask)
{
	pthread_mutex_lock(&g->lock);
	ask_unlink(g, ask);
	pthread_mutex_unlock(&g->lock);
	for (struct ask_answer *a; (a = ask->first);) {
		ask->first = a->next;
		free(a);
	}
	pthread_cond_destroy(&ask->ready);
}

void
ask_set_portal(struct gate *g, int fd)
{
	/* A portal that hangs must not hold the gate: sending gives up after a second. */
	struct timeval second = { 1, 0 };
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
	pthread_mutex_lock(&g->portal_lock);
	if (g->portal >= 0)
		close(g->portal);
	g->portal = fd;
	pthread_mutex_lock(&g->lock);
	for (struct ask *a = g->asks; a; a = a->next) {
		a->state = ASK_LOST;
		pthread_cond_signal(&a->ready);
	}
	for (struct pass *p = g->passes; fd >= 0 && p; p = p->next)
		p->asked_ms = INT64_MIN / 2;
	pthread_mutex_unlock(&g->lock);
	pthread_cond_broadcast(&g->portal_new);
	pthread_mutex_unlock(&g->portal_lock);
}

/* Is it an answer that settles something, or only "not now"? */
static bool
is_final(uint32_t status)
{
	return status == E_INPUT || status == E_AUTH || status == E_DENIED || status == E_ABSENT ||
	       status == E_CONFLICT;
}

static void
hear_check(struct gate *g, const struct pg_pass *m)
{
	uint64_t ws = 0, person = 0, session = 0, budget_ws = 0;
	pthread_mutex_lock(&g->lock);
	for (struct pass *p = g->passes; p; p = p->next) {
		if (p->check_seq != m->head.seq)
			continue;
		if (m->status == OK) {
			p->heard_ms = clock_mono_ms();
			budget_ws = m->person == p->person ? p->ws : 0;
			if (m->expires > 0)
				p->expires = m->expires;
		} else if (is_final(m->status)) {
			ws = p->ws, person = p->person, session = p->session;
		}
		p->check_seq = 0;
		break;
	}
	pthread_mutex_unlock(&g->lock);
	if (budget_ws)
		gate_budget(g, budget_ws, m);
	if (ws) {
		size_t n = gate_cut(g, ws, person, session);
		log_info("no longer welcome", "ws=%llu person=%llu connections=%zu",
			(unsigned long long)ws, (unsigned long long)person, n);
	}
}

static enum status
hear_pass(struct gate *g, const struct pg_pass *m, struct err *e)
{
	uint64_t most = 1ull << 50;
	if (m->status > E_BUG || !WIRE_TEXT_OK(m->text) || m->budget > most ||
		m->pixels_budget > most || m->carried > most || m->pixels_carried > most)
		return err_set(e, E_INPUT, "", "The portal sent a pass that cannot be.");
	bool ticket = false;
	uint64_t ws = 0;
	uint8_t key[32];
	pthread_mutex_lock(&g->lock);
	struct ask *a = g->asks;
	while (a && !(a->seq == m->head.seq && a->kind == ASK_TICKET && a->state == ASK_WAITS))
		a = a->next;
	if (a) {
		ticket = true;
		ws = a->ws;
		memcpy(key, a->key, sizeof key);
	}
	pthread_mutex_unlock(&g->lock);
	if (!ticket) {
		hear_check(g, m);
		return OK;
	}
	/* The pass is made here, not by the thread that asked: a cut that follows must find it. */
	struct pg_pass answer = *m;
	if (m->status == OK && (m->slot >= PW_SLOTS || !m->person || !m->session))
		answer.status = E_BUG;
	else if (m->status == OK && gate_pass_add(g, ws, key, m) != OK)
		answer.status = E_BUSY;
	pthread_mutex_lock(&g->lock);
	for (a = g->asks; a && a->seq != m->head.seq; a = a->next)
		;
	if (a) {
		a->pass = answer;
		a->state = ASK_ANSWERED;
		pthread_cond_signal(&a->ready);
	}
	pthread_mutex_unlock(&g->lock);
	return OK;
}

static enum status
hear_sight(struct gate *g, const struct pg_sight_is *m, struct err *e)
{
	if (m->status > E_BUG || (m->status == OK && !m->file) || !WIRE_TEXT_OK(m->text))
		return err_set(e, E_INPUT, "", "The portal sent a look that cannot be.");
	pthread_mutex_lock(&g->lock);
	struct ask *a = g->asks;
	while (a && (a->seq != m->head.seq || a->kind != ASK_SIGHT))
		a = a->next;
	if (a) {
		a->sight = *m;
		a->state = ASK_ANSWERED;
		pthread_cond_signal(&a->ready);
	}
	pthread_mutex_unlock(&g->lock);
	return OK;
}

static enum status
hear_desk(struct gate *g, const struct pg_desk_answer *m, struct err *e)
{
	if (m->n > sizeof m->text || m->exit_code > 255 || m->more > 1 ||
		!str_utf8((struct str){ m->text, m->n }))
		return err_set(e, E_INPUT, "", "The portal sent an answer that cannot be.");
	struct ask_answer *copy = malloc(sizeof *copy);
	if (!copy)
		BUG("out of memory");
	*copy = (struct ask_answer){ *m, NULL };
	pthread_mutex_lock(&g->lock);
	struct ask *a = g->asks;
	while (a && (a->seq != m->head.seq || a->kind != ASK_DESK))
		a = a->next;
	if (a && a->n < ANSWERS_MAX) {
		*a->last = copy;
		a->last = &copy->next;
		a->n++;
		copy = NULL;
		pthread_cond_signal(&a->ready);
	}
	pthread_mutex_unlock(&g->lock);
	free(copy);
	return OK;
}

static enum status
hear_cut(struct gate *g, const struct pg_cut *m, struct err *e)
{
	struct pg_cut_done done = { .head = { PG_CUT_DONE, m->head.seq } };
	done.connections = gate_cut(g, m->ws, m->person, m->session);
	log_info("cut", "ws=%llu person=%llu session=%llu connections=%llu",
		(unsigned long long)m->ws, (unsigned long long)m->person,
		(unsigned long long)m->session, (unsigned long long)done.connections);
	pthread_mutex_lock(&g->portal_lock);
	enum status s = wire_send(g->portal, &done, sizeof done, NULL, 0, e);
	pthread_mutex_unlock(&g->portal_lock);
	return s;
}

/* As the portal asks: it knows who needs what. What is not there is gone. */
static enum status
hear_drop(struct gate *g, const struct pg_drop *m, struct err *e)
{
	char name[24];
	struct pg_drop done = { .head = { PG_DROP_DONE, 0 }, .spool = m->spool };
	snprintf(name, sizeof name, "%llu", (unsigned long long)m->spool);
	if (unlinkat(g->spool, name, 0) < 0 && errno != ENOENT) {
		log_warn("a file of the spool cannot be removed", "spool=%s why=\"%s\"", name,
			strerror(errno));
		return OK;
	}
	pthread_mutex_lock(&g->portal_lock);
	enum status s = wire_send(g->portal, &done, sizeof done, NULL, 0, e);
	pthread_mutex_unlock(&g->portal_lock);
	return s;
}

enum status
ask_hear(struct gate *g, const void *msg, size_t n, struct err *e)
{
	const struct wire_head *h = msg;
	if (h->type == PG_PASS && n == sizeof(struct pg_pass))
		return hear_pass(g, msg, e);
	if (h->type == PG_DESK_ANSWER && n == sizeof(struct pg_desk_answer))
		return hear_desk(g, msg, e);
	if (h->type == PG_SIGHT_IS && n == sizeof(struct pg_sight_is))
		return hear_sight(g, msg, e);
	if (h->type == PG_CUT && n == sizeof(struct pg_cut))
		return hear_cut(g, msg, e);
	if (h->type == PG_DROP && n == sizeof(struct pg_drop))
		return hear_drop(g, msg, e);
	return err_set(e, E_INPUT, "", "The portal sent type %u with %zu bytes.", h->type, n);
}

/* The pass that has waited longest past its turn is marked as asked. */
static bool
take_due(struct gate *g, int64_t now, struct pg_check *m)
{
	for (struct pass *p = g->passes; p; p = p->next) {
		if (now - p->asked_ms < CHECK_MS)
			continue;
		p->asked_ms = now;
		p->check_seq = next_seq(g);
		*m = (struct pg_check){ { PG_CHECK, p->check_seq }, p->ws, p->person, p->session };
		return true;
	}
	return false;
}

void
ask_checks(struct gate *g)
{
	int64_t now = clock_mono_ms();
	struct pg_check m;
	bool more = true;
	while (more) {
		pthread_mutex_lock(&g->portal_lock);
		pthread_mutex_lock(&g->lock);
		more = g->portal >= 0 && take_due(g, now, &m);
		pthread_mutex_unlock(&g->lock);
		if (more && wire_send(g->portal, &m, sizeof m, NULL, 0, NULL) != OK)
			more = false;
		pthread_mutex_unlock(&g->portal_lock);
	}
}

void
ask_missing(struct gate *g, const struct visit *v, enum app app)
{
	struct pg_missing m = { .head.type = PG_MISSING,
		.ws = v->ws,
		.person = v->person,
		.session = v->session,
		.program = app };
	if (!gate_meter_missed(v->meter, app, clock_mono_ms()))
		return;
	pthread_mutex_lock(&g->portal_lock);
	if (g->portal >= 0)
		wire_send(g->portal, &m, sizeof m, NULL, 0, NULL);
	pthread_mutex_unlock(&g->portal_lock);
}

void
ask_tell_meters(struct gate *g)
{
	struct pg_carried c;
	pthread_mutex_lock(&g->portal_lock);
	pthread_mutex_lock(&g->lock);
	struct meter *m = g->meters;
	pthread_mutex_unlock(&g->lock);
	/* Meters are only ever added, and at the front. */
	for (; m && g->portal >= 0; m = m->next)
		if (gate_meter_take(m, &c) &&
			wire_send(g->portal, &c, sizeof c, NULL, 0, NULL) != OK) {
			gate_meter_put_back(m, &c);
			break;
		}
	pthread_mutex_unlock(&g->portal_lock);
}
