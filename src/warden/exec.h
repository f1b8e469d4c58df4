/*
 * `wardroom-warden exec`: one command inside an open workspace, as one member, with exactly the
 * settings that the member's own processes have. For operators and tests.
 *
 * Runs beside the warden, needs root, owns nothing afterwards.
 */
#ifndef WARDEN_EXEC_H
#define WARDEN_EXEC_H

#include "warden/place.h"

/*
 * argv ends with NULL. Standard streams are passed through pipes, because a runtime may change the
 * owner of a file that it is given. SIGTERM and SIGINT reach the command. *ret_code is its exit
 * code. E_ABSENT when the workspace is not open or has no such slot.
 */
enum status exec_run(struct arena *, const struct place *, uint64_t ws, uint32_t slot,
	const char *const *argv, int *ret_code, struct err *);

#endif
