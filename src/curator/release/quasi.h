/*
 * Which columns of a release could be known to others, so that together they tell who somebody is:
 * told from the recipe and the names alone. What others are likely to know is suggested; whether a
 * column has one value for each patient only a measurement says.
 *
 * Pure and thread-safe.
 */
#ifndef CURATOR_QUASI_H
#define CURATOR_QUASI_H

#include "curator/release/plan.h"

enum quasi {
	QUASI_NOT,      /* nobody outside knows it, or it is not released */
	QUASI_POSSIBLE, /* a patient has one value of it, which somebody could know */
	QUASI_LIKELY,   /* sounds like what neighbours and newspapers know */
};

enum quasi quasi_of(const struct plan_table *, const struct plan_column *);
/* Why, in a sentence's part: "one value for each patient". */
const char *quasi_why(const struct plan_table *, const struct plan_column *);

#endif
