/* The search for good teams: iterated local search over moves and swaps. */
#include "portal/team/form.h"

#include <stdbool.h>
#include <string.h>

#include "base/random.h"
#include "base/str.h"

/*
 * A missed limit outweighs any cost. The effort is shared by all STARTS; SHAKE swaps at random lead
 * out of a local best.
 */
enum { MISSING_WEIGHT = 1 << 24, STARTS = 4, SHAKE = 3, NO_INSTITUTION = -1 };

/* What is needed of a person, close together. */
struct seat {
	int level, specialty, skill;
	int institution; /* index, or NO_INSTITUTION */
	bool biomedical, programmer;
};

struct count {
	int size, biomedical, programmers, skill;
	int level[FORM_LEVELS], specialty[FORM_SPECIALTIES];
	int64_t institution; /* sum of squares over institutions */
	int64_t interest;
	int64_t cost;
};

struct search {
	const struct form_problem *problem;
	size_t n, n_teams, n_institutions;
	const size_t *open; /* the n_open teams that are filled */
	size_t n_open;
	const struct seat *seats;
	const int *interest; /* [person * n_teams + team] */
	int *institution;    /* [team * n_institutions + institution] people */
	struct count *count; /* of each team */
	int *team_of;
	size_t *order; /* room for a permutation of people */
	struct random random;
	int64_t effort; /* left */
};

static int64_t
count_cost(const struct form_limits *l, const struct count *c)
{
	int64_t cost =
		(int64_t)MISSING_WEIGHT * form_missing(l, c->size, c->biomedical, c->programmers);
	cost += c->interest + c->institution + (int64_t)c->skill * c->skill;
	cost += (int64_t)FORM_SIZE_WEIGHT * c->size * c->size;
	for (int i = 0; i < FORM_LEVELS; i++)
		cost += (int64_t)c->level[i] * c->level[i];
	for (int i = 0; i < FORM_SPECIALTIES; i++)
		cost += (int64_t)FORM_SPECIALTY_WEIGHT * c->specialty[i] * c->specialty[i];
	return cost;
}

static void
count_change(struct count *c, const struct seat *s, int sign, int interest)
{
	c->size += sign;
	c->biomedical += sign * s->biomedical;
	c->programmers += sign * s->programmer;
	c->skill += sign * s->skill;
	c->level[s->level] += sign;
	c->specialty[s->specialty] += sign;
	c->interest += sign * interest;
}

/* The numbers of a team without person out and with person in; either may be FORM_NO_TEAM. */
static struct count
count_after(const struct search *s, size_t team, int out, int in)
{
	struct count c = s->count[team];
	const int *have = &s->institution[team * s->n_institutions];
	int from = NO_INSTITUTION, to = NO_INSTITUTION;
	if (out >= 0) {
		const struct seat *p = &s->seats[out];
		count_change(&c, p, -1, s->interest[(size_t)out * s->n_teams + team]);
		from = p->institution;
	}
	if (in >= 0) {
		const struct seat *p = &s->seats[in];
		count_change(&c, p, 1, s->interest[(size_t)in * s->n_teams + team]);
		to = p->institution;
	}
	/* (k - 1)^2 - k^2 and (k + 1)^2 - k^2 */
	if (from != to && from != NO_INSTITUTION)
		c.institution += 1 - 2 * have[from];
	if (from != to && to != NO_INSTITUTION)
		c.institution += 1 + 2 * have[to];
	c.cost = count_cost(&s->problem->limits, &c);
	return c;
}

static void
replace(struct search *s, size_t team, int out, int in)
{
	int *have = &s->institution[team * s->n_institutions];
	s->count[team] = count_after(s, team, out, in);
	if (out >= 0 && s->seats[out].institution != NO_INSTITUTION)
		have[s->seats[out].institution]--;
	if (in >= 0 && s->seats[in].institution != NO_INSTITUTION)
		have[s->seats[in].institution]++;
	if (in >= 0)
		s->team_of[in] = (int)team;
}

