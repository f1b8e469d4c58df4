#include "portal/team/form.h"

#include "base/random.h"
#include "base/str.h"
#include "base/tap.h"

static const char *const project_names[] = { "Sepsis", "Heart", "Birth", "Liver" };

static struct form_project *
projects(struct arena *a, int each)
{
	struct form_project *p = ARENA_ARRAY(a, 4, struct form_project);
	for (int i = 0; i < 4; i++)
		p[i] = (struct form_project){ i + 1, project_names[i], each };
	return p;
}

/* Ranks the projects at random, or only some of them, or none. */
static const uint8_t *
some_choices(struct arena *a, struct random *r)
{
	uint8_t *choice = ARENA_ARRAY(a, 4, uint8_t);
	uint32_t named = random_below(r, 6);
	for (uint8_t rank = 1; rank <= 4 && rank <= named;) {
		uint32_t k = random_below(r, 4);
		if (!choice[k])
			choice[k] = rank++;
	}
	return named ? choice : NULL;
}

static struct form_problem
some_problem(struct arena *a, struct random *r, size_t n, int each)
{
	static const char *const from[] = { "Electrical", "Computer", "Medicine", "", NULL };
	struct form_person *p = ARENA_ARRAY(a, n, struct form_person);
	for (size_t i = 0; i < n; i++)
		p[i] = (struct form_person){
			.id = (int64_t)i + 100,
			.level = (enum form_level)random_below(r, FORM_LEVELS),
			.specialty = (enum form_specialty)random_below(r, FORM_SPECIALTIES),
			.skill = (int)random_below(r, FORM_SKILL_MAX + 1),
			.institution = from[random_below(r, 5)],
			.choice = some_choices(a, r),
		};
	return (struct form_problem){ .people = p,
		.n_people = n,
		.projects = projects(a, each),
		.n_projects = 4,
		.limits = FORM_LIMITS,
		.seed = 1,
		.effort = 100000 };
}

/* What counting alone says must be missed: sizes, and roles that too few people have. */
static int64_t
least_violations(const struct form_problem *p, size_t n_teams)
{
	int64_t open = (int64_t)form_open_teams(p, n_teams), n = (int64_t)p->n_people;
	int64_t biomedical = 0, programmers = 0, missing = 0;
	for (size_t i = 0; i < p->n_people; i++) {
		biomedical += p->people[i].specialty == FORM_BIOMEDICAL;
		programmers += p->people[i].skill >= FORM_PROGRAMMER;
	}
	missing += n < open * p->limits.min_size ? open * p->limits.min_size - n : 0;
	missing += n > open * p->limits.max_size ? n - open * p->limits.max_size : 0;
	missing += biomedical < open ? open - biomedical : 0;
	missing += programmers < open ? open - programmers : 0;
	return missing;
}

static void
check_plan(const struct form_problem *p, const struct form_plan *plan)
{
	int placed = 0, sizes = 0;
	for (size_t i = 0; i < p->n_people; i++) {
		placed += plan->team_of[i] >= 0 && (size_t)plan->team_of[i] < plan->n_teams;
		CHECK(plan->reason[i] && plan->reason[i][0]);
	}
	for (size_t t = 0; t < plan->n_teams; t++)
		sizes += plan->teams[t].size;
	CHECK_INT(placed, p->n_people);
	CHECK_INT(sizes, p->n_people);
	CHECK_INT(plan->cost.violations, least_violations(p, plan->n_teams));
}

TEST(everybody_is_placed_once_and_limits_hold_when_counting_allows)
{
	struct random r = { 42 };
	for (int round = 0; round < 60; round++) {
		cleanup_arena struct arena *a = arena_new();
		size_t n = round < 20 ? 40 + random_below(&r, 17) : random_below(&r, 130);
		struct form_problem p = some_problem(a, &r, n, 1 + (int)random_below(&r, 4));
		struct form_plan plan;
		CHECK(form_teams(a, &p, &plan, NULL) == OK);
		check_plan(&p, &plan);
	}
}

TEST(the_reference_event_in_under_a_second)
{
	cleanup_arena struct arena *a = arena_new();
	struct random r = { 7 };
	struct form_problem p = some_problem(a, &r, 50, 2);
	struct form_plan plan, rough;
	p.effort = 0;
	clock_t start = clock(); /* of this process: others may be busy meanwhile */
	CHECK(form_teams(a, &p, &plan, NULL) == OK);
#ifdef __OPTIMIZE__
#ifndef __SANITIZE_ADDRESS__
	CHECK(clock() - start < CLOCKS_PER_SEC);
#endif
#endif
	(void)start;
	check_plan(&p, &plan);
	CHECK_INT(plan.problems.n, 0);
	CHECK_INT(plan.n_teams, 8);
	CHECK_STR(plan.teams[3].name, "Heart 2");
	CHECK(plan.cost.size == 0 && plan.cost.by_choice[1] > 25);
	p.effort = 2000;
	CHECK(form_teams(a, &p, &rough, NULL) == OK);
	CHECK(plan.cost.total <= rough.cost.total);
}

