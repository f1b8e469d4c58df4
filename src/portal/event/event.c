#include "portal/event/event.h"

#include "base/clock.h"
#include "portal/audit/audit.h"
#include "portal/event/event.sql.h"
#include "portal/people/people.sql.h"
#include "portal/workspace/workspace.h"

enum { DAY = 86400 };

/* Days before the first day on which a phase begins, after the reference event's six months. */
static const struct {
	enum phase phase;
	int days;
} plan[] = {
	{ PHASE_DRAFT, 182 },
	{ PHASE_CALL, 150 },
	{ PHASE_APPLICATIONS, 75 },
	{ PHASE_SELECTION, 30 },
	{ PHASE_TEAMS, 21 },
	{ PHASE_SETUP, 14 },
	{ PHASE_SAMPLE, 4 },
	{ PHASE_FULL, 1 },
};

enum status
event_plan(struct db *db, int64_t event, int64_t starts, int64_t ends, int64_t now, struct err *e)
{
	for (size_t i = 0; i < sizeof plan / sizeof plan[0]; i++)
		TRY(db_phase_put(db, event, phase_word(plan[i].phase),
			starts - (int64_t)plan[i].days * DAY, false, e));
	/* Work ends in the afternoon of the last day; the final is held that evening. */
	TRY(db_phase_put(db, event, phase_word(PHASE_PRESENTATIONS), ends - 8 * 3600, false, e));
	TRY(db_phase_put(db, event, phase_word(PHASE_FINAL), ends - 4 * 3600, false, e));
	TRY(db_phase_put(db, event, phase_word(PHASE_CLOSED), ends + DAY, false, e));
	return db_phase_begin(db, event, phase_word(PHASE_DRAFT), now, e);
}

enum status
event_phase_starts(struct db *db, int64_t event, enum phase p, int64_t *ret, struct err *e)
{
	struct phase_planned row = { 0 };
	if (p < PHASES) {
		enum status s = db_phase_planned(db, event, phase_word(p), &row, e);
		if (s != OK && s != E_ABSENT)
			return s;
	}
	*ret = row.starts;
	return OK;
}

static const char *
word_to_all(enum phase to)
{
	static const char *const words[PHASES] = {
		[PHASE_CALL] = "The call for projects is open.",
		[PHASE_APPLICATIONS] = "Applications are open.",
		[PHASE_SELECTION] = "Applications are closed; participants are being selected.",
		[PHASE_TEAMS] = "Teams are being formed.",
		[PHASE_SETUP] =
			"Workspaces are open for setting up. There are no data in them yet.",
		[PHASE_SAMPLE] = "A sample of the data is open in your workspace.",
		[PHASE_FULL] = "The full data are open in your workspace.",
		[PHASE_PRESENTATIONS] = "Work on the data has ended. Presentations are next.",
		[PHASE_FINAL] = "The final begins.",
		[PHASE_CLOSED] = "The event is closed. The results are published.",
	};
	return words[to];
}

static enum status
tell_all(struct db *db, const struct event_by_id *ev, enum phase to, int64_t now, struct err *e)
{
	struct event_people_rows people;
	const char *text = word_to_all(to);
	if (!text)
		return OK;
	TRY(db_event_people(db, ev->id, &people, e));
	for (size_t i = 0; i < people.n; i++)
		TRY(db_outbox_add(db, ev->id, people.at[i].id, people.at[i].email,
			arena_printf(db_arena(db), "%s: %s", ev->name, phase_title(to)), text, now,
			e));
	return OK;
}

enum status
event_move(struct db *db, int64_t event, enum phase to, int64_t actor, const char *actor_name,
	int64_t now, struct err *e)
{
	struct event_by_id ev;
	TRY(db_event_by_id(db, event, &ev, e));
	enum phase from = phase_parse(ev.phase);
	TRY(event_move_ok(from, to, e));
	TRY(db_event_set_phase(db, event, phase_word(to), e));
	TRY(db_phase_begin(db, event, phase_word(to), now, e));
	TRY(workspace_want_all(db, event, to, now, e));
	TRY(tell_all(db, &ev, to, now, e));
	struct audit_entry entry = {
		.at = now,
		.actor = actor,
		.actor_name = actor_name,
		.event = event,
		.action = "phase moved",
		.object = arena_printf(db_arena(db), "event %s", ev.slug),
		.detail =
			arena_printf(db_arena(db), "%s to %s", phase_title(from), phase_title(to)),
	};
	return audit_add(db, &entry, e);
}

void
event_next_for_visitor(
	struct arena *a, const char *slug, unsigned roles, enum phase phase, struct event_view *v)
{
	const char *to = NULL;
	if (roles & (ROLE_STAFF | ROLE_PARTICIPANT)) {
		v->action = "Go to your page";
		v->action_why = "You have a part in this event.";
		to = "today";
	} else if (phase == PHASE_APPLICATIONS) {
		v->action = "Apply";
		v->action_why = "It takes about five minutes; what you type is kept as you go.";
		to = "apply";
	} else if (phase == PHASE_CALL) {
		v->action = "Propose a project";
		v->action_why = "Clinicians: bring a question and tell us about the data.";
		to = "projects/new";
	} else if (phase == PHASE_CLOSED) {
		v->action = "See the results";
		v->action_why = "The jury has decided.";
		to = "results";
	}
	if (to)
		v->action_href = arena_printf(a, "/e/%s/%s", slug, to);
}

void
programme_mark(struct session_row *at, size_t n, int64_t now)
{
	bool next_seen = false;
	for (size_t i = 0; i < n; i++) {
		at[i].state = "";
		if (at[i].ends <= now) {
			at[i].state = "past";
		} else if (at[i].starts <= now) {
			at[i].state = "now";
		} else if (!next_seen) {
			at[i].state = "next";
			next_seen = true;
		}
	}
}
