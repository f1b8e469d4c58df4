/*
 * Decimal numbers as data files write them, read exactly and fast.
 * Pure. Thread rule: free-threaded.
 */
#ifndef CURATOR_SCORE_NUMBER_H
#define CURATOR_SCORE_NUMBER_H

#include "base/str.h"

enum number_kind {
	NUMBER_GOOD,
	NUMBER_BAD,        /* empty, or not a decimal number */
	NUMBER_NOT_FINITE, /* a word for NaN or an infinity */
};

/*
 * The nearest double, as strtod gives it, with -0 read as 0. Spaces at both ends are passed over.
 * *ret is touched on NUMBER_GOOD only.
 */
enum number_kind number_read(struct str, double *ret);

#endif
