#include "curator/import/steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct steps
steps_new(int bits)
{
	return (struct steps){ .bits = bits };
}

void
steps_free(struct steps *s)
{
	free(s->at);
	*s = (struct steps){ .bits = s->bits };
}

/* Order of keys is order of values: negative numbers are turned round. */
static uint64_t
key_of(double v, int bits)
{
	uint64_t u;
	v += 0.0; /* -0 is 0 */
	memcpy(&u, &v, 8);
	u = u >> 63 ? ~u : u | 1ull << 63;
	return u >> (52 - bits);
}

double
steps_value(const struct steps *s, const struct step *step)
{
	double v;
	uint64_t u = step->key << (52 - s->bits);
	u = u >> 63 ? u & ~(1ull << 63) : ~u;
	/* Of a negative step the end nearer to zero has all lower bits clear as well. */
	u &= ~((1ull << (52 - s->bits)) - 1);
	memcpy(&v, &u, 8);
	return v;
}

static struct step *
place(const struct steps *s, uint64_t key)
{
	uint64_t h = key * 0x9e3779b97f4a7c15u;
	size_t i = (size_t)(h >> 32) & (s->cap - 1);
	while (s->at[i].n && s->at[i].key != key)
		i = (i + 1) & (s->cap - 1);
	return &s->at[i];
}

static void
put(struct steps *s, uint64_t key, uint64_t n)
{
	struct step *p = place(s, key);
	s->used += p->n == 0;
	p->key = key;
	p->n += n;
}

/* Into a table of cap entries, with fewer bits for each key. */
static void
rebuild(struct steps *s, size_t cap, int fewer)
{
	struct steps old = *s;
	s->at = calloc(cap, sizeof *s->at);
	if (!s->at)
		BUG("out of memory");
	s->cap = cap;
	s->used = 0;
	s->bits -= fewer;
	for (size_t i = 0; i < old.cap; i++)
		if (old.at[i].n)
			put(s, old.at[i].key >> fewer, old.at[i].n);
	free(old.at);
}

void
steps_add(struct steps *s, double v, uint64_t n)
{
	if (s->cap == 0)
		rebuild(s, 64, 0);
	put(s, key_of(v, s->bits), n);
	while (s->used > STEPS_MAX && s->bits > 0)
		rebuild(s, s->cap, 1);
	if (s->used * 2 > s->cap)
		rebuild(s, s->cap * 4, 0);
}
