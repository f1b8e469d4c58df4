#include "portal/web/chart.h"

#include <math.h>

#include "base/tap.h"

static struct arena *
arena(void)
{
	static struct arena *a;
	return a ? a : (a = arena_new());
}

static bool
has(struct html_safe s, const char *what)
{
	bool found = strstr(s.markup, what) != NULL;
	if (!found)
		printf("# want %s in:\n# %s\n", what, s.markup);
	return found;
}

TEST(ticks_are_round_and_enclose)
{
	double first, step;
	CHECK_INT(chart_ticks(0.574, 0.743, 7, &first, &step), 5);
	CHECK(fabs(first - 0.55) < 1e-12 && fabs(step - 0.05) < 1e-12);
	CHECK_INT(chart_ticks(0, 100, 6, &first, &step), 6);
	CHECK(first == 0 && fabs(step - 20) < 1e-9);
	const double hard[][2] = { { 0, 0 }, { 0.5, 0.5 }, { -3, 7 }, { 1e-9, 2e-9 },
		{ 1e12, 1e12 + 1 }, { 5, 2 }, { NAN, 1 }, { -INFINITY, INFINITY },
		{ 1e300, 1.1e300 }, { 0, 1e-308 } };
	for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
		int n = chart_ticks(hard[i][0], hard[i][1], 7, &first, &step);
		CHECK(n >= 2 && n <= 7 && step > 0);
		if (hard[i][0] < hard[i][1] && isfinite(hard[i][1] - hard[i][0]) && i != 9) {
			double slack = step * 1e-6;
			CHECK(first <= hard[i][0] + slack);
			CHECK(first + (n - 1) * step >= hard[i][1] - slack);
		}
	}
}

TEST(bars_say_their_numbers_and_hide_small_ones)
{
	struct chart_bar bars[] = { { "BSc <1>", 20, 40 }, { "Alumni", 4, 12 }, { "None", 0, 3 } };
	struct html_safe s = chart_bars(arena(), "Level", bars, 3, 10);
	CHECK(has(s,
		"role=\"img\" aria-label=\"Level: BSc &lt;1&gt; 20 of 40, Alumni fewer than 10, "
		"None fewer than 10\"><title>Level</title>"));
	CHECK(!strstr(s.markup, "of 12"));
	CHECK(has(chart_bars(arena(), "Level", bars, 3, 0), "Alumni 4 of 12, None 0 of 3"));
	CHECK(has(
		chart_bars(arena(), "Le<vel", NULL, 0, 10), "<p class=\"empty\">Le&lt;vel: noth"));
}

TEST(intervals_say_rank_and_range)
{
	struct chart_interval rows[] = { { "Team 3", 0.681, 0.654, 0.708, 1, true, false },
		{ "Team 9", NAN, NAN, NAN, 0, false, false },
		{ "Baseline", 0.602, NAN, NAN, 0, false, true } };
	struct html_safe s = chart_intervals(arena(), "Heart", "AUROC", rows, 3);
	CHECK(has(s, "Heart: rank 1, Team 3, yours, 0.681 (0.654 to 0.708); Team 9 no result yet; "
		     "Baseline 0.602\""));
	CHECK(has(s, "class=\"base\""));
	CHECK(!strstr(s.markup, "nan"));
	rows[0].value = NAN;
	rows[2].value = NAN;
	CHECK(!strstr(chart_intervals(arena(), "H", "M", rows, 3).markup, "nan"));
}

TEST(lines_leave_gaps)
{
	struct chart_point p[] = { { 0, 1 }, { 1, NAN }, { 2, 3 } };
	struct chart_series s[] = { { "a", { p, 3 } } };
	struct chart_line l = {
		.title = "T", .x_label = "x", .y_label = "y", .diagonal = true, .series = { s, 1 }
	};
	CHECK(has(chart_lines(arena(), &l), "T: a from 1 to 3"));
	CHECK(!strstr(chart_lines(arena(), &l).markup, "nan"));
	l.x_axis = CHART_DAY;
	p[0].x = 1795305600, p[2].x = 1795305600 + 20 * 86400;
	CHECK(has(chart_lines(arena(), &l), ">22 Nov</text>"));
	p[0].y = p[2].y = NAN;
	CHECK(has(chart_lines(arena(), &l), "nothing to show yet"));
}
