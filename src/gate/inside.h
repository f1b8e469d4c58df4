/*
 * The way from the gate to a server inside a workspace, over ground that its members control.
 *
 * Thread rule: free-threaded.
 */
#ifndef GATE_INSIDE_H
#define GATE_INSIDE_H

#include <stdint.h>

#include "base/err.h"

/*
 * Connects to <folder>/<slot>/notebook.sock, which must be a socket that uid owns: no links are
 * followed, and what was looked at is what is connected to. folder is an O_PATH descriptor.
 * *ret_fd does not block. E_ABSENT: nothing listens there (yet). E_DENIED: something else lies
 * there. E_BUSY: its queue is full.
 */
enum status inside_connect(int folder, uint32_t slot, uint32_t uid, int *ret_fd, struct err *);

#endif
