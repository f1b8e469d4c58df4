/*
 * What an archive may be called and what its key may cost: the portal says it, the warden checks
 * it, and the format keeps it.
 *
 * Thread rule: pure functions.
 */
#ifndef WIRE_ARCHIVE_H
#define WIRE_ARCHIVE_H

#include "base/str.h"

enum {
	ARCHIVE_LABEL_MAX = 63,
	/* Argon2id: what a strange archive may ask of whoever opens it. */
	ARCHIVE_PASSES_MAX = 16,
	ARCHIVE_MEMORY_KB_MIN = 8,
	ARCHIVE_MEMORY_KB_MAX = 1048576,
};

/* [a-z0-9-], 1 to ARCHIVE_LABEL_MAX, no '-' first: "heart-2026-team-3". */
static inline bool
archive_label_ok(struct str s)
{
	if (s.n == 0 || s.n > ARCHIVE_LABEL_MAX || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
			    s.p[i] == '-'))
			return false;
	return true;
}

static inline bool
archive_costs_ok(int64_t passes, int64_t memory_kb)
{
	return passes >= 1 && passes <= ARCHIVE_PASSES_MAX && memory_kb >= ARCHIVE_MEMORY_KB_MIN &&
	       memory_kb <= ARCHIVE_MEMORY_KB_MAX;
}

#endif
