#include "portal/today/today.h"

#include <math.h>

#include "base/clock.h"
#include "portal/airlock/airlock.sql.h"
#include "portal/data/data_view.h"
#include "portal/data/key.sql.h"
#include "portal/event/event.h"
#include "portal/people/people.h"
#include "portal/people/steward.h"
#include "portal/score/score.h"
#include "portal/today/today.html.h"
#include "portal/web/filters.h"
#include "portal/web/small.h"

static const struct field next_fields[] = {
	FIELD(struct next_action, title, TEXT),
	FIELD(struct next_action, why, TEXT),
	FIELD(struct next_action, href, TEXT),
	FIELD(struct next_action, button, TEXT),
	FIELD(struct next_action, due, BOOL, .doc = "waits for this person"),
	FIELD_END,
};

static const struct field figure_fields[] = {
	FIELD(struct today_figure, label, TEXT),
	FIELD(struct today_figure, value, TEXT),
	FIELD(struct today_figure, of, TEXT),
	FIELD_END,
};

static const struct field person_fields[] = {
	FIELD(struct today_person, name, TEXT),
	FIELD(struct today_person, what, TEXT),
	FIELD_END,
};

static const struct field item_fields[] = {
	FIELD(struct today_item, title, TEXT),
	FIELD(struct today_item, text, TEXT),
	FIELD(struct today_item, tag, TEXT),
	FIELD(struct today_item, href, TEXT),
	FIELD_END,
};

static const struct field today_fields[] = {
	FIELD(struct today_view, greeting, TEXT),
	FIELD_ROW(struct today_view, next, next_fields),
	FIELD_LIST(struct today_view, also, next_fields, .doc = "what waits besides"),
	FIELD_LIST(struct today_view, figures, figure_fields),
	FIELD(struct today_view, team, TEXT),
	FIELD(struct today_view, team_href, TEXT),
	FIELD(struct today_view, project, TEXT),
	FIELD(struct today_view, room_text, TEXT),
	FIELD(struct today_view, room_href, TEXT),
	FIELD_LIST(struct today_view, mates, person_fields),
	FIELD(struct today_view, best, TEXT),
	FIELD_LIST(struct today_view, guided, item_fields),
	FIELD_LIST(struct today_view, sessions, item_fields),
	FIELD_LIST(struct today_view, happening, item_fields),
	FIELD_END,
};

static const char *
number(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld", (long long)n);
}

/* The first name is what people call each other; a title is not a name. */
static const char *
greeting(struct req *r)
{
	struct tm tm;
	time_t now = (time_t)r->now;
	gmtime_r(&now, &tm);
	const char *part = tm.tm_hour < 11   ? "Good morning"
			   : tm.tm_hour < 17 ? "Good day"
					     : "Good evening";
	struct str rest = str_of(r->me.name);
	struct str first = str_cut(&rest, ' ');
	bool title = first.n &&
		     (first.p[first.n - 1] == '.' || str_is(first, "Dr") || str_is(first, "Prof"));
	return arena_printf(r->arena, "%s, %.*s", part,
		title ? (int)strlen(r->me.name) : (int)first.n, r->me.name);
}

static void
figures(struct req *r, struct today_view *v, const struct today_event *n)
{
	struct today_figure *at = ARENA_ARRAY(r->arena, 8, struct today_figure);
	size_t k = 0;
	at[k++] = (struct today_figure){ "Projects", number(r->arena, n->projects), NULL };
	at[k++] = (struct today_figure){ "Applied", number(r->arena, n->applied), NULL };
	at[k++] = (struct today_figure){ "Confirmed", number(r->arena, n->accepted), NULL };
	at[k++] = (struct today_figure){ "Signed", number(r->arena, n->participants - n->to_sign),
		number(r->arena, n->participants) };
	at[k++] = (struct today_figure){ "Teams", number(r->arena, n->teams), NULL };
	at[k++] = (struct today_figure){ "Workspaces", number(r->arena, n->rooms_open),
		number(r->arena, n->rooms) };
	at[k++] = (struct today_figure){ "Submissions", number(r->arena, n->submissions), NULL };
	at[k++] = (struct today_figure){ "Handed in", number(r->arena, n->handed_in),
		number(r->arena, n->teams) };
	v->figures_title = "The event in numbers";
	v->figures.at = at;
	v->figures.n = k;
}

