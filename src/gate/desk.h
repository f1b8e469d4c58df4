/*
 * One connection of the command inside a workspace: reads its file into the spool, asks the portal,
 * hands back the answers.
 *
 * A file has the name .<n>.part while it grows and <n> once it lies complete on the disk; from then
 * on it belongs to the portal, unless the portal is away or ends with an exit code that is not 0.
 *
 * Thread rule: desk_run takes a visit and ends it; one thread each.
 */
#ifndef GATE_DESK_H
#define GATE_DESK_H

#include "gate/table.h"

void desk_run(struct visit *);

/* Makes sure that what was sent arrives although the other side may still be sending. */
void desk_hang_up(int fd);

/* Main, before any desk is open: removes what a gate that was killed left half-written. */
void desk_clean_spool(int spool);

#endif
