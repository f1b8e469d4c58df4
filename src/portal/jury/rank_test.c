#include "portal/jury/rank.h"

#include <math.h>

#include "base/random.h"
#include "base/str.h"
#include "base/tap.h"

static const char *const names[] = { "Ant", "Bee", "Cat", "Dog", "Elk", "Fox", "Gnu", "Hen" };
static const double one[] = { 1 };

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

/* Cells given directly: one criterion. */
static struct rank_problem
cells(const double *score, size_t teams, size_t jurors, size_t shortlist)
{
	return (struct rank_problem){ teams, jurors, 1, one, score, names, shortlist };
}

static struct rank_result
ranked(struct arena *a, const struct rank_problem *p)
{
	struct rank_result r = { 0 };
	struct err e = { 0 };
	CHECK(rank_teams(a, p, &r, &e) == OK);
	CHECK_STR(e.text, "");
	return r;
}

/* 8 teams, 6 jurors, 3 criteria from 1 to 5; each juror is recused from `recused` teams. */
static double *
some_event(struct arena *a, struct random *r, size_t recused)
{
	double *score = ARENA_ARRAY(a, 8 * 6 * 3, double);
	for (size_t i = 0; i < 8 * 6 * 3; i++)
		score[i] = 1 + random_below(r, 5);
	for (size_t j = 0; j < 6; j++)
		for (size_t k = 0; k < recused; k++)
			for (size_t c = 0; c < 3; c++)
				score[((j + 3 * k) % 8 * 6 + j) * 3 + c] = NAN;
	return score;
}

static struct rank_problem
event(const double *score)
{
	static const double weight[] = { 1, 2, 1.5 };
	return (struct rank_problem){ 8, 6, 3, weight, score, names, 3 };
}

TEST(a_complete_grid_gives_the_plain_mean)
{
	cleanup_arena struct arena *a = arena_new();
	struct random r = { 1 };
	for (int round = 0; round < 50; round++) {
		struct rank_problem p = event(some_event(a, &r, 0));
		struct rank_result res = ranked(a, &p);
		for (size_t t = 0; t < 8; t++) {
			CHECK(near(res.teams[t].adjusted, res.teams[t].mean));
			CHECK_INT(res.teams[t].jurors, 6);
			CHECK(res.teams[t].best <= res.teams[t].rank);
			CHECK(res.teams[t].worst >= res.teams[t].rank);
		}
		for (size_t i = 1; i < 8; i++)
			CHECK(res.teams[res.order[i - 1]].rank <= res.teams[res.order[i]].rank);
	}
}

TEST(a_strict_juror_changes_no_rank_even_with_recusals)
{
	cleanup_arena struct arena *a = arena_new();
	struct random r = { 2 };
	for (int round = 0; round < 50; round++) {
		double *score = some_event(a, &r, (size_t)round % 3);
		struct rank_problem p = event(score);
		struct rank_result before = ranked(a, &p);
		size_t j = random_below(&r, 6);
		for (size_t t = 0; t < 8; t++)
			for (size_t c = 0; c < 3; c++)
				score[(t * 6 + j) * 3 + c] -= 1.25;
		struct rank_result after = ranked(a, &p);
		for (size_t t = 0; t < 8; t++) {
			CHECK_INT(after.teams[t].rank, before.teams[t].rank);
			CHECK_INT(after.teams[t].best, before.teams[t].best);
			CHECK_INT(after.teams[t].worst, before.teams[t].worst);
			CHECK(near(after.teams[t].adjusted - before.teams[t].adjusted, -1.25 / 6));
		}
		CHECK(near(after.jurors[j].strictness - before.jurors[j].strictness, 1.25 * 5 / 6));
		CHECK(!after.unclear == !before.unclear);
	}
}

