/*
 * The distinct rows of a table of codes, each with how often it occurs. What follows a reading of
 * the file works on these: ten million visits have far fewer combinations.
 *
 * tuples_free frees everything. Thread rule: one thread per struct tuples.
 */
#ifndef CURATOR_RISK_TUPLES_H
#define CURATOR_RISK_TUPLES_H

#include <stdint.h>

#include "curator/risk/budget.h"

enum { TUPLES_BLOCK = 1024 };

struct tuple_slot {
	uint32_t hash;
	uint32_t next; /* the tuple's number + 1; 0 is an empty slot */
};

struct tuples {
	size_t width, n; /* codes of one tuple; tuples so far */
	uint32_t *cells; /* of each tuple its codes, then its count of rows */
	struct tuple_slot *slots;
	size_t cap, n_slots;
	struct budget *budget;
};

/* The codes of tuple i, in the order of first appearance; behind them stands the count. */
static inline uint32_t *
tuples_codes(const struct tuples *t, size_t i)
{
	return t->cells + i * (t->width + 1);
}

static inline uint32_t
tuples_count(const struct tuples *t, size_t i)
{
	return tuples_codes(t, i)[t->width];
}

#define TUPLES_NONE UINT32_MAX

enum status tuples_init(struct tuples *, size_t width, struct budget *, struct err *);
void tuples_free(struct tuples *); /* also of a zeroed struct */

/* Adds up to TUPLES_BLOCK rows of width codes. The caller sees to it that all rows together stay
 * below 2^32. */
enum status tuples_add(struct tuples *, const uint32_t *rows, size_t n_rows, struct err *);
/* The number of the tuple with these codes, or TUPLES_NONE. */
uint32_t tuples_find(const struct tuples *, const uint32_t *codes);

#endif
