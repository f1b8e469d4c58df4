#include "portal/keeper/job.h"

#include "base/tap.h"

static bool
parse(struct arena *a, const char *line, struct job_progress *ret)
{
	return job_progress_parse(a, str_of(line), ret);
}

TEST(reads_a_line)
{
	cleanup_arena struct arena *a = arena_new();
	struct job_progress p;
	CHECK(parse(a, "62 100 Mounting the sample\n", &p));
	CHECK_INT(p.done, 62);
	CHECK_INT(p.total, 100);
	CHECK_INT(p.percent, 62);
	CHECK_STR(p.text, "Mounting the sample");
	CHECK(parse(a, "0 0 Begins\n", &p));
	CHECK_INT(p.percent, 0);
	CHECK(parse(a, "9223372036854775807 9223372036854775807 x\n", &p));
	CHECK_INT(p.percent, 100);
}

TEST(refuses_what_is_none)
{
	cleanup_arena struct arena *a = arena_new();
	struct job_progress p;
	static const char *const bad[] = { "", "\n", "1 2 cut", "2 1 more than all\n", "-1 2 x\n",
		"1 x y\n", "1  2 x\n", "99999999999999999999 1 x\n", "1 2 a\nb\n", "1 2 \xff\n" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(!parse(a, bad[i], &p));
}
