#include "portal/team/team.h"

#include "portal/keeper/keeper.h"
#include "portal/people/people.sql.h"
#include "portal/team/form.h"
#include "portal/team/team.html.h"
#include "portal/team/teams.html.h"
#include "portal/workspace/workspace.h"

/* ---- what the optimiser sees -------------------------------------------------------------------
 */

struct problem {
	struct form_problem form;
	struct member_candidates_rows people;
	struct team_projects_rows projects;
};

static enum form_level
level_of(const char *word)
{
	return streq(word, "PhD")      ? FORM_PHD
	       : streq(word, "MSc")    ? FORM_MSC
	       : streq(word, "alumni") ? FORM_ALUMNI
				       : FORM_BSC;
}

static enum form_specialty
specialty_of(const char *word)
{
	return streq(word, "biomedical")    ? FORM_BIOMEDICAL
	       : streq(word, "engineering") ? FORM_ENGINEERING
					    : FORM_OTHER;
}

static const uint8_t *
choices_of(struct arena *a, const struct member_candidates *p, const struct team_projects_rows *all)
{
	const int64_t picked[] = { p->choice1, p->choice2, p->choice3 };
	uint8_t *choice = arena_alloc(a, all->n);
	bool any = false;
	for (size_t k = 0; k < all->n; k++)
		for (uint8_t i = 0; i < 3; i++)
			if (picked[i] == all->at[k].id) {
				choice[k] = (uint8_t)(i + 1);
				any = true;
			}
	return any ? choice : NULL;
}

/* Programming as the survey tells it: the best of analysis and learning, nothing without a
 * language. */
static int
skill_of(const struct member_candidates *p)
{
	int64_t best =
		p->skill_learning > p->skill_analysis ? p->skill_learning : p->skill_analysis;
	return p->languages && p->languages[0] && !streq(p->languages, "none") ? (int)best : 0;
}

static enum status
problem_load(struct req *r, uint64_t seed, struct problem *ret, struct err *e)
{
	TRY(db_member_candidates(r->db, r->event.id, &ret->people, e));
	TRY(db_team_projects(r->db, r->event.id, &ret->projects, e));
	struct form_person *people = ARENA_ARRAY(r->arena, ret->people.n, struct form_person);
	struct form_project *projects = ARENA_ARRAY(r->arena, ret->projects.n, struct form_project);
	for (size_t i = 0; i < ret->projects.n; i++)
		projects[i] = (struct form_project){ ret->projects.at[i].id,
			ret->projects.at[i].title, (int)ret->projects.at[i].teams_wanted };
	for (size_t i = 0; i < ret->people.n; i++) {
		const struct member_candidates *p = &ret->people.at[i];
		people[i] = (struct form_person){ p->person, p->name,
			level_of(p->level ? p->level : ""),
			specialty_of(p->specialty ? p->specialty : ""), skill_of(p), p->faculty,
			choices_of(r->arena, p, &ret->projects) };
	}
	ret->form = (struct form_problem){ people, ret->people.n, projects, ret->projects.n,
		FORM_LIMITS, seed };
	return OK;
}

/* The teams as they stand, judged by the optimiser's own measure. */
static enum status
measure(struct req *r, const struct problem *p, struct form_plan *ret, struct err *e)
{
	struct team_list_rows teams;
	struct member_list_rows members;
	int *team_of = ARENA_ARRAY(r->arena, p->people.n, int);
	TRY(db_team_list(r->db, r->event.id, &teams, e));
	TRY(db_member_list(r->db, r->event.id, &members, e));
	for (size_t i = 0; i < p->people.n; i++) {
		team_of[i] = FORM_NO_TEAM;
		for (size_t k = 0; k < members.n; k++)
			for (size_t t = 0;
				members.at[k].person == p->people.at[i].person && t < teams.n; t++)
				if (teams.at[t].id == members.at[k].team)
					team_of[i] = (int)t;
	}
	return form_measure(r->arena, &p->form, team_of, ret, e);
}

