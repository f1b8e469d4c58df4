/*
 * Dense numbers for 64-bit keys: the first new key gets 0, the next 1, and so on. Made to be filled
 * thousands of times in a row: index_begin forgets everything without touching memory.
 *
 * The index owns its table; index_free frees it. Thread rule: one thread per index.
 */
#ifndef CURATOR_RISK_INDEX_H
#define CURATOR_RISK_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "curator/risk/budget.h"

struct index_slot {
	uint64_t key;
	uint32_t round, id;
};

struct index {
	struct index_slot *slots;
	size_t n_slots;
	uint64_t mask;
	uint32_t round, n; /* n: keys so far in this round */
	struct budget *budget;
};

/* Forgets all keys and makes room for at most max of them. */
enum status index_begin(struct index *, size_t max, struct err *);
void index_free(struct index *);

static inline uint64_t
index_place(const struct index *x, uint64_t key)
{
	key ^= key >> 32;
	key *= 0x9e3779b97f4a7c15u;
	return (key ^ (key >> 32)) & x->mask;
}

static inline void
index_prefetch(const struct index *x, uint64_t key)
{
	__builtin_prefetch(&x->slots[index_place(x, key)], 1);
}

/* The key's number. It is x->n - 1, and *ret_new true, when the key was not seen before. */
static inline uint32_t
index_number(struct index *x, uint64_t key, bool *ret_new)
{
	uint64_t at = index_place(x, key);
	while (x->slots[at].round == x->round) {
		if (x->slots[at].key == key) {
			*ret_new = false;
			return x->slots[at].id;
		}
		at = (at + 1) & x->mask;
	}
	x->slots[at] = (struct index_slot){ key, x->round, x->n };
	*ret_new = true;
	return x->n++;
}

#endif
