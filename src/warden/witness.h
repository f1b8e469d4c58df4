/*
 * The warden's own memory of the audit trail: one line "n hash time" for each head it was shown, in
 * a file that the portal cannot reach. A trail that is cut or rewritten no longer matches it.
 *
 * The descriptor belongs to the struct. Thread rule: one thread.
 */
#ifndef WARDEN_WITNESS_H
#define WARDEN_WITNESS_H

#include "warden/place.h"

struct witness {
	int fd;
	uint64_t n; /* entries of the newest head, 0 before the first */
	uint8_t hash[32];
};

enum status witness_open(struct arena *, const struct place *, struct witness *ret, struct err *);

/*
 * Appends and syncs. The same head again is OK and writes nothing. E_CONFLICT when the trail went
 * back or when the same n has another hash.
 */
enum status witness_add(struct witness *, uint64_t n, const uint8_t hash[32], struct err *);

#endif
