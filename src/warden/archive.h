/*
 * A team's files, sealed into state/archive/<ws>.archive; see wire/portal_warden.h, struct
 * pw_archive, and docs/archive.md.
 *
 * What looks at the files is a process without privileges (src/archive/confine.h), which gets the
 * team's disk and pipes; the file itself, its name and its hash are ours. It carries its name only
 * when it is whole and on disk. Nothing is owned afterwards. Blocks; a worker calls it.
 * Thread rule: one thread.
 */
#ifndef WARDEN_ARCHIVE_H
#define WARDEN_ARCHIVE_H

#include "warden/place.h"
#include "wire/portal_warden.h"

/*
 * Replaces an older one of the workspace. E_ABSENT when the workspace has no disk; E_CONFLICT when
 * the server has no room for it.
 */
enum status archive_make(struct arena *, const struct place *, const struct pw_archive *,
	uint64_t *ret_bytes, struct err *);

/* Reads one whole; see wire/portal_warden.h, struct pw_try. *ret_bytes: of the files in it. */
enum status archive_try(struct arena *, const struct place *, const struct pw_try *,
	uint64_t *ret_bytes, struct err *);

/* Removes what was left half made of a workspace's; ws 0: of any, at the start. */
void archive_clean(struct arena *, const struct place *, uint64_t ws);

#endif
