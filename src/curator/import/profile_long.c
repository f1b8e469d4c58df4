/* Tables in which each row is one measurement: test, value, unit. */
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "curator/import/profile.h"

enum { MAX_TESTS = 200, NO_COLUMN = -1 };

/* The first column whose plain name is one of these and passes; or NO_COLUMN. */
static int
find_column(const struct source_table *t, const char *const *names, bool number)
{
	for (; *names; names++)
		for (size_t i = 0; i < t->columns.n; i++) {
			char plain[64];
			links_plain_name(t->columns.at[i].name, plain, sizeof plain);
			if (streq(plain, *names) && type_is_number(t->columns.at[i].type) == number)
				return (int)i;
		}
	return NO_COLUMN;
}

/* The columns of a table that hold these things. */
struct places {
	int test, value, unit;
	bool comma;
};

/* ---- which tests there are ---- */

/* Different names and units of the sample's rows, and which of them stand together. */
struct found {
	struct text_set *names, *units;
	struct text_set *pairs; /* bytes of a struct pair */
	uint32_t *name, *unit;  /* of each row; then name is the number of the pair */
};
struct pair {
	uint32_t name, unit;
};

static uint32_t
number_text(void *set, struct str value)
{
	return text_set_add(set, value);
}

static enum status
find_pairs(const struct places *p, struct sample *s, struct found *f, struct err *e)
{
	/* What has no unit has the unit "". */
	text_set_add(f->units, STR(""));
	TRY(sample_column(s, (size_t)p->test, number_text, f->names, f->name, e));
	TRY(sample_column(s, (size_t)p->unit, number_text, f->units, f->unit, e));
	for (size_t i = 0; i < s->rows; i++) {
		struct pair pair = { f->name[i], f->unit[i] == SAMPLE_NONE ? 0 : f->unit[i] };
		if (pair.name != SAMPLE_NONE)
			f->name[i] = text_set_add(
				f->pairs, (struct str){ (const char *)&pair, sizeof pair });
	}
	return OK;
}

static int
by_name(const void *a, const void *b)
{
	const struct profile_test *x = a, *y = b;
	int order = strcmp(x->name, y->name);
	return order ? order : strcmp(x->unit, y->unit);
}

/* Those of enough patients; a row of nobody counts as somebody. */
static profile_tests
frequent(struct arena *a, const struct found *f, const struct sample *s)
{
	size_t n = text_set_size(f->pairs);
	cleanup_free struct few *few = calloc(n + 1, sizeof *few);
	profile_tests list = { NULL, 0 };
	if (!few)
		BUG("out of memory");
	for (size_t i = 0; i < s->rows; i++)
		if (f->name[i] != SAMPLE_NONE)
			few_add(&few[f->name[i]],
				s->who[i] != SAMPLE_NONE ? s->who[i] : (uint32_t)(s->people + i));
	for (size_t i = 0; i < n; i++)
		list.n += few[i].n == PROFILE_LEAST;
	list.at = ARENA_ARRAY(a, list.n, struct profile_test);
	for (size_t i = 0, k = 0; i < n; i++) {
		struct pair pair;
		memcpy(&pair, text_set_texts(f->pairs)[i].p, sizeof pair);
		if (few[i].n == PROFILE_LEAST)
			list.at[k++] = (struct profile_test){
				.name = str_dup(a, text_set_texts(f->names)[pair.name]),
				.unit = str_dup(a, text_set_texts(f->units)[pair.unit]),
			};
	}
	return list;
}

/* The first of them by name and unit, and of those the ones for which we know a range. */
static enum status
list_tests(struct arena *a, const struct places *p, struct sample *s, profile_tests *ret,
	struct err *e)
{
	struct found f = { text_set_new(s->rows), text_set_new(s->rows + 1), text_set_new(s->rows),
		malloc(s->rows * sizeof *f.name), malloc(s->rows * sizeof *f.unit) };
	if (!f.name || !f.unit)
		BUG("out of memory");
	enum status status = find_pairs(p, s, &f, e);
	profile_tests all = { NULL, 0 };
	if (status == OK)
		all = frequent(a, &f, s);
	qsort(all.at, all.n, sizeof *all.at, by_name);
	*ret = (profile_tests){ all.at, 0 };
	for (size_t i = 0; i < all.n && i < MAX_TESTS; i++) {
		struct profile_test one = all.at[i];
		one.range = plausible_find(one.name, one.unit, NAN);
		if (one.range && one.unit[0])
			ret->at[ret->n++] = one;
	}
	text_set_free(f.names);
	text_set_free(f.units);
	text_set_free(f.pairs);
	free(f.name);
	free(f.unit);
	return status;
}

/* ---- how their values lie ---- */

/* What one worker holds of a group of rows. */
struct hand {
	struct part name, unit, value;
	enum status status;
	struct err why;
};

/* Of each column the values of a group are looked at once. */
struct compare {
	const struct places *places;
	const struct parquet_in *in;
	profile_tests *tests;
	struct text_set *names, *units;
	uint32_t *test_of;  /* of each name, for each unit: a place in tests */
	struct hand *hands; /* one for each worker */
};

static struct compare
compare_new(struct arena *a, const struct places *p, const struct sample *s, size_t workers,
	profile_tests *tests)
{
	struct compare c = { .places = p,
		.in = s->in,
		.tests = tests,
		.names = text_set_new(tests->n),
		.units = text_set_new(tests->n),
		.hands = ARENA_ARRAY(a, workers, struct hand) };
	c.test_of = ARENA_ARRAY(a, tests->n * tests->n, uint32_t);
	memset(c.test_of, 0xff, tests->n * tests->n * sizeof *c.test_of);
	for (size_t i = 0; i < tests->n; i++) {
		uint32_t name = text_set_add(c.names, str_of(tests->at[i].name)),
			 unit = text_set_add(c.units, str_of(tests->at[i].unit));
		c.test_of[name * tests->n + unit] = (uint32_t)i;
	}
	return c;
}

