#include "base/tap.h"

#include "portal/score/board.h"
#include "portal/score/score.h"

TEST(ids_beyond_the_third_are_folded)
{
	cleanup_arena struct arena *a = arena_new();
	struct submission_problem p =
		board_fold(a, "No prediction for an id: 37 (first: N1, N2, N3, N4, N5)");
	CHECK_STR(p.text, "No prediction for an id: 37 (first: N1, N2, N3)");
	CHECK_STR(p.more, "N4, N5");
	p = board_fold(a, "No prediction for an id: 3 (first: N1, N2, N3)");
	CHECK_STR(p.text, "No prediction for an id: 3 (first: N1, N2, N3)");
	CHECK_STR(p.more, "");
	CHECK_STR(board_fold(a, "").more, "");
	CHECK_STR(board_fold(a, "A, b, c, d, e, f").more, "");
	CHECK_STR(board_fold(a, "(first: a, b, c, d").more, "");
}

TEST(teams_within_noise_share_a_rank)
{
	struct board_row rows[] = {
		{ .value = 0.681, .low = 0.654, .high = 0.708 },
		{ .value = 0.676, .low = 0.649, .high = 0.703 },
		{ .value = 0.650, .low = 0.622, .high = 0.678 },
		{ .value = 0.602, .low = 0.574, .high = 0.630 },
	};
	board_ranks(rows, 4);
	CHECK_INT(rows[0].rank, 1);
	CHECK_INT(rows[1].rank, 1);
	CHECK_INT(rows[2].rank, 3);
	CHECK_INT(rows[3].rank, 4);
}

TEST(an_error_ranks_upwards)
{
	struct board_row rows[] = {
		{ .value = 400, .low = 380, .high = 430 },
		{ .value = 410, .low = 395, .high = 440 },
		{ .value = 600, .low = 560, .high = 650 },
	};
	board_ranks(rows, 3);
	CHECK_INT(rows[1].rank, 1);
	CHECK_INT(rows[2].rank, 3);
	board_ranks(rows, 0);
}

TEST(an_area_is_better_when_larger_and_an_error_when_smaller)
{
	CHECK_STR(score_metric("binary"), "AUROC");
	CHECK_STR(score_metric("regression"), "MAE");
	CHECK(score_better("AUROC", 0.7, 0.6));
	CHECK(!score_better("AUROC", 0.6, 0.6));
	CHECK(score_better("MAE", 300, 400));
}
