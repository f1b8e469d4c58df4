/*
 * Moves bytes between a browser and a workspace inside the kernel (splice), both ways at once,
 * without looking at them.
 *
 * The pump owns its two pipes (pump_free); the sockets, which must not block, are the caller's.
 * Thread rule: one thread per pump.
 */
#ifndef GATE_PUMP_H
#define GATE_PUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "gate/table.h"

struct flow {
	int from, to;
	int pipe[2];
	size_t held;  /* bytes in the pipe */
	int64_t left; /* still to be read from `from`; -1: until it ends */
	bool ended;   /* `from` has no more */
};

struct pump {
	struct flow up, down; /* browser -> workspace, workspace -> browser */
	struct meter *meter;  /* counts what goes down */
	const atomic_bool *cut;
	int64_t idle_ms; /* -1: a silent connection is fine */
};

enum pump_end {
	PUMP_REPLY, /* pump_up: the workspace begins to answer */
	PUMP_DONE,
	PUMP_GONE, /* one side broke off, or the visit was cut */
	PUMP_IDLE,
	PUMP_SPENT, /* the meter's hour is used up */
};

enum status pump_init(struct pump *, int client, int inside, struct err *);
void pump_free(struct pump *);

/* Upwards only, until the workspace has something to say. */
enum pump_end pump_up(struct pump *);
/* Both ways, until the downward flow ends; for a tunnel until either does. */
enum pump_end pump_both(struct pump *, bool tunnel);

/* All n bytes to a socket that does not block, within timeout_ms. */
enum status pump_send(int fd, const void *, size_t n, int64_t timeout_ms, struct err *);

#endif
