/*
 * Reproducible random numbers for simulation, search and resampling: the same seed gives the same
 * numbers on every machine. Never for secrets; those come from libsodium.
 *
 * The generator is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
 * Thread rule: one thread per struct random.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state; /* any value is a good seed */
};

static inline uint64_t
random_next(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to n - 1; n from 1. No value is favoured by more than n / 2^32. */
static inline uint32_t
random_below(struct random *r, uint32_t n)
{
	return (uint32_t)(((random_next(r) >> 32) * n) >> 32);
}

/* At least 0, below 1, with 53 random bits. */
static inline double
random_unit(struct random *r)
{
	return (double)(random_next(r) >> 11) * 0x1p-53;
}

#endif
