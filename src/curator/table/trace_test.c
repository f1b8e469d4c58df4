/* Which numbers may stand beside which: by the persons behind them, in twos and threes. */
#include "curator/table/trace.h"

#include <math.h>

#include "base/tap.h"
#include "curator/keyed.h"

enum { FEW = 10, CELLS = 40 };

static const uint8_t key[32] = "a key of tests, of 32 bytes ....";

/* One person's value is added. */
static void
add(struct sketch *s, int64_t person, int64_t value)
{
	char name[32];
	snprintf(name, sizeof name, "P%lld", (long long)person);
	uint64_t bucket = keyed_bits(key, STR("b"), str_of(name)) % SKETCH;
	uint64_t weight = keyed_bits(key, STR("w"), str_of(name)) % SKETCH_PRIME;
	unsigned __int128 v = (unsigned __int128)weight * (uint64_t)value % SKETCH_PRIME;
	s->at[bucket] = sketch_plus(s->at[bucket], (uint64_t)v);
}

/* Persons from..to-1, each with a value of their own. */
static struct trace
people(enum trace_kind kind, int64_t from, int64_t to)
{
	struct trace t = { .kind = kind, .table = 1 };
	for (int64_t p = from; p < to; p++)
		add(&t.sketch, p, 20 + p % 60);
	return t;
}

static struct hide
table(struct hide_cell *cells, size_t rows)
{
	memset(cells, 0, CELLS * sizeof *cells);
	for (size_t i = 0; i <= rows; i++)
		cells[i * 2] = (struct hide_cell){ 100, 100, NAN, NAN, NAN, HIDE_SHOWN };
	return (struct hide){ rows, 1, false, cells, 10, 10, 90, 10 };
}

static enum hide_why
judge(struct trace fresh, const struct trace *earlier, size_t n)
{
	struct hide_cell cells[CELLS];
	struct hide h = table(cells, 2);
	struct err e;
	fresh.cell = 4; /* the total */
	CHECK(trace_hide(&h, &(trace_list){ &fresh, 1 },
		      &(trace_list){ (struct trace *)earlier, n }, FEW, &e) == OK);
	return cells[4].why;
}

TEST(two_that_differ_by_few)
{
	struct trace all = people(TRACE_SUM, 0, 500);
	CHECK(judge(people(TRACE_SUM, 0, 500), &all, 1) == HIDE_SHOWN); /* the same */
	CHECK(judge(people(TRACE_SUM, 1, 500), &all, 1) == HIDE_CLOSE);
	CHECK(judge(people(TRACE_SUM, 0, 509), &all, 1) == HIDE_CLOSE);
	CHECK(judge(people(TRACE_SUM, 4, 505), &all, 1) == HIDE_CLOSE); /* four out, five in */
	CHECK(judge(people(TRACE_SUM, 20, 500), &all, 1) == HIDE_SHOWN);
	CHECK(judge(people(TRACE_SUM, 200, 700), &all, 1) == HIDE_SHOWN);
	/* Nobody less, but one value is another. */
	struct trace other = people(TRACE_SUM, 0, 500);
	add(&other.sketch, 77, 3);
	CHECK(judge(other, &all, 1) == HIDE_CLOSE);
	CHECK(judge(people(TRACE_SUM, 1, 500), &all, 0) == HIDE_SHOWN);
}

TEST(what_is_compared_with_what)
{
	struct trace a = people(TRACE_ROWS, 0, 100), b = people(TRACE_ROWS, 1, 100);
	a.source = 5, b.source = 6;
	CHECK(!trace_close(&a, &b, FEW)); /* rows of two tables */
	b.source = 5;
	CHECK(trace_close(&a, &b, FEW));
	b.kind = TRACE_SUM;
	CHECK(!trace_close(&a, &b, FEW));
	a.kind = b.kind = TRACE_WHO;
	CHECK(!trace_close(&a, &b, FEW));
	b.of_file = 1;
	CHECK(trace_close(&a, &b, FEW) && trace_close(&b, &a, FEW) && !trace_same(&a, &b));
	CHECK(trace_same(&a, &a));
}

TEST(rows_with_a_value)
{
	struct trace a = people(TRACE_WITH, 0, 100), b = people(TRACE_WITH, 1, 100);
	struct trace parts[2] = { people(TRACE_WITH, 0, 60), people(TRACE_WITH, 60, 100) };
	a.taken = 1, b.taken = 2;
	CHECK(trace_close(&a, &b, FEW)); /* of whatever column */
	b.column = 7;
	CHECK(trace_close(&a, &b, FEW));
	b.taken = 1;
	CHECK(!trace_close(&a, &b, FEW)); /* nobody was picked out */
	b.taken = 2, b.source = 5;
	CHECK(!trace_close(&a, &b, FEW));
	/* What was compared as one of other rows was not compared as one of these. */
	struct trace again = a;
	again.taken = 3;
	CHECK(trace_same(&a, &a) && !trace_same(&a, &again));
	/* In threes of one column alone. */
	b.source = 0, b.column = 0;
	parts[0].taken = 4, parts[1].taken = 5;
	CHECK(judge(b, parts, 2) == HIDE_CLOSE);
	parts[0].column = parts[1].column = 7;
	CHECK(judge(b, parts, 2) == HIDE_SHOWN);
}

