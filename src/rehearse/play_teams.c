/* Fifty people become eight teams. */
#include <jansson.h>

#include "rehearse/play_parts.h"

enum { LEAST = 5, MOST = 7 };

static struct candidate *
by_name(struct play *p, const char *name)
{
	for (int i = 0; i < CROWD; i++)
		if (streq(p->crowd[i].actor.name, name))
			return &p->crowd[i];
	return NULL;
}

static int
project_of(const char *slug)
{
	for (int i = 0; i < PROJECTS; i++)
		if (streq(script_projects[i].slug, slug))
			return i;
	return -1;
}

static enum status
read_team(struct play *p, const json_t *row, struct team *t, struct err *e)
{
	struct actor *who = &p->organiser;
	json_t *m;
	size_t i;
	*t = (struct team){ .number = json_int_of(row, "number"),
		.name = arena_strdup(p->arena, json_text_of(row, "name")),
		.project = project_of(json_text_of(row, "project_slug")) };
	TRY(actor_expect(who, t->project >= 0, e, "team %lld works on no project of ours.",
		(long long)t->number));
	json_array_foreach(json_object_get(row, "members"), i, m)
	{
		struct candidate *c = by_name(p, json_text_of(m, "name"));
		TRY(actor_expect(who, c && c->holds_seat && t->n < 16, e,
			"\"%s\" in team %lld holds no seat.", json_text_of(m, "name"),
			(long long)t->number));
		TRY(actor_expect(who, json_text_of(m, "reason")[0], e,
			"%s should read why they are in team %lld.", c->actor.name,
			(long long)t->number));
		c->person = json_int_of(m, "person");
		t->members[t->n++] = c;
	}
	return OK;
}

static enum status
read_teams(struct play *p, struct err *e)
{
	struct actor *who = &p->organiser;
	json_t *j, *rows;
	TRY(actor_json(who, &j, e, "teams"));
	rows = json_object_get(j, "teams");
	enum status s = actor_expect(who, json_array_size(rows) == TEAMS, e,
		"there should be %d teams, not %zu.", TEAMS, json_array_size(rows));
	for (size_t i = 0; s == OK && i < TEAMS; i++)
		s = read_team(p, json_array_get(rows, i), &p->teams[i], e);
	json_decref(j);
	return s;
}

/* The limits of the model: five to seven people, one from biology or medicine, one who codes. */
static enum status
check_teams(struct play *p, struct err *e)
{
	struct actor *who = &p->organiser;
	size_t people = 0;
	int of_project[PROJECTS] = { 0 };
	for (int i = 0; i < TEAMS; i++) {
		const struct team *t = &p->teams[i];
		int heals = 0, codes = 0;
		for (size_t k = 0; k < t->n; k++) {
			const struct applicant *x = t->members[k]->form;
			heals += streq(x->specialty, "biomedical");
			codes += x->skills[0] >= 2 || x->skills[2] >= 2;
		}
		people += t->n;
		of_project[t->project]++;
		TRY(actor_expect(who, t->n >= LEAST && t->n <= MOST && heals && codes, e,
			"team %lld has %zu people, %d from medicine, %d who code.",
			(long long)t->number, t->n, heals, codes));
	}
	for (int i = 0; i < PROJECTS; i++)
		TRY(actor_expect(who, of_project[i] == 2, e, "%s should have 2 teams, not %d.",
			script_projects[i].title, of_project[i]));
	return actor_expect(
		who, people == SEATS, e, "%d people should have a team, not %zu.", SEATS, people);
}

static enum status
form_teams(struct play *p, struct err *e)
{
	struct actor *who = &p->organiser;
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "teams"));
	TRY(actor_form(who, &page, &f, e, "teams/form"));
	TRY(actor_send(who, f, &page, e));
	TRY(actor_form(who, &page, &f, e, "teams/form"));
	TRY(actor_set_number(who, f, "seed", p->options->seed % 1000000, e));
	TRY(actor_send(who, f, &page, e));
	TRY(actor_sees(who, &page, "have their first choice", e));
	TRY(read_teams(p, e));
	TRY(check_teams(p, e));
	play_step(p, "teams", "%d people formed into %d teams by wishes, skills and levels.", SEATS,
		TEAMS);
	return OK;
}

