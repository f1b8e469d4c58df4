/*
 * What is learned of one column while its values pass once: type, missing, distinct, the
 * distribution of its numbers or dates, and how often each value occurs as long as they are few.
 * Everything here is of the source and may single somebody out; what leaves is made in profile.c.
 *
 * Distinct values are counted exactly up to a limit, then estimated (HyperLogLog with 16384
 * registers, standard error 0.8 %: Flajolet et al. 2007). Distributions are counts in steps of at
 * most 0.1 % of a value, so whole numbers below 2048 are exact. Memory is bounded; the order of the
 * values changes nothing.
 *
 * learn_free ends it. Thread rule: one thread per struct learn at a time.
 */
#ifndef CURATOR_IMPORT_LEARN_H
#define CURATOR_IMPORT_LEARN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "curator/types.h"

enum { LEARN_MAX_VALUES = 300, LEARN_MAX_LENGTH = 60 };

struct learn;

struct learn *learn_new(size_t exact_limit);
void learn_free(struct learn *); /* NULL is fine */

/* n times the value; p == NULL is missing. hash is learn_hash of it. */
void learn_add(struct learn *, struct str value, uint64_t hash, uint64_t n);
uint64_t learn_hash(struct str);

const struct type_guess *learn_guess(const struct learn *);
/* Without the missing; *ret_exact tells whether it is a count or an estimate. */
int64_t learn_distinct(const struct learn *, bool *ret_exact);

/* Every value with its count, when there were at most LEARN_MAX_VALUES short ones; else n is 0. */
struct learn_value {
	struct str value;
	uint64_t n;
};
typedef LIST(struct learn_value) learn_values;
learn_values learn_counts(const struct learn *, struct arena *);

/* Steps of the distribution in ascending order; a date counts days since 1970. */
struct learn_step {
	double value;
	uint64_t n;
};
typedef LIST(struct learn_step) learn_steps;
learn_steps learn_distribution(
	const struct learn *, struct arena *, enum col_type, int century_end);
/* The value below which a share q of the steps lies; NaN without steps. */
double learn_quantile(const learn_steps *, double q);

#endif
