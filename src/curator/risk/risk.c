#include "curator/risk/risk.h"

#include <stdlib.h>

#include "curator/risk/classes.h"

static const struct field size_fields[] = {
	FIELD(struct risk_size, from, INT, .doc = "rows of a class, from"),
	FIELD(struct risk_size, to, INT, .doc = "up to; 0 is no end"),
	FIELD(struct risk_size, classes, INT),
	FIELD(struct risk_size, rows, INT),
	FIELD_END,
};

static const struct field column_fields[] = {
	FIELD(struct risk_column, name, TEXT),
	FIELD(struct risk_column, distinct, INT, .doc = "values"),
	FIELD(struct risk_column, alone, REAL, .doc = "share that it makes unique by itself"),
	FIELD(struct risk_column, without, REAL, .doc = "share still unique without it"),
	FIELD(struct risk_column, contribution, REAL, .doc = "uniques - without"),
	FIELD_END,
};

static const struct field sensitive_fields[] = {
	FIELD(struct risk_sensitive, name, TEXT),
	FIELD(struct risk_sensitive, l, INT, .doc = "fewest distinct values in a class"),
	FIELD_END,
};

const struct field risk_fields[] = {
	FIELD(struct risk, rows, INT),
	FIELD(struct risk, classes, INT, .doc = "rows that agree in all quasi-identifiers"),
	FIELD(struct risk, k, INT, .doc = "rows of the smallest class"),
	FIELD(struct risk, average, REAL, .doc = "classes / rows"),
	FIELD(struct risk, highest, REAL, .doc = "1 / k"),
	FIELD(struct risk, uniques, REAL, .doc = "share of rows alone in their class"),
	FIELD(struct risk, prosecutor, REAL),
	FIELD(struct risk, journalist, REAL),
	FIELD(struct risk, marketer, REAL),
	FIELD(struct risk, outside, INT, .doc = "rows rarer in the population than here"),
	FIELD(struct risk, l, INT, .doc = "the least l of the sensitive columns; 0 without any"),
	FIELD_LIST(struct risk, sensitive, sensitive_fields),
	FIELD_LIST(struct risk, sizes, size_fields),
	FIELD_LIST(struct risk, columns, column_fields),
	FIELD(struct risk, seconds, REAL),
	FIELD(struct risk, memory_mb, INT, .doc = "most memory in use"),
	FIELD_END,
};

const struct field risk_size_fields[] = {
	FIELD(struct risk, rows, INT),
	FIELD(struct risk, classes, INT),
	FIELD(struct risk, k, INT),
	FIELD(struct risk, average, REAL),
	FIELD(struct risk, highest, REAL),
	FIELD(struct risk, uniques, REAL),
	FIELD_LIST(struct risk, sizes, size_fields),
	FIELD_END,
};

static const struct risk_size ranges[] = { { 1, 1 }, { 2, 2 }, { 3, 4 }, { 5, 9 }, { 10, 19 },
	{ 20, 0 } };
enum { RANGES = sizeof ranges / sizeof ranges[0] };

void
risk_of_sizes(struct arena *a, const uint32_t *rows, size_t n, struct risk *ret)
{
	struct risk r = { .sizes = { ARENA_ARRAY(a, RANGES, struct risk_size), RANGES } };
	memcpy(r.sizes.at, ranges, sizeof ranges);
	for (size_t i = 0; i < n; i++) {
		if (rows[i] == 0)
			continue;
		r.classes++;
		r.rows += rows[i];
		if (r.k == 0 || rows[i] < r.k)
			r.k = rows[i];
		size_t at = 0;
		while (at < RANGES - 1 && rows[i] > ranges[at].to)
			at++;
		r.sizes.at[at].classes++;
		r.sizes.at[at].rows += rows[i];
	}
	if (r.rows > 0) {
		r.average = (double)r.classes / (double)r.rows;
		r.highest = 1.0 / (double)r.k;
		r.uniques = (double)r.sizes.at[0].classes / (double)r.rows;
	}
	r.prosecutor = r.journalist = r.highest;
	r.marketer = r.average;
	*ret = r;
}

static struct class_column
whole_column(const struct table *t, size_t i)
{
	return (struct class_column){ i, NULL, (uint32_t)dict_n(t->dicts[i]) };
}

