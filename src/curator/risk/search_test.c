/*
 * The search against the whole lattice, tried one by one on the rows themselves: labels are
 * compared as text, classes found by comparing each row with each other.
 */
#include "base/tap.h"

#include <math.h>

#include "base/random.h"
#include "curator/risk/search.h"

enum { CASES = 240, MAX_ROWS = 60, MAX_QI = 4, MAX_VALUES = 6, SENSITIVE_VALUES = 3 };

struct example {
	size_t rows, n_qi, n_sensitive, values[MAX_QI];
	uint32_t cells[MAX_ROWS][MAX_QI + 2];
	char text[MAX_QI][400]; /* of the hierarchies */
	char labels[MAX_QI][4][MAX_VALUES][8];
	uint32_t k, l;
	uint64_t limit;
};

/* A random hierarchy in which each level joins some values of the one before. */
static void
make_hierarchy(struct example *x, size_t q, struct random *r)
{
	size_t n = x->values[q], levels = 1 + random_below(r, 4), used = 0;
	uint32_t group[MAX_VALUES];
	for (uint32_t v = 0; v < n; v++)
		group[v] = v;
	for (size_t g = 0; g < 4; g++) {
		if (g > 0 && g < levels)
			for (size_t v = 0, to = 1 + random_below(r, (uint32_t)n); v < n; v++)
				group[v] = group[v] % (uint32_t)to;
		for (size_t v = 0; v < n; v++)
			snprintf(x->labels[q][g][v], sizeof x->labels[q][g][v], "%c%u",
				(char)('a' + (g < levels ? g : levels - 1)), group[v]);
	}
	for (size_t v = 0; v < n; v++)
		for (size_t g = 0; g < levels; g++)
			used += (size_t)snprintf(x->text[q] + used, sizeof x->text[q] - used,
				"%s%c", x->labels[q][g][v], g + 1 < levels ? ';' : '\n');
}

static struct example
make_example(struct random *r)
{
	struct example x = { .rows = 1 + random_below(r, MAX_ROWS),
		.n_qi = 1 + random_below(r, MAX_QI),
		.n_sensitive = random_below(r, 3),
		.k = 1 + random_below(r, 6),
		.l = 1 };
	if (x.n_sensitive)
		x.l = 1 + random_below(r, SENSITIVE_VALUES);
	x.limit = random_below(r, 2) ? random_below(r, (uint32_t)x.rows + 1) : 0;
	for (size_t q = 0; q < x.n_qi; q++) {
		x.values[q] = 1 + random_below(r, MAX_VALUES);
		make_hierarchy(&x, q, r);
	}
	for (size_t i = 0; i < x.rows; i++) {
		for (size_t q = 0; q < x.n_qi; q++)
			/* The lesser of two: some values are common. */
			x.cells[i][q] = random_below(r, 1 + random_below(r, (uint32_t)x.values[q]));
		for (size_t s = 0; s < x.n_sensitive; s++)
			x.cells[i][x.n_qi + s] = random_below(r, SENSITIVE_VALUES);
	}
	return x;
}

struct truth {
	bool found;
	double score;
	uint64_t suppressed;
	size_t levels[MAX_QI];
};

static bool
alike(const struct example *x, const size_t *levels, size_t i, size_t k)
{
	for (size_t q = 0; q < x->n_qi; q++)
		if (!streq(x->labels[q][levels[q]][x->cells[i][q]],
			    x->labels[q][levels[q]][x->cells[k][q]]))
			return false;
	return true;
}

static bool
row_stays(const struct example *x, const size_t *levels, size_t i)
{
	uint32_t size = 0;
	bool seen[2][SENSITIVE_VALUES] = { { false } };
	for (size_t k = 0; k < x->rows; k++) {
		if (!alike(x, levels, i, k))
			continue;
		size++;
		for (size_t s = 0; s < x->n_sensitive; s++)
			seen[s][x->cells[k][x->n_qi + s]] = true;
	}
	for (size_t s = 0; s < x->n_sensitive; s++) {
		uint32_t n = 0;
		for (size_t v = 0; v < SENSITIVE_VALUES; v++)
			n += seen[s][v];
		if (n < x->l)
			return false;
	}
	return size >= x->k;
}

static double
cell_loss(const struct example *x, size_t q, size_t level, uint32_t value)
{
	double under = 0;
	for (size_t v = 0; v < x->values[q]; v++)
		under += streq(x->labels[q][level][v], x->labels[q][level][value]);
	return x->values[q] > 1 ? (under - 1) / ((double)x->values[q] - 1) : 0;
}

static double
score_of(const struct example *x, const size_t *levels, uint64_t *ret_suppressed)
{
	double sums[MAX_QI] = { 0 }, p = 1;
	*ret_suppressed = 0;
	for (size_t i = 0; i < x->rows; i++) {
		bool stays = row_stays(x, levels, i);
		*ret_suppressed += !stays;
		for (size_t q = 0; q < x->n_qi; q++)
			sums[q] += stays ? cell_loss(x, q, levels[q], x->cells[i][q]) : 1;
	}
	for (size_t q = 0; q < x->n_qi; q++)
		p *= 1 + sums[q] / (double)x->rows;
	return pow(p, 1.0 / (double)x->n_qi) - 1;
}

