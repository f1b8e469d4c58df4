/*
 * A step of an opening beside the others, in a thread: it waits for the machine's disk while they
 * use its processors.
 *
 *	beside_start(&b, step, place, ws);
 *	enum status s = others(..., e);
 *	TRY(beside_end(&b, s, e));		always, whatever became of the others
 *
 * Thread rule: start and end in one thread; the step has an arena of its own.
 */
#ifndef WARDEN_BESIDE_H
#define WARDEN_BESIDE_H

#include <pthread.h>

#include "warden/place.h"
#include "wire/portal_warden.h"

typedef enum status (*beside_step)(
	struct arena *, const struct place *, const struct pw_ws *, struct err *);

struct beside {
	beside_step step;
	const struct place *place;
	const struct pw_ws *ws;
	pthread_t thread;
	bool threaded;
	enum status status;
	struct err err;
};

/* Without a thread to be had the step is done before this returns. */
void beside_start(struct beside *, beside_step, const struct place *, const struct pw_ws *);
/* Waits for the step. The first failure counts: others, with e set already, or the step's. */
enum status beside_end(struct beside *, enum status others, struct err *e);

#endif
