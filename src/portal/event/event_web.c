#include "portal/event/event.h"

#include "base/clock.h"
#include "base/version.h"
#include "portal/event/about.html.h"
#include "portal/event/event.html.h"
#include "portal/event/event.sql.h"
#include "portal/event/event_edit.html.h"
#include "portal/event/front.html.h"
#include "portal/event/phases.html.h"
#include "portal/event/programme.html.h"
#include "portal/event/roles.html.h"
#include "portal/people/people.h"
#include "portal/people/people.sql.h"
#include "portal/team/team.sql.h"
#include "portal/web/markdown.h"
#include "portal/web/web.sql.h"
#include "portal/workspace/workspace.h"

/* ---- the server's front page -------------------------------------------------------------------
 */

static const struct field event_card_fields[] = {
	FIELD(struct event_card, slug, TEXT),
	FIELD(struct event_card, name, TEXT),
	FIELD(struct event_card, place, TEXT),
	FIELD(struct event_card, mode, TEXT, .doc = "on site, remote or hybrid"),
	FIELD(struct event_card, phase, TEXT),
	FIELD(struct event_card, starts, TIME),
	FIELD(struct event_card, ends, TIME),
	FIELD_END,
};

static const struct field front_fields[] = {
	FIELD_LIST(struct front_view, events, event_card_fields),
	FIELD(struct front_view, may_create, BOOL),
	FIELD_END,
};

static enum status
front(struct req *r, const void *in, void *view, struct err *e)
{
	struct front_view *v = view;
	struct event_list_public_rows rows;
	TRY(db_event_list_public(r->db, r->me.id, &rows, e));
	v->may_create = req_may(r, CAP_EVENT_CREATE);
	v->events.at = ARENA_ARRAY(r->arena, rows.n, struct event_card);
	v->events.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct event_list_public *row = &rows.at[i];
		v->events.at[i] = (struct event_card){ row->slug, row->name, row->place, row->mode,
			phase_title(phase_parse(row->phase)), row->starts, row->ends };
	}
	return OK;
}

static const struct field about_fields[] = {
	FIELD(struct about_view, version, TEXT, .doc = "of the program"),
	FIELD_END,
};

static enum status
about(struct req *r, const void *in, void *view, struct err *e)
{
	struct about_view *v = view;
	v->version = WARDROOM_VERSION;
	return OK;
}

/* ---- making and editing ------------------------------------------------------------------------
 */

static const struct field event_form_fields[] = {
	FIELD(struct event_form, slug, TEXT),
	FIELD(struct event_form, name, TEXT),
	FIELD(struct event_form, place, TEXT),
	FIELD(struct event_form, mode, TEXT),
	FIELD(struct event_form, starts, TIME),
	FIELD(struct event_form, ends, TIME),
	FIELD(struct event_form, seats, INT),
	FIELD(struct event_form, about, TEXT),
	FIELD(struct event_form, rules, TEXT),
	FIELD(struct event_form, kinds, TEXT),
	FIELD_END,
};

/* What an organiser may type; the short name only when the event is new. */
#define EVENT_INPUTS                                                                               \
	FIELD(struct event_form, name, TEXT, .required = true, .trim = true, .min = 3, .max = 120, \
		.label = "Name"),                                                                  \
		FIELD(struct event_form, place, TEXT, .required = true, .trim = true, .max = 200,  \
			.label = "Place"),                                                         \
		FIELD(struct event_form, mode, TEXT, .required = true,                             \
			.choices = "on site|remote|hybrid", .label = "How people take part"),      \
		FIELD(struct event_form, starts, TIME, .required = true, .label = "First day"),    \
		FIELD(struct event_form, ends, TIME, .required = true, .label = "Last day, end"),  \
		FIELD(struct event_form, seats, INT, .required = true, .min = 1, .max = 2000,      \
			.label = "Seats for participants"),                                        \
		FIELD(struct event_form, about, TEXT, .required = true, .multiline = true,         \
			.trim = true, .max = 20000, .label = "What it is about"),                  \
		FIELD(struct event_form, rules, TEXT, .multiline = true, .trim = true,             \
			.max = 20000, .label = "Rules"),                                           \
		FIELD(struct event_form, kinds, TEXT, .multiline = true, .trim = true,             \
			.max = 2000, .label = "Kinds of medical problem")

