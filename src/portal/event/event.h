/*
 * The event itself: its facts, its phases, its programme, and who has which role in it.
 *
 * Rules here take a struct db inside a transaction; memory is the db's arena. Thread rule: as db.
 */
#ifndef PORTAL_EVENT_EVENT_H
#define PORTAL_EVENT_EVENT_H

#include "portal/web/req.h"
#include "portal/web/route.h"

struct event_move_numbers;
struct event_view;
struct move_view;
struct session_row;

/*
 * Moves an event to another phase, forwards or back, in the present transaction: the row, what
 * workspaces are to become, a mail to everybody concerned, and the audit entry. actor 0 is the
 * clock. E_CONFLICT when event_move_ok says no. After the commit the connections
 * into its workspaces are to be cut: workspace_leave_all.
 */
enum status event_move(struct db *, int64_t event, enum phase to, int64_t actor,
	const char *actor_name, int64_t now, struct err *);

/*
 * May an event go from one phase to another? Forwards as far as one likes, back by one phase, never
 * back to a draft, and nowhere once it is closed. Pure. E_CONFLICT with a sentence.
 */
enum status event_move_ok(enum phase from, enum phase to, struct err *);

/* Tells what a move that may be would bring, in sentences with numbers. Pure. */
void event_move_effects(struct arena *, enum phase from, enum phase to,
	const struct event_move_numbers *, struct move_view *);

/* What a visitor with these roles can do next, into the view's action; none leaves it NULL. Pure.
 */
void event_next_for_visitor(
	struct arena *, const char *slug, unsigned roles, enum phase, struct event_view *);

/* Says of each session whether it is past, now, next (the first that comes) or none. Pure. */
void programme_mark(struct session_row *, size_t n, int64_t now);

/* When a phase is planned to begin, unix seconds; 0 when it is not planned, or phase is PHASES. */
enum status event_phase_starts(struct db *, int64_t event, enum phase, int64_t *ret, struct err *);

/* Plans every phase of a new event, counted back from its first day. */
enum status event_plan(
	struct db *, int64_t event, int64_t starts, int64_t ends, int64_t now, struct err *);

extern const struct route event_routes[], programme_routes[], phase_routes[], role_routes[];

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

extern const struct field session_row_fields[];
/* The sessions of the request's event, marked. */
enum status programme_load(struct req *, struct session_row **ret_at, size_t *ret_n, struct err *);

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
	const char *move;                 /* "begin" or "back" when it can be moved to from here */
	int64_t starts, begun;
	bool clock;
};

struct phases_view {
	LIST(struct phase_row) phases;
	const char *present, *present_title;
	const char *next, *next_title; /* NULL at the end */
};

/* What a move to another phase would bring. */
struct move_view {
	const char *word, *title, *present_title;
	bool back, closes;
	text_list happens, missing, final; /* sentences; final: what cannot be undone */
};

struct role_row {
	const char *role, *about, *name, *email;
	int64_t person, since;
	bool waits; /* a steward who is named and not confirmed */
};

/* Asked before a role is taken back. */
struct role_take_view {
	int64_t person;
	const char *role, *name, *email, *what; /* what: comes of it, a sentence */
	bool waits;
};

struct role_choice {
	const char *word, *title;
};

/* Those with one role, to be unfolded. */
struct role_group {
	const char *role, *title;
	bool open;
	int64_t n, waits; /* of them named and not confirmed */
	LIST(struct role_row) people;
};

struct roles_view {
	bool set_up;       /* mail is: what invites somebody */
	const char *words; /* that were looked for, in names, addresses and backgrounds */
	int64_t all;       /* without them */
	LIST(struct role_row) people;
	LIST(struct role_group) groups;
	LIST(struct role_choice) choices;
};

#endif