/* ---- all teams ---------------------------------------------------------------------------------
 */

static const struct field person_fields[] = {
	FIELD(struct team_person, person, INT),
	FIELD(struct team_person, name, TEXT),
	FIELD(struct team_person, level, TEXT),
	FIELD(struct team_person, specialty, TEXT),
	FIELD(struct team_person, reason, TEXT, .doc = "why they are in this team"),
	FIELD_END,
};

static const struct field mentor_fields[] = {
	FIELD(struct team_mentor, person, INT),
	FIELD(struct team_mentor, name, TEXT),
	FIELD(struct team_mentor, kind, TEXT, .doc = "clinical or data science"),
	FIELD_END,
};

static const struct field team_row_fields[] = {
	FIELD(struct team_row, number, INT),
	FIELD(struct team_row, name, TEXT),
	FIELD(struct team_row, project, TEXT),
	FIELD(struct team_row, project_slug, TEXT),
	FIELD_LIST(struct team_row, members, person_fields),
	FIELD_LIST(struct team_row, mentors, mentor_fields),
	FIELD_END,
};

static const struct field teams_fields[] = {
	FIELD_LIST(struct teams_view, teams, team_row_fields),
	FIELD_LIST(struct teams_view, unplaced, person_fields),
	FIELD(struct teams_view, warnings, TEXTS),
	FIELD(struct teams_view, people, INT),
	FIELD(struct teams_view, first_choice, INT),
	FIELD_END,
};

static enum status
load_teams(struct req *r, struct team_row **ret_at, size_t *ret_n, struct err *e)
{
	struct team_list_rows teams;
	struct member_list_rows members;
	struct mentor_list_rows mentors;
	TRY(db_team_list(r->db, r->event.id, &teams, e));
	TRY(db_member_list(r->db, r->event.id, &members, e));
	TRY(db_mentor_list(r->db, r->event.id, &mentors, e));
	struct team_row *at = ARENA_ARRAY(r->arena, teams.n, struct team_row);
	for (size_t i = 0; i < teams.n; i++) {
		const struct team_list *t = &teams.at[i];
		at[i] = (struct team_row){ .id = t->id,
			.number = t->number,
			.name = t->name,
			.project = t->project_title,
			.project_slug = t->project_slug };
		at[i].members.at = ARENA_ARRAY(r->arena, members.n, struct team_person);
		at[i].mentors.at = ARENA_ARRAY(r->arena, mentors.n, struct team_mentor);
		for (size_t k = 0; k < members.n; k++)
			if (members.at[k].team == t->id)
				at[i].members.at[at[i].members.n++] =
					(struct team_person){ members.at[k].person,
						members.at[k].name, members.at[k].level,
						members.at[k].specialty, members.at[k].reason };
		for (size_t k = 0; k < mentors.n; k++)
			if (mentors.at[k].team == t->id)
				at[i].mentors.at[at[i].mentors.n++] =
					(struct team_mentor){ mentors.at[k].person,
						mentors.at[k].name, mentors.at[k].kind };
	}
	*ret_at = at;
	*ret_n = teams.n;
	return OK;
}

static enum status
organiser_facts(struct req *r, struct teams_view *v, struct err *e)
{
	struct problem p;
	struct form_plan plan;
	struct team_rooms_used used;
	TRY(problem_load(r, 1, &p, e));
	TRY(db_team_rooms_used(r->db, r->event.id, &used, e));
	v->locked = used.n > 0;
	v->people = (int64_t)p.people.n;
	if (!v->formed || p.people.n == 0)
		return OK;
	TRY(measure(r, &p, &plan, e));
	v->warnings = plan.problems;
	v->first_choice = plan.cost.by_choice[1];
	v->unplaced.at = ARENA_ARRAY(r->arena, p.people.n, struct team_person);
	for (size_t i = 0; i < p.people.n; i++)
		if (plan.team_of[i] == FORM_NO_TEAM)
			v->unplaced.at[v->unplaced.n++] =
				(struct team_person){ p.people.at[i].person, p.people.at[i].name,
					p.people.at[i].level, p.people.at[i].specialty, NULL };
	return OK;
}

