/*
 * Places in a table in words, as the curator's checks find them and as people read them: "rows 2 to
 * 21 of column 5; row 30; and 340 more".
 *
 * Owns nothing. Thread rule: pure functions.
 */
#ifndef WIRE_PLACES_H
#define WIRE_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct spot {
	int64_t row, column; /* from 1; 0: the whole file, or the whole row or column */
};

/* More than are looked at: what lies beyond only counts. */
enum { PLACES_MOST = 40 };

/*
 * Appends the n places at `at`, in any order, to b; those that are neither a row nor a column are
 * left out, and nothing is written of them alone. count: of all places there are, told or not.
 */
void places_say(struct buf *b, const struct spot *at, size_t n, int64_t count);

#endif
