/*
 * What the parts of one browser connection share: visit.c reads the head and decides who answers;
 * enter.c lets somebody in, house.c has pages of the gate's own, bridge.c speaks for a page of ours
 * with a program inside, forward.c passes a request on to the notebook.
 *
 * A struct work lives on its thread's stack. Thread rule: one thread per work.
 */
#ifndef GATE_WORK_H
#define GATE_WORK_H

#include "gate/apps.h"
#include "gate/page.h"
#include "gate/request.h"
#include "gate/table.h"

enum { HEAD_MS = 10000, SEND_MS = 30000 };

struct work {
	struct visit *v;
	struct gate *gate;
	struct arena *arena;
	struct request request;
	bool parsed; /* request holds something */
	char *buf;   /* the head and what came with it */
	size_t n, head;
	int64_t cap; /* of the reply's body; -1 none */
};

/* Sends and, once the visitor is let in, counts. */
void send_page(struct work *, const struct page *);
void send_refusal(struct work *, int code, const char *title, const char *text);
/* "http://localhost:8080/rooms/7/enter": where one is let in again. */
const char *enter_link(struct work *, uint64_t ws);

/* enter.c: the one-time ticket becomes a cookie of this origin; answers when the program works. */
void work_enter(struct work *, uint64_t ws);

/* house.c: pages and their parts; false when the path is none of ours. */
bool work_house(struct work *);

/* bridge.c: the WebSocket of a page of ours; folder is the workspace's. False as above. */
bool work_bridge(struct work *, int folder);

/* forward.c: everything else is the notebook's. */
void work_forward(struct work *, int folder);

#endif
