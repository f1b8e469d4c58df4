#include "curator/score/ids.h"

enum { AHEAD = 16 };

uint64_t
ids_hash(struct str id)
{
	const uint64_t odd = 0x9e3779b97f4a7c15u;
	uint64_t h = id.n * odd;
	size_t n = id.n;
	for (const char *p = id.p; n; p += 8) {
		uint64_t w = 0;
		if (n >= 8) {
			memcpy(&w, p, 8);
			n -= 8;
		} else {
			for (; n; n--)
				w = w << 8 | (uint8_t)p[n - 1];
		}
		h = (h ^ w) * odd;
		h ^= h >> 29;
	}
	h *= 0xbf58476d1ce4e5b9u;
	return h ^ (h >> 32);
}

static struct ids_slot *
place(const struct ids *t, struct str id, uint64_t hash)
{
	for (uint64_t i = hash >> 32;; i++) {
		struct ids_slot *s = &t->slots[i & t->mask];
		if (s->row == IDS_NONE || (s->tag == (uint32_t)hash && str_eq(t->id[s->row], id)))
			return s;
	}
}

struct ids
ids_build(struct arena *a, const struct str *id, size_t n, uint32_t *ret_repeat)
{
	struct ids t = { id, NULL, 15 };
	while (t.mask < 2 * n)
		t.mask = 2 * t.mask + 1;
	t.slots = ARENA_ARRAY(a, t.mask + 1, struct ids_slot);
	memset(t.slots, 0xff, (t.mask + 1) * sizeof *t.slots);
	*ret_repeat = IDS_NONE;
	uint64_t hash[AHEAD];
	for (size_t from = 0; from < n; from += AHEAD) {
		size_t part = n - from < AHEAD ? n - from : AHEAD;
		for (size_t i = 0; i < part; i++) {
			hash[i] = ids_hash(id[from + i]);
			ids_prefetch(&t, hash[i]);
		}
		for (size_t i = 0; i < part; i++) {
			struct ids_slot *s = place(&t, id[from + i], hash[i]);
			if (s->row == IDS_NONE)
				*s = (struct ids_slot){ (uint32_t)hash[i], (uint32_t)(from + i) };
			else
				*ret_repeat = (uint32_t)(from + i);
		}
	}
	return t;
}

uint32_t
ids_find(const struct ids *t, struct str id, uint64_t hash)
{
	return place(t, id, hash)->row;
}
