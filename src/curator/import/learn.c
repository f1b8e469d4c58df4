#include "curator/import/learn.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "curator/import/steps.h"

enum { REGISTERS = 1 << 14, NUMBER_BITS = 10, DAY_BITS = 16, N_SEEN = 1024 };
#define BIT(t) (1u << (t))
enum { NUMBER, YEAR_FIRST, DAY_FIRST, MONTH_FIRST, N_STEPS };

struct learn {
	struct type_guess guess;
	size_t exact_limit;
	uint64_t *exact; /* hashes, open addressing, 0 is free; NULL when they were too many */
	size_t n_exact, exact_cap;
	uint8_t *registers; /* of the estimate, once exact was given up */
	struct steps steps[N_STEPS];
	struct learn_value *values; /* N_SEEN slots, open addressing, p == NULL is free */
	size_t n_values;
	bool many; /* too many different values, or one too long, to count each */
};

/* Mixes eight bytes at a time; the end is SplitMix64's (Steele, Lea and Flood 2014). */
uint64_t
learn_hash(struct str s)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ s.n, w;
	const char *p = s.p;
	size_t n = s.n;
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	if (n) {
		w = 0;
		for (size_t i = 0; i < n; i++)
			w |= (uint64_t)(uint8_t)p[i] << (8 * i);
		h = (h ^ w) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
	h ^= h >> 31;
	return h ? h : 1;
}

struct learn *
learn_new(size_t exact_limit)
{
	struct learn *l = calloc(1, sizeof *l);
	if (!l)
		BUG("out of memory");
	l->guess = type_guess_new();
	l->exact_limit = exact_limit;
	l->exact_cap = 64;
	l->exact = calloc(l->exact_cap, sizeof *l->exact);
	l->values = calloc(N_SEEN, sizeof *l->values);
	if (!l->exact || !l->values)
		BUG("out of memory");
	for (int i = 0; i < N_STEPS; i++)
		l->steps[i] = steps_new(i == NUMBER ? NUMBER_BITS : DAY_BITS);
	return l;
}

static void
forget_values(struct learn *l)
{
	for (size_t i = 0; l->values && i < N_SEEN; i++)
		free((void *)l->values[i].value.p);
	free(l->values);
	l->values = NULL;
	l->n_values = 0;
	l->many = true;
}

void
learn_free(struct learn *l)
{
	if (!l)
		return;
	forget_values(l);
	for (int i = 0; i < N_STEPS; i++)
		steps_free(&l->steps[i]);
	free(l->exact);
	free(l->registers);
	free(l);
}

static void
note_register(struct learn *l, uint64_t hash)
{
	size_t i = hash >> 50;
	uint8_t rank = (uint8_t)(__builtin_clzll(hash << 14 | 1u << 13) + 1);
	if (rank > l->registers[i])
		l->registers[i] = rank;
}

static void
note_exact(uint64_t *set, size_t cap, uint64_t hash, size_t *n)
{
	size_t i = (size_t)hash & (cap - 1);
	while (set[i] && set[i] != hash)
		i = (i + 1) & (cap - 1);
	*n += set[i] == 0;
	set[i] = hash;
}

static void
grow_exact(struct learn *l)
{
	size_t cap = l->exact_cap * 4, n = 0;
	bool give_up = l->n_exact > l->exact_limit;
	uint64_t *set = give_up ? NULL : calloc(cap, sizeof *set);
	if (give_up)
		l->registers = calloc(REGISTERS, 1);
	if (!set && !l->registers)
		BUG("out of memory");
	for (size_t i = 0; i < l->exact_cap; i++) {
		if (l->exact[i] && give_up)
			note_register(l, l->exact[i]);
		else if (l->exact[i])
			note_exact(set, cap, l->exact[i], &n);
	}
	free(l->exact);
	l->exact = set;
	l->exact_cap = cap;
}

static void
note_distinct(struct learn *l, uint64_t hash)
{
	if (!l->exact) {
		note_register(l, hash);
		return;
	}
	note_exact(l->exact, l->exact_cap, hash, &l->n_exact);
	if (l->n_exact > l->exact_limit || l->n_exact * 2 > l->exact_cap)
		grow_exact(l);
}

static void
note_value(struct learn *l, struct str s, uint64_t hash, uint64_t n)
{
	size_t i = (size_t)(hash >> 32) & (N_SEEN - 1);
	while (l->values[i].value.p && !str_eq(l->values[i].value, s))
		i = (i + 1) & (N_SEEN - 1);
	struct learn_value *v = &l->values[i];
	if (v->value.p) {
		v->n += n;
		return;
	}
	if (l->n_values == LEARN_MAX_VALUES || s.n > LEARN_MAX_LENGTH) {
		forget_values(l);
		return;
	}
	char *copy = malloc(s.n + 1);
	if (!copy)
		BUG("out of memory");
	memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	*v = (struct learn_value){ { copy, s.n }, n };
	l->n_values++;
}