static const char *
room_words(struct req *r, const struct today_team *t)
{
	if (t->room_problem && t->room_problem[0])
		return t->room_problem;
	if (!t->room_state || streq(t->room_state, "absent"))
		return "It opens with the setup phase.";
	if (streq(t->room_state, "destroyed"))
		return "It was destroyed when the event closed.";
	if (!streq(t->room_state, "open"))
		return "It is closed at the moment.";
	if (streq(t->room_stage, "frozen"))
		return "Frozen: to be looked at, nothing in it changes any more.";
	if (streq(t->room_stage, "setup"))
		return "Open for setting up, without data.";
	return t->patients >= SMALL_LEAST
		       ? arena_printf(r->arena,
				 "%s is open in it. Nothing in there can leave the hospital.",
				 streq(t->room_stage, "sample") ? "A sample of the patients"
								: "The full data set")
		       : "Open.";
}

static enum status
my_team(struct req *r, struct today_view *v, const struct today_team *t, struct err *e)
{
	struct today_mates_rows mates;
	struct today_mentors_rows mentors;
	struct today_best best;
	const char *base =
		arena_printf(r->arena, "/e/%s/teams/%lld", r->event.slug, (long long)t->number);
	TRY(db_today_mates(r->db, t->id, &mates, e));
	TRY(db_today_mentors(r->db, t->id, &mentors, e));
	v->has_team = true;
	v->team = t->name;
	v->team_href = base;
	v->project = t->project;
	v->project_href =
		arena_printf(r->arena, "/e/%s/projects/%s", r->event.slug, t->project_slug);
	v->link = t->link;
	v->room_text = room_words(r, t);
	if (policy_allows(CAP_WORKSPACE_ENTER, r->roles, r->event.phase, ROLE_PARTICIPANT)) {
		v->room_href = arena_printf(r->arena, "%s/workspace", base);
		v->room_button = "Open your workspace";
	}
	v->mates.at = ARENA_ARRAY(r->arena, mates.n + mentors.n, struct today_person);
	for (size_t i = 0; i < mentors.n; i++)
		v->mates.at[v->mates.n++] = (struct today_person){ mentors.at[i].name,
			arena_printf(r->arena, "%s mentor", mentors.at[i].kind) };
	for (size_t i = 0; i < mates.n; i++)
		v->mates.at[v->mates.n++] =
			(struct today_person){ mates.at[i].name, mates.at[i].what };
	enum status s = db_today_best(r->db, t->id, &best, e);
	if (s != OK)
		return s == E_ABSENT ? OK : s;
	v->best = score_value(r->arena, best.metric, best.value, best.unit);
	if (isnan(best.low) || isnan(best.high))
		v->best_text = arena_printf(r->arena, "%lld %s", (long long)best.tries,
			best.tries == 1 ? "try" : "tries");
	else
		v->best_text = arena_printf(r->arena, "95 %% interval %s to %s, %lld %s",
			filter_score(r->arena, best.low), filter_score(r->arena, best.high),
			(long long)best.tries, best.tries == 1 ? "try" : "tries");
	v->submissions_href = arena_printf(r->arena, "%s/submissions", base);
	return OK;
}

/* "accepted" is said beside it. */
static const char *
led_words(const struct data_standings *all, const char *slug)
{
	const struct sign_standing *s = data_standing_of(all, slug);
	return s && s->sentence[0] ? s->sentence : "data not released yet";
}

static enum status
guided(struct req *r, struct today_view *v, const struct today_led_rows *led, struct err *e)
{
	struct today_guided_rows teams;
	struct data_standings all;
	TRY(data_standings(r, &all, e));
	TRY(db_today_guided(r->db, r->event.id, r->me.id, &teams, e));
	v->guided.at = ARENA_ARRAY(r->arena, teams.n + led->n, struct today_item);
	v->guided_title = "Your projects and teams";
	for (size_t i = 0; i < led->n; i++)
		v->guided.at[v->guided.n++] = (struct today_item){
			led->at[i].title, led_words(&all, led->at[i].slug), led->at[i].state,
			arena_printf(r->arena, "/e/%s/projects/%s", r->event.slug, led->at[i].slug)
		};
	for (size_t i = 0; i < teams.n; i++)
		v->guided.at[v->guided.n++] = (struct today_item){ teams.at[i].name,
			teams.at[i].project,
			teams.at[i].room_state
				? arena_printf(r->arena, "workspace %s", teams.at[i].room_state)
				: "no workspace yet",
			arena_printf(r->arena, "/e/%s/teams/%lld", r->event.slug,
				(long long)teams.at[i].number) };
	return OK;
}

