/*
 * What the parts of the link to the gate share (gate.h tells what it is): gate.c is what others
 * call and its life, gate_receive.c the thread that hears the gate, gate_queue.c what waits to be
 * answered or is set aside until something has ended, gate_answer.c the threads that answer.
 *
 * An item belongs to the queue, then to the thread that took it, which frees it. Thread rule: as
 * each function says; the lock is struct gate's.
 */
#ifndef PORTAL_KEEPER_GATE_INTERNAL_H
#define PORTAL_KEEPER_GATE_INTERNAL_H

#include <pthread.h>

#include "portal/keeper/gate.h"
#include "wire/portal_gate.h"

enum { THREADS = 4 };

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

/* ---- gate_queue.c ---- */

/* At the queue's end; it becomes the queue's. Called with the lock held. */
void gate_put(struct gate *, struct item *);
/* Sets the answer aside until it has ended; false when too many wait already. */
bool gate_park(struct gate *, const struct item *, enum desk_wait, int64_t id);
/* Moves what has ended (or waited too long) back into the queue. Called with the lock held. */
void gate_unpark(struct gate *, enum desk_wait, int64_t id, int64_t now_ms);
/* Sleeps until there is work or a parked answer is due; NULL at the end. With the lock held. */
struct item *gate_take(struct gate *);

/* ---- threads; the argument is the struct gate ---- */

void *gate_receive(void *);
void *gate_work(void *);

/* To whoever cannot be answered now. */
void gate_refuse_busy(struct gate *, const struct item *);

#endif
