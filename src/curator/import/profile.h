/*
 * The profile of a column: what a steward and a clinician look at before they sign. Made of what
 * was learned while the values passed, and then made safe to leave the curator:
 *
 *	no value and no bar of the picture is told that fewer than PROFILE_LEAST different patients
 *	have (rows, where a table has no patients), and as many lie at or beyond each end of a range;
 *	the middle half is told where it lies within the range, the middle alone otherwise;
 *	numbers are rounded as behind.h says, dates to the month;
 *	counts from 1 to PROFILE_LEAST - 1 become "few";
 *	identifiers and free text show none of their values.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_IMPORT_PROFILE_H
#define CURATOR_IMPORT_PROFILE_H

#include "base/json.h"
#include "curator/import/learn.h"
#include "curator/import/plausible.h"
#include "curator/import/sample.h"
#include "curator/pool.h"
#include "curator/source.h"

enum { PROFILE_LEAST = 10, PROFILE_BINS = 20, PROFILE_VALUES = 20 };

struct profile_bin {
	double from, to; /* [from, to); days since 1970 of dates */
	int64_t rows;
	bool safe;
};

struct profile_value {
	const char *text;
	int64_t rows;
	bool safe;
};

struct profile_column {
	int64_t empty;                 /* written "" and not missing */
	bool exact;                    /* distinct is a count, not an estimate */
	double low, high, quartile[3]; /* NaN when not told; days since 1970 of dates */
	LIST(struct profile_bin) bins;
	LIST(struct profile_value) values; /* the most frequent first */
	const struct plausible *range;
	int64_t below, above; /* rows outside of it */
};

/* Before anything is safe; c is complete but for its profile. */
struct profile_column *profile_learned(
	struct arena *, const struct source_column *, const struct learn *, const learn_steps *);

/* Marks what may be told. */
enum status profile_protect(const struct source_table *, struct sample *, struct err *);

/* Up to PROFILE_LEAST different patients. */
struct few {
	size_t n;
	uint32_t who[PROFILE_LEAST];
};
static inline void
few_add(struct few *f, uint32_t who)
{
	if (f->n == PROFILE_LEAST || who == SAMPLE_NONE)
		return;
	for (size_t i = 0; i < f->n; i++)
		if (f->who[i] == who)
			return;
	f->who[f->n++] = who;
}

/* Long tables: a column names the test, one holds its value, one its unit. */
struct profile_test {
	const char *name, *unit;
	int64_t rows, outside;
	const struct plausible *range;
};
typedef LIST(struct profile_test) profile_tests;
/* The tests of a table for which we know a range and which enough patients have. The pool serves
 * nobody else meanwhile. */
enum status profile_long(struct arena *, const struct source_table *, struct sample *,
	struct pool *, profile_tests *ret, struct err *);
void profile_tests_json(struct jsonw *, const profile_tests *);

/* The members of a column's object that tell its profile. */
void profile_json(struct jsonw *, const struct source_column *, bool exact);
/* 0, a count from PROFILE_LEAST, or "few"; any count when it may be exact. */
void profile_put_count(struct jsonw *, int64_t n, bool exact);

#endif
