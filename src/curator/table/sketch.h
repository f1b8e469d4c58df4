/*
 * Whose contributions make up a number, kept so that two numbers can be compared by their persons
 * without the persons being kept: a vector of one value for each person, in SKETCH buckets. A
 * bucket holds the sum, modulo a prime, of its persons' values, each times a factor of the person's
 * own; bucket and factor follow from a secret key (persons.c).
 *
 * What is added or subtracted is so bucket by bucket. A difference that k persons make up leaves at
 * most k buckets that are not 0 - so fewer than ten persons are never taken for more - and it
 * leaves a bucket at 0 by chance once in 2^61. Ten persons and a few more may share buckets and be
 * taken for fewer than ten: of ten three times in ten, of twelve once in fifty, of fifteen once in
 * ten thousand. Such a number is withheld without need.
 *
 * Pure. Thread rule: none.
 */
#ifndef CURATOR_TABLE_SKETCH_H
#define CURATOR_TABLE_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SKETCH = 128, SKETCH_PARTS = 10 };
#define SKETCH_PRIME ((1ull << 61) - 1)

struct sketch {
	uint64_t at[SKETCH]; /* each below the prime */
};

static inline uint64_t
sketch_plus(uint64_t x, uint64_t y)
{
	uint64_t s = x + y;
	return s >= SKETCH_PRIME ? s - SKETCH_PRIME : s;
}
static inline uint64_t
sketch_minus(uint64_t x, uint64_t y)
{
	return x >= y ? x - y : x + SKETCH_PRIME - y;
}

static inline uint64_t
sketch_times(uint64_t x, uint64_t y)
{
	unsigned __int128 z = (unsigned __int128)x * y;
	return sketch_plus((uint64_t)z & SKETCH_PRIME, (uint64_t)(z >> 61));
}
/* What times x is 1; x small and not 0. */
uint64_t sketch_inverse(uint64_t x);

/* Buckets of a - b that are not 0; counting ends behind `most`. */
size_t sketch_apart(const struct sketch *a, const struct sketch *b, size_t most);
/* The same of k * a - b. */
size_t sketch_apart_times(const struct sketch *a, uint64_t k, const struct sketch *b, size_t most);
/* The same of ka * a + kb * b - c. */
size_t sketch_apart3(const struct sketch *a, uint64_t ka, const struct sketch *b, uint64_t kb,
	const struct sketch *c, size_t most);
bool sketch_zero(const struct sketch *);

/*
 * One number for each of SKETCH_PARTS parts of the buckets, as additive as they are. Where fewer
 * than SKETCH_PARTS buckets differ, some part is equal.
 */
struct sketch_parts {
	uint64_t at[SKETCH_PARTS];
};
struct sketch_parts sketch_parts(const struct sketch *);

#endif
