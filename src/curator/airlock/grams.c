#include "curator/airlock/grams.h"

enum { LETTERS = 5, LEAST_BYTES = 24 };
#define NO_SLOT UINT32_MAX
/* Odd, so that every word of a run counts. */
#define STEP 0x9e3779b97f4a7c15u

struct word {
	uint64_t hash;
	int32_t row, column;
	uint32_t bytes; /* of it; 0 bytes of letters when it is a number */
	bool letters;
};

struct slot {
	uint64_t hash; /* of a run; 0: free */
	uint32_t records, last;
};

struct grams {
	struct arena *a;
	struct word *words;
	size_t n, max;
	struct slot *slots; /* a power of two of them; NULL before grams_any */
	size_t n_slots;
	uint32_t record; /* that is being looked at */
};

struct grams *
grams_new(struct arena *a)
{
	struct grams *g = ARENA_NEW(a, struct grams);
	g->a = a;
	return g;
}

static bool
of_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0x80;
}

/* The next word of *s; false at the end. */
static bool
next_word(struct str *s, struct word *ret)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a, then mixed */
	struct word w = { 0 };
	while (s->n && !of_word((unsigned char)s->p[0]))
		s->p++, s->n--;
	for (; s->n && of_word((unsigned char)s->p[0]); s->p++, s->n--, w.bytes++) {
		unsigned char c = (unsigned char)s->p[0];
		w.letters |= c > '9';
		h = (h ^ (c >= 'A' && c <= 'Z' ? c | 0x20u : c)) * 0x100000001b3u;
	}
	w.hash = (h ^ h >> 29) * 0xbf58476d1ce4e5b9u;
	*ret = w;
	return w.bytes > 0;
}

enum status
grams_add(struct grams *g, struct str text, int64_t row, int64_t column, struct err *e)
{
	struct word w;
	while (next_word(&text, &w)) {
		if (g->n == GRAMS_MAX)
			return err_set(e, E_INPUT, "",
				"It has more words than can be compared with the patients' data.");
		if (g->n == g->max) {
			g->max = g->max ? g->max * 2 : 1024;
			struct word *more = arena_bytes(g->a, g->max * sizeof *more);
			if (g->n)
				memcpy(more, g->words, g->n * sizeof *more);
			g->words = more;
		}
		w.row = (int32_t)row;
		w.column = (int32_t)column;
		g->words[g->n++] = w;
	}
	return OK;
}

/* Rolls on by one word: out is the one that leaves, 0 while there are fewer than eight. */
static uint64_t
roll(uint64_t h, uint64_t in, uint64_t out)
{
	uint64_t power = 1;
	for (int i = 0; i < GRAM_WORDS; i++)
		power *= STEP;
	return h * STEP + in - out * power;
}

/* The hash of the run whose last word is i, and whether it says anything. */
static bool
telling(const struct grams *g, size_t i)
{
	size_t letters = 0, bytes = 0;
	if (i + 1 < GRAM_WORDS)
		return false;
	for (size_t k = i + 1 - GRAM_WORDS; k <= i; k++) {
		letters += g->words[k].letters;
		bytes += g->words[k].bytes;
	}
	return letters >= LETTERS && bytes >= LEAST_BYTES;
}

static struct slot *
find(const struct grams *g, uint64_t h)
{
	size_t i = (size_t)(h ^ h >> 32) & (g->n_slots - 1);
	while (g->slots[i].hash && g->slots[i].hash != h)
		i = (i + 1) & (g->n_slots - 1);
	return &g->slots[i];
}

/* Calls fn for each run that says something. */
static uint64_t
next_hash(const struct grams *g, size_t i, uint64_t h)
{
	return roll(h, g->words[i].hash, i >= GRAM_WORDS ? g->words[i - GRAM_WORDS].hash : 0);
}

bool
grams_any(struct grams *g)
{
	uint64_t h = 0;
	bool any = false;
	for (g->n_slots = 1024; g->n_slots < g->n * 2;)
		g->n_slots *= 2;
	g->slots = ARENA_ARRAY(g->a, g->n_slots, struct slot);
	for (size_t i = 0; i < g->n; i++) {
		h = next_hash(g, i, h);
		if (!telling(g, i) || !h)
			continue;
		find(g, h)->hash = h;
		any = true;
	}
	return any;
}

void
grams_seen(struct grams *g, struct str text)
{
	uint64_t ring[GRAM_WORDS] = { 0 }, h = 0;
	struct word w;
	g->record++;
	for (size_t i = 0; next_word(&text, &w); i++) {
		h = roll(h, w.hash, ring[i % GRAM_WORDS]);
		ring[i % GRAM_WORDS] = w.hash;
		if (i + 1 < GRAM_WORDS || !h)
			continue;
		struct slot *s = find(g, h);
		if (s->hash != h || s->last == g->record)
			continue;
		s->last = g->record;
		s->records++;
	}
}

/* Is the run that ends with word i somebody's? */
static bool
rare(const struct grams *g, size_t i, uint64_t h)
{
	if (!telling(g, i) || !h)
		return false;
	const struct slot *s = find(g, h);
	return s->hash == h && s->records > 0 && s->records < GRAM_COMMON;
}

bool
grams_next(const struct grams *g, size_t *at, struct gram_run *ret)
{
	uint64_t h = 0;
	size_t i = *at;
	/* The hash where the search goes on. */
	for (size_t k = i < GRAM_WORDS ? 0 : i - GRAM_WORDS; k < i; k++)
		h = roll(h, g->words[k].hash, 0);
	for (; i < g->n; i++) {
		h = next_hash(g, i, h);
		if (!rare(g, i, h))
			continue;
		size_t first = i + 1 - GRAM_WORDS, last = i;
		while (last + 1 < g->n && rare(g, last + 1, h = next_hash(g, last + 1, h)))
			last++;
		*ret = (struct gram_run){ g->words[first].row, g->words[first].column,
			last - first + 1 };
		*at = last + 1;
		return true;
	}
	*at = g->n;
	return false;
}
