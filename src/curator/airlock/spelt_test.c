/*
 * Small counts in other spellings, as the check of a whole file finds them.
 */
#include "curator/airlock/airlock.h"

#include "base/tap.h"

struct fixture {
	const char *name, *text;
	const char *want; /* "", "review", "fail": the worst of small_cells */
	struct spot at;
};

static void
try_one(const struct fixture *x)
{
	cleanup_arena struct arena *a = arena_new();
	struct airlock_policy p = airlock_policy_default();
	struct str s = str_of(x->text);
	struct airlock_file f = { .a = a, .policy = &p, .name = x->name, .input = s, .bytes = s };
	const struct airlock_finding *w = NULL;
	airlock_run(&f);
	for (size_t i = 0; i < f.findings.n; i++) {
		const struct airlock_finding *k = &f.findings.at[i];
		if (streq(k->check, "small_cells") && (!w || k->severity > w->severity))
			w = k;
	}
	const char *got = w ? airlock_severity_name(w->severity) : "";
	if (!streq(got, x->want))
		printf("# in \"%.60s\"\n", x->text);
	CHECK_STR(got, x->want);
	if (w && x->at.column) {
		CHECK_INT(w->places[0].row, x->at.row);
		CHECK_INT(w->places[0].column, x->at.column);
	}
}

/* Whatever a person reads as a small count, in a column of counts. */
TEST(small_cells_in_other_spellings)
{
	static const char *const small[] = { "(7)", "7)", "7 pts", "#7", "n7", "o7", "7th", "14:2",
		"0x5", "0x09", "0b111", "7.", "+7", "7/1", "07", "7e0", "~7", "7*", "[7]", "n = 7",
		"7 patients", "N: 7", "seven", "7-7", "(7.00)", "7 (3.1)", "120 + 7" };
	static const char *const look[] = { "10-19", "1-4", "95 % CI", "n = 120", "2024-03-01",
		"3/14/2022", "14:30", "(70)", "120 pts", "> 5", "7 days", "3 Mar 2024", "stage 3",
		"120 (7)", "12 (9-15)", "\"(1,234)\"", "5-fold", "7 % of all", "\xef\xbc\x97" };
	for (size_t i = 0; i < sizeof small / sizeof *small + sizeof look / sizeof *look; i++) {
		char named[80], unnamed[80];
		bool is = i < sizeof small / sizeof *small;
		const char *s = is ? small[i] : look[i - sizeof small / sizeof *small];
		snprintf(named, sizeof named, "ward,patients\nA,20\nB,%s\n", s);
		snprintf(unnamed, sizeof unnamed, "ward,x\nA,20\nB,%s\nC,31\n", s);
		struct fixture x[] = {
			{ "a.csv", named, is ? "fail" : "review", { 3, 2 } },
			{ "a.csv", unnamed, is ? "fail" : "review", { 3, 2 } },
		};
		try_one(&x[0]);
		try_one(&x[1]);
	}
	static const struct fixture x[] = {
		{ "a.csv", "ward,patients\nA,20\nB,none seen\n", "" },
		{ "a.csv", "ward,patients\nA,20\nB,7.00\n", "review", { 3, 2 } },
		{ "a.csv", "ward,patients\nA,n7\nB,o8\n", "fail", { 2, 2 } },
		{ "a.csv", "patients,auc\nstage 3,0.7\nstage 4,0.8\n", "review", { 2, 1 } },
		{ "a.csv", "what,value\nn,(7)\nauc,0.83\n", "review", { 2, 2 } },
		{ "a.csv", "what,value\nAll patients,0.83 (0.79-0.87)\n", "" },
		{ "a.csv", "ward,stay\nA,7 (3-9)\nB,8 (2-12)\n", "" },
		{ "a.json", "{\"patients\": \"(7)\", \"auc\": 0.83}", "fail" },
		{ "a.json", "{\"model\": \"v7\", \"auc\": 0.83}", "" },
	};
	for (size_t i = 0; i < sizeof x / sizeof *x; i++)
		try_one(&x[i]);
}