/* How the cost changes when p goes to the team, and q (if any, from that team) takes his place. */
static int64_t
change(struct search *s, int p, size_t team, int q)
{
	size_t home = (size_t)s->team_of[p];
	s->effort--;
	return count_after(s, home, p, q).cost - s->count[home].cost +
	       count_after(s, team, q, p).cost - s->count[team].cost;
}

static void
apply(struct search *s, int p, size_t team, int q)
{
	size_t home = (size_t)s->team_of[p];
	replace(s, home, p, q);
	replace(s, team, q, p);
}

/* The best of all moves and swaps of one person, if any helps. */
static bool
improve(struct search *s, int p)
{
	int64_t best = 0;
	size_t team = 0;
	int with = FORM_NO_TEAM;
	for (size_t i = 0; i < s->n_open; i++) {
		if (s->open[i] == (size_t)s->team_of[p])
			continue;
		int64_t d = change(s, p, s->open[i], FORM_NO_TEAM);
		if (d < best) {
			best = d;
			team = s->open[i];
		}
	}
	for (int q = 0; q < (int)s->n; q++) {
		if (s->team_of[q] == s->team_of[p])
			continue;
		int64_t d = change(s, p, (size_t)s->team_of[q], q);
		if (d < best) {
			best = d;
			team = (size_t)s->team_of[q];
			with = q;
		}
	}
	if (best < 0)
		apply(s, p, team, with);
	return best < 0;
}

static void
shuffle(struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->order[i] = i;
	for (size_t i = s->n; i > 1; i--) {
		size_t k = random_below(&s->random, (uint32_t)i);
		size_t swap = s->order[i - 1];
		s->order[i - 1] = s->order[k];
		s->order[k] = swap;
	}
}

static void
descend(struct search *s)
{
	for (bool better = true; better && s->effort > 0;) {
		better = false;
		shuffle(s);
		for (size_t i = 0; i < s->n && s->effort > 0; i++)
			better |= improve(s, (int)s->order[i]);
	}
}

static void
clear(struct search *s)
{
	memset(s->count, 0, s->n_teams * sizeof *s->count);
	memset(s->institution, 0, s->n_teams * s->n_institutions * sizeof *s->institution);
	for (size_t i = 0; i < s->n_teams; i++)
		s->count[i].cost = count_cost(&s->problem->limits, &s->count[i]);
}

/* Round and round the teams: first those who fill both roles, then one role, then all others. So
 * the limits hold at once wherever counting allows it. */
static void
deal(struct search *s)
{
	clear(s);
	shuffle(s);
	size_t next = 0;
	for (int kind = 3; kind >= 0; kind--)
		for (size_t i = 0; i < s->n; i++) {
			const struct seat *p = &s->seats[s->order[i]];
			if (p->biomedical * 2 + p->programmer != kind)
				continue;
			replace(s, s->open[next], FORM_NO_TEAM, (int)s->order[i]);
			next = (next + 1) % s->n_open;
		}
}

static void
restore(struct search *s, const int *team_of)
{
	clear(s);
	for (size_t i = 0; i < s->n; i++)
		replace(s, (size_t)team_of[i], FORM_NO_TEAM, (int)i);
}

static int64_t
cost_now(const struct search *s)
{
	int64_t cost = 0;
	for (size_t i = 0; i < s->n_open; i++)
		cost += s->count[s->open[i]].cost;
	return cost;
}

static void
shake(struct search *s)
{
	for (int i = 0; i < SHAKE; i++) {
		int p = (int)random_below(&s->random, (uint32_t)s->n);
		int q = (int)random_below(&s->random, (uint32_t)s->n);
		if (s->team_of[p] != s->team_of[q])
			apply(s, p, (size_t)s->team_of[q], q);
	}
}

/* From one start: shakes the best so far until the effort is spent; leaves it in best. */
static int64_t
climb(struct search *s, int *best)
{
	deal(s);
	descend(s);
	int64_t lowest = cost_now(s);
	memcpy(best, s->team_of, s->n * sizeof *best);
	while (s->effort > 0) {
		s->effort--; /* so that it ends where there is nothing to swap */
		shake(s);
		descend(s);
		int64_t cost = cost_now(s);
		if (cost <= lowest) {
			lowest = cost;
			memcpy(best, s->team_of, s->n * sizeof *best);
		} else {
			restore(s, best);
		}
	}
	return lowest;
}

