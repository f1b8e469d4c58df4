#include "portal/usage/usage.h"

#include "base/tap.h"
#include "portal/usage/usage.sql.h"

TEST(counts_are_compared_within_one_opening)
{
	struct usage_rooms r = { .opened = 1000,
		.seen_opened = 1000,
		.at = 1100,
		.cpu_us = 5000000,
		.oom_kills = 2,
		.fork_fails = 7 };
	struct pw_usage u = { .state = WS_OPEN,
		.cpu_us = 15000000,
		.oom_kills = 3,
		.fork_fails = 7,
		.disk_limit = 1 << 30,
		.files_left = 1000 };
	struct usage_news n = usage_compare(&r, &u, 1110);
	CHECK_INT(n.cpu_milli, 1000);
	CHECK_INT(n.oom_kills, 1);
	CHECK_INT(n.fork_fails, 0);
	/* It was opened again: what is counted now is all new. */
	r.opened = 1105;
	n = usage_compare(&r, &u, 1115);
	CHECK_INT(n.cpu_milli, 1500);
	CHECK_INT(n.oom_kills, 3);
	CHECK_INT(n.fork_fails, 7);
	/* Nobody has looked yet, and at the very second of the opening. */
	r = (struct usage_rooms){ .opened = 1000 };
	CHECK_INT(usage_compare(&r, &u, 1000).cpu_milli, 15000);
	CHECK_INT(usage_compare(&r, &u, 1000).oom_kills, 3);
}

TEST(a_disk_is_full_once)
{
	struct usage_rooms r = { .opened = 1000, .seen_opened = 1000, .at = 1100 };
	struct pw_usage u = {
		.state = WS_OPEN, .disk = 900 << 20, .disk_limit = 1 << 30, .files_left = 1000
	};
	CHECK(!usage_disk_full(&u));
	u.disk = (1 << 30) - (5 << 20);
	CHECK(usage_disk_full(&u));
	CHECK(usage_compare(&r, &u, 1200).became_full);
	r.full = true;
	CHECK(!usage_compare(&r, &u, 1200).became_full);
	u.disk = 0;
	u.files_left = 3;
	CHECK(usage_disk_full(&u));
	u.state = WS_CLOSED;
	CHECK(!usage_disk_full(&u));
}

TEST(never_more_than_the_host_has_left)
{
	struct usage_host h = { .total_mb = 20000, .available_mb = 10000, .cpus = 4 };
	struct err e;
	CHECK_INT(usage_left_mb(&h), 8000);
	CHECK_INT(usage_may_give(&h, 4096, 2, 12096, 4, &e), OK);
	CHECK_INT(usage_may_give(&h, 4096, 2, 12097, 4, &e), E_INPUT);
	CHECK_STR(e.field, "memory_gb");
	CHECK_INT(usage_may_give(&h, 4096, 2, 4096, 5, &e), E_INPUT);
	CHECK_STR(e.field, "cpus");
	CHECK_INT(usage_may_give(&h, 4096, 2, 4095, 2, &e), E_INPUT);
	CHECK_INT(usage_may_give(&h, 4096, 2, 4096, 1, &e), E_INPUT);
	/* A default above what the host has is kept, not raised. */
	CHECK_INT(usage_may_give(&h, 4096, 8, 5000, 8, &e), OK);
	CHECK_INT(usage_may_give(&h, 4096, 8, 5000, 9, &e), E_INPUT);
	h.promised_mb = 7500;
	CHECK_INT(usage_left_mb(&h), 500);
	h.promised_mb = 9000;
	CHECK_INT(usage_left_mb(&h), 0);
	CHECK_INT(usage_may_give(&h, 4096, 2, 4096, 3, &e), OK);
	CHECK_INT(usage_left_mb(&(struct usage_host){ 0 }), 0);
}

TEST(says_what_a_team_can_do)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK(strstr(usage_trouble_words(a, "memory", 3600 * 5 + 60 * 54, 3, 1024), "at 05:54"));
	CHECK(strstr(usage_trouble_words(a, "memory", 0, 3, 1024), "3 times"));
	CHECK(strstr(usage_trouble_words(a, "processes", 60, 1, 1024), "1,024"));
	CHECK(strstr(usage_trouble_words(a, "disk", 60, 1, 1024), "Out of disk"));
	CHECK_STR(usage_mb_words(a, 16384), "16 GB");
	CHECK_STR(usage_mb_words(a, 1536), "1.5 GB");
	CHECK_STR(usage_mb_words(a, 256), "256 MB");
}
