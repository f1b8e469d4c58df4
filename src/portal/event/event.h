/*
 * The event itself: its facts, its phases, its programme, and who has which role in it.
 *
 * Rules here take a struct db inside a transaction; memory is the db's arena. Thread rule: as db.
 */
#ifndef PORTAL_EVENT_EVENT_H
#define PORTAL_EVENT_EVENT_H

#include "portal/web/req.h"
#include "portal/web/route.h"

/*
 * Moves an event to another phase, forwards or back, in the present transaction: the row, what
 * workspaces are to become, a mail to everybody concerned, and the audit entry. actor 0 is the
 * clock. E_CONFLICT when it is there already, or is closed. After the commit the connections
 * into its workspaces are to be cut: workspace_cut_all.
 */
enum status event_move(struct db *, int64_t event, enum phase to, int64_t actor,
	const char *actor_name, int64_t now, struct err *);

/* When a phase is planned to begin, unix seconds; 0 when it is not planned, or phase is PHASES. */
enum status event_phase_starts(struct db *, int64_t event, enum phase, int64_t *ret, struct err *);

/* Plans every phase of a new event, counted back from its first day. */
enum status event_plan(
	struct db *, int64_t event, int64_t starts, int64_t ends, int64_t now, struct err *);

extern const struct route event_routes[];

/* Views of this room's pages. */
struct about_view {
	const char *version;
};

struct event_card {
	const char *slug, *name, *place, *mode, *phase;
	int64_t starts, ends;
};

struct front_view {
	LIST(struct event_card) events;
	bool may_create;
};

struct event_form {
	const char *slug, *name, *place, *mode, *about, *rules, *kinds;
	int64_t starts, ends, seats;
	bool fresh; /* for a new event: the short name can be chosen */
};

struct public_project {
	const char *slug, *title, *lead;
	struct html_safe question;
};

struct session_row {
	int64_t id, starts, ends;
	const char *title, *speaker, *room;
	const char *state; /* "past", "now", "next", "" */
};

struct mentor_card {
	const char *name, *role, *about;
};

struct event_view {
	const char *name, *place, *mode, *kinds, *phase;
	int64_t starts, ends, seats;
	struct html_safe about, rules;
	LIST(struct public_project) projects;
	LIST(struct session_row) sessions;
	LIST(struct mentor_card) people;
	const char *action_href, *action; /* the one thing to do next for a visitor */
	const char *action_why;
};

struct programme_view {
	LIST(struct session_row) sessions;
	bool may_edit;
};

struct phase_row {
	const char *word, *title, *state; /* done, now, later */
	int64_t starts, begun;
	bool clock;
};

struct phases_view {
	LIST(struct phase_row) phases;
	const char *present, *present_title;
	const char *next, *next_title; /* NULL at the end */
};

struct role_row {
	const char *role, *about, *name, *email;
	int64_t person, since;
};

struct roles_view {
	LIST(struct role_row) people;
};

#endif