static enum status
teams_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct teams_view *v = view;
	TRY(load_teams(r, &v->teams.at, &v->teams.n, e));
	v->formed = v->teams.n > 0;
	v->may_form = req_may(r, CAP_TEAM_FORM);
	for (size_t i = 0; i < v->teams.n; i++) {
		struct team_row *t = &v->teams.at[i];
		unsigned owns;
		TRY(req_team(r, t->number, &t->id, &owns, e));
		t->opens = policy_allows(CAP_TEAM_READ, r->roles, r->event.phase, owns);
	}
	return v->may_form ? organiser_facts(r, v, e) : OK;
}

struct form_in {
	int64_t seed;
};

static const struct field form_in[] = {
	FIELD(struct form_in, seed, INT, .max = 1000000, .label = "Seed"),
	FIELD_END,
};

static enum status
clear(struct req *r, struct err *e)
{
	struct team_rooms_used used;
	TRY(db_team_rooms_used(r->db, r->event.id, &used, e));
	if (used.n)
		return err_set(e, E_CONFLICT, "",
			"Workspaces were opened for these teams; move people by hand instead.");
	TRY(db_team_clear_rooms(r->db, r->event.id, e));
	TRY(db_team_clear_members(r->db, r->event.id, e));
	TRY(db_team_clear_mentors(r->db, r->event.id, e));
	return db_team_clear(r->db, r->event.id, e);
}

static enum status
teams_form(struct req *r, const void *in, void *view, struct err *e)
{
	const struct form_in *f = in;
	struct problem p;
	struct form_plan plan;
	TRY(problem_load(r, (uint64_t)f->seed + 1, &p, e));
	if (p.people.n == 0)
		return err_set(e, E_CONFLICT, "", "Nobody has a confirmed seat yet.");
	TRY(form_teams(r->arena, &p.form, &plan, e));
	TRY(clear(r, e));
	int64_t *ids = ARENA_ARRAY(r->arena, plan.n_teams, int64_t);
	for (size_t t = 0; t < plan.n_teams; t++) {
		TRY(db_team_add(r->db, r->event.id, p.projects.at[plan.teams[t].project].id,
			(int64_t)t + 1, arena_printf(r->arena, "Team %zu", t + 1), r->now, e));
		ids[t] = db_last_id(r->db);
	}
	for (size_t i = 0; i < p.people.n; i++)
		if (plan.team_of[i] != FORM_NO_TEAM)
			TRY(team_place(r->db, r->event.id, ids[plan.team_of[i]],
				p.people.at[i].person, p.people.at[i].name, plan.reason[i], r->now,
				e));
	req_flash(r, "%zu teams for %zu people; %lld have their first choice.", plan.n_teams,
		p.people.n, (long long)plan.cost.by_choice[1]);
	return req_audit(r, "teams formed", arena_printf(r->arena, "event %s", r->event.slug),
		arena_printf(r->arena,
			"%zu teams of %zu people; drawn with the seed %lld, unevenness %lld",
			plan.n_teams, p.people.n, (long long)f->seed, (long long)plan.cost.total),
		e);
}

/* ---- by hand -----------------------------------------------------------------------------------
 */

struct move_in {
	int64_t person, team;
};

static const struct field move_in[] = {
	FIELD(struct move_in, person, INT, .required = true, .min = 1, .max = INT64_MAX,
		.label = "Person"),
	FIELD(struct move_in, team, INT, .min = 0, .max = 10000, .label = "Team"),
	FIELD_END,
};

static const char *
name_of(const struct problem *p, int64_t person)
{
	for (size_t i = 0; i < p->people.n; i++)
		if (p->people.at[i].person == person)
			return p->people.at[i].name;
	return NULL;
}

