#include "gate/meter.h"

#include "base/tap.h"

enum { NOW = 1800000000 };

TEST(an_hour_slides)
{
	struct meter_ring r = { 0 };
	CHECK_INT(meter_add(&r, NOW, 100), 100);
	CHECK_INT(meter_add(&r, NOW + 10, 5), 105);
	CHECK_INT(meter_add(&r, NOW + 1800, 7), 112);
	CHECK_INT(meter_add(&r, NOW + 3599, 0), 112);
	CHECK_INT(meter_add(&r, NOW + 3600, 0), 7);
	CHECK_INT(meter_add(&r, NOW + 1800 + 3600, 1), 1);
	CHECK_INT(meter_add(&r, NOW + 30 * 86400, 0), 0);
}

TEST(a_clock_set_back_hides_nothing)
{
	struct meter_ring r = { 0 };
	meter_add(&r, NOW, 100);
	CHECK(meter_add(&r, NOW - 1200, 0) >= 100);
}