void
learn_add(struct learn *l, struct str s, uint64_t hash, uint64_t n)
{
	struct type_value v;
	type_guess_add(&l->guess, s, n, &v);
	if (s.n == 0)
		return;
	note_distinct(l, hash);
	if (!l->many)
		note_value(l, s, hash, n);
	if (!v.possible || !l->guess.possible)
		return;
	if (v.possible & (BIT(TYPE_REAL) | BIT(TYPE_COMMA)))
		steps_add(&l->steps[NUMBER], v.number, n);
	else if (v.possible & (BIT(TYPE_ZONED) | BIT(TYPE_YMD) | BIT(TYPE_MONTH)))
		steps_add(&l->steps[YEAR_FIRST], v.year_first, n);
	if (v.possible & (BIT(TYPE_DMYT) | BIT(TYPE_DMYT2)))
		steps_add(&l->steps[DAY_FIRST], v.day_first, n);
	if (v.possible & (BIT(TYPE_MDYT) | BIT(TYPE_MDYT2)))
		steps_add(&l->steps[MONTH_FIRST], v.month_first, n);
}

const struct type_guess *
learn_guess(const struct learn *l)
{
	return &l->guess;
}

int64_t
learn_distinct(const struct learn *l, bool *ret_exact)
{
	*ret_exact = l->exact != NULL;
	if (l->exact)
		return (int64_t)l->n_exact;
	double sum = 0, zeros = 0;
	for (size_t i = 0; i < REGISTERS; i++) {
		sum += ldexp(1, -l->registers[i]);
		zeros += l->registers[i] == 0;
	}
	double m = REGISTERS, estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
	if (estimate < 2.5 * m && zeros > 0)
		estimate = m * log(m / zeros);
	return (int64_t)estimate;
}

static int
by_count(const void *a, const void *b)
{
	const struct learn_value *x = a, *y = b;
	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return strcmp(x->value.p, y->value.p);
}

learn_values
learn_counts(const struct learn *l, struct arena *a)
{
	learn_values list = { ARENA_ARRAY(a, l->n_values, struct learn_value), 0 };
	for (size_t i = 0; l->values && i < N_SEEN; i++)
		if (l->values[i].value.p)
			list.at[list.n++] = (struct learn_value){ { str_dup(a, l->values[i].value),
									  l->values[i].value.n },
				l->values[i].n };
	qsort(list.at, list.n, sizeof *list.at, by_count);
	return list;
}

static int
by_step(const void *a, const void *b)
{
	double x = ((const struct learn_step *)a)->value, y = ((const struct learn_step *)b)->value;
	return x < y ? -1 : x > y;
}

learn_steps
learn_distribution(const struct learn *l, struct arena *a, enum col_type t, int century_end)
{
	const struct steps *s = &l->steps[YEAR_FIRST];
	learn_steps list = { NULL, 0 };
	/* Which of the readings of a day the type is, asked of a value that has them all. */
	const struct type_value probe = {
		.possible = ~0u, .year_first = 1, .day_first = 2, .month_first = 3
	};
	int64_t which = 0;
	if (type_is_number(t))
		s = &l->steps[NUMBER];
	else if (!type_is_date(t))
		return list;
	else if (type_days(&probe, t, 2069, &which) && which >= 2)
		s = &l->steps[which == 2 ? DAY_FIRST : MONTH_FIRST];
	list.at = ARENA_ARRAY(a, s->used, struct learn_step);
	for (size_t i = 0; i < s->cap; i++) {
		if (!s->at[i].n)
			continue;
		double v = steps_value(s, &s->at[i]);
		if (type_has_short_year(t)) {
			struct type_value day = {
				.possible = ~0u, .day_first = (int32_t)v, .month_first = (int32_t)v
			};
			type_days(&day, t, century_end, &which);
			v = (double)which;
		}
		list.at[list.n++] = (struct learn_step){ v, s->at[i].n };
	}
	qsort(list.at, list.n, sizeof *list.at, by_step);
	return list;
}

double
learn_quantile(const learn_steps *s, double q)
{
	uint64_t total = 0, sum = 0;
	for (size_t i = 0; i < s->n; i++)
		total += s->at[i].n;
	for (size_t i = 0; i < s->n; i++) {
		sum += s->at[i].n;
		if ((double)sum >= q * (double)total)
			return s->at[i].value;
	}
	return s->n ? s->at[s->n - 1].value : NAN;
}