/* Teams differ by 1, the second juror is 2 stricter and missed the best team. */
TEST(a_recused_cell_is_not_a_zero)
{
	cleanup_arena struct arena *a = arena_new();
	const double score[] = { 5, NAN, 4, 2, 3, 1 };
	struct rank_problem p = cells(score, 3, 2, 1);
	struct rank_result r = ranked(a, &p);
	CHECK(near(r.teams[0].adjusted, 4));
	CHECK(near(r.teams[1].adjusted, 3));
	CHECK(near(r.teams[2].adjusted, 2));
	CHECK(near(r.teams[0].mean, 5) && near(r.teams[1].mean, 3));
	CHECK(near(r.jurors[0].strictness, -1) && near(r.jurors[1].strictness, 1));
	CHECK_INT(r.teams[0].jurors, 1);
	CHECK(isnan(r.teams[0].disagreement));
	CHECK(near(r.teams[1].disagreement, sqrt(2)));
	CHECK_STR(r.unclear, "1 of the 2 jurors cannot be left out: without them the teams could "
			     "not be compared.");

	/* The other way round: the strict juror alone saw the best team. */
	const double other[] = { NAN, 3, 4, 2, 3, 1 };
	p.score = other;
	r = ranked(a, &p);
	CHECK_INT(r.teams[0].rank, 1);
	CHECK(near(r.teams[0].adjusted, 4));
	CHECK(near(r.teams[0].mean, 3)); /* which the plain mean would call no better than Bee */
}

TEST(criteria_are_weighted_and_incomplete_cells_do_not_count)
{
	cleanup_arena struct arena *a = arena_new();
	const double weight[] = { 1, 3, 0 };
	const double score[] = {
		1, 5, NAN, /* Ant, juror 1: 4 */
		2, 2, 9,   /* juror 2: 2 */
		5, 1, NAN, /* Bee, juror 1: 2 */
		5, NAN, 1, /* juror 2: incomplete */
	};
	struct rank_problem p = { 2, 2, 3, weight, score, names, 0 };
	struct rank_result r = ranked(a, &p);
	CHECK(near(r.teams[0].mean, 3) && near(r.teams[1].mean, 2));
	CHECK(near(r.teams[0].adjusted - r.teams[1].adjusted, 2));
	CHECK_INT(r.jurors[1].incomplete, 1);
	CHECK_INT(r.jurors[1].teams, 1);
	CHECK_INT(r.jurors[0].incomplete, 0);
	CHECK(!r.unclear);
}

TEST(flat_and_silent_jurors_do_no_harm)
{
	cleanup_arena struct arena *a = arena_new();
	const double score[] = {
		5, 3, NAN, 4, /* */
		4, 3, NAN, 3, /* */
		2, 3, NAN, 2, /* */
		1, 3, NAN, 1, /* */
	};
	struct rank_problem p = cells(score, 4, 4, 2);
	struct rank_result r = ranked(a, &p);
	for (size_t t = 0; t < 4; t++) {
		CHECK(isfinite(r.teams[t].adjusted) && isfinite(r.teams[t].disagreement));
		CHECK_INT(r.teams[t].rank, t + 1);
		CHECK(r.teams[t].shortlisted == (t < 2));
	}
	CHECK(isnan(r.jurors[1].agreement) && near(r.jurors[1].strictness, -1.0 / 6));
	CHECK(isnan(r.jurors[2].strictness) && isnan(r.jurors[2].agreement));
	CHECK(r.jurors[0].agreement > 0.98);
	CHECK(r.unclear == NULL);
}

