#include "curator/text_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { BLOCK = 1 << 20 };

struct block {
	struct block *before;
	char bytes[];
};

struct text_set {
	size_t most, n, cap; /* cap of texts and hashes; slots are twice that, a power of two */
	struct str *texts;
	uint64_t *hashes;
	uint32_t *slots; /* text + 1; 0 is free */
	struct block *blocks;
	size_t left; /* in the last block */
	char *next;
};

static void *
sized(void *p, size_t n, size_t size)
{
	p = realloc(p, n * size);
	if (!p)
		BUG("out of memory");
	return p;
}

static void
make_slots(struct text_set *s)
{
	free(s->slots);
	s->slots = calloc(2 * s->cap, sizeof *s->slots);
	if (!s->slots)
		BUG("out of memory");
	for (size_t i = 0; i < s->n; i++) {
		size_t at = (size_t)s->hashes[i] & (2 * s->cap - 1);
		while (s->slots[at])
			at = (at + 1) & (2 * s->cap - 1);
		s->slots[at] = (uint32_t)i + 1;
	}
}

static void
resize(struct text_set *s, size_t cap)
{
	s->cap = cap;
	s->texts = sized(s->texts, cap, sizeof *s->texts);
	s->hashes = sized(s->hashes, cap, sizeof *s->hashes);
	make_slots(s);
}

struct text_set *
text_set_new(size_t most)
{
	struct text_set *s = calloc(1, sizeof *s);
	if (!s)
		BUG("out of memory");
	s->most = most < TEXT_SET_FULL ? most : TEXT_SET_FULL;
	resize(s, 256);
	return s;
}

void
text_set_free(struct text_set *s)
{
	if (!s)
		return;
	while (s->blocks) {
		struct block *b = s->blocks;
		s->blocks = b->before;
		free(b);
	}
	free(s->texts);
	free(s->hashes);
	free(s->slots);
	free(s);
}

/* Eight bytes at a time; the end is SplitMix64's (Steele, Lea and Flood 2014). */
static uint64_t
hash_of(struct str s)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ s.n, w;
	for (; s.n >= 8; s.p += 8, s.n -= 8) {
		memcpy(&w, s.p, 8);
		h = (h ^ w) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	if (s.n) {
		w = 0;
		memcpy(&w, s.p, s.n);
		h = (h ^ w) * 0xff51afd7ed558ccdu;
	}
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
	h = (h ^ h >> 27) * 0x94d049bb133111ebu;
	return h ^ h >> 31;
}

static struct str
keep(struct text_set *s, struct str text)
{
	if (text.n > s->left) {
		size_t n = text.n > BLOCK ? text.n : BLOCK;
		struct block *b = malloc(sizeof *b + n);
		if (!b)
			BUG("out of memory");
		b->before = s->blocks;
		s->blocks = b;
		s->next = b->bytes;
		s->left = n;
	}
	char *at = s->next;
	if (text.n == 0)
		return (struct str){ "", 0 };
	memcpy(at, text.p, text.n);
	s->next += text.n;
	s->left -= text.n;
	return (struct str){ at, text.n };
}

/* The slot of the text, or the free one where it would stand. */
static size_t
slot_of(const struct text_set *s, struct str text, uint64_t hash)
{
	size_t at = (size_t)hash & (2 * s->cap - 1);
	for (; s->slots[at]; at = (at + 1) & (2 * s->cap - 1)) {
		uint32_t i = s->slots[at] - 1;
		if (s->hashes[i] == hash && str_eq(s->texts[i], text))
			break;
	}
	return at;
}

uint32_t
text_set_find(const struct text_set *s, struct str text)
{
	/* A free slot holds 0, and 0 - 1 is TEXT_SET_NONE. */
	return s->slots[slot_of(s, text, hash_of(text))] - 1;
}

static uint32_t
add(struct text_set *s, struct str text, uint64_t hash)
{
	size_t at = slot_of(s, text, hash);
	if (s->slots[at])
		return s->slots[at] - 1;
	if (s->n == s->most)
		return TEXT_SET_FULL;
	uint32_t number = (uint32_t)s->n;
	s->texts[s->n] = keep(s, text);
	s->hashes[s->n++] = hash;
	if (s->n == s->cap)
		resize(s, 2 * s->cap);
	else
		s->slots[at] = number + 1;
	return number;
}

uint32_t
text_set_add(struct text_set *s, struct str text)
{
	return add(s, text, hash_of(text));
}

/* The slots of a large set are far away: they are sent for a few texts ahead. */
enum { AHEAD = 16 };

static inline uint64_t
send_for(const struct text_set *s, struct str text)
{
	uint64_t hash = hash_of(text);
	__builtin_prefetch(&s->slots[(size_t)hash & (2 * s->cap - 1)]);
	return hash;
}

void
text_set_add_all(struct text_set *s, const struct str *texts, size_t n, uint32_t *ret)
{
	uint64_t hashes[AHEAD];
	for (size_t i = 0; i < n + AHEAD; i++) {
		if (i >= AHEAD)
			ret[i - AHEAD] = add(s, texts[i - AHEAD], hashes[i % AHEAD]);
		if (i < n)
			hashes[i % AHEAD] = send_for(s, texts[i]);
	}
}

void
text_set_find_all(const struct text_set *s, const struct str *texts, size_t n, uint32_t *ret)
{
	uint64_t hashes[AHEAD];
	for (size_t i = 0; i < n + AHEAD; i++) {
		if (i >= AHEAD)
			ret[i - AHEAD] =
				s->slots[slot_of(s, texts[i - AHEAD], hashes[i % AHEAD])] - 1;
		if (i < n)
			hashes[i % AHEAD] = send_for(s, texts[i]);
	}
}

size_t
text_set_size(const struct text_set *s)
{
	return s->n;
}

const struct str *
text_set_texts(const struct text_set *s)
{
	return s->texts;
}
