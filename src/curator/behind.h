/*
 * Who stands behind a figure that leaves the curator: at least BEHIND_LEAST different patients, or
 * it is not told. Used wherever a range is told: the profile of an import, the dictionary of a
 * release, and what simulated data are made of.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_BEHIND_H
#define CURATOR_BEHIND_H

#include "curator/engine.h"
#include "curator/release/plan.h"

enum { BEHIND_LEAST = 10 };

struct behind {
	const char *from; /* rows, to stand at the very end behind FROM; may hold a WHERE */
	const char *who;  /* the row's patient in them; NULL: the rows do not tell */
};

/*
 * Makes the table behind(who, x0, x1, ...) of a released table's rows in the engine: whose they
 * are, as a number, and n expressions over the table, named t; dir holds TABLE.parquet of all
 * tables. A table that is linked by another is joined with it; of a list of codes each row stands
 * for itself. Of more than `most` rows it is the first: a release stands in the order of its
 * pseudonyms, so these are patients by chance, and fewer found only hide more. ret->who is NULL,
 * and there is no table, where the rows do not tell.
 */
enum status behind_table(struct arena *, struct engine *, const char *dir,
	const struct plan_table *, int64_t rows, int64_t most, const char *const *expressions,
	size_t n, struct behind *ret, struct err *);

/* A column of numbers, and the ends that may be told of it. */
struct behind_range {
	const char *number; /* SQL over the rows */
	bool whole;
	double low, high;
	bool moved; /* by more than rounding */
};

/*
 * Moves low up and high down until at least BEHIND_LEAST different patients have a value at or
 * below low, and as many one at or above high; NaN at first means as far out as may be. Both are
 * rounded inwards, by behind_round. Both become NaN where there is no such pair.
 */
enum status behind_ranges(struct arena *, struct engine *, const struct behind *,
	struct behind_range *, size_t n, struct err *);

/* To two digits or to a tenth of the digit that low and high differ in, whichever is finer; whole
 * numbers stay whole. way: -1 down, 0 to the nearest, 1 up. Pure. */
double behind_round(double v, double low, double high, bool whole, int way);
/* Both ends inwards; NaN when they would pass each other. */
void behind_round_in(double *low, double *high, bool whole);

#endif