static size_t
sum(const struct example *x, const size_t *levels)
{
	size_t n = 0;
	for (size_t q = 0; q < x->n_qi; q++)
		n += levels[q];
	return n;
}

/* By score, then suppressed rows, then sum of levels; the order of trying does the rest. */
static bool
better(const struct example *x, const struct truth *t, double score, uint64_t suppressed,
	const size_t *levels)
{
	if (!t->found || score < t->score - 1e-11)
		return true;
	if (score > t->score + 1e-11)
		return false;
	if (suppressed != t->suppressed)
		return suppressed < t->suppressed;
	return sum(x, levels) < sum(x, t->levels);
}

static struct truth
try_all(const struct example *x, const struct hierarchy *h)
{
	struct truth t = { .found = false };
	size_t levels[MAX_QI] = { 0 };
	for (bool more = true; more;) {
		uint64_t suppressed;
		double score = score_of(x, levels, &suppressed);
		if (suppressed <= x->limit && better(x, &t, score, suppressed, levels)) {
			t = (struct truth){ true, score, suppressed, { 0 } };
			memcpy(t.levels, levels, sizeof levels);
		}
		size_t q = x->n_qi;
		for (more = false; q > 0 && !more; q--) {
			levels[q - 1] = (levels[q - 1] + 1) % h[q - 1].n_levels;
			more = levels[q - 1] != 0;
		}
	}
	return t;
}

/* One example through both; whether they agree. */
static bool
agree(const struct example *x, bool *ret_found)
{
	struct tuples t;
	struct hierarchy h[MAX_QI];
	struct dict *dicts[MAX_QI];
	struct search_result got;
	struct err e = { 0 };
	size_t width = x->n_qi + x->n_sensitive;
	uint32_t code;
	CHECK(tuples_init(&t, width, NULL, &e) == OK);
	for (size_t i = 0; i < x->rows; i++)
		CHECK(tuples_add(&t, x->cells[i], 1, &e) == OK);
	for (size_t q = 0; q < x->n_qi; q++) {
		dicts[q] = dict_new(NULL);
		for (size_t v = 0; v < x->values[q]; v++)
			CHECK(dict_add(dicts[q], str_of(x->labels[q][0][v]), &code, &e) == OK);
		CHECK(hierarchy_parse("q", str_of(x->text[q]), &h[q], &e) == OK);
		CHECK(hierarchy_bind(&h[q], dicts[q], &e) == OK);
	}
	struct search s = { &t, h, x->n_qi, x->n_sensitive, x->k, x->l, x->limit };
	enum status status = search_run(&s, NULL, &got, &e);
	struct truth want = try_all(x, h);
	bool same = want.found ? status == OK : status == E_ABSENT;
	if (want.found && status == OK) {
		same = fabs(got.score - want.score) < 1e-9 && got.suppressed == want.suppressed;
		for (size_t q = 0; q < x->n_qi; q++)
			same &= got.levels[q] == want.levels[q];
	}
	for (size_t q = 0; q < x->n_qi; q++) {
		hierarchy_free(&h[q]);
		dict_free(dicts[q]);
	}
	tuples_free(&t);
	*ret_found = want.found;
	return same;
}

TEST(finds_the_optimum_of_the_whole_lattice)
{
	struct random r = { 7 };
	size_t found = 0, wrong = 0;
	for (size_t i = 0; i < CASES; i++) {
		struct example x = make_example(&r);
		bool is;
		if (!agree(&x, &is)) {
			printf("# case %zu differs\n", i);
			wrong++;
		}
		found += is;
	}
	CHECK_INT(wrong, 0);
	/* Both answers occur often enough to mean something. */
	CHECK(found > CASES / 2);
	CHECK(CASES - found > CASES / 20);
}

TEST(says_that_memory_is_too_little)
{
	struct budget none = { .limit = 100 };
	struct tuples t;
	struct hierarchy h;
	struct search_result got = { .score = 5 };
	struct err e = { 0 };
	struct dict *d = dict_new(NULL);
	uint32_t code;
	CHECK(dict_add(d, STR("a0"), &code, &e) == OK);
	CHECK(tuples_init(&t, 1, NULL, &e) == OK);
	CHECK(tuples_add(&t, &code, 1, &e) == OK);
	CHECK(hierarchy_parse("q", STR("a0;*\n"), &h, &e) == OK);
	CHECK(hierarchy_bind(&h, d, &e) == OK);
	struct search s = { &t, &h, 1, 0, 1, 1, 0 };
	CHECK(search_run(&s, &none, &got, &e) == E_BUSY);
	CHECK_STR(e.field, "memory");
	CHECK(got.score > 4);
	CHECK_INT(none.used, 0);
	hierarchy_free(&h);
	tuples_free(&t);
	dict_free(d);
}