static const struct field event_new_in[] = {
	FIELD(struct event_form, slug, TEXT, .required = true, .trim = true, .max = 40,
		.label = "Short name in the address"),
	EVENT_INPUTS,
	FIELD_END,
};

static const struct field event_edit_in[] = { EVENT_INPUTS, FIELD_END };

static enum status
dates_ok(const struct event_form *f, struct err *e)
{
	if (f->ends < f->starts)
		return err_set(e, E_INPUT, "ends", "The last day lies before the first.");
	if (f->ends - f->starts > 60LL * 86400)
		return err_set(e, E_INPUT, "ends", "An event lasts at most 60 days here.");
	return OK;
}

static enum status
event_new(struct req *r, const void *in, void *view, struct err *e)
{
	struct event_form *v = view;
	*v = (struct event_form){ .mode = "on site", .seats = 50, .fresh = true };
	return OK;
}

static enum status
event_create(struct req *r, const void *in, void *view, struct err *e)
{
	const struct event_form *f = in;
	if (!str_slug(str_of(f->slug)))
		return err_set(e, E_INPUT, "slug",
			"The short name may hold lower-case letters, digits and hyphens only.");
	TRY(dates_ok(f, e));
	TRY(db_event_add(r->db, f->slug, f->name, f->place, f->mode, f->starts, f->ends, f->seats,
		f->about, f->rules, f->kinds, r->now, e));
	r->event.id = db_last_id(r->db);
	TRY(event_plan(r->db, r->event.id, f->starts, f->ends, r->now, e));
	TRY(db_role_add(r->db, r->event.id, r->me.id, "organiser", "", r->now, e));
	r->redirect = arena_printf(r->arena, "/e/%s/today", f->slug);
	req_flash(r, "%s is made. Only you see it while it is a draft.", f->name);
	return req_audit(r, "event made", arena_printf(r->arena, "event %s", f->slug), f->name, e);
}

static enum status
event_edit(struct req *r, const void *in, void *view, struct err *e)
{
	struct event_form *v = view;
	struct event_by_id ev;
	TRY(db_event_by_id(r->db, r->event.id, &ev, e));
	*v = (struct event_form){ ev.slug, ev.name, ev.place, ev.mode, ev.about, ev.rules, ev.kinds,
		ev.starts, ev.ends, ev.seats, false };
	return OK;
}

static enum status
event_save(struct req *r, const void *in, void *view, struct err *e)
{
	const struct event_form *f = in;
	TRY(dates_ok(f, e));
	TRY(db_event_update(r->db, r->event.id, f->name, f->place, f->mode, f->starts, f->ends,
		f->seats, f->about, f->rules, f->kinds, e));
	req_flash(r, "Saved.");
	return req_audit(
		r, "event changed", arena_printf(r->arena, "event %s", r->event.slug), f->name, e);
}

/* ---- the public page ---------------------------------------------------------------------------
 */

static const struct field public_project_fields[] = {
	FIELD(struct public_project, slug, TEXT),
	FIELD(struct public_project, title, TEXT),
	FIELD(struct public_project, lead, TEXT),
	FIELD(struct public_project, question, HTML),
	FIELD_END,
};

static const struct field session_row_fields[] = {
	FIELD(struct session_row, id, INT),
	FIELD(struct session_row, starts, TIME),
	FIELD(struct session_row, ends, TIME),
	FIELD(struct session_row, title, TEXT),
	FIELD(struct session_row, speaker, TEXT),
	FIELD(struct session_row, room, TEXT),
	FIELD(struct session_row, state, TEXT, .doc = "past, now, next or empty"),
	FIELD_END,
};

static const struct field mentor_card_fields[] = {
	FIELD(struct mentor_card, name, TEXT),
	FIELD(struct mentor_card, role, TEXT),
	FIELD(struct mentor_card, about, TEXT),
	FIELD_END,
};

