/*
 * The airlock's window: an origin of its own on which a reviewer sees, once a ticket, the page that
 * the curator made of a file. It sets no cookie, knows none, and runs nothing.
 *
 * Thread rule: the visit's own thread.
 */
#ifndef GATE_SIGHT_H
#define GATE_SIGHT_H

#include "gate/table.h"

/* Answers the request, whatever it is. */
void sight_run(struct visit *, struct arena *, const struct request *);

#endif
