/*
 * Counts in other spellings: what a person reads in a cell of counts that is no plain number, such
 * as "(7)", "7 pts", "#7", "n7", "14:2", "0x5" or "seven".
 *
 * Pure. Thread rule: none.
 */
#ifndef CURATOR_AIRLOCK_SPELT_H
#define CURATOR_AIRLOCK_SPELT_H

#include "base/str.h"

enum spelt {
	SPELT_NOTHING, /* words alone */
	SPELT_DIGITS,  /* a range, a date, a bound, a share, a large count: a person should look */
	SPELT_SMALL,   /* a count from 1 to below `least` stands there */
};

/* Of a cell of counts; least: the smallest count that may show. */
enum spelt spelt_count(struct str, int64_t least);

#endif
