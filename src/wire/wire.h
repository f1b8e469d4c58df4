/*
 * What every socket between our processes shares.
 *
 * Messages are fixed structs over SOCK_SEQPACKET socketpairs, host byte order (one machine), each
 * beginning with a struct wire_head. Descriptors travel by SCM_RIGHTS. A receiver checks length,
 * type and state before it looks at a body; anything else ends the connection (and, at the warden,
 * the sender). Texts in messages are NUL-terminated within their array; wire_text_ok checks it.
 *
 * Thread rule: wire_send is atomic and may be called by any thread; one thread receives.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct wire_head {
	uint32_t type;
	uint32_t seq; /* an answer repeats the question's; an event has 0 */
};

enum { WIRE_FDS = 4, WIRE_MAX = 16384 };

/* fds may be NULL when n_fds is 0. The descriptors stay the caller's. */
enum status wire_send(
	int sock, const void *msg, size_t size, const int *fds, int n_fds, struct err *);

/*
 * One message into buf (WIRE_MAX bytes). *ret_n is its length; 0 means the peer is gone.
 * Received descriptors (close-on-exec) go to ret_fds, *ret_n_fds of them; they become the caller's.
 * More than WIRE_FDS descriptors, a truncated message or one shorter than its head is E_INPUT.
 */
enum status wire_recv(
	int sock, void *buf, size_t *ret_n, int ret_fds[WIRE_FDS], int *ret_n_fds, struct err *);

/* Terminated within its array, UTF-8. */
bool wire_text_ok(const char *text, size_t size);
#define WIRE_TEXT_OK(array) wire_text_ok((array), sizeof(array))

#endif