/* Share of rows alone in their class, by the quasi-identifiers from..to-1 without skip. */
static enum status
share_unique(const struct table *t, size_t from, size_t to, size_t skip, struct index *x,
	double *ret, struct err *e)
{
	struct class_column by[TABLE_MAX_COLUMNS];
	struct classes k;
	size_t n = 0, alone = 0;
	for (size_t i = from; i < to; i++)
		if (i != skip)
			by[n++] = whole_column(t, i);
	TRY(classes_make(&t->tuples, by, n, x, &k, e));
	for (size_t i = 0; i < k.n; i++)
		alone += k.rows[i] == 1;
	classes_free(&k);
	*ret = (double)alone / (double)t->rows;
	return OK;
}

static int
by_contribution(const void *pa, const void *pb)
{
	const struct risk_column *a = pa, *b = pb;
	if (a->contribution != b->contribution)
		return a->contribution > b->contribution ? -1 : 1;
	if (a->alone != b->alone)
		return a->alone > b->alone ? -1 : 1;
	return strcmp(a->name, b->name);
}

static enum status
measure_columns(struct arena *a, const struct table *t, const struct table_wish *w, struct index *x,
	struct risk *r, struct err *e)
{
	r->columns.at = ARENA_ARRAY(a, t->n_qi, struct risk_column);
	for (size_t i = 0; i < t->n_qi; i++) {
		struct risk_column *c = &r->columns.at[i];
		c->name = w->qi.at[i];
		c->distinct = (int64_t)dict_n(t->dicts[i]);
		TRY(share_unique(t, i, i + 1, t->n, x, &c->alone, e));
		TRY(share_unique(t, 0, t->n_qi, i, x, &c->without, e));
		c->contribution = r->uniques - c->without;
	}
	r->columns.n = t->n_qi;
	qsort(r->columns.at, r->columns.n, sizeof *r->columns.at, by_contribution);
	return OK;
}

static enum status
measure_sensitive(struct arena *a, const struct table *t, const struct classes *k,
	const struct table_wish *w, struct index *x, struct risk *r, struct err *e)
{
	uint32_t *l = NULL;
	size_t n = t->n - t->n_qi;
	r->sensitive.at = ARENA_ARRAY(a, n, struct risk_sensitive);
	if (n == 0)
		return OK;
	TRY(budget_resize(t->budget, &l, 0, k->n, sizeof *l, e));
	enum status s = OK;
	for (size_t i = 0; i < n && s == OK; i++) {
		s = classes_diversity(&t->tuples, k, t->n_qi + i, x, l, e);
		uint32_t least = UINT32_MAX;
		for (size_t c = 0; c < k->n && s == OK; c++)
			least = l[c] < least ? l[c] : least;
		r->sensitive.at[i] = (struct risk_sensitive){ w->sensitive.at[i], least };
		r->l = i == 0 || least < r->l ? least : r->l;
	}
	r->sensitive.n = n;
	budget_free(t->budget, &l, k->n, sizeof *l);
	return s;
}

/* Each class of the table among the rows of the population. */
static void
measure_population(const struct table *t, const struct classes *k, const struct table *population,
	struct risk *r)
{
	double highest = 0, sum = 0;
	size_t next = 0;
	for (size_t i = 0; i < t->tuples.n; i++) {
		if (k->of[i] != next)
			continue; /* not the first tuple of its class */
		uint32_t here = k->rows[next++];
		uint32_t at = tuples_find(&population->tuples, tuples_codes(&t->tuples, i));
		uint32_t there = at == TUPLES_NONE ? 0 : tuples_count(&population->tuples, at);
		if (there < here) {
			r->outside += here;
			there = here;
		}
		highest = 1.0 / there > highest ? 1.0 / there : highest;
		sum += (double)here / there;
	}
	r->journalist = highest;
	r->marketer = sum / (double)t->rows;
}

static enum status
measure(struct arena *a, const struct table *t, const struct table *population,
	const struct table_wish *w, struct index *x, struct classes *k, struct risk *r,
	struct err *e)
{
	struct class_column by[TABLE_MAX_COLUMNS];
	for (size_t i = 0; i < t->n_qi; i++)
		by[i] = whole_column(t, i);
	TRY(classes_make(&t->tuples, by, t->n_qi, x, k, e));
	risk_of_sizes(a, k->rows, k->n, r);
	if (population)
		measure_population(t, k, population, r);
	TRY(measure_sensitive(a, t, k, w, x, r, e));
	classes_free(k);
	return measure_columns(a, t, w, x, r, e);
}

enum status
risk_measure(struct arena *a, const struct table *t, const struct table *population,
	const struct table_wish *w, struct risk *ret, struct err *e)
{
	struct index x = { .budget = t->budget };
	struct classes k = { .budget = t->budget };
	struct risk r;
	enum status s = measure(a, t, population, w, &x, &k, &r, e);
	classes_free(&k);
	index_free(&x);
	if (s == OK)
		*ret = r;
	return s;
}
