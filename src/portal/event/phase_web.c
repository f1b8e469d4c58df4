/* The phases: their dates, and moving from one to another. */
#include "portal/event/event.h"

#include "base/clock.h"
#include "portal/event/event.sql.h"
#include "portal/event/phase_move.html.h"
#include "portal/event/phases.html.h"
#include "portal/web/web.sql.h"
#include "portal/workspace/workspace.h"

static const struct field phase_row_fields[] = {
	FIELD(struct phase_row, word, TEXT),
	FIELD(struct phase_row, title, TEXT),
	FIELD(struct phase_row, state, TEXT, .doc = "done, now or later"),
	FIELD(struct phase_row, move, TEXT,
		.doc = "begin or back when the event can be moved to it, else empty"),
	FIELD(struct phase_row, starts, TIME),
	FIELD(struct phase_row, begun, TIME),
	FIELD(struct phase_row, clock, BOOL, .doc = "begins at the planned time by itself"),
	FIELD_END,
};

static const struct field phases_fields[] = {
	FIELD_LIST(struct phases_view, phases, phase_row_fields),
	FIELD(struct phases_view, present, TEXT),
	FIELD(struct phases_view, next, TEXT),
	FIELD_END,
};

/* The next phase has a place of its own on the page, and closing is no way past everything. */
static const char *
can_move(enum phase from, enum phase to)
{
	if (event_move_ok(from, to, NULL) != OK || to == PHASE_CLOSED || from + 1 == to)
		return "";
	return to < from ? "back" : "begin";
}

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
		v->phases.at[i] = (struct phase_row){ .word = rows.at[i].phase,
			.title = phase_title(p),
			.state = p == r->event.phase  ? "now"
				 : p < r->event.phase ? "done"
						      : "later",
			.move = can_move(r->event.phase, p),
			.starts = rows.at[i].starts,
			.begun = rows.at[i].begun,
			.clock = rows.at[i].clock };
	}
	v->present = phase_word(r->event.phase);
	v->present_title = phase_title(r->event.phase);
	if (r->event.phase + 1 < PHASES) {
		v->next = phase_word((enum phase)(r->event.phase + 1));
		v->next_title = phase_title((enum phase)(r->event.phase + 1));
	}
	return OK;
}

static const struct field move_fields[] = {
	FIELD(struct move_view, word, TEXT, .doc = "the phase that would begin"),
	FIELD(struct move_view, title, TEXT),
	FIELD(struct move_view, present_title, TEXT),
	FIELD(struct move_view, back, BOOL),
	FIELD(struct move_view, closes, BOOL, .doc = "asks for the event's name"),
	FIELD(struct move_view, happens, TEXTS),
	FIELD(struct move_view, missing, TEXTS, .doc = "what is not done"),
	FIELD(struct move_view, final, TEXTS, .doc = "what cannot be undone"),
	FIELD_END,
};

static enum status
move_show(struct req *r, const void *in, void *view, struct err *e)
{
	struct move_view *v = view;
	struct event_move_numbers n;
	enum phase to = phase_parse(req_query(r, "phase"));
	/* Shown again after an error, the address holds no phase, but the form does. */
	if (to == PHASES)
		to = phase_parse(page_kept(&r->page, "phase", ""));
	if (to == PHASES)
		return err_set(e, E_ABSENT, "phase", "There is no such phase.");
	TRY(event_move_ok(r->event.phase, to, e));
	TRY(db_event_move_numbers(r->db, r->event.id, r->now, &n, e));
	if (!config_mails(&r->server->config))
		n.people = 0; /* to tell */
	v->word = phase_word(to);
	v->title = phase_title(to);
	v->present_title = phase_title(r->event.phase);
	event_move_effects(r->arena, r->event.phase, to, &n, v);
	r->page.title =
		arena_printf(r->arena, "%s: %s", v->back ? "Go back to" : "Begin", v->title);
	return OK;
}

struct move_in {
	const char *phase, *confirm;
};

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
	TRY(workspace_leave_all(r, e));
	req_flash(r, "%s is now in the phase “%s”. Everybody concerned has been told.",
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
	FIELD(struct plan_in, clock, BOOL, .label = "At this time"),
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
	req_flash(r, "The date of “%s” is saved.", phase_title(phase_parse(f->phase)));
	return req_audit(r, "phase planned", phase_title(phase_parse(f->phase)),
		clock_moment(r->arena, f->starts), e);
}

const struct route phase_routes[] = {
	{ GET, "/e/:event/phases", phases_show, CAP_EVENT_MOVE, "The phases and their dates.",
		"Phases", VIEW(struct phases_view, phases_fields), .page = page_phases },
	{ GET, "/e/:event/phases/move", move_show, CAP_EVENT_MOVE,
		"What moving to the phase of the query's phase would bring.", "Begin a phase",
		VIEW(struct move_view, move_fields), .page = page_phase_move },
	{ POST, "/e/:event/phases/move", phase_move, CAP_EVENT_MOVE, "Moves to another phase.",
		IN(struct move_in, move_in_fields), .then = "/e/:event/phases" },
	{ POST, "/e/:event/phases", phase_plan, CAP_EVENT_MOVE, "Plans when a phase begins.",
		IN(struct plan_in, plan_in_fields) },
	{ 0 },
};
