#include "portal/event/event.h"

#include <stdlib.h>

#include "base/version.h"
#include "portal/event/about.html.h"
#include "portal/event/event.html.h"
#include "portal/event/event.sql.h"
#include "portal/event/event_edit.html.h"
#include "portal/event/front.html.h"
#include "portal/web/markdown.h"

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

static int
by_role_and_name(const void *x, const void *y)
{
	const struct mentor_card *a = x, *b = y;
	int d = strcmp(a->role, b->role);
	return d ? d : strcmp(a->name, b->name);
}

static enum status
event_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct event_view *v = view;
	struct event_by_id ev;
	struct project_list_public_rows projects;
	struct role_people_public_rows people;
	TRY(db_event_by_id(r->db, r->event.id, &ev, e));
	TRY(db_project_list_public(r->db, r->event.id, &projects, e));
	TRY(db_role_people_public(r->db, r->event.id, &people, e));
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
	v->people.n = people.n;
	for (size_t i = 0; i < people.n; i++)
		v->people.at[i] = (struct mentor_card){ people.at[i].name, people.at[i].role,
			people.at[i].about };
	qsort(v->people.at, v->people.n, sizeof v->people.at[0], by_role_and_name);
	event_next_for_visitor(r->arena, r->event.slug, r->roles, r->event.phase, v);
	r->page.title = "About";
	return programme_load(r, &v->sessions.at, &v->sessions.n, e);
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
	{ 0 },
};
