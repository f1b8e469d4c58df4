/*
 * One browser connection: read one request head, ask whether it may pass, pass it, close.
 *
 * There is one request to a connection, so nothing that a client or a workspace says about lengths
 * can make a second request out of the first one's body.
 *
 * Thread rule: visit_run takes a visit and ends it; one thread each.
 */
#ifndef GATE_VISIT_H
#define GATE_VISIT_H

#include "gate/table.h"

void visit_run(struct visit *);

#endif
