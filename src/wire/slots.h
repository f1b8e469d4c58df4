/*
 * A workspace's places and the users in them: which slots there are, and who a slot is on the host.
 * The warden maps them, the gate tells people apart by them, and a proof counts their processes.
 *
 * Thread rule: pure functions.
 */
#ifndef WIRE_SLOTS_H
#define WIRE_SLOTS_H

#include <stdint.h>
#include <sys/types.h>

enum {
	PW_SLOTS = 64,       /* places that a team ever gives */
	SLOT_FIRST = 1000,   /* container uid of slot 0 */
	SLOT_UIDS = 65536,   /* uids of one workspace */
	SLOT_RANGES = 16384, /* ranges of uids, after which workspaces share one */
};

/* Host uid of a workspace's container uid 0; first: the configured uid_base. */
static inline uid_t
slot_base(uint64_t first, uint64_t ws)
{
	return (uid_t)(first + SLOT_UIDS * (ws % SLOT_RANGES));
}

/* Host uid of the slot; base: slot_base. */
static inline uid_t
slot_uid(uid_t base, uint32_t slot)
{
	return base + SLOT_FIRST + slot;
}

/* The other way: PW_SLOTS or more when that uid has no slot. */
static inline uint32_t
slot_of(uid_t base, uid_t uid)
{
	return uid - base - SLOT_FIRST;
}

#endif