static const struct field event_view_fields[] = {
	FIELD(struct event_view, name, TEXT),
	FIELD(struct event_view, place, TEXT),
	FIELD(struct event_view, mode, TEXT),
	FIELD(struct event_view, kinds, TEXT),
	FIELD(struct event_view, phase, TEXT),
	FIELD(struct event_view, starts, TIME),
	FIELD(struct event_view, ends, TIME),
	FIELD(struct event_view, seats, INT),
	FIELD(struct event_view, about, HTML),
	FIELD(struct event_view, rules, HTML),
	FIELD_LIST(struct event_view, projects, public_project_fields),
	FIELD_LIST(struct event_view, sessions, session_row_fields),
	FIELD_LIST(struct event_view, people, mentor_card_fields),
	FIELD_END,
};

static enum status
load_sessions(struct req *r, struct session_row **ret_at, size_t *ret_n, struct err *e)
{
	struct programme_list_rows rows;
	TRY(db_programme_list(r->db, r->event.id, &rows, e));
	struct session_row *at = ARENA_ARRAY(r->arena, rows.n, struct session_row);
	bool next_seen = false;
	for (size_t i = 0; i < rows.n; i++) {
		const struct programme_list *p = &rows.at[i];
		const char *state = "";
		if (p->ends <= r->now) {
			state = "past";
		} else if (p->starts <= r->now) {
			state = "now";
		} else if (!next_seen) {
			state = "next";
			next_seen = true;
		}
		at[i] = (struct session_row){ p->id, p->starts, p->ends, p->title, p->speaker,
			p->room, state };
	}
	*ret_at = at;
	*ret_n = rows.n;
	return OK;
}

/* What a visitor can do next. Somebody with a role goes to their own page. */
static void
next_for_visitor(struct req *r, struct event_view *v)
{
	const char *slug = r->event.slug;
	if (r->roles & (ROLE_STAFF | ROLE_PARTICIPANT)) {
		v->action = "Go to your page";
		v->action_href = arena_printf(r->arena, "/e/%s/today", slug);
		v->action_why = "You have a part in this event.";
	} else if (r->event.phase == PHASE_APPLICATIONS) {
		v->action = "Apply";
		v->action_href = arena_printf(r->arena, "/e/%s/apply", slug);
		v->action_why = "It takes about five minutes; what you type is kept as you go.";
	} else if (r->event.phase == PHASE_CALL) {
		v->action = "Propose a project";
		v->action_href = arena_printf(r->arena, "/e/%s/projects/new", slug);
		v->action_why = "Clinicians: bring a question and tell us about the data.";
	} else if (r->event.phase == PHASE_CLOSED) {
		v->action = "See the results";
		v->action_href = arena_printf(r->arena, "/e/%s/results", slug);
		v->action_why = "The jury has decided.";
	}
}

static enum status
event_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct event_view *v = view;
	struct event_by_id ev;
	struct project_list_public_rows projects;
	struct role_people_rows people;
	TRY(db_event_by_id(r->db, r->event.id, &ev, e));
	TRY(db_project_list_public(r->db, r->event.id, &projects, e));
	TRY(db_role_people(r->db, r->event.id, &people, e));
	v->name = ev.name;
	v->place = ev.place;
	v->mode = ev.mode;
	v->kinds = ev.kinds;
	v->phase = phase_title(r->event.phase);
	v->starts = ev.starts;
	v->ends = ev.ends;
	v->seats = ev.seats;
	v->about = markdown_html(r->arena, ev.about);
	v->rules = markdown_html(r->arena, ev.rules);
	v->projects.at = ARENA_ARRAY(r->arena, projects.n, struct public_project);
	v->projects.n = projects.n;
	for (size_t i = 0; i < projects.n; i++)
		v->projects.at[i] = (struct public_project){ projects.at[i].slug,
			projects.at[i].title, projects.at[i].lead,
			markdown_html(r->arena, projects.at[i].question) };
	v->people.at = ARENA_ARRAY(r->arena, people.n, struct mentor_card);
	for (size_t i = 0; i < people.n; i++)
		if (streq(people.at[i].role, "mentor") || streq(people.at[i].role, "juror"))
			v->people.at[v->people.n++] = (struct mentor_card){ people.at[i].name,
				people.at[i].role, people.at[i].about };
	next_for_visitor(r, v);
	r->page.title = "About";
	return load_sessions(r, &v->sessions.at, &v->sessions.n, e);
}

/* ---- programme ---------------------------------------------------------------------------------
 */

static const struct field programme_fields[] = {
	FIELD_LIST(struct programme_view, sessions, session_row_fields),
	FIELD(struct programme_view, may_edit, BOOL),
	FIELD_END,
};

