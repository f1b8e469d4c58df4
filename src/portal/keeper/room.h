/*
 * What a workspace needs next, so that it becomes what is wanted of it. A pure rule; the keeper
 * acts on it.
 */
#ifndef PORTAL_KEEPER_ROOM_H
#define PORTAL_KEEPER_ROOM_H

#include <stdbool.h>
#include <stdint.h>

struct room_facts {
	const char *want;                     /* closed, setup, sample, full, frozen, destroyed */
	const char *state;                    /* absent, opening, open, closed, destroyed, failed */
	const char *stage;                    /* setup, sample, full, frozen; "" when not open */
	int64_t release;                      /* the image that is mounted, 0 for none */
	bool revoked;                         /* that image is not to be used any more */
	bool changed;                         /* members or limits since it was opened */
	bool sealed;                          /* it has held data before */
	bool archive_due;                     /* one is ordered, or was never opened */
	int64_t ethics_expires;               /* of its project; 0: no approval */
	int64_t sample_release, full_release; /* the newest that are ready, 0 for none */
	int64_t simulated_release;            /* for the setup phase; the same */
	int64_t now;
};

enum room_step { ROOM_STAY, ROOM_OPEN, ROOM_CLOSE, ROOM_DESTROY };

struct room_plan {
	enum room_step step;
	const char *stage;   /* for ROOM_OPEN and ROOM_STAY: what it is to hold, "" when closed */
	int64_t release;     /* 0 when the stage is ""; simulated data or 0 when it is "setup" */
	bool update;         /* ROOM_OPEN for members or limits alone: nobody inside is disturbed */
	const char *problem; /* why it is not what is wanted, a sentence; "" when it is */
};

/*
 * In the setup phase a workspace has the simulated data, once there are any; it is not disturbed
 * because there are newer ones, unless its own were revoked.
 *
 * What an archive is ordered of stays, closed, until that was opened or it is let go.
 *
 * Data are mounted only with a valid ethics approval and a release that is ready. Until then a
 * workspace that never held data is kept in setup, and one that did is closed: its homes may hold
 * what was made of the data.
 */
struct room_plan room_plan(const struct room_facts *);

/* Milliseconds to wait after the n-th failure in a row, n from 1: 1 s, doubled up to a minute. */
int64_t room_backoff_ms(int n);

#endif
