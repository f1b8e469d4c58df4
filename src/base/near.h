/*
 * Which of the names that there are was meant by one that there is not: for sentences that refuse a
 * word and say what to type.
 *
 * Pure. Thread rule: none.
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

enum { NEAR_NAME = 64 }; /* bytes of a name that are looked at */

/*
 * How many characters must be written, left out, changed or swapped with their neighbour to make
 * one of the other, in whatever case: the optimal string alignment distance (L. Boytsov, Indexing
 * methods for approximate dictionary searching, 2011, section 2.1).
 */
size_t near_distance(const char *, const char *);

/*
 * The nearest of n names, nearest first, into ret (room for most); how many there are. A third of
 * the word may differ, or the one name holds the other.
 */
size_t near_names(
	const char *word, const char *const *names, size_t n, const char **ret, size_t most);

#endif
