/*
 * Sentences out of the data: a text that wants to leave, as the runs of eight words in it, and how
 * many records of the data hold each run. What many records hold is a form of words; what few hold
 * was written about somebody.
 *
 * Words are letters and digits, whatever their case, and run on across cells and lines, so that
 * breaking a sentence up does not hide it. Runs that are mostly numbers are passed over.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_AIRLOCK_GRAMS_H
#define CURATOR_AIRLOCK_GRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
	GRAM_WORDS = 8,
	GRAM_COMMON = 50, /* records that hold a form of words */
	GRAMS_MAX = 2000000,
};

struct grams;

struct grams *grams_new(struct arena *);
/* The next text of the file, at its place. E_INPUT when it has more words than can be compared. */
enum status grams_add(struct grams *, struct str text, int64_t row, int64_t column, struct err *);
/* Is there anything to compare? After the last grams_add. */
bool grams_any(struct grams *);
/* One record of the data. */
void grams_seen(struct grams *, struct str text);

/*
 * The next stretch of words in a row that records hold, but few of them: from where to where, and
 * of how many words. *at is 0 at first. False at the end.
 */
struct gram_run {
	int64_t row, column; /* of the first word */
	size_t words;
};
bool grams_next(const struct grams *, size_t *at, struct gram_run *ret);

#endif
