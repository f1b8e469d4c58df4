/* The ends of ranges, rounded inwards. */
#include "curator/behind.h"

#include <math.h>

#include "base/tap.h"

TEST(nothing_is_below_zero_that_is_zero)
{
	CHECK(!signbit(behind_round(-0.0, 0, 0, false, 1)));
	CHECK(!signbit(behind_round(0, 0, 1, true, 1)));
	CHECK(!signbit(behind_round(0, 0, 1, false, 1)));
	CHECK(!signbit(behind_round(0, 0, 250, true, 1)));
	CHECK(!signbit(behind_round(-0.4, -0.4, 9, true, 1)));
	CHECK(behind_round(-12, -12, 9, true, 1) == -12);
}
