/*
 * Which row has this id: a hash table over ids that stay where they are.
 *
 * The table lives in the arena and points to the caller's array, which must outlive it.
 * Thread rule: free-threaded once built.
 */
#ifndef CURATOR_SCORE_IDS_H
#define CURATOR_SCORE_IDS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

#define IDS_NONE UINT32_MAX

struct ids_slot {
	uint32_t tag, row; /* row IDS_NONE: free */
};

struct ids {
	const struct str *id;
	struct ids_slot *slots;
	uint64_t mask;
};

uint64_t ids_hash(struct str id);

/*
 * Over n ids (fewer than 2^31). Of equal ids the first is kept; *ret_repeat is the row of a later
 * one, or IDS_NONE when all differ.
 */
struct ids ids_build(struct arena *, const struct str *id, size_t n, uint32_t *ret_repeat);

/*
 * Start to load what ids_find will look at, in this order; pays when many are asked in turn and the
 * steps are taken for all of them before the next. ids_prefetch_row returns the row that the id
 * probably has, or IDS_NONE.
 */
static inline void
ids_prefetch(const struct ids *t, uint64_t hash)
{
	__builtin_prefetch(&t->slots[(hash >> 32) & t->mask]);
}

static inline uint32_t
ids_prefetch_row(const struct ids *t, uint64_t hash)
{
	uint32_t row = t->slots[(hash >> 32) & t->mask].row;
	if (row != IDS_NONE)
		__builtin_prefetch(&t->id[row]);
	return row;
}

static inline void
ids_prefetch_id(const struct ids *t, uint32_t row)
{
	if (row != IDS_NONE)
		__builtin_prefetch(t->id[row].p);
}

/* hash must be ids_hash(id). IDS_NONE when there is none. */
uint32_t ids_find(const struct ids *, struct str id, uint64_t hash);

#endif