TEST(the_same_seed_gives_the_same_teams)
{
	cleanup_arena struct arena *a = arena_new();
	struct random r = { 9 };
	struct form_problem p = some_problem(a, &r, 45, 2);
	struct form_plan one, two, other;
	CHECK(form_teams(a, &p, &one, NULL) == OK);
	CHECK(form_teams(a, &p, &two, NULL) == OK);
	p.seed = 2;
	CHECK(form_teams(a, &p, &other, NULL) == OK);
	CHECK(memcmp(one.team_of, two.team_of, 45 * sizeof(int)) == 0);
	CHECK(memcmp(one.team_of, other.team_of, 45 * sizeof(int)) != 0);
}

TEST(nobody_one_person_and_far_too_many)
{
	cleanup_arena struct arena *a = arena_new();
	struct random r = { 1 };
	struct form_plan plan;
	struct form_problem p = some_problem(a, &r, 0, 2);
	CHECK(form_teams(a, &p, &plan, NULL) == OK);
	CHECK_INT(plan.problems.n, 1);
	CHECK_STR(plan.problems.at[0], "There is nobody to form teams of.");
	CHECK_INT(plan.cost.violations, 0);

	p = some_problem(a, &r, 1, 1);
	((struct form_person *)p.people)->choice = (const uint8_t[]){ 2, 0, 1, 3 };
	CHECK(form_teams(a, &p, &plan, NULL) == OK);
	check_plan(&p, &plan);
	CHECK_INT(plan.team_of[0], 2);
	CHECK(strncmp(plan.reason[0], "first choice", 12) == 0);
	CHECK_STR(plan.problems.at[0],
		"Sepsis is empty: 1 of 4 teams are all that 1 person can fill.");

	p = some_problem(a, &r, 200, 2);
	CHECK(form_teams(a, &p, &plan, NULL) == OK);
	check_plan(&p, &plan);
	CHECK_STR(plan.problems.at[0], "Sepsis 1 has 25 people; 5 to 7 are asked for.");
	for (size_t t = 0; t < plan.n_teams; t++)
		CHECK_INT(plan.teams[t].size, 25);
}

TEST(too_few_for_all_teams_keep_the_wanted_ones)
{
	cleanup_arena struct arena *a = arena_new();
	struct random r = { 5 };
	struct form_problem p = some_problem(a, &r, 27, 2);
	static const uint8_t all_want_birth[] = { 3, 4, 1, 2 };
	for (size_t i = 0; i < 27; i++)
		((struct form_person *)p.people)[i].choice = all_want_birth;
	struct form_plan plan;
	CHECK(form_teams(a, &p, &plan, NULL) == OK);
	int open = 0;
	for (size_t t = 0; t < plan.n_teams; t++)
		open += plan.teams[t].size > 0;
	/* Five teams: one each, and the second of the project that all want. */
	CHECK_INT(open, 5);
	CHECK(plan.teams[0].size && plan.teams[2].size && plan.teams[6].size);
	CHECK(plan.teams[4].size && plan.teams[5].size);
}

/* Two teams of one project, four people who are easy to reason about. */
static struct form_problem
four_people(struct arena *a)
{
	static const uint8_t wants[] = { 2, 1 }, names_none[] = { 0, 0 };
	static const struct form_person people[] = {
		{ 1, "Ada", FORM_PHD, FORM_BIOMEDICAL, 3, "A", wants },
		{ 2, "Ben", FORM_BSC, FORM_ENGINEERING, 2, "A", names_none },
		{ 3, "Cem", FORM_BSC, FORM_BIOMEDICAL, 0, "B", NULL },
		{ 4, "Dua", FORM_BSC, FORM_OTHER, 2, "B", wants },
	};
	static const struct form_project projects_of_two[] = { { 1, "Sepsis", 2 }, { 2, NULL, 0 } };
	return (struct form_problem){ .people = people,
		.n_people = 4,
		.projects = projects_of_two,
		.n_projects = 2,
		.limits = { 2, 2, 1, 1 },
		.effort = 1000 };
}