/* Moving somebody to where they are would only throw them out of what they do there. */
static enum status
not_there_yet(
	struct req *r, int64_t person, const struct team_list *to, const char *name, struct err *e)
{
	struct member_of now;
	enum status s = db_member_of(r->db, r->event.id, person, &now, e);
	if (s != OK && s != E_ABSENT)
		return s;
	if (to ? s == OK && now.team == to->id : s == E_ABSENT)
		return err_set(e, E_CONFLICT, "team", "%s is in %s already.", name,
			to ? to->name : "no team");
	return OK;
}

static enum status
team_move(struct req *r, const void *in, void *view, struct err *e)
{
	const struct move_in *f = in;
	struct problem p;
	struct form_plan before, after;
	struct team_list_rows teams;
	int64_t old_room;
	TRY(problem_load(r, 1, &p, e));
	const char *name = name_of(&p, f->person);
	if (!name)
		return err_set(e, E_INPUT, "person", "That person has no seat in this event.");
	TRY(measure(r, &p, &before, e));
	TRY(db_team_list(r->db, r->event.id, &teams, e));
	const struct team_list *to = NULL;
	for (size_t t = 0; t < teams.n; t++)
		if (teams.at[t].number == f->team)
			to = &teams.at[t];
	if (!to && f->team)
		return err_set(e, E_INPUT, "team", "There is no team %lld.", (long long)f->team);
	TRY(not_there_yet(r, f->person, to, name, e));
	TRY(team_leave(r->db, r->event.id, f->person, r->now, &old_room, e));
	if (to)
		TRY(team_place(
			r->db, r->event.id, to->id, f->person, name, "placed by hand", r->now, e));
	TRY(measure(r, &p, &after, e));
	/* The person loses the old workspace, and the keeper opens the new one. */
	req_after(r, team_left, f->person, old_room, 0);
	/* What the move does, at once and in words. */
	req_flash(r, "%s is now in %s.%s %s", name, to ? to->name : "no team",
		to ? ""
		   : " The seat stays; the workspace and the pages of the team are closed to them.",
		after.problems.n > before.problems.n ? after.problems.at[after.problems.n - 1]
		: after.cost.total > before.cost.total
			? "The teams are a little less even than before."
		: after.cost.total < before.cost.total
			? "The teams are a little more even than before."
			: "The teams are as even as before.");
	return req_audit(r, "person moved", name,
		to ? arena_printf(r->arena, "into %s", to->name) : "into no team", e);
}

/* ---- one team ----------------------------------------------------------------------------------
 */

static const struct field team_view_fields[] = {
	FIELD_ROW(struct team_view, team, team_row_fields),
	FIELD(struct team_view, link, TEXT),
	FIELD(struct team_view, lead, TEXT),
	FIELD_END,
};

static enum status
team_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct team_view *v = view;
	struct team_by_id t;
	struct mentor_pool_rows pool;
	struct team_row *all;
	size_t n;
	TRY(db_team_by_id(r->db, r->team, &t, e));
	TRY(load_teams(r, &all, &n, e));
	for (size_t i = 0; i < n; i++)
		if (all[i].id == r->team)
			v->team = all[i];
	v->link = t.link;
	v->lead = t.lead;
	v->may_form = req_may(r, CAP_TEAM_FORM);
	v->may_enter = req_may(r, CAP_WORKSPACE_ENTER);
	v->may_submissions = req_may(r, CAP_SUBMISSION_READ);
	v->may_airlock = req_may(r, CAP_AIRLOCK_READ);
	v->may_presentation = req_may(r, CAP_PRESENTATION_READ);
	r->page.title = t.name;
	if (!v->may_form)
		return OK;
	TRY(db_mentor_pool(r->db, r->event.id, &pool, e));
	v->pool.at = ARENA_ARRAY(r->arena, pool.n, struct team_mentor);
	v->pool.n = pool.n;
	for (size_t i = 0; i < pool.n; i++)
		v->pool.at[i] = (struct team_mentor){ pool.at[i].person, pool.at[i].name,
			pool.at[i].about };
	return OK;
}

