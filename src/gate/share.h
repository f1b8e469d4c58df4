/*
 * How many connections a workspace may have, so that no team can keep another out: half of all
 * places are shared out, as many to each, and are there for it whatever others do; the other half
 * is for whoever needs more, up to a limit of its own.
 *
 * Thread rule: pure functions.
 */
#ifndef GATE_SHARE_H
#define GATE_SHARE_H

#include <stdbool.h>

enum {
	VISITS_MAX = 1024, /* of browsers that were let in */
	VISITS_ROOM = 256, /* of one workspace */
	VISITS_NEW = 256,  /* that are not let in yet: no team's, so they take no team's places */
	DESKS_ROOM = 8,    /* of the command inside; they take nobody else's places */
	DESKS_MEMBER = 3,  /* of those, by one member */
};

/* What each of so many workspaces has for itself. */
unsigned share_own(unsigned rooms);

/* One more for a workspace that has `has`? pooled: what all of them have beyond their own. */
bool share_allows(unsigned has, unsigned rooms, unsigned pooled);

#endif
