/* What an assignment is worth, what it breaks, and why each person is where he is: in words. */
#include "portal/team/form.h"

#include <stdbool.h>
#include <string.h>

#include "base/str.h"

static const int choice_cost[FORM_CHOICES + 1] = { FORM_UNNAMED_COST, 0, 3, 7, 12 };

static bool
named_any(const struct form_person *p, size_t n_projects)
{
	for (size_t i = 0; p->choice && i < n_projects; i++)
		if (p->choice[i])
			return true;
	return false;
}

int
form_interest_cost(const struct form_person *p, size_t n_projects, size_t project)
{
	return named_any(p, n_projects) ? choice_cost[p->choice[project]] : 0;
}

int
form_missing(const struct form_limits *l, int size, int biomedical, int programmers)
{
	int n = 0;
	n += size < l->min_size ? l->min_size - size : 0;
	n += size > l->max_size ? size - l->max_size : 0;
	n += biomedical < l->biomedical ? l->biomedical - biomedical : 0;
	n += programmers < l->programmers ? l->programmers - programmers : 0;
	return n;
}

size_t
form_open_teams(const struct form_problem *p, size_t n_teams)
{
	size_t fill = p->n_people / (size_t)p->limits.min_size;
	if (fill == 0)
		fill = p->n_people > 0;
	return fill < n_teams ? fill : n_teams;
}

static const char *
person_name(struct arena *a, const struct form_person *p)
{
	return p->name ? p->name : arena_printf(a, "person %lld", (long long)p->id);
}

static const char *
project_name(struct arena *a, const struct form_project *p)
{
	return p->name ? p->name : arena_printf(a, "project %lld", (long long)p->id);
}

static enum status
check_person(struct arena *a, const struct form_problem *p, size_t i, struct err *e)
{
	const struct form_person *me = &p->people[i];
	unsigned used = 0;
	if ((unsigned)me->level >= FORM_LEVELS || (unsigned)me->specialty >= FORM_SPECIALTIES ||
		me->skill < 0 || me->skill > FORM_SKILL_MAX)
		return err_set(e, E_INPUT, "people",
			"The level, specialty or skill of %s is out of range.", person_name(a, me));
	for (size_t k = 0; k < i; k++)
		if (p->people[k].id == me->id)
			return err_set(
				e, E_INPUT, "people", "%s is listed twice.", person_name(a, me));
	for (size_t k = 0; me->choice && k < p->n_projects; k++) {
		unsigned bit = 1u << (me->choice[k] & 31);
		if (me->choice[k] > FORM_CHOICES)
			return err_set(e, E_INPUT, "people", "A choice of %s is out of range.",
				person_name(a, me));
		if (me->choice[k] && used & bit)
			return err_set(e, E_INPUT, "people",
				"%s gives the same rank to two projects.", person_name(a, me));
		used |= bit;
	}
	return OK;
}

static enum status
check_problem(struct arena *a, const struct form_problem *p, size_t *ret_teams, struct err *e)
{
	const struct form_limits *l = &p->limits;
	size_t teams = 0;
	if (l->min_size < 1 || l->max_size < l->min_size || l->max_size > FORM_MAX_PEOPLE ||
		l->biomedical < 0 || l->programmers < 0)
		return err_set(e, E_INPUT, "limits", "The limits of a team contradict each other.");
	if (p->n_people > FORM_MAX_PEOPLE)
		return err_set(e, E_INPUT, "people",
			"More than %d people cannot be placed at once.", FORM_MAX_PEOPLE);
	for (size_t i = 0; i < p->n_projects; i++) {
		int n = p->projects[i].teams;
		if (n < 0 || n > FORM_MAX_TEAMS || (teams += (size_t)n) > FORM_MAX_TEAMS)
			return err_set(e, E_INPUT, "projects",
				"There must be 0 to %d teams, over all projects.", FORM_MAX_TEAMS);
	}
	if (teams == 0 && p->n_people > 0)
		return err_set(e, E_INPUT, "projects", "No project wants a team.");
	for (size_t i = 0; i < p->n_people; i++)
		TRY(check_person(a, p, i, e));
	*ret_teams = teams;
	return OK;
}

static struct form_team *
empty_teams(struct arena *a, const struct form_problem *p, size_t n)
{
	struct form_team *teams = ARENA_ARRAY(a, n, struct form_team);
	size_t t = 0;
	for (size_t i = 0; i < p->n_projects; i++)
		for (int k = 1; k <= p->projects[i].teams; k++, t++) {
			const char *name = project_name(a, &p->projects[i]);
			if (p->projects[i].teams > 1)
				name = arena_printf(a, "%s %d", name, k);
			teams[t] = (struct form_team){ .project = i, .number = k, .name = name };
		}
	return teams;
}

static void
count_person(struct form_team *t, const struct form_person *p)
{
	t->size++;
	t->biomedical += p->specialty == FORM_BIOMEDICAL;
	t->programmers += p->skill >= FORM_PROGRAMMER;
	t->skill += p->skill;
	t->level[p->level]++;
	t->specialty[p->specialty]++;
}

