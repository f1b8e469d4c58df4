#include "warden/seal.h"

#include "base/tap.h"

static struct str
report(struct arena *a, int bad, const char *state)
{
	struct buf b = buf_new(a);
	for (int i = 0; i < EXIT_KINDS; i++)
		buf_printf(
			&b, "%s %s because %d\n", exit_kinds[i].name, i == bad ? state : "shut", i);
	buf_puts(&b, "end\n");
	return buf_str(&b);
}

TEST(all_shut_is_good)
{
	cleanup_arena struct arena *a = arena_new();
	struct seal_exit exits[EXIT_KINDS];
	struct err e;
	CHECK(seal_judge(a, report(a, -1, ""), exits, &e) == OK);
	CHECK(exits[3].shut);
	CHECK_STR(exits[3].how, "because 3");
}

TEST(one_open_or_unknown_is_not)
{
	cleanup_arena struct arena *a = arena_new();
	static const char *const states[] = { "open", "unknown", "", "SHUT", "shutt" };
	struct seal_exit exits[EXIT_KINDS];
	struct err e;
	for (size_t s = 0; s < sizeof states / sizeof states[0]; s++)
		for (int i = 0; i < EXIT_KINDS; i++) {
			CHECK(seal_judge(a, report(a, i, states[s]), exits, &e) == E_CONFLICT);
			CHECK(strstr(e.text, exit_kinds[i].name) && strstr(e.text, "No data"));
		}
}

/* Every report that is cut short, has a line twice, or says more than it should. */
TEST(half_a_report_is_none)
{
	cleanup_arena struct arena *a = arena_new();
	struct seal_exit exits[EXIT_KINDS];
	struct err e;
	struct str whole = report(a, -1, "");
	for (size_t n = 0; n < whole.n; n++)
		CHECK(seal_judge(a, (struct str){ whole.p, n }, exits, &e) == E_CONFLICT);
	const char *first = "control shut because 0\n";
	CHECK(seal_judge(a, str_of(arena_printf(a, "%s%s", first, whole.p)), exits, &e) ==
		E_CONFLICT);
	CHECK(seal_judge(a, str_of(arena_printf(a, "%sinternet open\n", whole.p)), exits, &e) ==
		E_CONFLICT);
	CHECK(seal_judge(a, STR("end\n"), exits, &e) == E_CONFLICT);
}

TEST(what_it_says_is_shown_without_control_characters)
{
	cleanup_arena struct arena *a = arena_new();
	struct seal_exit exits[EXIT_KINDS];
	struct err e;
	struct str r = report(a, 2, "open \x1b[31m\x07");
	CHECK(seal_judge(a, r, exits, &e) == E_CONFLICT);
	CHECK(!strchr(e.text, '\x1b') && !strchr(e.text, '\x07'));
}
