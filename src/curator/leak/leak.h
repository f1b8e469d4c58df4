/*
 * The last look at a release before it becomes one: does a text in it still hold an identifier of
 * the source? The set keeps keyed hashes of the forbidden values only, case folded.
 *
 * A value is searched for as a whole, and inside longer text: as a word with digits in it (record
 * numbers, telephone numbers, dates), and as two neighbouring words (first name and surname).
 *
 * leak_free ends it. Filling is for one thread; leak_holds is pure and thread-safe.
 */
#ifndef CURATOR_LEAK_H
#define CURATOR_LEAK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/str.h"

struct leak;

struct leak *leak_new(void);
void leak_free(struct leak *);

static inline void
cleanup_leak_fn(struct leak **l)
{
	leak_free(*l);
}
#define cleanup_leak CLEANUP(cleanup_leak_fn)

/*
 * How sure a find is. A short number may well be a code or a count that happens to equal
 * somebody's number, so one alone proves nothing; a column full of them does.
 */
enum leak_find { LEAK_NONE, LEAK_NUMBER, LEAK_SURE };

enum { LEAK_LONGEST = 200 }; /* bytes of a value that is searched for */
/*
 * Forbids value, unless it is shorter than 4 bytes, longer than LEAK_LONGEST, or a number of fewer
 * than min_digits digits: small numbers occur everywhere. A number with a leading zero is no small
 * one.
 */
void leak_forbid(struct leak *, struct str value, size_t min_digits);
/* Between the last leak_forbid and the first question. */
void leak_ready(struct leak *);
/* Different values that are forbidden. */
size_t leak_size(const struct leak *);

/* The surest find in text. */
enum leak_find leak_holds(const struct leak *, struct str text);

#endif
