#include "curator/risk/classes.h"

#include <string.h>

enum { BATCH = 256 };

static unsigned
bits_for(uint64_t values)
{
	return values < 2 ? 0 : 64 - (unsigned)__builtin_clzll(values - 1);
}

/* The class so far and the codes of some columns, packed. */
static uint64_t
pack(const struct tuples *t, size_t i, uint64_t key, const struct class_column *c, size_t n)
{
	const uint32_t *codes = tuples_codes(t, i);
	for (size_t k = 0; k < n; k++) {
		uint32_t code = codes[c[k].column];
		key = key << bits_for(c[k].values) | (c[k].map ? c[k].map[code] : code);
	}
	return key;
}

/* Splits the classes so far by as many columns as fit beside a class number in 64 bits. */
static enum status
split(const struct tuples *t, const struct class_column *c, size_t n, struct index *x,
	struct classes *k, struct err *e)
{
	uint64_t keys[BATCH];
	bool new;
	/* Few possible keys need a small table only, which stays in the cache. */
	unsigned bits = bits_for(k->n);
	for (size_t i = 0; i < n; i++)
		bits += bits_for(c[i].values);
	TRY(index_begin(x, bits < 32 && 1u << bits < t->n ? 1u << bits : t->n, e));
	for (size_t from = 0; from < t->n; from += BATCH) {
		size_t m = t->n - from < BATCH ? t->n - from : BATCH;
		for (size_t i = 0; i < m; i++) {
			keys[i] = pack(t, from + i, k->of[from + i], c, n);
			index_prefetch(x, keys[i]);
		}
		for (size_t i = 0; i < m; i++)
			k->of[from + i] = index_number(x, keys[i], &new);
	}
	k->n = x->n;
	return OK;
}

static enum status
make(const struct tuples *t, const struct class_column *c, size_t n_columns, struct index *x,
	struct classes *k, struct err *e)
{
	TRY(budget_resize(k->budget, &k->of, 0, t->n, sizeof *k->of, e));
	k->n_tuples = t->n;
	memset(k->of, 0, t->n * sizeof *k->of);
	k->n = t->n ? 1 : 0;
	bool whole = n_columns == t->width;
	for (size_t i = 0; i < n_columns; i++)
		whole &= c[i].column == i && !c[i].map;
	/* Tuples are distinct: as they are, each is a class. */
	for (size_t i = 0; i < t->n && whole; i++)
		k->of[i] = (uint32_t)i;
	k->n = whole ? t->n : k->n;
	for (size_t i = 0; i < n_columns && !whole;) {
		unsigned bits = bits_for(k->n);
		size_t m = 0;
		while (i + m < n_columns && bits + bits_for(c[i + m].values) <= 64)
			bits += bits_for(c[i + m++].values);
		TRY(split(t, c + i, m, x, k, e));
		i += m;
	}
	TRY(budget_resize(k->budget, &k->rows, 0, k->n, sizeof *k->rows, e));
	k->cap = k->n;
	memset(k->rows, 0, k->n * sizeof *k->rows);
	for (size_t i = 0; i < t->n; i++)
		k->rows[k->of[i]] += tuples_count(t, i);
	return OK;
}

enum status
classes_make(const struct tuples *t, const struct class_column *c, size_t n_columns,
	struct index *x, struct classes *ret, struct err *e)
{
	struct classes k = { .budget = x->budget };
	enum status s = make(t, c, n_columns, x, &k, e);
	if (s != OK) {
		classes_free(&k);
		return s;
	}
	*ret = k;
	return OK;
}

void
classes_free(struct classes *k)
{
	budget_free(k->budget, &k->of, k->n_tuples, sizeof *k->of);
	budget_free(k->budget, &k->rows, k->cap, sizeof *k->rows);
	*k = (struct classes){ 0 };
}

enum status
classes_diversity(const struct tuples *t, const struct classes *k, size_t column, struct index *x,
	uint32_t *ret_of_class, struct err *e)
{
	TRY(index_begin(x, t->n, e));
	memset(ret_of_class, 0, k->n * sizeof *ret_of_class);
	for (size_t i = 0; i < t->n; i++) {
		bool new;
		index_number(x, (uint64_t)k->of[i] << 32 | tuples_codes(t, i)[column], &new);
		ret_of_class[k->of[i]] += new;
	}
	return OK;
}
