#include "curator/airlock/unseen.h"

#include "base/tap.h"
#include "curator/airlock/airlock.h"
#include "curator/airlock/view.h"

static bool
is_told(struct arena *a, const char *name, const char *text, const char *check)
{
	struct airlock_policy p = airlock_policy_default();
	struct str s = str_of(text);
	struct airlock_file f = { .a = a, .policy = &p, .name = name, .input = s, .bytes = s };
	airlock_run(&f);
	for (size_t i = 0; i < f.findings.n; i++)
		if (streq(f.findings.at[i].check, check))
			return true;
	return false;
}

static void
try_one(const char *c, bool is)
{
	cleanup_arena struct arena *a = arena_new();
	const char *text = arena_printf(a, "Good%smodel\n", c);
	struct buf page = buf_new(a);
	view_text(&page, str_of(text));
	bool told[] = { is_told(a, "a.txt", text, "hidden_text"),
		is_told(a, arena_printf(a, "a%s.txt", c), "Good model\n", "name"),
		strstr(page.p, "U+") != NULL };
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		if (told[i] != is)
			printf("# character \"%s\", page %s", c, page.p);
		CHECK(told[i] == is);
	}
}

TEST(what_is_refused_as_unseen_is_shown_and_in_no_name)
{
	static const char *const unseen[] = { "\u00a0", "\u00ad", "\u034f", "\u1680", "\u17b4",
		"\u2002", "\u200b", "\u202e", "\u202f", "\u205f", "\u2800", "\u3000", "\u3164",
		"\ufe0f", "\ufffc", "\U0001bca1", "\U0001d159", "\U0001d173", "\U0001d17a",
		"\U000e0041" };
	static const char *const seen[] = { "\u00e6", "\u2010", "\u2212", "\u20ac", "\u2801",
		"\u3001", "\ufffd", "\U0001d11e", "\U0001d172", "\U0001d17b", "\U0001f600" };
	for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
		try_one(unseen[i], true);
	for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
		try_one(seen[i], false);
}