static enum status
programme_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct programme_view *v = view;
	v->may_edit = req_may(r, CAP_EVENT_EDIT);
	return load_sessions(r, &v->sessions.at, &v->sessions.n, e);
}

static const struct field session_in[] = {
	FIELD(struct session_row, title, TEXT, .required = true, .trim = true, .max = 200,
		.label = "Title"),
	FIELD(struct session_row, starts, TIME, .required = true, .label = "From"),
	FIELD(struct session_row, ends, TIME, .required = true, .label = "Until"),
	FIELD(struct session_row, speaker, TEXT, .trim = true, .max = 200, .label = "Speaker"),
	FIELD(struct session_row, room, TEXT, .trim = true, .max = 200, .label = "Room or link"),
	FIELD_END,
};

static enum status
session_add(struct req *r, const void *in, void *view, struct err *e)
{
	const struct session_row *f = in;
	if (f->ends <= f->starts)
		return err_set(e, E_INPUT, "ends", "The session ends before it begins.");
	TRY(db_programme_add(
		r->db, r->event.id, f->starts, f->ends, f->title, f->speaker, f->room, e));
	req_flash(r, "\"%s\" is in the programme.", f->title);
	return req_audit(r, "programme changed", "session", f->title, e);
}

static const struct field session_id_in[] = {
	FIELD(struct session_row, id, INT, .required = true, .min = 1, .max = INT64_MAX),
	FIELD_END,
};

static enum status
session_remove(struct req *r, const void *in, void *view, struct err *e)
{
	const struct session_row *f = in;
	TRY(db_programme_remove(r->db, r->event.id, f->id, e));
	req_flash(r, "The session is removed.");
	return req_audit(r, "programme changed", "session",
		arena_printf(r->arena, "removed %lld", (long long)f->id), e);
}

/* ---- phases ------------------------------------------------------------------------------------
 */

static const struct field phase_row_fields[] = {
	FIELD(struct phase_row, word, TEXT),
	FIELD(struct phase_row, title, TEXT),
	FIELD(struct phase_row, state, TEXT, .doc = "done, now or later"),
	FIELD(struct phase_row, starts, TIME),
	FIELD(struct phase_row, begun, TIME),
	FIELD(struct phase_row, clock, BOOL, .doc = "begins by itself"),
	FIELD_END,
};

static const struct field phases_fields[] = {
	FIELD_LIST(struct phases_view, phases, phase_row_fields),
	FIELD(struct phases_view, present, TEXT),
	FIELD(struct phases_view, next, TEXT),
	FIELD_END,
};

static enum status
phases_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct phases_view *v = view;
	struct phase_list_rows rows;
	TRY(db_phase_list(r->db, r->event.id, &rows, e));
	v->phases.at = ARENA_ARRAY(r->arena, rows.n, struct phase_row);
	v->phases.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		enum phase p = phase_parse(rows.at[i].phase);
		v->phases.at[i] = (struct phase_row){ rows.at[i].phase, phase_title(p),
			p == r->event.phase  ? "now"
			: p < r->event.phase ? "done"
					     : "later",
			rows.at[i].starts, rows.at[i].begun, rows.at[i].clock };
	}
	v->present = phase_word(r->event.phase);
	v->present_title = phase_title(r->event.phase);
	if (r->event.phase + 1 < PHASES) {
		v->next = phase_word((enum phase)(r->event.phase + 1));
		v->next_title = phase_title((enum phase)(r->event.phase + 1));
	}
	return OK;
}

struct move_in {
	const char *phase, *confirm;
};

#define PHASE_CHOICES                                                                              \
	"draft|call|applications|selection|teams|setup|sample|full|presentations|final|closed"

static const struct field move_in_fields[] = {
	FIELD(struct move_in, phase, TEXT, .required = true, .choices = PHASE_CHOICES,
		.label = "Phase"),
	FIELD(struct move_in, confirm, TEXT, .trim = true,
		.doc = "the event's name, to close it: that cannot be undone"),
	FIELD_END,
};