/* Sums of squares over the open teams of one quantity, one team after the other. */
struct spread {
	int64_t squares, sum, teams;
};

static void
spread_add(struct spread *s, int64_t n)
{
	s->squares += n * n;
	s->sum += n;
	s->teams++;
}

/* Less the least: every team has the whole part of the mean, and some have one more. */
static int64_t
spread_cost(const struct spread *s)
{
	if (s->teams == 0)
		return 0;
	int64_t q = s->sum / s->teams, more = s->sum % s->teams;
	return s->squares - (s->teams - more) * q * q - more * (q + 1) * (q + 1);
}

static bool
known(const char *institution)
{
	return institution && institution[0];
}

/* Each institution is counted at the first person who comes from it. */
static int64_t
institution_cost(struct arena *a, const struct form_problem *p, const struct form_plan *plan)
{
	int64_t cost = 0;
	bool *done = ARENA_ARRAY(a, p->n_people, bool);
	int *here = ARENA_ARRAY(a, plan->n_teams, int);
	for (size_t i = 0; i < p->n_people; i++) {
		const char *name = p->people[i].institution;
		if (done[i] || !known(name))
			continue;
		memset(here, 0, plan->n_teams * sizeof *here);
		for (size_t k = i; k < p->n_people; k++) {
			if (!known(p->people[k].institution) ||
				!streq(p->people[k].institution, name))
				continue;
			done[k] = true;
			if (plan->team_of[k] >= 0)
				here[plan->team_of[k]]++;
		}
		struct spread s = { 0 };
		for (size_t t = 0; t < plan->n_teams; t++)
			if (plan->teams[t].size)
				spread_add(&s, here[t]);
		cost += spread_cost(&s);
	}
	return cost;
}

static void
cost_of_teams(struct form_cost *c, const struct form_problem *p, const struct form_plan *plan)
{
	struct spread size = { 0 }, skill = { 0 }, level[FORM_LEVELS] = { 0 },
		      specialty[FORM_SPECIALTIES] = { 0 };
	size_t must = form_open_teams(p, plan->n_teams), open = 0;
	for (size_t i = 0; i < plan->n_teams; i++) {
		const struct form_team *t = &plan->teams[i];
		if (t->size == 0)
			continue;
		open++;
		c->violations += form_missing(&p->limits, t->size, t->biomedical, t->programmers);
		spread_add(&size, t->size);
		spread_add(&skill, t->skill);
		for (int k = 0; k < FORM_LEVELS; k++)
			spread_add(&level[k], t->level[k]);
		for (int k = 0; k < FORM_SPECIALTIES; k++)
			spread_add(&specialty[k], t->specialty[k]);
	}
	if (open < must)
		c->violations += (int64_t)(must - open) * form_missing(&p->limits, 0, 0, 0);
	c->size = FORM_SIZE_WEIGHT * spread_cost(&size);
	c->skill = spread_cost(&skill);
	for (int k = 0; k < FORM_LEVELS; k++)
		c->level += spread_cost(&level[k]);
	for (int k = 0; k < FORM_SPECIALTIES; k++)
		c->specialty += FORM_SPECIALTY_WEIGHT * spread_cost(&specialty[k]);
}

static void
cost_of_people(struct form_cost *c, const struct form_problem *p, const struct form_plan *plan)
{
	for (size_t i = 0; i < p->n_people; i++) {
		const struct form_person *me = &p->people[i];
		if (plan->team_of[i] < 0) {
			c->violations++;
			continue;
		}
		size_t project = plan->teams[plan->team_of[i]].project;
		c->interest += form_interest_cost(me, p->n_projects, project);
		if (named_any(me, p->n_projects))
			c->by_choice[me->choice[project]]++;
	}
}

static struct form_cost
cost_of(struct arena *a, const struct form_problem *p, const struct form_plan *plan)
{
	struct form_cost c = { 0 };
	cost_of_teams(&c, p, plan);
	cost_of_people(&c, p, plan);
	c.institution = institution_cost(a, p, plan);
	c.total = c.interest + c.size + c.specialty + c.level + c.skill + c.institution;
	return c;
}

static void
say(struct arena *a, text_list *l, const char *text)
{
	/* Room for one sentence a person and four a team was made before. */
	l->at[l->n++] = text;
}

static void
say_lacks(struct arena *a, text_list *l, const struct form_team *t, const char *what, int has,
	int needs)
{
	if (has >= needs)
		return;
	say(a, l,
		has == 0 ? arena_printf(a, "%s has nobody %s; it needs %d.", t->name, what, needs)
			 : arena_printf(a, "%s has %d %s %s; it needs %d.", t->name, has,
				   has == 1 ? "person" : "people", what, needs));
}

