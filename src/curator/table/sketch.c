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
sketch_apart3(const struct sketch *a, const struct sketch *b, const struct sketch *c, size_t most)
{
	size_t n = 0;
	for (size_t i = 0; i < SKETCH && n <= most; i++)
		n += a->at[i] != sketch_plus(b->at[i], c->at[i]);
	return n;
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
