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

/* What a workspace does without a control. */
enum host_need {
	HOST_UNNEEDED, /* as well: something else does the same */
	HOST_WEAKER,   /* opens, weaker */
	HOST_FOR_DATA, /* opens without data only */
	HOST_FOR_ALL,  /* does not open */
};

struct host_control {
	const char *name;
	bool given;
	enum host_need need;
	const char *how;     /* it was probed */
	const char *without; /* what is so without it, a sentence's second half */
};

enum { HOST_CONTROLS = 48 };

struct host {
	struct host_control controls[HOST_CONTROLS];
	size_t n_controls;
	struct cgroups cgroups;
	bool ws_allowed;     /* workspaces without data can open */
	bool layers;         /* teams can keep programs of their own: see layer.h */
	bool data_allowed;   /* every control that data require is present */
	const char *missing; /* the required controls that are not there, "" when none */
	const char *report;  /* one line a control: "name yes|no how it was probed" */
};

void host_probe(struct arena *, const struct place *, struct host *ret);

/*
 * Whether the kernel decrypts what is read from this device (a folder as /sys/dev/block/8:1):
 * itself, or every device that it is made of, as a logical volume on an encrypted disk is.
 */
bool host_decrypts(struct arena *, const char *device);

/* The whole as JSON, or as lines for a terminal with what is done without each control. */
const char *host_json(struct arena *, const struct host *);
const char *host_text(struct arena *, const struct host *);

#endif
