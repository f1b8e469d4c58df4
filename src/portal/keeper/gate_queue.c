#include <stdlib.h>

#include "base/clock.h"
#include "portal/keeper/gate_internal.h"

enum {
	PARKED_MAX = 256,
	PATIENCE_MS = 60 * 1000, /* how long a member's terminal waits for a result */
};

void
gate_put(struct gate *g, struct item *it)
{
	it->next = NULL;
	*g->last = it;
	g->last = &it->next;
	g->queued++;
	pthread_cond_signal(&g->work);
}

bool
gate_park(struct gate *g, const struct item *from, enum desk_wait wait, int64_t id)
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

void
gate_unpark(struct gate *g, enum desk_wait wait, int64_t id, int64_t now_ms)
{
	for (struct item **p = &g->parked; *p;) {
		struct item *it = *p;
		if ((it->wait != wait || it->id != id) && it->due_ms > now_ms) {
			p = &it->next;
			continue;
		}
		*p = it->next;
		g->n_parked--;
		gate_put(g, it);
	}
}

struct item *
gate_take(struct gate *g)
{
	for (;;) {
		int64_t now = clock_mono_ms(), due = now + 3600 * 1000;
		gate_unpark(g, DESK_NO_WAIT, 0, now);
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