TEST(an_assignment_by_hand_is_told_what_it_breaks)
{
	cleanup_arena struct arena *a = arena_new();
	struct form_problem p = four_people(a);
	text_list l;
	struct form_plan plan;
	CHECK(form_check(a, &p, (int[]){ 0, 0, 1, 1 }, &l, NULL) == OK);
	CHECK_INT(l.n, 0);
	CHECK(form_check(a, &p, (int[]){ 0, 1, FORM_NO_TEAM, 1 }, &l, NULL) == OK);
	CHECK_INT(l.n, 3);
	CHECK_STR(l.at[0], "Cem is in no team.");
	CHECK_STR(l.at[1], "Sepsis 1 has 1 person; 2 to 2 are asked for.");
	CHECK_STR(l.at[2], "Sepsis 2 has nobody with a biomedical background; it needs 1.");
	CHECK(form_check(a, &p, (int[]){ 0, 0, 0, 99 }, &l, NULL) == OK);
	CHECK_STR(l.at[0], "Dua is in no team.");
	CHECK_STR(l.at[1], "Sepsis 1 has 3 people; 2 to 2 are asked for.");
	CHECK_STR(l.at[2], "Sepsis 2 is empty.");

	CHECK(form_measure(a, &p, (int[]){ 0, 0, 1, 1 }, &plan, NULL) == OK);
	CHECK_INT(plan.cost.violations, 0);
	CHECK_STR(plan.reason[0],
		"second choice; the first choice has no team; brings the biomedical background the "
		"team needed");
	CHECK_STR(plan.reason[1], "named no project; the only BSc student of the team");
	CHECK_STR(plan.reason[2],
		"named no project; brings the biomedical background the team needed");
	CHECK_STR(plan.reason[3],
		"second choice; the first choice has no team; brings the programming the team "
		"needed");
	/* Sizes 2, 2. PhD 1, 0; BSc 1, 2: as even as can be. Skill 5, 2: 29 against 4, 3: 25.
	 * Institutions A 2, 0 and B 0, 2: 8 against 4. */
	CHECK_INT(plan.cost.size, 0);
	CHECK_INT(plan.cost.level, 0);
	CHECK_INT(plan.cost.specialty, 0);
	CHECK_INT(plan.cost.skill, 4);
	CHECK_INT(plan.cost.institution, 4);
	CHECK_INT(plan.cost.interest, 6);
	CHECK_INT(plan.cost.total, 14);
	CHECK_INT(plan.cost.by_choice[2], 2);

	/* Ada with Dua instead: institutions are mixed. The search finds it. */
	CHECK(form_measure(a, &p, (int[]){ 0, 1, 1, 0 }, &plan, NULL) == OK);
	CHECK_INT(plan.cost.total, 10);
	CHECK(form_teams(a, &p, &plan, NULL) == OK);
	CHECK_INT(plan.cost.violations, 0);
	CHECK_INT(plan.cost.total, 10);
	CHECK_INT(plan.team_of[0], plan.team_of[3]);
}

TEST(a_problem_that_makes_no_sense_is_refused)
{
	cleanup_arena struct arena *a = arena_new();
	struct random r = { 3 };
	struct form_problem p = some_problem(a, &r, 6, 1);
	struct form_person *me = (struct form_person *)p.people;
	struct form_plan plan;
	struct err e;
	me[2].id = me[1].id;
	CHECK(form_teams(a, &p, &plan, &e) == E_INPUT);
	CHECK_STR(e.text, "person 101 is listed twice.");
	me[2].id = 5;
	me[2].name = "Eve";
	me[2].choice = (const uint8_t[]){ 1, 1, 0, 0 };
	CHECK(form_teams(a, &p, &plan, &e) == E_INPUT);
	CHECK_STR(e.text, "Eve gives the same rank to two projects.");
	me[2].choice = (const uint8_t[]){ 33, 0, 0, 0 };
	CHECK(form_teams(a, &p, &plan, &e) == E_INPUT);
	CHECK_STR(e.text, "A choice of Eve is out of range.");
	me[2].choice = NULL;
	me[2].skill = 4;
	CHECK(form_teams(a, &p, &plan, &e) == E_INPUT);
	me[2].skill = 0;
	p.limits.max_size = 4;
	CHECK(form_teams(a, &p, &plan, &e) == E_INPUT);
	p.limits = FORM_LIMITS;
	p.projects = projects(a, 0);
	CHECK(form_teams(a, &p, &plan, &e) == E_INPUT);
	CHECK_STR(e.text, "No project wants a team.");
	p.projects = projects(a, 51);
	CHECK(form_teams(a, &p, &plan, &e) == E_INPUT);
	p.n_people = FORM_MAX_PEOPLE + 1;
	p.projects = projects(a, 1);
	CHECK(form_teams(a, &p, &plan, &e) == E_INPUT);
}
