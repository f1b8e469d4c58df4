#include "base/tap.h"

#include "portal/people/people.h"

TEST(wishes_are_different_projects_of_the_event)
{
	static const int64_t projects[] = { 3, 5, 9 };
	struct err e;
	struct apply_form f = { .choice1 = 3, .choice2 = 9 };
	CHECK_INT(application_choices_ok(&f, projects, 3, &e), OK);
	f.choice3 = 3;
	CHECK_INT(application_choices_ok(&f, projects, 3, &e), E_INPUT);
	CHECK_STR(e.field, "choice3");
	f.choice3 = 4;
	CHECK_INT(application_choices_ok(&f, projects, 3, &e), E_INPUT);
	f = (struct apply_form){ 0 };
	CHECK_INT(application_choices_ok(&f, NULL, 0, &e), OK);
}

TEST(addresses)
{
	static const char *const bad[] = { "", "noa", "noa@carmel", "@carmel.example",
		"noa@.example", "noa@carmel.example.", "a b@carmel.example", "a@b@carmel.example",
		"a\n@carmel.example", "<noa@carmel.example>" };
	struct err e;
	CHECK_INT(people_email_ok("noa@carmel.example", &e), OK);
	CHECK_INT(people_email_ok("a.b+c@x.y.il", &e), OK);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(people_email_ok(bad[i], &e), E_INPUT);
		CHECK_STR(e.field, "email");
		CHECK(strstr(e.text, "is not an e-mail address"));
	}
}

TEST(an_address_that_no_mail_reaches_is_refused_in_words)
{
	static const char *const bad[] = { "p\xc3\xa5l@carmel.example", "noa@\xc3\xa5s.example",
		"\xd7\xa0\xd7\xa2@carmel.example" };
	struct err e;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(people_email_ok(bad[i], &e), E_INPUT);
		CHECK_STR(e.field, "email");
		CHECK(strstr(e.text, "letters beyond a to z") && strstr(e.text, bad[i]));
	}
}

TEST(decisions_respect_the_applicants_word)
{
	CHECK(people_may_decide("submitted", "selected"));
	CHECK(people_may_decide("selected", "submitted"));
	CHECK(people_may_decide("accepted", "not selected"));
	CHECK(!people_may_decide("accepted", "selected"));
	CHECK(!people_may_decide("declined", "selected"));
	CHECK(!people_may_decide("submitted", "accepted"));
	CHECK(!people_may_decide("draft", "selected") &&
		!people_may_decide("withdrawn", "selected"));
	CHECK(!people_may_decide("submitted", "submitted"));
}

TEST(a_signature_is_bound_to_title_and_text)
{
	cleanup_arena struct arena *a = arena_new();
	const char *h = agreement_hash(a, "Agreement", "No patient data leaves.");
	CHECK_INT(strlen(h), 64);
	CHECK_STR(agreement_hash(a, "Agreement", "No patient data leaves."), h);
	CHECK(strcmp(agreement_hash(a, "Agreement", "No patient data leaves!"), h) != 0);
	CHECK(strcmp(agreement_hash(a, "agreement", "No patient data leaves."), h) != 0);
}

TEST(an_application_changes_only_while_they_are_open_and_it_is_undecided)
{
	CHECK(application_open(PHASE_APPLICATIONS, "draft"));
	CHECK(application_open(PHASE_APPLICATIONS, "submitted"));
	CHECK(!application_open(PHASE_APPLICATIONS, "selected"));
	CHECK(!application_open(PHASE_SELECTION, "draft"));
}

TEST(a_whole_application_has_no_gap)
{
	const char *one[] = { "R" };
	struct apply_form f = { .level = "MSc",
		.specialty = "other",
		.faculty = "Medicine",
		.languages = { one, 1 },
		.fields = { one, 1 },
		.motivation = "To learn from clinicians.",
		.choice1 = 1 };
	CHECK(application_whole(&f));
	f.motivation = "To learn.";
	CHECK(!application_whole(&f));
}

TEST(a_tally_becomes_counts_and_shares)
{
	const struct application_tally t[] = {
		{ .state = "draft", .level = "", .specialty = "", .n = 9 },
		{ .state = "withdrawn", .level = "BSc", .specialty = "biomedical", .n = 7 },
		{ .state = "submitted", .level = "BSc", .specialty = "engineering", .n = 5 },
		{ .state = "selected", .level = "BSc", .specialty = "biomedical", .n = 3 },
		{ .state = "accepted", .level = "alumni", .specialty = "biomedical", .n = 2 },
		{ .state = "waitlisted", .level = "PhD", .specialty = "other", .n = 4 },
		{ .state = "declined", .level = "MSc", .specialty = "other", .n = 1 },
	};
	struct application_counts c = application_count(t, sizeof t / sizeof t[0]);
	CHECK_INT(c.applied, 15);
	CHECK_INT(c.undecided, 5);
	CHECK_INT(c.selected, 3);
	CHECK_INT(c.accepted, 2);
	CHECK_INT(c.waitlisted, 4);
	static const struct share want[APPLICATION_SHARES] = { { "BSc", 3, 8 }, { "MSc", 0, 1 },
		{ "PhD", 0, 4 }, { "Alumni", 2, 2 }, { "Bio or medical", 5, 5 } };
	for (int i = 0; i < APPLICATION_SHARES; i++) {
		CHECK_STR(c.shares[i].label, want[i].label);
		CHECK_INT(c.shares[i].chosen, want[i].chosen);
		CHECK_INT(c.shares[i].all, want[i].all);
	}
	c = application_count(NULL, 0);
	CHECK(c.applied == 0 && c.shares[4].all == 0 && c.shares[4].label);
}

/* The ids in the order in which they come. */
static void
check_order(const char *by, int64_t first, int64_t second, int64_t third, int64_t fourth)
{
	struct application_row rows[] = {
		{ .id = 4, .submitted = 20, .skills = 7, .name = "Bo", .level = "PhD" },
		{ .id = 3, .submitted = 10, .skills = 7, .name = "Ada", .level = "PhD" },
		{ .id = 2, .submitted = 30, .skills = 9, .name = "Cy", .level = "BSc" },
		{ .id = 1, .submitted = 20, .skills = 0, .name = "Bo", .level = "alumni" },
	};
	const int64_t want[] = { first, second, third, fourth };
	application_sort(rows, 4, by);
	for (int i = 0; i < 4; i++)
		CHECK_INT(rows[i].id, want[i]);
}

TEST(applications_are_sorted_and_equals_stay_as_they_were_sent)
{
	check_order("", 3, 1, 4, 2);
	check_order("submitted'; --", 3, 1, 4, 2);
	check_order("name", 3, 1, 4, 2);
	check_order("level", 2, 3, 4, 1);
	check_order("skills", 2, 3, 4, 1);
}
