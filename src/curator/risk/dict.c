#include "curator/risk/dict.h"

#include <string.h>
#include <sys/random.h>

/*
 * head is the first eight bytes, zeros behind a shorter value. As no value holds a zero, a head
 * that ends in one is the whole value, and the text need not be fetched.
 */
struct slot {
	uint64_t head;
	uint32_t hash;
	uint32_t next; /* the code + 1; 0 is an empty slot */
};

struct dict {
	struct budget *budget;
	struct slot *slots;
	size_t n_slots;
	struct str *values;
	size_t n, cap;
	char **blocks; /* of text; a value never spans two */
	size_t n_blocks, text_bytes;
	char *free_text;
	size_t free_n;
	uint64_t seed; /* so that nobody can prepare values that collide */
};

enum { HEAD = 8, TEXT_BLOCK = 64 << 10, FIRST_SLOTS = 256 };

struct dict *
dict_new(struct budget *b)
{
	struct dict *d = calloc(1, sizeof *d);
	if (!d || !(d->slots = calloc(FIRST_SLOTS, sizeof *d->slots)))
		BUG("out of memory");
	d->n_slots = FIRST_SLOTS;
	d->budget = b;
	if (getrandom(&d->seed, sizeof d->seed, 0) != sizeof d->seed)
		BUG("no random numbers");
	if (b)
		b->used += FIRST_SLOTS * sizeof *d->slots;
	return d;
}

void
dict_free(struct dict *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n_blocks; i++)
		free(d->blocks[i]);
	free(d->blocks);
	if (d->budget)
		d->budget->used -= d->text_bytes;
	budget_free(d->budget, &d->slots, d->n_slots, sizeof *d->slots);
	budget_free(d->budget, &d->values, d->cap, sizeof *d->values);
	free(d);
}

static uint64_t
read_head(struct str s)
{
	uint64_t h = 0;
	if (s.n >= HEAD) {
		memcpy(&h, s.p, HEAD);
	} else if (s.n >= 4) {
		uint32_t low, high;
		memcpy(&low, s.p, 4);
		memcpy(&high, s.p + s.n - 4, 4);
		h = low | (uint64_t)high << (8 * (s.n - 4));
	} else if (s.n > 0) {
		h = (uint8_t)s.p[0];
		h |= (uint64_t)(uint8_t)s.p[s.n / 2] << (8 * (s.n / 2));
		h |= (uint64_t)(uint8_t)s.p[s.n - 1] << (8 * (s.n - 1));
	}
	return h;
}

static uint64_t
mix(uint64_t h)
{
	h *= 0x9e3779b97f4a7c15u;
	return h ^ (h >> 32);
}

static uint32_t
hash_value(const struct dict *d, struct str s, uint64_t head)
{
	uint64_t h = mix(head ^ d->seed);
	for (size_t i = HEAD; i < s.n; i += HEAD) {
		size_t left = s.n - i;
		/* The last piece may overlap the one before: no shorter read is needed. */
		size_t at = left < HEAD ? s.n - HEAD : i;
		h = mix(h ^ read_head((struct str){ s.p + at, HEAD })) + left;
	}
	return (uint32_t)mix(h);
}

/* The slot of the value, or the empty one where it belongs. */
static struct slot *
find_slot(const struct dict *d, struct str s, uint64_t head, uint32_t hash)
{
	size_t mask = d->n_slots - 1;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct slot *at = &d->slots[i];
		if (at->next == 0)
			return at;
		if (at->head != head || at->hash != hash)
			continue;
		if (s.n < HEAD || str_eq(d->values[at->next - 1], s))
			return at;
	}
}

static enum status
grow_slots(struct dict *d, struct err *e)
{
	struct slot *bigger = NULL;
	size_t n = d->n_slots * 2;
	TRY(budget_resize(d->budget, &bigger, 0, n, sizeof *bigger, e));
	memset(bigger, 0, n * sizeof *bigger);
	for (size_t i = 0; i < d->n_slots; i++) {
		if (d->slots[i].next == 0)
			continue;
		size_t at = d->slots[i].hash & (n - 1);
		while (bigger[at].next)
			at = (at + 1) & (n - 1);
		bigger[at] = d->slots[i];
	}
	budget_free(d->budget, &d->slots, d->n_slots, sizeof *d->slots);
	d->slots = bigger;
	d->n_slots = n;
	return OK;
}

static enum status
copy_text(struct dict *d, struct str s, struct str *ret, struct err *e)
{
	if (s.n > d->free_n) {
		size_t n = s.n > TEXT_BLOCK ? s.n : TEXT_BLOCK;
		char *block = NULL;
		/* The first block is small: most columns have few values. */
		if (d->n_blocks == 0 && s.n <= TEXT_BLOCK / 16)
			n = TEXT_BLOCK / 16;
		TRY(budget_resize(d->budget, &block, 0, n, 1, e));
		char **blocks = realloc(d->blocks, (d->n_blocks + 1) * sizeof *blocks);
		if (!blocks)
			BUG("out of memory");
		d->blocks = blocks;
		blocks[d->n_blocks++] = block;
		d->text_bytes += n;
		d->free_text = block;
		d->free_n = n;
	}
	if (s.n)
		memcpy(d->free_text, s.p, s.n);
	*ret = (struct str){ d->free_text ? d->free_text : "", s.n };
	if (s.n) {
		d->free_text += s.n;
		d->free_n -= s.n;
	}
	return OK;
}

enum status
dict_add(struct dict *d, struct str value, uint32_t *ret, struct err *e)
{
	uint64_t head = read_head(value);
	uint32_t hash = hash_value(d, value, head);
	struct slot *at = find_slot(d, value, head, hash);
	if (at->next) {
		*ret = at->next - 1;
		return OK;
	}
	if (d->n >= UINT32_MAX - 1)
		return err_set(e, E_INPUT, "", "A column has more than four billion values.");
	if (d->n == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 64;
		TRY(budget_resize(d->budget, &d->values, d->cap, cap, sizeof *d->values, e));
		d->cap = cap;
	}
	if (d->n >= d->n_slots / 2) {
		TRY(grow_slots(d, e));
		at = find_slot(d, value, head, hash);
	}
	TRY(copy_text(d, value, &d->values[d->n], e));
	*ret = (uint32_t)d->n++;
	*at = (struct slot){ head, hash, *ret + 1 };
	return OK;
}

uint32_t
dict_find(const struct dict *d, struct str value)
{
	uint64_t head = read_head(value);
	const struct slot *at = find_slot(d, value, head, hash_value(d, value, head));
	return at->next ? at->next - 1 : DICT_NONE;
}

size_t
dict_n(const struct dict *d)
{
	return d->n;
}

struct str
dict_value(const struct dict *d, uint32_t code)
{
	return d->values[code];
}