static void
say_team(struct arena *a, text_list *l, const struct form_problem *p, const struct form_plan *plan,
	const struct form_team *t)
{
	const struct form_limits *m = &p->limits;
	size_t open = form_open_teams(p, plan->n_teams);
	if (t->size == 0 && open < plan->n_teams) {
		say(a, l,
			arena_printf(a,
				"%s is empty: %zu of %zu teams are all that %zu %s can fill.",
				t->name, open, plan->n_teams, p->n_people,
				p->n_people == 1 ? "person" : "people"));
		return;
	}
	if (t->size == 0) {
		say(a, l, arena_printf(a, "%s is empty.", t->name));
		return;
	}
	if (t->size < m->min_size || t->size > m->max_size)
		say(a, l,
			arena_printf(a, "%s has %d %s; %d to %d are asked for.", t->name, t->size,
				t->size == 1 ? "person" : "people", m->min_size, m->max_size));
	say_lacks(a, l, t, "with a biomedical background", t->biomedical, m->biomedical);
	say_lacks(a, l, t, "who programs well", t->programmers, m->programmers);
}

static text_list
problems_of(struct arena *a, const struct form_problem *p, const struct form_plan *plan)
{
	text_list l = { ARENA_ARRAY(a, p->n_people + 4 * plan->n_teams + 1, const char *), 0 };
	if (p->n_people == 0) {
		say(a, &l, "There is nobody to form teams of.");
		return l;
	}
	for (size_t i = 0; i < p->n_people; i++)
		if (plan->team_of[i] < 0)
			say(a, &l,
				arena_printf(
					a, "%s is in no team.", person_name(a, &p->people[i])));
	for (size_t t = 0; t < plan->n_teams; t++)
		say_team(a, &l, p, plan, &plan->teams[t]);
	return l;
}

/* Why not the first choice: too many wanted it, or else the mixture of the teams decided. */
static void
reason_not_first(struct buf *b, const struct form_problem *p, const struct form_plan *plan,
	const struct form_person *me)
{
	size_t first = 0, wanted = 0, places = 0;
	while (first < p->n_projects && me->choice[first] != 1)
		first++;
	if (first == p->n_projects)
		return;
	for (size_t i = 0; i < p->n_people; i++)
		wanted += p->people[i].choice && p->people[i].choice[first] == 1;
	for (size_t t = 0; t < plan->n_teams; t++)
		if (plan->teams[t].project == first && plan->teams[t].size)
			places += (size_t)p->limits.max_size;
	if (places == 0)
		buf_puts(b, "; the first choice has no team");
	else if (wanted > places)
		buf_printf(b, "; %zu people wanted the %zu places of the first choice", wanted,
			places);
	else
		buf_puts(b, "; moved from the first choice so that all teams are well mixed");
}

static const char *
reason_of(struct arena *a, const struct form_problem *p, const struct form_plan *plan, size_t i)
{
	static const char *const choice[] = { "a project that was not named", "first choice",
		"second choice", "third choice", "fourth choice" };
	static const char *const level[] = { "BSc student", "MSc student", "PhD",
		"alumnus or alumna" };
	const struct form_person *me = &p->people[i];
	if (plan->team_of[i] < 0)
		return "in no team";
	const struct form_team *t = &plan->teams[plan->team_of[i]];
	struct buf b = buf_new(a);
	if (!named_any(me, p->n_projects)) {
		buf_puts(&b, "named no project");
	} else {
		buf_puts(&b, choice[me->choice[t->project]]);
		if (me->choice[t->project] != 1)
			reason_not_first(&b, p, plan, me);
	}
	bool biomedical = me->specialty == FORM_BIOMEDICAL && t->biomedical <= p->limits.biomedical;
	bool programs = me->skill >= FORM_PROGRAMMER && t->programmers <= p->limits.programmers;
	if (biomedical)
		buf_puts(&b, "; brings the biomedical background the team needed");
	if (programs)
		buf_puts(&b, biomedical ? " and the programming"
					: "; brings the programming the team needed");
	if (!biomedical && !programs && t->size > 1 && t->level[me->level] == 1)
		buf_printf(&b, "; the only %s of the team", level[me->level]);
	return b.p;
}

enum status
form_measure(struct arena *a, const struct form_problem *p, const int *team_of,
	struct form_plan *ret, struct err *e)
{
	struct form_plan plan = { 0 };
	TRY(check_problem(a, p, &plan.n_teams, e));
	plan.teams = empty_teams(a, p, plan.n_teams);
	plan.team_of = ARENA_ARRAY(a, p->n_people, int);
	plan.reason = ARENA_ARRAY(a, p->n_people, const char *);
	for (size_t i = 0; i < p->n_people; i++) {
		bool good = team_of[i] >= 0 && (size_t)team_of[i] < plan.n_teams;
		plan.team_of[i] = good ? team_of[i] : FORM_NO_TEAM;
		if (good)
			count_person(&plan.teams[team_of[i]], &p->people[i]);
	}
	plan.cost = cost_of(a, p, &plan);
	plan.problems = problems_of(a, p, &plan);
	for (size_t i = 0; i < p->n_people; i++)
		plan.reason[i] = reason_of(a, p, &plan, i);
	*ret = plan;
	return OK;
}

enum status
form_check(struct arena *a, const struct form_problem *p, const int *team_of, text_list *ret,
	struct err *e)
{
	struct form_plan plan;
	TRY(form_measure(a, p, team_of, &plan, e));
	*ret = plan.problems;
	return OK;
}