struct mentor_in {
	int64_t person;
	const char *kind;
};

static const struct field mentor_in[] = {
	FIELD(struct mentor_in, person, INT, .required = true, .min = 1, .max = INT64_MAX,
		.label = "Mentor"),
	FIELD(struct mentor_in, kind, TEXT, .required = true,
		.choices = "clinical|data science|none", .label = "Kind"),
	FIELD_END,
};

static enum status
mentor_set(struct req *r, const void *in, void *view, struct err *e)
{
	const struct mentor_in *f = in;
	struct mentor_is m;
	struct person_by_id p = { .name = "somebody" };
	bool there;
	TRY(db_found(db_person_by_id(r->db, f->person, &p, e), &there));
	if (streq(f->kind, "none")) {
		TRY(db_mentor_remove(r->db, r->team, f->person, e));
	} else {
		enum status s = db_mentor_is(r->db, r->event.id, f->person, &m, e);
		if (s == E_ABSENT)
			return err_set(
				e, E_INPUT, "person", "That person is no mentor of this event.");
		TRY(s);
		TRY(db_mentor_add(r->db, r->team, f->person, f->kind, e));
	}
	req_flash(r, "The mentors of the team are saved.");
	return req_audit(r, "mentor assigned",
		arena_printf(r->arena, "team %s", req_param(r, "team")),
		streq(f->kind, "none")
			? arena_printf(r->arena, "%s is its mentor no more", p.name)
			: arena_printf(r->arena, "%s, for %s", p.name,
				  streq(f->kind, "clinical") ? "clinical questions" : f->kind),
		e);
}

struct team_in {
	const char *name, *link;
};

static const struct field team_in[] = {
	FIELD(struct team_in, name, TEXT, .required = true, .trim = true, .min = 2, .max = 60,
		.label = "Name"),
	FIELD(struct team_in, link, TEXT, .trim = true, .max = 300, .label = "Meeting link"),
	FIELD_END,
};

static enum status
team_rename(struct req *r, const void *in, void *view, struct err *e)
{
	const struct team_in *f = in;
	if (f->link[0] && strncmp(f->link, "https://", 8) != 0)
		return err_set(e, E_INPUT, "link", "A meeting link begins with https://");
	TRY(db_team_rename(r->db, r->team, f->name, f->link, e));
	req_flash(r, "Saved.");
	return req_audit(r, "team changed", arena_printf(r->arena, "team %s", req_param(r, "team")),
		f->name, e);
}

const struct route team_routes[] = {
	{ GET, "/e/:event/teams", teams_show, CAP_TEAM_LIST, "The teams of the event.", "Teams",
		VIEW(struct teams_view, teams_fields), .page = page_teams },
	{ POST, "/e/:event/teams/form", teams_form, CAP_TEAM_FORM,
		"Forms all teams anew, by interests, skills and levels.",
		IN(struct form_in, form_in), .then = "/e/:event/teams",
		.shows = "/e/:event/teams" },
	{ POST, "/e/:event/teams/move", team_move, CAP_TEAM_FORM,
		"Moves a person to a team, or (team 0) out of theirs.", IN(struct move_in, move_in),
		.then = "/e/:event/teams", .shows = "/e/:event/teams" },
	{ GET, "/e/:event/teams/:team", team_show, CAP_TEAM_READ, "One team.", NULL,
		VIEW(struct team_view, team_view_fields), .page = page_team },
	{ POST, "/e/:event/teams/:team", team_rename, CAP_TEAM_FORM,
		"Changes a team's name and meeting link.", IN(struct team_in, team_in) },
	{ POST, "/e/:event/teams/:team/mentors", mentor_set, CAP_TEAM_FORM,
		"Assigns or (kind none) takes away a mentor.", IN(struct mentor_in, mentor_in),
		.then = "/e/:event/teams/:team", .shows = "/e/:event/teams/:team" },
	{ 0 },
};
