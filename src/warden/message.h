/*
 * What the portal may say to the warden: one table of message types with their size, the number of
 * descriptors they carry and the check of their body. Anything that fails here ends the portal.
 *
 * Pure functions over bytes: nothing is opened, owned or remembered, so a fuzzer drives them.
 * Thread rule: free-threaded.
 */
#ifndef WARDEN_MESSAGE_H
#define WARDEN_MESSAGE_H

#include <stddef.h>

#include "base/err.h"
#include "wire/portal_warden.h"

/* The largest id that may name a folder; also keeps ids within SQLite's range. */
#define MESSAGE_ID_MAX ((uint64_t)INT64_MAX)

/*
 * n bytes with n_fds descriptors, as one datagram brought them. E_INPUT when it is not a message
 * that a portal may send: unknown type, wrong size, wrong number of descriptors, an even or zero
 * seq, a number out of range, a text that is not terminated or leaves its alphabet.
 */
enum status message_check(const void *msg, size_t n, int n_fds, struct err *);

/* "PW_WS_OPEN", or "unknown". */
const char *message_name(uint32_t type);

#endif