TEST(three_of_which_one_is_new)
{
	struct trace both[2] = { people(TRACE_SUM, 0, 300), people(TRACE_SUM, 300, 700) };
	CHECK(judge(people(TRACE_SUM, 0, 700), both, 2) == HIDE_SHOWN);
	CHECK(judge(people(TRACE_SUM, 0, 701), both, 2) == HIDE_CLOSE);
	CHECK(judge(people(TRACE_SUM, 3, 705), both, 2) == HIDE_CLOSE);
	CHECK(judge(people(TRACE_SUM, 0, 740), both, 2) == HIDE_SHOWN);
	struct trace less[2] = { people(TRACE_SUM, 0, 700), people(TRACE_SUM, 300, 700) };
	CHECK(judge(people(TRACE_SUM, 2, 300), less, 2) == HIDE_CLOSE);
	CHECK(judge(people(TRACE_SUM, 0, 300), less, 2) == HIDE_SHOWN);
	struct trace turned[2] = { less[1], less[0] };
	CHECK(judge(people(TRACE_SUM, 2, 300), turned, 2) == HIDE_CLOSE);
}

/* Of persons from..to-1 those with the value `of`, which is p % 3: one each, or their values. */
static struct trace
third(int64_t from, int64_t to, int64_t of, bool values)
{
	struct trace t = { .kind = TRACE_SUM, .table = 1 };
	for (int64_t p = from; p < to; p++)
		if (of < 0 || p % 3 == of)
			add(&t.sketch, p, values ? p % 3 : 1);
	return t;
}

TEST(multiples)
{
	/* How many have the value 2, and the sum of their values. */
	struct trace twos = third(0, 300, 2, false);
	CHECK(judge(third(0, 300, 2, true), &twos, 1) == HIDE_SHOWN);
	CHECK(judge(third(0, 303, 2, true), &twos, 1) == HIDE_CLOSE);
	CHECK(judge(third(0, 390, 2, true), &twos, 1) == HIDE_SHOWN);
	twos = third(0, 303, 2, true);
	CHECK(judge(third(0, 300, 2, false), &twos, 1) == HIDE_CLOSE);
	/* The ones, twice the twos, and all values of one person more, in whatever order. */
	struct trace all[3] = { third(0, 300, 1, false), third(0, 300, 2, false),
		third(0, 302, -1, true) };
	for (size_t i = 0; i < 3; i++) {
		struct trace others[2] = { all[(i + 1) % 3], all[(i + 2) % 3] };
		struct trace turned[2] = { others[1], others[0] };
		CHECK(judge(all[i], others, 2) == HIDE_CLOSE);
		CHECK(judge(all[i], turned, 2) == HIDE_CLOSE);
	}
	all[2] = third(0, 300, -1, true); /* of nobody else */
	CHECK(judge(all[2], all, 2) == HIDE_SHOWN);
	all[2].kind = all[1].kind = all[0].kind = TRACE_ROWS;
	CHECK(judge(third(0, 302, -1, true), all, 2) == HIDE_SHOWN);
	CHECK_INT(sketch_times(sketch_inverse(7), 7), 1);
	CHECK_INT(sketch_times(SKETCH_PRIME - 1, SKETCH_PRIME - 1), 1);
}

/* What cancels is no third. */
TEST(ten_alone_are_not_told_by_two_that_are_the_same)
{
	for (int64_t i = 0; i < 100; i++) {
		struct trace ten = people(TRACE_SUM, 1000 + 10 * i, 1010 + 10 * i);
		struct trace same[2] = { people(TRACE_SUM, 0, 500), people(TRACE_SUM, 0, 500) };
		CHECK(judge(ten, same, 2) == HIDE_SHOWN);
	}
}

TEST(two_new_ones_and_an_earlier_one)
{
	struct hide_cell cells[CELLS];
	struct hide h = table(cells, 3);
	struct trace earlier = people(TRACE_SUM, 0, 201), fresh[3];
	struct err e;
	for (uint32_t i = 0; i < 3; i++) {
		fresh[i] = people(TRACE_SUM, 100 * i, 100 * i + 100);
		fresh[i].cell = 2 * i;
	}
	CHECK(trace_hide(&h, &(trace_list){ fresh, 3 }, &(trace_list){ &earlier, 1 }, FEW, &e) ==
		OK);
	/* The first two are the earlier one less one: one of them goes, and takes company along. */
	CHECK(cells[0].why == HIDE_CLOSE || cells[2].why == HIDE_CLOSE);
	CHECK(cells[0].why != HIDE_CLOSE || cells[2].why != HIDE_CLOSE);
}

TEST(never_too_many_for_few)
{
	size_t withheld = 0;
	for (int64_t i = 0; i < 2000; i++) {
		struct trace a = { .kind = TRACE_SUM }, b = a, c = a;
		for (int64_t p = 0; p < 9; p++)
			add(&a.sketch, i * 100 + p, 1 + p);
		CHECK(trace_close(&a, &b, FEW));
		for (int64_t p = 0; p < 12; p++)
			add(&c.sketch, i * 100 + 50 + p, 1);
		withheld += trace_close(&c, &b, FEW);
	}
	/* Twelve are taken for fewer than ten about once in fifty. */
	CHECK(withheld > 5 && withheld < 120);
	printf("# twelve taken for fewer than ten: %zu of 2000\n", withheld);
}

TEST(too_many_to_compare)
{
	enum { FRESH = 3200, EARLIER = 3200 };
	cleanup_arena struct arena *a = arena_new();
	struct hide_cell cells[CELLS];
	struct hide h = table(cells, 2);
	struct trace *t = ARENA_ARRAY(a, FRESH, struct trace);
	struct err e;
	CHECK(trace_hide(&h, &(trace_list){ t, FRESH }, &(trace_list){ t, EARLIER }, FEW, &e) ==
		E_INPUT);
	CHECK(strstr(e.text, "fewer rows"));
}
