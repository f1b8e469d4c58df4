#include "curator/risk/tuples.h"

#include <stdbool.h>
#include <string.h>

enum { FIRST = 1024, AHEAD = 12 };

enum status
tuples_init(struct tuples *t, size_t width, struct budget *b, struct err *e)
{
	struct tuples new = { .width = width, .budget = b };
	TRY(budget_resize(b, &new.slots, 0, FIRST, sizeof *new.slots, e));
	memset(new.slots, 0, FIRST * sizeof *new.slots);
	new.n_slots = FIRST;
	*t = new;
	return OK;
}

void
tuples_free(struct tuples *t)
{
	budget_free(t->budget, &t->cells, t->cap * (t->width + 1), sizeof *t->cells);
	budget_free(t->budget, &t->slots, t->n_slots, sizeof *t->slots);
	*t = (struct tuples){ 0 };
}

static uint32_t
hash_codes(const uint32_t *codes, size_t n)
{
	uint64_t h = 0x2545f4914f6cdd1du;
	for (size_t i = 0; i < n; i++) {
		h = (h ^ codes[i]) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static bool
same(const uint32_t *a, const uint32_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static size_t
find_slot(const struct tuples *t, const uint32_t *codes, uint32_t hash)
{
	size_t mask = t->n_slots - 1;
	size_t at = hash & mask;
	for (; t->slots[at].next; at = (at + 1) & mask)
		if (t->slots[at].hash == hash &&
			same(tuples_codes(t, t->slots[at].next - 1), codes, t->width))
			break;
	return at;
}

static enum status
grow_slots(struct tuples *t, struct err *e)
{
	struct tuple_slot *bigger = NULL;
	size_t n = t->n_slots * 2;
	TRY(budget_resize(t->budget, &bigger, 0, n, sizeof *bigger, e));
	memset(bigger, 0, n * sizeof *bigger);
	for (size_t i = 0; i < t->n_slots; i++) {
		if (t->slots[i].next == 0)
			continue;
		size_t at = t->slots[i].hash & (n - 1);
		while (bigger[at].next)
			at = (at + 1) & (n - 1);
		bigger[at] = t->slots[i];
	}
	budget_free(t->budget, &t->slots, t->n_slots, sizeof *t->slots);
	t->slots = bigger;
	t->n_slots = n;
	return OK;
}

/* Room for n more tuples, so that adding a block needs no check a row. */
static enum status
make_room(struct tuples *t, size_t n, struct err *e)
{
	while (t->n + n > t->n_slots / 2 + t->n_slots / 4)
		TRY(grow_slots(t, e));
	if (t->n + n <= t->cap)
		return OK;
	/* By half, not by double: the last step is the one that the limit may forbid. */
	size_t cap = t->cap + t->cap / 2 + n, cells = t->width + 1;
	TRY(budget_resize(t->budget, &t->cells, t->cap * cells, cap * cells, sizeof *t->cells, e));
	t->cap = cap;
	return OK;
}

enum status
tuples_add(struct tuples *t, const uint32_t *rows, size_t n_rows, struct err *e)
{
	uint32_t hashes[TUPLES_BLOCK + AHEAD];
	if (n_rows > TUPLES_BLOCK)
		BUG("a block of %zu rows", n_rows);
	if (t->n + n_rows >= UINT32_MAX)
		return err_set(e, E_INPUT, "", "There are more than four billion combinations.");
	TRY(make_room(t, n_rows, e));
	size_t mask = t->n_slots - 1;
	for (size_t i = 0; i < n_rows; i++)
		hashes[i] = hash_codes(rows + i * t->width, t->width);
	for (size_t i = 0; i < AHEAD; i++)
		hashes[n_rows + i] = 0;
	for (size_t i = 0; i < n_rows; i++) {
		/* The slot is fetched long before its turn, the tuple it names a little before. */
		__builtin_prefetch(&t->slots[hashes[i + AHEAD] & mask]);
		uint32_t soon = t->slots[hashes[i + AHEAD / 2] & mask].next;
		__builtin_prefetch(tuples_codes(t, soon ? soon - 1 : 0), 1);

		const uint32_t *codes = rows + i * t->width;
		size_t at = find_slot(t, codes, hashes[i]);
		if (t->slots[at].next == 0) {
			uint32_t *new = tuples_codes(t, t->n++);
			memcpy(new, codes, t->width * sizeof *codes);
			new[t->width] = 0;
			t->slots[at] = (struct tuple_slot){ hashes[i], (uint32_t)t->n };
		}
		tuples_codes(t, t->slots[at].next - 1)[t->width]++;
	}
	return OK;
}

uint32_t
tuples_find(const struct tuples *t, const uint32_t *codes)
{
	size_t at = find_slot(t, codes, hash_codes(codes, t->width));
	return t->slots[at].next ? t->slots[at].next - 1 : TUPLES_NONE;
}