/* The organiser's page has a small form beside each name. */
enum status
team_move(struct play *p, const struct candidate *c, int64_t to, struct err *e)
{
	struct actor *who = &p->organiser;
	struct page page;
	struct form *f;
	actor_begin(who);
	const char *person = arena_printf(who->arena, "%lld", (long long)c->person);
	TRY(actor_open(who, &page, e, "teams"));
	TRY(actor_form_of(who, &page, "teams/move", "person", person, &f, e));
	TRY(actor_set_number(who, f, "team", to, e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, arena_printf(who->arena, "%s is now in", c->actor.name), e);
}

/* By hand, and back: the page says at once what a move does. */
static enum status
move_and_back(struct play *p, struct err *e)
{
	struct team *from = &p->teams[0], *to = &p->teams[1];
	const struct candidate *c = from->members[0];
	TRY(team_move(p, c, to->number, e));
	TRY(team_move(p, c, from->number, e));
	TRY(read_teams(p, e));
	return check_teams(p, e);
}

static enum status
name_team(struct play *p, int i, struct err *e)
{
	struct actor *who = &p->organiser;
	struct team *t = &p->teams[i];
	struct page page;
	struct form *f;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "teams/%lld", (long long)t->number));
	TRY(actor_own_form(who, &page, &f, e));
	TRY(actor_set(who, f, "name", script_teams[i], e));
	TRY(actor_set(who, f, "link",
		arena_printf(who->arena, "https://meet.carmel.example/%lld", (long long)t->number),
		e));
	TRY(actor_send(who, f, &page, e));
	t->name = script_teams[i];
	return OK;
}

static enum status
assign(struct play *p, int i, const struct script_person *mentor, const char *kind, struct err *e)
{
	struct actor *who = &p->organiser;
	struct page page;
	struct form *f;
	int64_t number = p->teams[i].number;
	actor_begin(who);
	TRY(actor_open(who, &page, e, "teams/%lld", (long long)number));
	TRY(actor_form(who, &page, &f, e, "teams/%lld/mentors", (long long)number));
	TRY(actor_choose(who, f, "person", mentor->name, e));
	TRY(actor_set(who, f, "kind", kind, e));
	TRY(actor_send(who, f, &page, e));
	return actor_sees(who, &page, mentor->name, e);
}

/* A clinician from the project's field, and a data scientist, for every team. */
static enum status
assign_mentors(struct play *p, struct err *e)
{
	int used[PROJECTS] = { 0 };
	for (int i = 0; i < TEAMS; i++) {
		int x = p->teams[i].project;
		TRY(name_team(p, i, e));
		TRY(assign(p, i, &script_mentors[2 * x + used[x]++ % 2], "clinical", e));
		TRY(assign(p, i, &script_mentors[CLINICAL_MENTORS + i], "data science", e));
	}
	return OK;
}

/* A team's page is the team's, its mentors' and its lead's. */
static enum status
who_sees_what(struct play *p, struct err *e)
{
	struct team *mine = &p->teams[0], *other = &p->teams[1];
	struct actor *member = &mine->members[0]->actor;
	struct page page;
	actor_begin(member);
	TRY(actor_open(member, &page, e, "teams/%lld", (long long)mine->number));
	TRY(actor_sees(member, &page, "Why we are a team", e));
	TRY(actor_kept_out(member, 403, e, "teams/%lld", (long long)other->number));
	struct actor *mentor = &p->mentors[CLINICAL_MENTORS];
	actor_begin(mentor);
	TRY(actor_open(mentor, &page, e, "teams/%lld", (long long)mine->number));
	return actor_kept_out(mentor, 403, e, "teams/%lld", (long long)other->number);
}

enum status
play_teams(struct play *p, struct err *e)
{
	TRY(play_phase(p, "teams", e));
	TRY(form_teams(p, e));
	TRY(move_and_back(p, e));
	TRY(assign_mentors(p, e));
	TRY(who_sees_what(p, e));
	play_step(p, "mentors",
		"Somebody was moved by hand and back; every team has a clinician and a data "
		"scientist.");
	return OK;
}
