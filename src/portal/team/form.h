/*
 * Who works with whom: teams for projects from people's interests, level, specialty and skill.
 *
 * Pure functions over structs: no clock, no global, the same problem and seed give the same teams
 * on every machine. Results live in the arena and point into the problem, which must outlive them.
 * Thread rule: one thread per arena.
 *
 * Limits come first: an assignment that breaks fewer is always preferred. Among those that break
 * equally few, the cost decides; it adds up, in points,
 *	interest	0, 3, 7, 12 for a person on the first to fourth choice, 20 for a person on a
 *			project that was not named; nothing for people who named none
 *	size		2 for each unit of S below, of people
 *	specialty	2, of people of each specialty
 *	level		1, of people of each level
 *	skill		1, of the programming skill added up
 *	institution	1, of people of each institution
 * where S of a quantity is the sum over teams of its square, less the least that sum could be for
 * the same total. So 0 means as even as counting allows, and a move from a team with three of a
 * kind to one with one lowers S by 2. Empty teams do not take part.
 */
#ifndef PORTAL_TEAM_FORM_H
#define PORTAL_TEAM_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"

enum form_level { FORM_BSC, FORM_MSC, FORM_PHD, FORM_ALUMNI, FORM_LEVELS };
enum form_specialty { FORM_ENGINEERING, FORM_BIOMEDICAL, FORM_OTHER, FORM_SPECIALTIES };
enum {
	FORM_SKILL_MAX = 3,
	FORM_PROGRAMMER = 2, /* from this skill on a person counts as a programmer */
	FORM_CHOICES = 4,
	FORM_MAX_PEOPLE = 1000,
	FORM_MAX_TEAMS = 200,
	FORM_NO_TEAM = -1,
};

struct form_person {
	int64_t id;
	const char *name; /* for sentences; NULL: "person <id>" */
	enum form_level level;
	enum form_specialty specialty;
	int skill;               /* programming, 0 to FORM_SKILL_MAX */
	const char *institution; /* or faculty: mixed when possible; NULL or "": not known */
	const uint8_t *choice;   /* of each project: 1 first to 4 fourth, 0 not named; NULL: none */
};

struct form_project {
	int64_t id;
	const char *name; /* for sentences; NULL: "project <id>" */
	int teams;        /* wanted, from 0 */
};

struct form_limits {
	int min_size, max_size; /* people of a team, 1 <= min <= max */
	int biomedical;         /* at least so many in each team */
	int programmers;        /* at least so many in each team */
};
#define FORM_LIMITS ((struct form_limits){ 5, 7, 1, 1 })

struct form_problem {
	const struct form_person *people;
	size_t n_people;
	const struct form_project *projects;
	size_t n_projects;
	struct form_limits limits;
	uint64_t seed;
	int64_t effort; /* moves and swaps to look at; 0: FORM_EFFORT */
};
enum { FORM_EFFORT = 8000000 }; /* about a third of a second */

/* Teams are numbered from 0: those of the first project, then those of the second, ... */
struct form_team {
	size_t project;   /* index */
	int number;       /* within the project, from 1 */
	const char *name; /* "Sepsis 2"; without number when the project has one team */
	int size, biomedical, programmers, skill;
	int level[FORM_LEVELS], specialty[FORM_SPECIALTIES];
};

struct form_cost {
	/* People too few or too many, roles not filled, people in no team, added up over teams. */
	int64_t violations;
	/* In points, see above. */
	int64_t interest, size, specialty, level, skill, institution, total;
	/* People on their first, ..., fourth choice; [0]: on a project that they did not name. */
	int64_t by_choice[FORM_CHOICES + 1];
};

struct form_plan {
	struct form_team *teams;
	size_t n_teams;
	int *team_of; /* of each person, in the order of the problem, or FORM_NO_TEAM */
	/* Of each person: "first choice; brings the biomedical background the team needed". */
	const char **reason;
	struct form_cost cost;
	text_list problems; /* a sentence for each limit that is not met */
};

/*
 * Places everybody. With too few people for all teams, so many teams stay empty that the others
 * can reach their size: every project keeps its first team as long as possible, and those wanted
 * first by most people keep theirs longest. With too many, teams grow beyond the limit evenly.
 *
 * The search is local: the best move of one person or swap of two, until none helps, from several
 * starts with small shakes in between. Its effort is bounded by a count, never by the clock. It
 * finds good teams and proves nothing about the best.
 *
 * E_INPUT: a value is out of range, an id or a choice of one person is repeated, or people want to
 * be placed and no project wants a team.
 */
enum status form_teams(
	struct arena *, const struct form_problem *, struct form_plan *ret, struct err *);

/* The same account of any assignment, such as one changed by hand. E_INPUT as above; a team_of that
 * is no team counts as FORM_NO_TEAM. */
enum status form_measure(struct arena *, const struct form_problem *, const int *team_of,
	struct form_plan *ret, struct err *);

/* Of form_measure the sentences alone. */
enum status form_check(struct arena *, const struct form_problem *, const int *team_of,
	text_list *ret, struct err *);

/* What the search and the account share. */
enum { FORM_UNNAMED_COST = 20, FORM_SIZE_WEIGHT = 2, FORM_SPECIALTY_WEIGHT = 2 };
int form_interest_cost(const struct form_person *, size_t n_projects, size_t project);
/* How many teams the people of the problem can fill: all, or as many as reach the least size. */
size_t form_open_teams(const struct form_problem *, size_t n_teams);
/* How many of a team's limits a team of such numbers misses, in people. */
int form_missing(const struct form_limits *, int size, int biomedical, int programmers);

#endif