TEST(the_cut_is_unclear_at_a_tie_or_when_one_juror_decides)
{
	cleanup_arena struct arena *a = arena_new();
	const double tie[] = { 5, 5, 3, 4, 4, 3, 1, 1 };
	struct rank_problem p = cells(tie, 4, 2, 2);
	struct rank_result r = ranked(a, &p);
	CHECK_INT(r.teams[1].rank, 2);
	CHECK_INT(r.teams[2].rank, 2);
	CHECK_INT(r.teams[3].rank, 4);
	CHECK_INT(r.teams[1].best, 2);
	CHECK_INT(r.teams[1].worst, 3);
	CHECK_STR(r.unclear,
		"Bee and Cat are level at place 2. Leaving out a single juror can put Cat in the "
		"place of Bee: 1 of 2 jurors would change the shortlist.");
	p.shortlist = 1;
	CHECK(ranked(a, &p).unclear == NULL);
	p.shortlist = 3;
	CHECK(ranked(a, &p).unclear == NULL);

	/* Bee leads Cat by 1/3, and the first juror's opinion makes that. */
	const double one_decides[] = { 5, 5, 5, 4, 2, 2, 1, 3, 3, 0, 0, 0 };
	p = cells(one_decides, 4, 3, 2);
	r = ranked(a, &p);
	CHECK(r.teams[1].shortlisted && !r.teams[2].shortlisted);
	CHECK_STR(r.unclear,
		"Leaving out a single juror can put Cat in the place of Bee: 1 of 3 jurors would "
		"change the shortlist.");

	/* Everybody goes on: nothing to be unclear about. */
	p.shortlist = 9;
	r = ranked(a, &p);
	CHECK(r.teams[3].shortlisted && !r.unclear);

	const double single[] = { 3, 2, 1 };
	p = cells(single, 3, 1, 1);
	r = ranked(a, &p);
	CHECK_STR(r.unclear, "Only one juror has scored.");
	CHECK_INT(r.teams[0].best, 1);
	CHECK_INT(r.teams[0].worst, 1);
}

TEST(what_cannot_be_compared_is_refused)
{
	cleanup_arena struct arena *a = arena_new();
	struct rank_result r;
	struct err e;
	const double apart[] = { 5, NAN, 4, NAN, NAN, 2, NAN, 1 };
	struct rank_problem p = cells(apart, 4, 2, 1);
	CHECK(rank_teams(a, &p, &r, &e) == E_CONFLICT);
	CHECK_STR(e.text,
		"No juror scored both a team of these: Ant, Bee; and one of these: Cat, Dog. Their "
		"scores cannot be compared until one juror has scored a team on each side.");
	const double unseen[] = { 5, 4, NAN, NAN };
	p = cells(unseen, 2, 2, 1);
	CHECK(rank_teams(a, &p, &r, &e) == E_CONFLICT);
	CHECK_STR(e.text, "No juror has scored Bee completely.");
	p = cells(NULL, 2, 0, 1);
	CHECK(rank_teams(a, &p, &r, &e) == E_CONFLICT);
	p = cells(unseen + 2, 1, 2, 1);
	CHECK(rank_teams(a, &p, &r, &e) == E_CONFLICT);
	p = cells(NULL, 0, 3, 1);
	CHECK(rank_teams(a, &p, &r, &e) == E_CONFLICT);
	CHECK_STR(e.text, "There is no team to rank.");
	const double wild[] = { 1, INFINITY };
	p = cells(wild, 2, 1, 1);
	CHECK(rank_teams(a, &p, &r, &e) == E_INPUT);
	CHECK_STR(e.text, "A score of Bee is out of range.");
	p = cells(apart, 2, 1, 1);
	p.weight = (const double[]){ 0 };
	CHECK(rank_teams(a, &p, &r, &e) == E_INPUT);
	p.weight = (const double[]){ NAN };
	CHECK(rank_teams(a, &p, &r, &e) == E_INPUT);
}

/* The residuals of a least squares fit are orthogonal to every team and every juror. */
TEST(the_fit_solves_its_normal_equations)
{
	cleanup_arena struct arena *a = arena_new();
	struct random r = { 8 };
	for (int round = 0; round < 30; round++) {
		double score[8 * 6];
		for (size_t i = 0; i < 48; i++)
			score[i] = random_unit(&r) < 0.6 || i < 8 ? 1 + 4 * random_unit(&r) : NAN;
		struct rank_problem p = cells(score, 8, 6, 3);
		struct rank_result res;
		if (rank_teams(a, &p, &res, NULL) != OK)
			continue;
		double team[8] = { 0 }, juror[6] = { 0 };
		for (size_t i = 0; i < 48; i++) {
			size_t t = i / 6, j = i % 6;
			double off = isnan(score[i]) ? 0
						     : score[i] - res.teams[t].adjusted +
							       res.jurors[j].strictness;
			team[t] += off;
			juror[j] += off;
		}
		for (size_t t = 0; t < 8; t++)
			CHECK(near(team[t], 0));
		for (size_t j = 0; j < 6; j++)
			CHECK(near(juror[j], 0));
	}
}