static enum status
phase_move(struct req *r, const void *in, void *view, struct err *e)
{
	const struct move_in *f = in;
	enum phase to = phase_parse(f->phase);
	if (to == PHASE_CLOSED && !streq(f->confirm, r->event.name))
		return err_set(e, E_INPUT, "confirm",
			"Closing destroys every workspace. Type the event's name, \"%s\", to do "
			"it.",
			r->event.name);
	TRY(event_move(r->db, r->event.id, to, r->me.id, r->me.name, r->now, e));
	req_after(r, workspace_cut_all, r->event.id, 0, 0);
	req_flash(r, "%s is now in the phase \"%s\". Everybody concerned has been told.",
		r->event.name, phase_title(to));
	return OK;
}

struct plan_in {
	const char *phase;
	int64_t starts;
	bool clock;
};

static const struct field plan_in_fields[] = {
	FIELD(struct plan_in, phase, TEXT, .required = true, .choices = PHASE_CHOICES,
		.label = "Phase"),
	FIELD(struct plan_in, starts, TIME, .required = true, .label = "Begins"),
	FIELD(struct plan_in, clock, BOOL, .label = "Begins by itself"),
	FIELD_END,
};

static enum status
phase_plan(struct req *r, const void *in, void *view, struct err *e)
{
	const struct plan_in *f = in;
	if (f->clock && streq(f->phase, "closed"))
		return err_set(e, E_INPUT, "clock",
			"An event is closed by hand only: it destroys the workspaces.");
	TRY(db_phase_put(r->db, r->event.id, f->phase, f->starts, f->clock, e));
	req_flash(r, "The date of \"%s\" is saved.", phase_title(phase_parse(f->phase)));
	return req_audit(r, "phase planned", f->phase, clock_moment(r->arena, f->starts), e);
}

/* ---- roles -------------------------------------------------------------------------------------
 */

static const struct field role_row_fields[] = {
	FIELD(struct role_row, role, TEXT),
	FIELD(struct role_row, name, TEXT),
	FIELD(struct role_row, email, TEXT),
	FIELD(struct role_row, about, TEXT),
	FIELD(struct role_row, person, INT),
	FIELD(struct role_row, since, TIME),
	FIELD_END,
};

static const struct field roles_fields[] = {
	FIELD_LIST(struct roles_view, people, role_row_fields),
	FIELD_END,
};

static enum status
roles_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct roles_view *v = view;
	struct role_people_rows rows;
	TRY(db_role_people(r->db, r->event.id, &rows, e));
	v->people.at = ARENA_ARRAY(r->arena, rows.n, struct role_row);
	v->people.n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		v->people.at[i] = (struct role_row){ rows.at[i].role, rows.at[i].about,
			rows.at[i].name, rows.at[i].email, rows.at[i].id, rows.at[i].since };
	return OK;
}

#define STAFF_CHOICES "organiser|steward|lead|mentor|juror|reviewer"

static const struct field invite_in[] = {
	FIELD(struct role_row, name, TEXT, .required = true, .trim = true, .max = 120,
		.label = "Name"),
	FIELD(struct role_row, email, TEXT, .required = true, .trim = true, .max = 200,
		.label = "E-mail"),
	FIELD(struct role_row, role, TEXT, .required = true, .choices = STAFF_CHOICES,
		.label = "Role"),
	FIELD(struct role_row, about, TEXT, .trim = true, .max = 300, .label = "Background"),
	FIELD_END,
};

static enum status
role_invite(struct req *r, const void *in, void *view, struct err *e)
{
	const struct role_row *f = in;
	struct people_found p;
	const char *url;
	TRY(people_entrust(r->db, f->email, f->name, r->event.id, r->now, &p, e));
	TRY(db_role_add(r->db, r->event.id, p.id, f->role, f->about, r->now, e));
	TRY(people_invite(r, p.id, f->email, arena_printf(r->arena, "/e/%s/today", r->event.slug),
		f->role, &url, e));
	/*
	 * The organiser may hand a newcomer's link over in person; it is good once. A link of
	 * somebody who has been here would make the organiser that person.
	 */
	if (p.fresh)
		req_flash(r,
			"%s is now %s. A sign-in link is on its way to %s; you may also pass it "
			"on: %s",
			f->name, f->role, f->email, url);
	else
		req_flash(r, "%s is now %s. A sign-in link is on its way to %s.%s", f->name,
			f->role, f->email,
			p.locked ? " Nobody had proven that address yet, so the password of its "
				   "account no longer works; the link does."
				 : "");
	return req_audit(r, "role given", f->role, f->email, e);
}