static enum status
sessions(struct req *r, struct today_view *v, struct err *e)
{
	struct today_sessions_rows rows;
	TRY(db_today_sessions(r->db, r->event.id, r->now, &rows, e));
	v->sessions.at = ARENA_ARRAY(r->arena, rows.n, struct today_item);
	v->sessions.n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		v->sessions.at[i] = (struct today_item){ rows.at[i].title, rows.at[i].room,
			rows.at[i].starts <= r->now ? "now"
						    : clock_moment(r->arena, rows.at[i].starts),
			NULL };
	return OK;
}

/* What is worth a glance: up to the first fingerprint, which the audit trail shows whole. */
static int
glance(const char *detail)
{
	const char *hash = strstr(detail, ", BLAKE2b");
	return (int)(hash ? (size_t)(hash - detail) : strlen(detail));
}

static enum status
happening(struct req *r, struct today_view *v, struct err *e)
{
	struct today_happening_rows rows;
	struct today_team_names_rows teams;
	TRY(db_today_happening(r->db, r->event.id, &rows, e));
	TRY(db_today_team_names(r->db, r->event.id, &teams, e));
	v->happening.at = ARENA_ARRAY(r->arena, rows.n, struct today_item);
	v->happening.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const char *about = today_about(r->arena, rows.at[i].object, &teams);
		v->happening.at[i] = (struct today_item){ rows.at[i].action,
			arena_printf(r->arena, "%s%sby %s%s%.*s", about, about[0] ? ", " : "",
				rows.at[i].actor_name[0] ? rows.at[i].actor_name : "the server",
				rows.at[i].detail[0] ? ", " : "", glance(rows.at[i].detail),
				rows.at[i].detail),
			arena_printf(
				r->arena, "%s ago", clock_span(r->arena, r->now - rows.at[i].at)),
			NULL };
	}
	return OK;
}

static enum status
agreement_needed(struct req *r, bool *ret, struct err *e)
{
	struct agreement_current a;
	unsigned signers = ROLE_PARTICIPANT | ROLE_MENTOR | ROLE_LEAD;
	*ret = false;
	if (!(r->roles & signers))
		return OK;
	enum status s = db_agreement_current(r->db, r->event.id, &a, e);
	if (s != OK)
		return s == E_ABSENT ? OK : s;
	s = agreement_signed(r->db, r->event.id, r->me.id, e);
	*ret = s == E_DENIED;
	return s == E_DENIED ? OK : s;
}

static enum status
open_key(struct req *r, struct today_facts *f, struct err *e)
{
	struct key_list_rows rows;
	if (!req_may(r, CAP_KEY_EXPORT))
		return OK;
	TRY(db_key_list(r->db, r->event.id, &rows, e));
	for (size_t i = 0; i < rows.n; i++) {
		const struct key_list *k = &rows.at[i];
		enum key_state s = key_state_of(&(struct key_facts){
			k->asked, k->agreed, k->ended, r->now, k->job_state, k->removal_state });
		if (s == KEY_OVER)
			continue;
		struct today_key *open = ARENA_NEW(r->arena, struct today_key);
		*open = (struct today_key){ s, k->asked_name, k->asked, k->asked_by == r->me.id };
		f->key = open;
	}
	return OK;
}

/* What a team asks to take out, for those who vote and those who say who may vote. */
static enum status
airlock_facts(struct req *r, struct today_facts *f, struct err *e)
{
	struct airlock_waiting waiting;
	struct today_differ_rows *differ = ARENA_NEW(r->arena, struct today_differ_rows);
	if (req_may(r, CAP_AIRLOCK_REVIEW)) {
		TRY(db_airlock_waiting(r->db, r->event.id, r->me.id, &waiting, e));
		f->votes = waiting.n;
		f->votes_since = waiting.oldest;
	}
	if (!req_may(r, CAP_AIRLOCK_REVIEW) && !req_may(r, CAP_AIRLOCK_RULE))
		return OK;
	TRY(db_today_differ(r->db, r->event.id, r->me.id, differ, e));
	f->differ = differ;
	return OK;
}

