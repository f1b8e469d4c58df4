#include "base/tap.h"

#include "portal/event/event.h"
#include "portal/event/event.sql.h"

static const struct event_move_numbers carmel = { .projects = 4,
	.applied = 60,
	.agreements = 1,
	.participants = 50,
	.to_sign = 3,
	.teams = 8,
	.projects_used = 4,
	.no_full = 1,
	.rooms = 8,
	.rooms_live = 7,
	.unarchived = 3,
	.untried = 5,
	.handed_in = 2,
	.people = 61 };

static bool
says(const text_list *l, const char *words)
{
	for (size_t i = 0; i < l->n; i++)
		if (strstr(l->at[i], words))
			return true;
	return false;
}

TEST(an_event_goes_back_by_one_phase_and_never_to_a_draft)
{
	for (int from = 0; from < PHASES; from++)
		for (int to = 0; to < PHASES; to++) {
			struct err e;
			bool ok = event_move_ok((enum phase)from, (enum phase)to, &e) == OK;
			bool want = from != PHASE_CLOSED &&
				    (to > from || (to == from - 1 && to != PHASE_DRAFT));
			CHECK_INT(ok, want);
			CHECK(ok || (e.code == E_CONFLICT && e.text[0]));
		}
}

TEST(a_move_says_what_comes_of_it_in_numbers)
{
	cleanup_arena struct arena *a = arena_new();
	struct move_view v = { 0 };
	event_move_effects(a, PHASE_FULL, PHASE_PRESENTATIONS, &carmel, &v);
	CHECK(says(&v.happens, "workspaces are frozen: programs end, the data leave"));
	CHECK(says(&v.happens, "61 people are told"));
	CHECK(says(&v.missing, "2 of 8 teams have handed in"));
	CHECK_INT(v.final.n, 0);

	v = (struct move_view){ 0 };
	event_move_effects(a, PHASE_SAMPLE, PHASE_FULL, &carmel, &v);
	CHECK(says(&v.happens, "8 workspaces open with the full data"));
	CHECK(says(&v.missing, "3 of 50 participants have not signed"));
	CHECK(says(&v.missing, "1 of 4 projects with teams has no full release"));

	v = (struct move_view){ 0 };
	event_move_effects(a, PHASE_FINAL, PHASE_CLOSED, &carmel, &v);
	CHECK(v.closes);
	CHECK(says(&v.final, "8 workspaces are destroyed, with every file in them"));
	CHECK(says(&v.final, "cannot be opened again"));
	CHECK(says(&v.missing, "no winner"));
	CHECK(says(&v.missing, "3 of 8 workspaces have no archive"));
	CHECK(says(&v.missing, "5 archives were never opened on trial"));

	v = (struct move_view){ 0 };
	event_move_effects(a, PHASE_FULL, PHASE_CLOSED, &carmel, &v);
	CHECK(says(&v.happens, "Passed over: Presentations, Final."));
	CHECK(!says(&v.missing, "until the final"));
	CHECK(says(&v.missing, "6 of 8 teams have not handed in"));
}

TEST(going_back_opens_what_was_sealed)
{
	cleanup_arena struct arena *a = arena_new();
	struct move_view v = { 0 };
	struct event_move_numbers n = carmel;
	n.rooms_live = 0;
	event_move_effects(a, PHASE_PRESENTATIONS, PHASE_FULL, &n, &v);
	CHECK(v.back);
	CHECK(says(&v.happens, "8 workspaces open with the full data."));
	CHECK(!says(&v.happens, "What runs in them"));
	CHECK_INT(v.final.n, 0);
}

TEST(every_move_that_may_be_has_its_sentences)
{
	static const struct event_move_numbers none;
	cleanup_arena struct arena *a = arena_new();
	for (int from = 0; from < PHASES; from++)
		for (int to = 0; to < PHASES; to++) {
			struct move_view v = { 0 }, empty = { 0 };
			if (event_move_ok((enum phase)from, (enum phase)to, NULL) != OK)
				continue;
			event_move_effects(a, (enum phase)from, (enum phase)to, &carmel, &v);
			event_move_effects(a, (enum phase)from, (enum phase)to, &none, &empty);
			CHECK(v.happens.n >= 2);
			CHECK(empty.happens.n >= 1);
		}
}

TEST(a_visitor_is_led_to_what_is_open)
{
	cleanup_arena struct arena *a = arena_new();
	struct event_view v = { 0 };
	event_next_for_visitor(a, "carmel", ROLE_EVERYBODY, PHASE_TEAMS, &v);
	CHECK(!v.action && !v.action_href);
	event_next_for_visitor(a, "carmel", ROLE_EVERYBODY, PHASE_APPLICATIONS, &v);
	CHECK_STR(v.action_href, "/e/carmel/apply");
	event_next_for_visitor(a, "carmel", ROLE_JUROR, PHASE_APPLICATIONS, &v);
	CHECK_STR(v.action_href, "/e/carmel/today");
}

TEST(one_session_is_next)
{
	struct session_row s[] = { { .starts = 1, .ends = 2 }, { .starts = 3, .ends = 9 },
		{ .starts = 9, .ends = 10 }, { .starts = 9, .ends = 11 } };
	programme_mark(s, 4, 5);
	CHECK_STR(s[0].state, "past");
	CHECK_STR(s[1].state, "now");
	CHECK_STR(s[2].state, "next");
	CHECK_STR(s[3].state, "");
}

TEST(choices_name_every_phase_and_every_role_that_is_given)
{
	CHECK(strncmp(PHASE_CHOICES, "draft|call|", 11) == 0);
	for (int p = 0; p < PHASES; p++)
		CHECK(strstr(PHASE_CHOICES, phase_word((enum phase)p)));
	CHECK_STR(STAFF_CHOICES, "organiser|steward|lead|mentor|juror|reviewer");
	CHECK_INT(ROLE_STAFF, ROLE_ORGANISER | ROLE_STEWARD | ROLE_LEAD | ROLE_MENTOR | ROLE_JUROR |
				      ROLE_REVIEWER);
}
