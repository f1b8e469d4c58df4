/* The thread that hears the gate. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "portal/keeper/gate_internal.h"

enum { QUEUE_MAX = 256 };

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
		gate_put(g, it);
	pthread_mutex_unlock(&g->lock);
	if (!room) {
		gate_refuse_busy(g, it);
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

void *
gate_receive(void *arg)
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