static const struct field role_remove_in[] = {
	FIELD(struct role_row, person, INT, .required = true, .min = 1, .max = INT64_MAX),
	FIELD(struct role_row, role, TEXT, .required = true, .choices = STAFF_CHOICES),
	FIELD_END,
};

static enum status
role_take(struct req *r, const void *in, void *view, struct err *e)
{
	const struct role_row *f = in;
	struct role_count n;
	TRY(db_role_remove(r->db, r->event.id, f->person, f->role, e));
	if (db_changes(r->db) == 0)
		return err_set(e, E_CONFLICT, "person", "That person does not have that role.");
	if (streq(f->role, "mentor"))
		TRY(db_mentor_leave(r->db, r->event.id, f->person, e));
	TRY(db_role_count(r->db, r->event.id, "organiser", &n, e));
	if (n.n == 0)
		return err_set(e, E_CONFLICT, "person", "An event needs at least one organiser.");
	req_flash(r, "The role is taken back.");
	return req_audit(r, "role taken", f->role,
		arena_printf(r->arena, "person %lld", (long long)f->person), e);
}

const struct route event_routes[] = {
	{ GET, "/", front, CAP_PUBLIC, "The events of this server.", "Events",
		VIEW(struct front_view, front_fields), .page = page_front },
	{ GET, "/about", about, CAP_PUBLIC, "What the server does with people's data.",
		"What this server does with your data", VIEW(struct about_view, about_fields),
		.page = page_about },
	{ GET, "/events/new", event_new, CAP_EVENT_CREATE, "The form for a new event.", "New event",
		VIEW(struct event_form, event_form_fields), .page = page_event_edit },
	{ POST, "/events/new", event_create, CAP_EVENT_CREATE, "Makes an event, as a draft.",
		IN(struct event_form, event_new_in) },
	{ GET, "/e/:event", event_show, CAP_EVENT_READ, "The event's public page.", NULL,
		VIEW(struct event_view, event_view_fields), .page = page_event },
	{ GET, "/e/:event/edit", event_edit, CAP_EVENT_EDIT, "The event's facts, to change.",
		"Event settings", VIEW(struct event_form, event_form_fields),
		.page = page_event_edit },
	{ POST, "/e/:event/edit", event_save, CAP_EVENT_EDIT, "Changes the event's facts.",
		IN(struct event_form, event_edit_in) },
	{ GET, "/e/:event/programme", programme_show, CAP_EVENT_READ, "The programme.", "Programme",
		VIEW(struct programme_view, programme_fields), .page = page_programme },
	{ POST, "/e/:event/programme", session_add, CAP_EVENT_EDIT, "Adds a session.",
		IN(struct session_row, session_in) },
	{ POST, "/e/:event/programme/remove", session_remove, CAP_EVENT_EDIT, "Removes a session.",
		IN(struct session_row, session_id_in), .then = "/e/:event/programme",
		.shows = "/e/:event/programme" },
	{ GET, "/e/:event/phases", phases_show, CAP_EVENT_MOVE, "The phases and their dates.",
		"Phases", VIEW(struct phases_view, phases_fields), .page = page_phases },
	{ POST, "/e/:event/phases/move", phase_move, CAP_EVENT_MOVE, "Moves to another phase.",
		IN(struct move_in, move_in_fields), .then = "/e/:event/phases",
		.shows = "/e/:event/phases" },
	{ POST, "/e/:event/phases", phase_plan, CAP_EVENT_MOVE, "Plans when a phase begins.",
		IN(struct plan_in, plan_in_fields) },
	{ GET, "/e/:event/roles", roles_show, CAP_ROLE_GIVE, "Who has which role.", "Roles",
		VIEW(struct roles_view, roles_fields), .page = page_roles },
	{ POST, "/e/:event/roles", role_invite, CAP_ROLE_GIVE, "Invites a person into a role.",
		IN(struct role_row, invite_in) },
	{ POST, "/e/:event/roles/remove", role_take, CAP_ROLE_GIVE, "Takes a role back.",
		IN(struct role_row, role_remove_in), .then = "/e/:event/roles",
		.shows = "/e/:event/roles" },
	{ 0 },
};
