#include "base/tap.h"

#include "portal/today/today.h"

static struct today_actions
all(struct arena *a, unsigned roles, enum phase phase, struct today_facts f)
{
	static const struct today_event nothing;
	f.event = "carmel";
	f.roles = roles | ROLE_PERSON | ROLE_EVERYBODY;
	f.phase = phase;
	f.now = 1000;
	if (!f.numbers)
		f.numbers = &nothing;
	return today_waits(a, &f);
}

static struct next_action
next(struct arena *a, unsigned roles, enum phase phase, struct today_facts f)
{
	return all(a, roles, phase, f).at[0];
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

TEST(a_proposer_hears_of_the_proposal)
{
	cleanup_arena struct arena *a = arena_new();
	struct today_led led[] = {
		{ .slug = "a", .title = "A", .state = "declined", .ethics_number = "" },
		{ .slug = "b", .title = "B", .state = "proposed", .ethics_number = "" }
	};
	struct today_led_rows rows = { led, 2 };
	struct next_action n = next(a, 0, PHASE_CALL, (struct today_facts){ .led = &rows });
	CHECK_STR(n.title, "Your proposal waits for a decision");
	CHECK_STR(n.href, "/e/carmel/projects/b");
	rows.n = 1;
	n = next(a, 0, PHASE_CALL, (struct today_facts){ .led = &rows });
	CHECK(strstr(n.title, "not accepted this time"));
	/* Nor is a lead asked for the approval of what was declined. */
	n = next(a, ROLE_LEAD, PHASE_CALL, (struct today_facts){ .led = &rows });
	CHECK_STR(n.title, "Nothing waits for you");
	CHECK(strstr(n.why, "prepares its data"));
}

TEST(data_that_teams_have_lost_come_before_votes)
{
	cleanup_arena struct arena *a = arena_new();
	struct today_event n = { .projects = 1 };
	struct today_data d = { "Heart", "A release waits for your signature", "w", "/s", "b",
		true };
	struct today_facts f = { .numbers = &n, .votes = 1, .votes_since = 400, .data = { &d, 1 } };
	CHECK(strncmp(next(a, ROLE_STEWARD, PHASE_FULL, f).title, "Heart: ", 7) == 0);
	d.lost = false;
	CHECK(strstr(next(a, ROLE_STEWARD, PHASE_FULL, f).title, "for your vote"));
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

TEST(a_closed_workspace_is_not_called_open)
{
	cleanup_arena struct arena *a = arena_new();
	struct today_team team = { .number = 3,
		.name = "Team 3",
		.project = "Birth weight",
		.room_state = "closed",
		.room_problem = "The data stay closed: no full release is signed yet." };
	struct today_facts f = { .team = &team, .deadline = 1000 + 30 * 3600 };
	struct next_action n = next(a, ROLE_PARTICIPANT, PHASE_FULL, f);
	CHECK(strstr(n.title, "closed") && strstr(n.why, "no full release"));
	CHECK(!n.due);
	/* Open, whatever was wrong with it before. */
	team.room_state = "open";
	CHECK(next(a, ROLE_PARTICIPANT, PHASE_FULL, f).due);
}

TEST(a_request_for_the_key_comes_first)
{
	cleanup_arena struct arena *a = arena_new();
	struct today_event n = { .stewards_named = 1, .projects = 2 };
	struct today_key key = { .state = KEY_ASKED, .asked_name = "Bea", .asked = 1000 - 3600 };
	struct today_facts f = {
		.numbers = &n, .key = &key, .votes = 1, .votes_since = 400, .unreleased = 2
	};
	struct today_actions l = all(a, ROLE_STEWARD, PHASE_FULL, f);
	CHECK_INT(l.n, 4);
	CHECK_STR(l.at[0].title, "Bea asks for the event’s key");
	CHECK_STR(l.at[0].href, "/e/carmel/key");
	CHECK(strstr(l.at[0].why, "23 h left") != NULL);
	CHECK_STR(l.at[1].href, "/e/carmel/airlock");
	CHECK_STR(l.at[2].href, "/e/carmel/stewards");
	CHECK_STR(l.at[3].href, "/e/carmel/data");
	for (size_t i = 0; i < l.n; i++)
		CHECK(l.at[i].due);
	/* Who asked waits, and is not told to agree. */
	key.mine = true;
	CHECK_INT(all(a, ROLE_STEWARD, PHASE_FULL, f).n, 3);
	n = (struct today_event){ 0 };
	f.votes = f.unreleased = 0;
	CHECK(!next(a, ROLE_STEWARD, PHASE_FULL, f).due);
	CHECK_STR(next(a, ROLE_STEWARD, PHASE_FULL, f).href, "/e/carmel/key");
	/* An organiser has no say in it. */
	key.mine = false;
	CHECK_STR(next(a, ROLE_ORGANISER | ROLE_STEWARD, PHASE_FULL, f).href, "/e/carmel/key");
}

TEST(data_are_told_of_as_their_own_page_does)
{
	cleanup_arena struct arena *a = arena_new();
	struct today_event n = { .projects = 2 };
	struct today_data d = { "Heart", "Measure the risk of version 2",
		"Teams keep version 1 until you sign version 2.", "/e/carmel/data/heart/risk",
		"Open the risk" };
	struct today_facts f = { .numbers = &n, .unreleased = 1, .data = { &d, 1 } };
	struct today_actions l = all(a, ROLE_STEWARD, PHASE_FULL, f);
	CHECK_INT(l.n, 2);
	CHECK_STR(l.at[0].title, "Heart: Measure the risk of version 2");
	CHECK_STR(l.at[0].why, d.why);
	CHECK_STR(l.at[1].title, "1 project has data not released yet");
	/* When the time is over nothing can be done about it, and nothing is called released. */
	l = all(a, ROLE_STEWARD, PHASE_FINAL, f);
	CHECK(l.n == 1 && !l.at[0].due && !strstr(l.at[0].why, "All data are released"));
	f = (struct today_facts){ .numbers = &n, .settled = true };
	CHECK(strstr(next(a, ROLE_STEWARD, PHASE_FULL, f).why, "All data are released"));
}

TEST(reviewers_who_differ_are_seen_by_stewards_and_organisers)
{
	cleanup_arena struct arena *a = arena_new();
	struct today_event n = { .agreements = 1, .teams = 1 };
	struct today_differ q = {
		.number = 7, .team_number = 3, .team_name = "Almond", .others = 1
	};
	struct today_differ_rows rows = { &q, 1 };
	struct today_facts f = { .numbers = &n, .differ = &rows };
	struct next_action s = next(a, ROLE_STEWARD, PHASE_FULL, f);
	CHECK_STR(s.title, "The reviewers differ on request 7 of Almond");
	CHECK_STR(s.href, "/e/carmel/teams/3/airlock/7");
	CHECK(s.due && strstr(s.why, "another steward votes"));
	CHECK_STR(next(a, ROLE_ORGANISER, PHASE_FULL, f).href, "/e/carmel/roles");
	CHECK_INT(all(a, ROLE_ORGANISER | ROLE_STEWARD, PHASE_FULL, f).n, 1);
	q.others = 0;
	s = next(a, ROLE_ORGANISER, PHASE_FULL, f);
	CHECK_STR(s.button, "Name a data steward");
	CHECK(strstr(s.why, "nobody else may vote") != NULL);
	/* A steward who belongs to the team has no vote on it. */
	q.belongs = true;
	CHECK(!next(a, ROLE_STEWARD, PHASE_FULL, f).due);
}

TEST(whatever_waits_at_once_has_room)
{
	cleanup_arena struct arena *a = arena_new();
	struct today_event n = { .proposed = 1,
		.undecided = 1,
		.unapproved = 1,
		.rooms_bad = 1,
		.rooms_kept = 1,
		.unarchived = 1,
		.asked = 1,
		.stewards_named = 1 };
	struct today_key key = { .state = KEY_WRITTEN, .asked_name = "Bea" };
	struct today_differ q[40] = { 0 };
	for (int i = 0; i < 40; i++)
		q[i] = (struct today_differ){ .number = i + 1, .team_name = "Almond" };
	struct today_differ_rows rows = { q, 40 };
	struct today_data data[40];
	for (int i = 0; i < 40; i++)
		data[i] = (struct today_data){ arena_printf(a, "P%d", i), "Go", "", "/", "Go" };
	for (int p = 0; p < PHASES; p++) {
		struct today_actions l = all(a, ROLE_ORGANISER | ROLE_STEWARD, (enum phase)p,
			(struct today_facts){ .numbers = &n,
				.differ = &rows,
				.key = &key,
				.votes = 1,
				.unreleased = 1,
				.data = { data, 40 },
				.agreement_needed = true });
		CHECK(l.n > 10);
		CHECK_STR(l.at[0].href, "/e/carmel/agreement");
		CHECK_STR(l.at[1].href, "/e/carmel/key");
	}
}
