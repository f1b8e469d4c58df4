/*
 * The way to a member's program inside a workspace: app sockets lie on hostile ground.
 *
 * Thread rule: free-threaded.
 */
#ifndef GATE_INSIDE_H
#define GATE_INSIDE_H

#include <stdint.h>

#include "base/err.h"
#include "gate/apps.h"

/*
 * Connects to <folder>/<slot>/<the program's socket> without following links, if it is a socket
 * that belongs to uid. *ret_fd does not block. E_ABSENT: nobody listens there yet. E_BUSY: it does
 * not keep up. E_DENIED: something else lies there.
 */
enum status inside_connect(
	int folder, uint32_t slot, uint32_t uid, enum app, int *ret_fd, struct err *);

/*
 * Asks the program a question and waits up to timeout_ms for the beginning of its answer. OK: it
 * works. E_ABSENT as above; E_BUSY: somebody listens, but says nothing yet; E_DENIED: it says
 * something else. leaver: a descriptor whose hang-up ends the waiting, with E_IO.
 */
enum status inside_answers(int folder, uint32_t slot, uint32_t uid, enum app, int leaver,
	int64_t timeout_ms, struct err *);

#endif
