#include "base/tap.h"

#include "portal/today/today.h"

static struct next_action
next(struct arena *a, unsigned roles, enum phase phase, struct today_facts f)
{
	static const struct today_event nothing;
	f.event = "carmel";
	f.roles = roles | ROLE_PERSON | ROLE_EVERYBODY;
	f.phase = phase;
	f.now = 1000;
	if (!f.numbers)
		f.numbers = &nothing;
	return today_next(a, &f);
}

TEST(happenings_name_the_team)
{
	cleanup_arena struct arena *a = arena_new();
	struct today_team_names names[] = { { .number = 2, .name = "Almond" } };
	struct today_team_names_rows teams = { names, 1 };
	CHECK_STR(today_about(a, "workspace 3 of team 2", &teams), "Almond, workspace 3");
	CHECK_STR(today_about(a, "team 2", &teams), "Almond");
	CHECK_STR(today_about(a, "workspace 3 of team 4", &teams), "workspace 3 of team 4");
	CHECK_STR(today_about(a, "project heart", &teams), "project heart");
	CHECK_STR(today_about(a, "person 5", &teams), "");
	CHECK_STR(today_about(a, "", &teams), "");
}

TEST(the_agreement_comes_before_any_data)
{
	cleanup_arena struct arena *a = arena_new();
	struct next_action n = next(
		a, ROLE_PARTICIPANT, PHASE_FULL, (struct today_facts){ .agreement_needed = true });
	CHECK_STR(n.href, "/e/carmel/agreement");
	CHECK(n.due);
}

TEST(an_applicant_always_knows_where_they_stand)
{
	static const char *const states[] = { NULL, "draft", "submitted", "waitlisted", "selected",
		"declined", "not selected", "withdrawn" };
	cleanup_arena struct arena *a = arena_new();
	for (int p = 0; p < PHASES; p++)
		for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
			struct next_action n = next(a, 0, (enum phase)p,
				(struct today_facts){ .application = states[i] });
			CHECK(n.title && n.title[0] && n.why && n.why[0]);
			CHECK(!n.href == !n.button);
		}
	struct next_action n =
		next(a, 0, PHASE_SELECTION, (struct today_facts){ .application = "selected" });
	CHECK(n.due);
	CHECK_STR(n.href, "/e/carmel/apply");
}

TEST(a_lead_hears_of_questions)
{
	cleanup_arena struct arena *a = arena_new();
	struct today_led led[] = { { .slug = "heart",
		.title = "Heart",
		.ethics_number = "E1",
		.ethics_expires = 2000,
		.questions = 2 } };
	struct today_led_rows rows = { led, 1 };
	struct next_action n = next(a, ROLE_LEAD, PHASE_FULL, (struct today_facts){ .led = &rows });
	CHECK_STR(n.title, "2 questions wait about your data");
	CHECK_STR(n.href, "/e/carmel/projects/heart/dictionary");
	CHECK(n.due);
	led[0].ethics_expires = 500;
	CHECK_STR(next(a, ROLE_LEAD, PHASE_FULL, (struct today_facts){ .led = &rows }).title,
		"The ethics approval has expired");
}

TEST(every_role_has_a_sentence_in_every_phase)
{
	static const unsigned roles[] = { ROLE_ORGANISER, ROLE_STEWARD, ROLE_LEAD, ROLE_MENTOR,
		ROLE_JUROR, ROLE_REVIEWER, ROLE_PARTICIPANT };
	cleanup_arena struct arena *a = arena_new();
	struct today_led_rows led = { 0 };
	struct today_team team = { .number = 3, .name = "Team 3", .project = "Birth weight" };
	for (size_t r = 0; r < sizeof roles / sizeof roles[0]; r++)
		for (int p = 0; p < PHASES; p++)
			for (int with_team = 0; with_team < 2; with_team++) {
				struct next_action n = next(a, roles[r], (enum phase)p,
					(struct today_facts){
						.led = &led, .team = with_team ? &team : NULL });
				CHECK(n.title && n.title[0] && n.why);
				CHECK(!n.href == !n.button);
			}
}

TEST(a_deadline_near_puts_the_hand_in_first)
{
	cleanup_arena struct arena *a = arena_new();
	struct today_team team = { .number = 3, .name = "Team 3", .project = "Birth weight" };
	struct next_action n = next(a, ROLE_PARTICIPANT, PHASE_FULL,
		(struct today_facts){ .team = &team, .deadline = 1000 + 5 * 3600 });
	CHECK_STR(n.href, "/e/carmel/teams/3/presentation");
	CHECK(strstr(n.why, "5 h left") != NULL);
	n = next(a, ROLE_PARTICIPANT, PHASE_FULL,
		(struct today_facts){ .team = &team, .deadline = 1000 + 30 * 3600 });
	CHECK_STR(n.href, "/e/carmel/teams/3/workspace");
}
