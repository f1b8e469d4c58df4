#include "base/tap.h"

#include "portal/people/people.h"

TEST(addresses)
{
	CHECK(people_email_ok("noa@carmel.example") && people_email_ok("a.b+c@x.y.il"));
	CHECK(!people_email_ok("") && !people_email_ok("noa") && !people_email_ok("noa@carmel"));
	CHECK(!people_email_ok("@carmel.example") && !people_email_ok("noa@.example"));
	CHECK(!people_email_ok("noa@carmel.example.") && !people_email_ok("a b@carmel.example"));
	CHECK(!people_email_ok("a@b@carmel.example") && !people_email_ok("a\n@carmel.example"));
	CHECK(!people_email_ok("<noa@carmel.example>"));
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