static void
hand_free(struct hand *h)
{
	part_free(&h->name);
	part_free(&h->unit);
	part_free(&h->value);
}

/* Of each value of a part its number in the set; the caller frees them. */
static uint32_t *
look_up(const struct text_set *set, const struct part *p)
{
	uint32_t *numbers = malloc((p->n_values + 1) * sizeof *numbers);
	if (!numbers)
		BUG("out of memory");
	for (size_t i = 0; i < p->n_values; i++)
		numbers[i] = text_set_find(set, p->values[i]);
	return numbers;
}

static double *
read_numbers(const struct part *p, bool comma)
{
	double *numbers = malloc((p->n_values + 1) * sizeof *numbers);
	struct type_value v;
	if (!numbers)
		BUG("out of memory");
	for (size_t i = 0; i < p->n_values; i++) {
		type_read(p->values[i], &v);
		bool is = v.possible & 1u << (comma ? TYPE_COMMA : TYPE_REAL);
		numbers[i] = is ? v.number : NAN;
	}
	return numbers;
}

/* Adds what the rows of a group say; sums do not depend on the order. */
static void
compare_rows(struct compare *c, const struct hand *h)
{
	cleanup_free uint32_t *names = look_up(c->names, &h->name),
			      *units = look_up(c->units, &h->unit);
	cleanup_free double *numbers = read_numbers(&h->value, c->places->comma);
	struct {
		int64_t rows, outside;
	} sums[MAX_TESTS] = { 0 };
	for (size_t i = 0; i < h->name.rows; i++) {
		uint32_t name = h->name.codes[i], unit = h->unit.codes[i],
			 value = h->value.codes[i];
		if (name == PART_MISSING || unit == PART_MISSING || names[name] == TEXT_SET_NONE ||
			units[unit] == TEXT_SET_NONE)
			continue;
		uint32_t place = c->test_of[names[name] * c->tests->n + units[unit]];
		if (place == TEXT_SET_NONE)
			continue;
		const struct plausible *range = c->tests->at[place].range;
		double v = value == PART_MISSING ? NAN : numbers[value];
		sums[place].rows++;
		sums[place].outside += v < range->low || v > range->high;
	}
	for (size_t i = 0; i < c->tests->n; i++) {
		struct profile_test *test = &c->tests->at[i];
		__atomic_fetch_add(&test->rows, sums[i].rows, __ATOMIC_RELAXED);
		__atomic_fetch_add(&test->outside, sums[i].outside, __ATOMIC_RELAXED);
	}
}

static enum status
compare_group(struct compare *c, size_t group, struct hand *h)
{
	const struct places *p = c->places;
	TRY(parquet_cells(c->in, group, (size_t)p->test, &h->name, &h->why));
	TRY(parquet_cells(c->in, group, (size_t)p->unit, &h->unit, &h->why));
	TRY(parquet_cells(c->in, group, (size_t)p->value, &h->value, &h->why));
	compare_rows(c, h);
	return OK;
}

static void
compare_piece(void *ctx, size_t group, size_t worker)
{
	struct compare *c = ctx;
	struct hand *h = &c->hands[worker];
	if (h->status == OK)
		h->status = compare_group(c, group, h);
}

static enum status
compare_all(struct arena *a, const struct places *p, const struct sample *s, struct pool *pool,
	profile_tests *tests, struct err *e)
{
	enum status status = OK;
	struct compare c = compare_new(a, p, s, pool_workers(pool), tests);
	pool_start(pool, compare_piece, &c, parquet_groups(s->in));
	pool_wait(pool);
	for (size_t i = 0; i < pool_workers(pool); i++) {
		const struct hand *h = &c.hands[i];
		if (h->status != OK)
			status = err_set(e, h->status, h->why.field, "%s", h->why.text);
		hand_free(&c.hands[i]);
	}
	text_set_free(c.names);
	text_set_free(c.units);
	return status;
}

enum status
profile_long(struct arena *a, const struct source_table *t, struct sample *s, struct pool *pool,
	profile_tests *ret, struct err *e)
{
	static const char *const tests[] = { "test", "label", "analyte", "parameter", "itemname",
		"testname", "lbtest", "vstest", "codedisplay", "codetext", "code", "lbtestcd",
		"name", "bezeichnung", NULL };
	static const char *const values[] = { "value", "valuenum", "result", "resultvalue",
		"valuequantity", "valueasnumber", "lbstresn", "vsstresn", "lborres", "wert",
		"befund", NULL };
	static const char *const units[] = { "unit", "units", "valueuom", "uom", "valueunit",
		"unitsourcevalue", "lbstresu", "vsstresu", "einheit", NULL };
	struct places p = { find_column(t, tests, false), find_column(t, values, true),
		find_column(t, units, false), false };
	*ret = (profile_tests){ NULL, 0 };
	/* We know ranges of units alone. */
	if (p.test == NO_COLUMN || p.value == NO_COLUMN || p.unit == NO_COLUMN)
		return OK;
	p.comma = t->columns.at[p.value].type == TYPE_COMMA;
	TRY(list_tests(a, &p, s, ret, e));
	return ret->n > 0 ? compare_all(a, &p, s, pool, ret, e) : OK;
}
