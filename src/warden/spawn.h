/*
 * Starts the portal, the gate, mirrors and curator jobs: as their own account, with nothing else of
 * ours.
 *
 * The child is the caller's to wait for. Thread rule: one thread (the child must be able to ask
 * whether its parent still lives).
 */
#ifndef WARDEN_SPAWN_H
#define WARDEN_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "warden/place.h"

struct spawn {
	const char *program; /* in the configured bin folder */
	const char *const *argv;
	const struct account *user;
	int fd3, fd4; /* become descriptors 3 and 4; -1 for none */
	bool job;     /* no network, low priority */
};

/*
 * The child has a session of its own, no groups but its account's, no new privileges, no core
 * dumps, descriptors 0 (/dev/null), 1 and 2 (ours), 3 and 4; it is killed when the warden dies. The
 * program is opened by us and executed from that descriptor, so its account need not be able to
 * walk the path. E_IO when it cannot be opened.
 */
enum status spawn_start(
	struct arena *, const struct place *, const struct spawn *, pid_t *ret, struct err *);

#endif
