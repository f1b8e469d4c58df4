#include "portal/keeper/gate.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "portal/keeper/gate_internal.h"

enum { CUT_SECONDS = 2 };

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
	gate_unpark(g, wait, id, clock_mono_ms());
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
	bool bad = pthread_create(&g->receiver, NULL, gate_receive, g) != 0;
	for (int i = 0; i < THREADS && !bad; i++)
		bad = pthread_create(&g->workers[i], NULL, gate_work, g) != 0;
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
