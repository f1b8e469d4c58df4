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

/*
 * Each message that a portal may send: type, body, descriptors it carries, check (message.c) and
 * handler (ask.c). One list, so that what is let through always has somebody to do it.
 */
/* clang-format off */
#define MESSAGES(ONE) \
	ONE(PW_JOB_START, struct pw_job, 1, job_check, job_start) \
	ONE(PW_JOB_STOP, struct pw_id, 0, id_check, job_stop) \
	ONE(PW_JOB_STATE, struct pw_id, 0, id_check, job_state) \
	ONE(PW_WS_OPEN, struct pw_ws, 0, ws_check, rooms_ask) \
	ONE(PW_WS_CLOSE, struct pw_id, 0, id_check, rooms_ask) \
	ONE(PW_WS_DESTROY, struct pw_id, 0, id_check, rooms_ask) \
	ONE(PW_WS_NOTEBOOK, struct pw_ws_person, 0, person_check, rooms_ask) \
	ONE(PW_WS_TERMINAL, struct pw_ws_person, 0, person_check, rooms_ask) \
	ONE(PW_WS_DESKTOP, struct pw_ws_person, 0, person_check, rooms_ask) \
	ONE(PW_WS_EVICT, struct pw_ws_person, 0, person_check, rooms_ask) \
	ONE(PW_WS_STATE, struct pw_id, 0, id_check, rooms_state) \
	ONE(PW_WS_REPLAY, struct pw_id, 1, id_check, rooms_ask) \
	ONE(PW_WS_ARCHIVE, struct pw_archive, 0, archive_check, rooms_ask) \
	ONE(PW_WS_TRY, struct pw_try, 0, try_check, rooms_ask) \
	ONE(PW_AUDIT_HEAD, struct pw_audit_head, 0, audit_check, audit_head) \
	ONE(PW_HOST, struct wire_head, 0, no_check, host) \
	ONE(PW_READY, struct wire_head, 0, no_check, ready)
/* clang-format on */

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
