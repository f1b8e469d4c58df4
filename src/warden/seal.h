/*
 * Sealing: the one-way step from a workspace that its team set up to one that may hold data.
 *
 * What the team made stays on its disk, and a mark outside says for ever that there is no way back.
 * Before data are mounted, process 1 of the new container, a program of ours that is not the team's
 * to change, has tried every exit (wire/exits.h); what runs by itself when a member works is listed
 * for the steward. Both are left as state/packages/<ws>.seal for the portal.
 *
 * Nothing is owned in memory. Thread rule: one thread.
 */
#ifndef WARDEN_SEAL_H
#define WARDEN_SEAL_H

#include "base/str.h"
#include "warden/place.h"
#include "wire/exits.h"

/* One exit as it was found. */
struct seal_exit {
	bool shut;
	const char *how; /* printable */
};

/*
 * What process 1 reported: E_CONFLICT with a sentence unless every exit is named once, in order,
 * and is shut. Pure.
 */
enum status seal_judge(
	struct arena *, struct str report, struct seal_exit ret[EXIT_KINDS], struct err *);

/* True once data were mounted in it, or were about to be. */
bool seal_is(struct arena *, const struct place *, uint64_t ws);
/* Sets the mark, durably. */
enum status seal_set(struct arena *, const struct place *, uint64_t ws, struct err *);

/*
 * Writes the record: the exits, and what starts by itself on the team's disk (mounted at disk, a
 * host path). Returns as the file system does; what cannot be read is listed as such.
 */
enum status seal_record(struct arena *, const struct place *, uint64_t ws, const char *disk,
	const struct seal_exit exits[EXIT_KINDS], struct err *);

#endif
