#include "portal/keeper/warm.h"

#include "base/tap.h"

#define GIB ((uint64_t)1 << 30)

TEST(memory_is_read)
{
	struct warm_facts f = { 0 };
	warm_read_memory(
		STR("MemTotal:       16384 kB\nMemFree:  1 kB\nMemAvailable:    1024 kB\n"), &f);
	CHECK_INT(f.total, 16 << 20);
	CHECK_INT(f.available, 1 << 20);
	warm_read_memory(STR("MemTotal: many kB\nMemAvailable: -3 kB\nMemAvailable"), &f);
	CHECK_INT(f.total, 0);
	CHECK_INT(f.available, 0);
}

TEST(starts_only_where_memory_is_to_spare)
{
	struct warm_facts f = {
		.available = 8 * GIB, .total = 16 * GIB, .used = GIB, .limit = 4 * GIB
	};
	CHECK(warm_allowed(&f));
	f.available = 2 * GIB - 1; /* a tenth and a quarter of a GiB must remain: 1.85 */
	CHECK(warm_allowed(&f));
	f.available = GIB + GIB / 2;
	CHECK(!warm_allowed(&f));
	f.available = 8 * GIB;
	f.used = 3 * GIB; /* the team's own programs come first */
	CHECK(!warm_allowed(&f));
	f.limit = 0; /* no limit is known */
	CHECK(warm_allowed(&f));
	f.total = 0; /* nothing is known of the host */
	CHECK(!warm_allowed(&f));
}