/* Where the data stand, as their own pages tell it. */
static enum status
data_facts(struct req *r, struct today_facts *f, struct err *e)
{
	struct data_standings all;
	TRY(data_standings(r, &all, e));
	f->settled = true;
	f->data.at = ARENA_ARRAY(r->arena, all.rows.n, struct today_data);
	for (size_t i = 0; i < all.rows.n; i++) {
		struct project_full p;
		struct data_way w;
		if (!streq(all.rows.at[i].state, "accepted") || sign_settled(&all.at[i]))
			continue;
		f->settled &= all.at[i].state == SIGN_SIGNED;
		f->unreleased += all.at[i].state == SIGN_NOTHING;
		if (all.at[i].state == SIGN_NOTHING || !req_may(r, CAP_DATA_HANDLE))
			continue;
		TRY(db_project_full(r->db, r->event.id, all.rows.at[i].slug, &p, e));
		TRY(data_way(r, &p, &w, e));
		if (w.running || streq(w.next.tone, "quiet"))
			continue;
		f->data.at[f->data.n++] = (struct today_data){ p.title, w.next.title, w.next.text,
			w.next.post ? w.facts.page : w.next.href,
			w.next.post ? "Go on" : w.next.button,
			all.rows.at[i].held[0] && !all.rows.at[i].images };
	}
	return OK;
}

static enum status
today_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct today_view *v = view;
	struct today_event numbers = { 0 };
	struct today_team team;
	struct today_presentation hand_in;
	struct today_juror jury;
	struct today_led_rows led;
	struct application_of app;
	bool found;
	struct today_facts f = { .event = r->event.slug,
		.phase = r->event.phase,
		.roles = r->roles,
		.numbers = &numbers,
		.led = &led,
		.now = r->now };
	/* Counting the whole event is dear, and for those who run it. */
	if (r->roles & (ROLE_ORGANISER | ROLE_STEWARD))
		TRY(db_today_event(r->db, r->event.id, &numbers, e));
	TRY(db_today_led(r->db, r->event.id, r->me.id, &led, e));
	TRY(event_phase_starts(r->db, r->event.id, r->event.phase + 1, &f.deadline, e));
	TRY(agreement_needed(r, &f.agreement_needed, e));
	TRY(db_found(db_application_of(r->db, r->event.id, r->me.id, &app, e), &found));
	f.application = found ? app.state : NULL;
	TRY(db_found(db_today_team(r->db, r->event.id, r->me.id, &team, e), &found));
	if (found) {
		f.team = &team;
		TRY(db_found(db_today_presentation(r->db, team.id, &hand_in, e), &found));
		f.presentation = found ? &hand_in : NULL;
		TRY(my_team(r, v, &team, e));
	}
	if (r->roles & ROLE_JUROR) {
		TRY(db_found(db_today_juror(r->db, r->event.id, r->me.id, &jury, e), &found));
		f.jury = found ? &jury : NULL;
	}
	struct airlock_row mine;
	TRY(airlock_facts(r, &f, e));
	if (r->roles & ROLE_STEWARD)
		TRY(data_facts(r, &f, e));
	TRY(open_key(r, &f, e));
	found = false;
	if (f.team)
		TRY(db_found(db_airlock_open_of(r->db, team.id, r->me.id, &mine, e), &found));
	if (found && streq(mine.state, "returned"))
		f.returned = mine.number;
	if (!(r->roles & ~(unsigned)(ROLE_EVERYBODY | ROLE_PERSON | ROLE_ADMIN)))
		TRY(steward_told(r->db, r->event.id, r->me.id, &f.naming, e));
	v->organises = req_may(r, CAP_EVENT_EDIT);
	v->greeting = greeting(r);
	struct today_actions waits = today_waits(r->arena, &f);
	v->next = waits.at[0];
	v->also.at = waits.at + 1;
	v->also.n = waits.n - 1;
	if (r->roles & (ROLE_ORGANISER | ROLE_STEWARD)) {
		figures(r, v, &numbers);
		TRY(happening(r, v, e));
	}
	if (r->roles & (ROLE_MENTOR | ROLE_LEAD))
		TRY(guided(r, v, &led, e));
	/* Who is nobody's yet reads nothing of a draft. */
	bool maker = r->event.phase != PHASE_DRAFT || !f.naming;
	return maker ? sessions(r, v, e) : OK;
}

const struct route today_routes[] = {
	{ GET, "/e/:event/today", today_show, CAP_TODAY_READ,
		"One's own first page: what to do next and how things stand.", "Today",
		VIEW(struct today_view, today_fields), .page = page_today },
	{ 0 },
};
