#include "curator/table/sketch.h"

size_t
sketch_apart(const struct sketch *a, const struct sketch *b, size_t most)
{
	size_t n = 0;
	for (size_t i = 0; i < SKETCH && n <= most; i++)
		n += a->at[i] != b->at[i];
	return n;
}

size_t
sketch_apart_times(const struct sketch *a, uint64_t k, const struct sketch *b, size_t most)
{
	size_t n = 0;
	for (size_t i = 0; i < SKETCH && n <= most; i++)
		n += sketch_times(a->at[i], k) != b->at[i];
	return n;
}

size_t
sketch_apart3(const struct sketch *a, uint64_t ka, const struct sketch *b, uint64_t kb,
	const struct sketch *c, size_t most)
{
	size_t n = 0;
	for (size_t i = 0; i < SKETCH && n <= most; i++)
		n += sketch_plus(sketch_times(a->at[i], ka), sketch_times(b->at[i], kb)) !=
		     c->at[i];
	return n;
}

/* Some multiple of the prime, and 1, is a multiple of x. */
uint64_t
sketch_inverse(uint64_t x)
{
	unsigned __int128 y = 1;
	while (y % x)
		y += SKETCH_PRIME;
	return (uint64_t)(y / x);
}

bool
sketch_zero(const struct sketch *s)
{
	for (size_t i = 0; i < SKETCH; i++)
		if (s->at[i])
			return false;
	return true;
}

struct sketch_parts
sketch_parts(const struct sketch *s)
{
	struct sketch_parts p = { { 0 } };
	for (size_t i = 0; i < SKETCH; i++)
		p.at[i % SKETCH_PARTS] = sketch_plus(p.at[i % SKETCH_PARTS], s->at[i]);
	return p;
}
