#include "portal/report/report.h"

#include <math.h>

#include "base/tap.h"

static int64_t
sum_took(const struct report_share *at, size_t n)
{
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += at[i].took_part;
	return sum;
}

TEST(large_kinds_stay_apart)
{
	cleanup_arena struct arena *a = arena_new();
	struct report_share at[] = { { "BSc", 20 }, { "MSc", 20 }, { "PhD", 10 } };
	CHECK_INT(report_fold(a, at, 3), 3);
	CHECK_STR(at[2].label, "PhD");
	CHECK(!at[2].small);
}

TEST(a_small_kind_takes_the_next_along)
{
	/* Alone it would follow from the total and the others. */
	cleanup_arena struct arena *a = arena_new();
	struct report_share at[] = { { "BSc", 30 }, { "MSc", 14 }, { "PhD", 3 } };
	CHECK_INT(report_fold(a, at, 3), 2);
	CHECK_STR(at[1].label, "MSc or PhD");
	CHECK_INT(at[1].took_part, 17);
	CHECK_INT(sum_took(at, 2), 47);
}

TEST(too_few_altogether_are_not_told)
{
	cleanup_arena struct arena *a = arena_new();
	struct report_share at[] = { { "BSc", 3 }, { "MSc", 2 }, { "PhD", 0 } };
	CHECK_INT(report_fold(a, at, 3), 1);
	CHECK(at[0].small);
	CHECK_INT(at[0].took_part, 0);
	CHECK_INT(report_fold(a, at, 0), 0);
}

TEST(no_fold_ever_leaves_a_small_cell)
{
	cleanup_arena struct arena *a = arena_new();
	for (int64_t x = 0; x < 14; x++)
		for (int64_t y = 0; y < 14; y++)
			for (int64_t z = 0; z < 30; z++) {
				struct report_share at[] = { { "a", x }, { "b", y }, { "c", z } };
				int64_t whole = x + y + z;
				size_t n = report_fold(a, at, 3);
				if (n == 1 && at[0].small)
					continue;
				CHECK_INT(sum_took(at, n), whole);
				for (size_t i = 0; i < n; i++)
					CHECK(at[i].took_part >= SMALL_LEAST);
			}
}

TEST(ranks_tie_within_noise)
{
	struct report_rank at[] = { { 1, "One", 0.700, 0.65, 0.75 }, { 2, "Two", NAN, NAN, NAN },
		{ 3, "Three", 0.690, 0.64, 0.74 }, { 4, "Four", 0.810, 0.77, 0.85 },
		{ 5, "Five", 0.600, 0.55, 0.65 } };
	report_rank(at, 5, true);
	CHECK_STR(at[0].name, "Four");
	CHECK_INT(at[0].rank, 1);
	CHECK_STR(at[1].name, "One");
	CHECK_INT(at[1].rank, 2);
	CHECK_INT(at[2].rank, 2);
	CHECK_INT(at[3].rank, 4);
	CHECK_STR(at[4].name, "Two");
	CHECK_INT(at[4].rank, 0);
}

TEST(without_intervals_only_the_same_score_ties)
{
	struct report_rank at[] = { { 1, "One", 0.7, NAN, NAN }, { 2, "Two", 0.7, NAN, NAN },
		{ 3, "Three", 0.6, NAN, NAN } };
	report_rank(at, 3, true);
	CHECK_INT(at[0].rank, 1);
	CHECK_INT(at[1].rank, 1);
	CHECK_INT(at[2].rank, 3);
}

TEST(an_error_ranks_the_smallest_first)
{
	struct report_rank at[] = { { 1, "One", 300, 0, 0 }, { 2, "Two", NAN, 0, 0 },
		{ 3, "Three", 200, 0, 0 } };
	report_rank(at, 3, false);
	CHECK_STR(at[0].name, "Three");
	CHECK_STR(at[2].name, "Two");
	report_rank(at, 0, false);
}
