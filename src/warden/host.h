/*
 * What this host offers of the walls that a workspace needs, found by trying.
 *
 * Texts belong to the arena. Blocks for some ten milliseconds; called once at start and by --check.
 * Thread rule: one thread.
 */
#ifndef WARDEN_HOST_H
#define WARDEN_HOST_H

#include "warden/cgroup.h"
#include "warden/place.h"

struct host {
	struct cgroups cgroups;
	bool ws_allowed;     /* workspaces without data can open */
	bool layers;         /* teams can keep programs of their own: see layer.h */
	bool data_allowed;   /* every control that data require is present */
	const char *missing; /* the required controls that are not there, "" when none */
	const char *report;  /* one line a control: "name yes|no|unknown how it was probed" */
};

void host_probe(struct arena *, const struct place *, struct host *ret);

#endif