/* The open teams: again and again one more for the project that has fewest, among those for the one
 * that most people put first, until there are n. */
static size_t *
choose_open(struct arena *a, const struct form_problem *p, size_t n)
{
	size_t *open = ARENA_ARRAY(a, n, size_t), *base = ARENA_ARRAY(a, p->n_projects, size_t);
	int *have = ARENA_ARRAY(a, p->n_projects, int), *first = ARENA_ARRAY(a, p->n_projects, int);
	size_t team = 0;
	for (size_t k = 0; k < p->n_projects; k++) {
		base[k] = team;
		team += (size_t)p->projects[k].teams;
		for (size_t i = 0; i < p->n_people; i++)
			first[k] += p->people[i].choice && p->people[i].choice[k] == 1;
	}
	for (size_t i = 0; i < n; i++) {
		size_t best = SIZE_MAX;
		for (size_t k = 0; k < p->n_projects; k++)
			if (have[k] < p->projects[k].teams &&
				(best == SIZE_MAX || have[k] < have[best] ||
					(have[k] == have[best] && first[k] > first[best])))
				best = k;
		open[i] = base[best] + (size_t)have[best]++;
	}
	return open;
}

static const struct seat *
seats_of(struct arena *a, const struct form_problem *p, size_t *ret_institutions)
{
	struct seat *seats = ARENA_ARRAY(a, p->n_people, struct seat);
	const char **name = ARENA_ARRAY(a, p->n_people, const char *);
	size_t n = 0;
	for (size_t i = 0; i < p->n_people; i++) {
		const struct form_person *me = &p->people[i];
		seats[i] = (struct seat){ me->level, me->specialty, me->skill, NO_INSTITUTION,
			me->specialty == FORM_BIOMEDICAL, me->skill >= FORM_PROGRAMMER };
		if (!me->institution || !me->institution[0])
			continue;
		size_t k = 0;
		while (k < n && !streq(name[k], me->institution))
			k++;
		if (k == n)
			name[n++] = me->institution;
		seats[i].institution = (int)k;
	}
	*ret_institutions = n;
	return seats;
}

static const int *
interest_of(struct arena *a, const struct form_problem *p, const struct form_plan *empty)
{
	int *interest = ARENA_ARRAY(a, p->n_people * empty->n_teams, int);
	for (size_t i = 0; i < p->n_people; i++)
		for (size_t t = 0; t < empty->n_teams; t++)
			interest[i * empty->n_teams + t] = form_interest_cost(
				&p->people[i], p->n_projects, empty->teams[t].project);
	return interest;
}

enum status
form_teams(struct arena *a, const struct form_problem *p, struct form_plan *ret, struct err *e)
{
	size_t n = p->n_people < FORM_MAX_PEOPLE ? p->n_people : FORM_MAX_PEOPLE;
	int *best = ARENA_ARRAY(a, n, int), *found = ARENA_ARRAY(a, n, int);
	struct form_plan empty;
	/* Checks the problem and lists the teams. */
	TRY(form_measure(a, p, best, &empty, e));
	struct search s = { .problem = p, .n = n, .n_teams = empty.n_teams };
	s.n_open = form_open_teams(p, s.n_teams);
	s.open = choose_open(a, p, s.n_open);
	s.seats = seats_of(a, p, &s.n_institutions);
	s.interest = interest_of(a, p, &empty);
	s.institution = ARENA_ARRAY(a, s.n_teams * s.n_institutions, int);
	s.count = ARENA_ARRAY(a, s.n_teams, struct count);
	s.team_of = ARENA_ARRAY(a, n, int);
	s.order = ARENA_ARRAY(a, n, size_t);
	s.random.state = p->seed;
	int64_t lowest = INT64_MAX;
	for (int i = 0; n > 0 && i < STARTS; i++) {
		s.effort = (p->effort > 0 ? p->effort : FORM_EFFORT) / STARTS;
		int64_t cost = climb(&s, found);
		if (cost < lowest) {
			lowest = cost;
			memcpy(best, found, n * sizeof *best);
		}
	}
	return form_measure(a, p, best, ret, e);
}
