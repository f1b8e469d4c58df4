/*
 * Workspaces as the portal knows them: who may enter, what the event's phase asks of them, and the
 * tickets that lead in. What makes it so is portal/keeper.
 *
 * Rules take a struct db; results are in its arena. Thread rule: as db.h. The functions that take a
 * struct server need no database and may be called by any thread.
 */
#ifndef PORTAL_WORKSPACE_WORKSPACE_H
#define PORTAL_WORKSPACE_WORKSPACE_H

#include "portal/usage/usage.h"
#include "portal/web/req.h"
#include "portal/web/route.h"

enum { TICKET_SECONDS = 60 };

/* What a visitor who is let in is, there. */
struct admission {
	int64_t ws, person, session, event, team;
	int64_t slot;      /* the member's place inside, 0 to 63 */
	int64_t expires;   /* of the sign-in, unix seconds; 0 for a command inside */
	const char *label; /* "workspace 3 of Team 2", for the audit trail */
};

/* What decides about a visitor; see workspace_judge. */
struct admission_facts {
	bool all_sealed;   /* the event, by the red button */
	bool asks_session; /* false for a command inside, which has no sign-in */
	bool signed_in;    /* the session lives and is the person's */
	bool member;       /* of the team, at present */
	bool participant;
	bool agreement; /* the event has one */
	bool signed_it; /* its current version, by this person */
	enum phase phase;
	const char *event_name;
	const char *want, *state, *stage; /* of the workspace, as stored */
};

/*
 * The one place that says who may be in a workspace. Pure. OK, E_AUTH, E_DENIED or E_CONFLICT with
 * a sentence for the visitor, E_BUSY while the workspace opens.
 */
enum status workspace_judge(const struct admission_facts *, struct err *);

/*
 * workspace_judge on what the database holds: for tickets, for the gate's repeated checks and for
 * the desk alike. session 0: a command inside, no sign-in is asked for. E_ABSENT for an unknown
 * workspace. ret may be NULL.
 */
enum status workspace_admits(struct db *, int64_t ws, int64_t person, int64_t session, int64_t now,
	struct admission *ret, struct err *);

/* A ticket good once within TICKET_SECONDS; 64 hex digits. Only its hash is stored. */
enum status workspace_ticket_make(struct db *, int64_t ws, int64_t person, int64_t session,
	int64_t now, const char **ret, struct err *);

/*
 * Uses a ticket up, whatever comes of it, and admits its holder, with an audit entry. Begins and
 * ends its own transaction. E_AUTH for a ticket that is unknown, used, too old, or of another
 * workspace.
 */
enum status workspace_ticket_use(struct db *, int64_t ws, const char *ticket, int64_t now,
	struct admission *ret, struct err *);

/* "http://w17.localhost:8081" + path. */
const char *workspace_url(struct arena *, const struct config *, int64_t ws, const char *path);

/* "closed", "setup", "sample", "full", "frozen" or "destroyed": what a phase asks of every
 * workspace. */
const char *workspace_want(enum phase);

/*
 * In the transaction that moves the event: makes the workspaces that teams lack (from setup on) and
 * sets what all of them are to become. The keeper does the rest once it is nudged.
 */
enum status workspace_want_all(struct db *, int64_t event, enum phase, int64_t now, struct err *);

/* Members or limits of a team's workspace have changed: the warden is to know. In a transaction. */
enum status workspace_changed(struct db *, int64_t team, struct err *);

/*
 * In the transaction that changed what is wanted of an event's workspaces: once it is on disk,
 * every connection into those that are open is cut, and those that are to close end at once, side
 * by side. The keeper does the rest. Nobody waits for any of it.
 */
enum status workspace_leave_all(struct req *, struct err *);

/* ---- requests about one workspace ---- */

struct workspace_in_event; /* workspace.sql */
/* The one that the address names by `param`, of this event. E_ABSENT. */
enum status workspace_asked(
	struct req *, const char *param, struct workspace_in_event *ret, struct err *);
enum status workspace_audit(
	struct req *, const struct workspace_in_event *, const char *action, struct err *);

/* ---- after a commit (see req_after) ---- */

/*
 * Ends everything that a person has running in a workspace: cuts the connections, then the warden
 * ends the processes. A failure is logged; the removal itself stands in the database. Call
 * workspace_changed in the transaction too, so that the workspace forgets the person.
 */
void workspace_evict(struct server *, int64_t ws, int64_t person, int64_t unused);
/* Cuts what a sign-in has open, at once; the keeper does it within a second for any that ended. */
void workspace_cut_session(struct server *, int64_t session, int64_t unused, int64_t unused2);

/* ---- pages ---- */

extern const struct route workspace_routes[], seal_routes[];

struct usage_bar {
	const char *name;        /* "Memory" */
	const char *words;       /* "1.2 of 16 GB" */
	int64_t percent;         /* 0 to 100 */
	const char *tone;        /* "", "due" from 75 %, "stop" from 95 % */
	struct html_safe recent; /* the last hour, small */
};

struct workspace_view {
	int64_t ws, team;
	const char *team_name, *project;
	const char *state, *stage; /* as stored; stage "" when it never opened */
	const char *headline;      /* the one thing to know now */
	const char *explanation;
	const char *problem; /* "" when there is none */
	bool can_enter;
	bool must_sign;           /* the agreement first */
	int64_t refresh;          /* seconds after which to look again, 0: it is at rest */
	int64_t opened, open_ms;  /* unix seconds, milliseconds */
	const char *release_hash; /* of the image at /data, "" without */
	int64_t release_bytes;
	int64_t release_made;
	const char *data; /* "No data yet", "Sample, 118 patients", ... */
	LIST(struct usage_bar) usage;
	struct usage_story story;
	LIST(struct usage_point) recent; /* of story */
	text_list troubles;              /* the same */
	struct resource_ask_view more;
};

struct workspace_row {
	int64_t ws, team;
	const char *team_name, *project;
	const char *want, *state, *stage;
	const char *tone; /* of the state's tag: "good", "due", "stop", "" */
	int64_t members, open_ms;
	const char *problem;
	LIST(struct usage_bar) usage;
	text_list troubles; /* what it ran out of within the hour */
	bool can_reopen, can_close;
	const char *slug; /* of the event, for the row's forms */
};

struct workspace_seal_view {
	const char *event_name;
	int64_t open; /* workspaces */
	bool sealed;
	const char *headline, *explanation, *reason;
};

struct workspace_list_view {
	LIST(struct workspace_row) rooms;
	int64_t open, opening, closed, troubled, destroyed;
	const char *headline, *explanation; /* the one thing to know or to do */
	bool calm;                          /* nothing is to be done */
	bool can_seal, can_give;
	bool sealed;     /* by the red button */
	int64_t refresh; /* as above */
	const char *event_name;
};

#endif
