/* How exactly a number is told. */
#include "curator/table/coarse.h"

#include <math.h>

#include "base/tap.h"

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

TEST(a_step_is_a_tenth_of_the_largest_part)
{
	CHECK(near(coarse_step(2005, 1, 10), 500));
	CHECK(near(coarse_step(2000, 1, 10), 200));
	CHECK(near(coarse_step(0.011, 1e-6, 10), 0.002));
	CHECK(near(coarse_step(1, 1e-6, 10), 0.1));
	CHECK_INT(coarse_step(0, NAN, 10), 0);
	CHECK_INT(coarse_step(NAN, NAN, 10), 0);
}

TEST(or_ten_neighbouring_values)
{
	CHECK(near(coarse_step(2, 1, 10), 10)); /* 0, 1, 2 */
	CHECK(near(coarse_step(20, 1, 10), 10));
	CHECK(near(coarse_step(90, 1, 10), 10));
	CHECK(near(coarse_step(101, 1, 10), 20));
	CHECK(near(coarse_step(90, 4, 10), 50));
	CHECK(near(coarse_step(90, NAN, 10), 10)); /* one value */
	CHECK(near(coarse_step(2e-11, 1e-11, 10), 1e-10));
}

TEST(up_or_down_by_the_draw)
{
	double sum = 0;
	CHECK(near(coarse_round(7, 5, 0), 5));
	CHECK(near(coarse_round(7, 5, 0.5), 5));
	CHECK(near(coarse_round(7, 5, 0.61), 10));
	CHECK(near(coarse_round(-7, 5, 0.39), -10));
	CHECK(near(coarse_round(-7, 5, 0.41), -5));
	CHECK(near(coarse_round(0.3, 0.1, 0.999), 0.3));
	CHECK(near(coarse_round(0.3, 0.1, 0), 0.3));
	CHECK(near(coarse_round(7, 0, 0.5), 7));
	CHECK(isnan(coarse_round(NAN, 1, 0.5)));
	for (int i = 0; i < 1000; i++)
		sum += coarse_round(7, 5, i / 1000.);
	CHECK(near(sum / 1000, 7)); /* right on average */
}

TEST(no_more_digits_than_the_step_has)
{
	CHECK(near(coarse_digits(54.3678, 0.9), 54.4));
	CHECK(near(coarse_digits(54.3678, 0.1), 54.4));
	CHECK(near(coarse_digits(54.3678, 20), 50));
	CHECK(near(coarse_digits(54.3678, 0), 54.3678));
}
