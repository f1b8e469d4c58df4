#include "portal/audit/words.h"

#include "base/tap.h"

TEST(a_team_is_called_as_it_was_then)
{
	cleanup_arena struct arena *a = arena_new();
	struct words_teams at[] = { { 90, "teams formed", "event e", "" },
		{ 70, "team changed", "team 1", "Cedar" }, { 60, "team changed", "team 12", "Fig" },
		{ 50, "team changed", "team 1", "Almond" }, { 40, "teams formed", "event e", "" } };
	struct words_teams_rows rows = { .at = at, .n = 5 };
	CHECK_STR(audit_team_name(a, &rows, 45, 1), "team 1");
	CHECK_STR(audit_team_name(a, &rows, 50, 1), "Almond (team 1)");
	CHECK_STR(audit_team_name(a, &rows, 69, 1), "Almond (team 1)");
	CHECK_STR(audit_team_name(a, &rows, 71, 1), "Cedar (team 1)");
	CHECK_STR(audit_team_name(a, &rows, 95, 1), "team 1");
	CHECK_STR(audit_team_name(a, &rows, 80, 2), "team 2");
	CHECK_STR(audit_team_name(a, &rows, 80, 12), "Fig (team 12)");
}

TEST(states_fingerprints_and_jobs_are_words)
{
	cleanup_arena struct arena *a = arena_new();
	static const char hash[] =
		"2e099b6a13339b20f9b397fc62f691b7924db7d1f974ddb731af3f0be4771b73";
	const char *q = "airlock request 1 of team 2";
	static const struct {
		const char *written, *told;
	} steps[] = {
		{ "draft to sealed: version 1, 1 reviewer needed",
			"was draft, now sealed; version 1, 1 reviewer needed" },
		{ "in review to in review: may leave", "may leave" },
		{ "sealed to scanning", "was sealed, now scanning" },
		{ "draft to draft", "still draft" },
		{ "draft", "draft" },
		{ "t.csv: from a to b", "t.csv: from a to b" },
		{ " to ", "still " },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		CHECK_STR(audit_detail(a, "x", q, steps[i].written), steps[i].told);
	CHECK_STR(audit_detail(a, "agreement signed", "agreement version 1", hash),
		arena_printf(a, "fingerprint (BLAKE2b-256) %s", hash));
	CHECK_STR(audit_detail(a, "phase moved", "event e", "Draft to Call"), "Draft to Call");
	CHECK_STR(audit_detail(a, "withdrawal asked", "project p", "job 7"), "the curator's job 7");
}

TEST(what_does_not_say_itself_is_explained)
{
	CHECK(strstr(audit_meaning("table counted"), "signed the table"));
	CHECK(strstr(audit_meaning("archive given up"), "without an archive"));
	CHECK_STR(audit_meaning("role given"), "");
}
