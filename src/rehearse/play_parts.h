/*
 * What the scenes of the play share: the actors, what was measured, and the few words in which a
 * scene is written. Private to the play.
 *
 *	struct page p;
 *	struct form *f;
 *	TRY(actor_open(who, &p, e, "agreement"));
 *	TRY(actor_own_form(who, &p, &f, e));
 *	TRY(actor_set(who, f, "name", who->name, e));
 *	TRY(actor_send(who, f, &p, e));
 *	TRY(actor_sees(who, &p, "Signed.", e));
 *
 * Addresses are below the event ("agreement" is /e/carmel-2026/agreement), or begin with '/'.
 * Every failure names the actor and the page, what was expected and what was found.
 *
 * Pages belong to the actor's arena, which actor_begin empties: each scene begins with it, so that
 * a long play does not grow. Facts belong to the play's arena.
 *
 * Thread rule: an actor acts in one thread at a time; play_each gives every index to one thread.
 */
#ifndef REHEARSE_PLAY_PARTS_H
#define REHEARSE_PLAY_PARTS_H

#include "rehearse/browser.h"
#include "rehearse/crowd.h"
#include "rehearse/jupyter.h"
#include "rehearse/play.h"
#include "rehearse/script.h"

enum { RESIDUAL = 8 };

struct actor {
	struct play *play;
	const char *name, *email, *role; /* the role is for sentences */
	struct browser *browser;
	struct arena *arena;
	const char *link; /* signs in once; NULL when there was none */
};

enum candidate_place { PLACE_OPEN, PLACE_SEAT, PLACE_WAITING, PLACE_DECLINED };

/* One of the eighty. */
struct candidate {
	struct actor actor;
	struct applicant *form;
	int64_t application, person; /* ids */
	enum candidate_place place;
	bool holds_seat;
};

struct team {
	int64_t number, ws;
	const char *name;
	int project; /* index */
	struct candidate *members[16];
	size_t n;
	double open_ms; /* from the click to a notebook that answers, in the full phase */
	bool opened, sealed;
	int64_t scored, refused;
	int64_t airlock;   /* number of the request to take a table out; 0: none */
	const char *table; /* what it asks for */
};

struct dataset {
	const char *hash; /* of the tables as they lay in the inbox */
	int64_t tables, rows, patients, sample_patients, hidden_patients;
};

struct board_line {
	const char *team;
	double value, low, high;
};

struct leaderboard {
	const char *project, *metric;
	struct board_line lines[TEAMS];
	size_t n;
};

struct play {
	struct arena *arena;
	const struct play_options *options;
	int64_t began_ms, step_ms;
	int64_t today; /* midnight before the event's first day begins, UTC */

	struct actor visitor, organiser, steward, reviewer;
	struct actor leads[PROJECTS], mentors[MENTORS], jurors[JURORS];
	struct candidate crowd[CROWD];

	struct team teams[TEAMS];
	struct dataset datasets[PROJECTS];
	struct leaderboard boards[PROJECTS];
	int64_t applied, selected, signed_, mentors_here, recusals, jury_scores;
	const char *shortlist[3], *winner;
	int64_t attacks_tried, attacks_defeated; /* from inside a workspace, of this event */
	const char *attacks_residual[RESIDUAL]; /* known and accepted; NULL after the last */
	int64_t audit_entries;
	bool audit_verified;
};

/* ---- actors (play_actor.c) ---- */

void actor_make(
	struct play *, struct actor *, const char *name, const char *email, const char *role);
void actor_free(struct actor *);
/* A new scene: pages of the last one are gone. */
void actor_begin(struct actor *);
/* Opens the link and presses its button. */
enum status actor_sign_in(struct actor *, struct err *);

enum status actor_open(struct actor *, struct page *ret, struct err *, const char *path, ...)
	__attribute__((format(printf, 4, 5)));
/* The caller calls json_decref. */
enum status actor_json(struct actor *, struct json_t **ret, struct err *, const char *path, ...)
	__attribute__((format(printf, 4, 5)));
/* The form that goes back to the page's own address. */
enum status actor_own_form(struct actor *, const struct page *, struct form **ret, struct err *);
/* The form by its action. */
enum status actor_form(struct actor *, const struct page *, struct form **ret, struct err *,
	const char *action, ...) __attribute__((format(printf, 5, 6)));
/* Of several forms with one action the one whose field has this value. */
enum status actor_form_of(struct actor *, const struct page *, const char *action,
	const char *field, const char *value, struct form **ret, struct err *);
enum status actor_set(
	struct actor *, struct form *, const char *name, const char *value, struct err *);
enum status actor_set_number(
	struct actor *, struct form *, const char *name, int64_t value, struct err *);
/* In a select: the choice whose text begins so. */
enum status actor_choose(
	struct actor *, struct form *, const char *name, const char *text, struct err *);
enum status actor_press(
	struct actor *, struct form *, const char *name, const char *value, struct err *);
enum status actor_send(struct actor *, struct form *, struct page *ret, struct err *);
/* Sends what must be refused with this status of HTTP, in these words. */
enum status actor_refused(struct actor *, struct form *, int http, const char *words, struct err *);
/* Goes where the actor may not go. */
enum status actor_kept_out(struct actor *, int http, struct err *, const char *path, ...)
	__attribute__((format(printf, 4, 5)));
/* Goes where one must sign in first, and is asked to. */
enum status actor_is_stranger(struct actor *, struct err *, const char *path, ...)
	__attribute__((format(printf, 3, 4)));
enum status actor_sees(struct actor *, const struct page *, const char *words, struct err *);
/* What the first page says is to be done next; never "". */
enum status actor_next(struct actor *, const char **ret, struct err *);
/* A failure of this actor unless `held`. */
enum status actor_expect(struct actor *, bool held, struct err *, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* ---- jansson, with names for what is missing (play_actor.c) ---- */
int64_t json_int_of(const struct json_t *, const char *key);      /* 0 when absent */
double json_real_of(const struct json_t *, const char *key);      /* NaN when absent */
const char *json_text_of(const struct json_t *, const char *key); /* "" when absent */
bool json_true_of(const struct json_t *, const char *key);

/* ---- the stage (play.c) ---- */

/* "  12.3 s  teams          Eight teams ... (432 ms)": the end of a step. */
void play_step(struct play *, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* fn for 0 to n - 1 in `threads` threads; the first failure ends it and is told. */
enum status play_each(struct play *, size_t n, int threads,
	enum status (*fn)(struct play *, size_t i, struct err *), struct err *);
/* Whether time is left; sleeps a little when it is. since: clock_mono_ms of the beginning. */
bool play_wait(int64_t since_ms, int64_t limit_ms);
/* The organiser begins the next phase and says which it must be. */
enum status play_phase(struct play *, const char *phase, struct err *);

/*
 * A program beside ours, as the operator runs it: args[0] is its name in the server's folder, NULL
 * at the end. Standard output comes back (at most 4 MiB), standard error goes to ours.
 */
enum status play_command(struct play *, struct arena *, const char *const *args,
	struct str *ret_out, int *ret_exit, struct err *);
/* A sign-in link to path, as the operator makes one. */
enum status play_link(
	struct play *, const char *email, const char *path, const char **ret, struct err *);
/* Whether such a program is there. */
bool play_has_command(struct play *, const char *name);

/* ---- the scenes, in their order ---- */

enum status play_opening(struct play *, struct err *);      /* play_opening.c: event, roles */
enum status play_projects(struct play *, struct err *);     /* the same: call, ethics approvals */
enum status play_applications(struct play *, struct err *); /* play_applications.c */
enum status play_selection(struct play *, struct err *);
enum status play_agreement(struct play *, struct err *);
enum status play_data(struct play *, struct err *);    /* play_data.c */
enum status play_teams(struct play *, struct err *);   /* play_teams.c */
enum status play_rooms(struct play *, struct err *);   /* play_rooms.c: setup, sample, full */
enum status play_work(struct play *, struct err *);    /* play_work.c: train, submit */
enum status play_airlock(struct play *, struct err *); /* play_airlock.c: votes, downloads */
enum status play_more(struct play *, struct err *);    /* the same: second tries, attacks */
enum status play_talks(struct play *, struct err *);   /* play_jury.c: presentations */
enum status play_jury(struct play *, struct err *);
enum status play_close(struct play *, struct err *); /* play_close.c: end, results, audit */

/* Into a team, or (0) out of theirs. */
enum status team_move(struct play *, const struct candidate *, int64_t team, struct err *);

/* A member goes into the workspace of the team (play_rooms.c). */
enum status room_enter(
	struct play *, struct team *, struct actor *, struct jupyter *ret, struct err *);
/* Does this team (an index) ask to take a table out? */
bool airlock_asks(const struct play *, size_t team);
/* In an open terminal, and on the team's page: hands the table in and seals the request. */
enum status airlock_hand_in(struct play *, size_t team, struct actor *, struct jupyter *,
	struct jupyter_terminal *, struct err *);

/* An open terminal is cut, within seconds. */
enum status room_is_cut(struct actor *, struct jupyter_terminal *, const char *why, struct err *);
/* All workspaces are open at this stage, or (closed, destroyed) in this state. */
enum status rooms_await(struct play *, const char *stage, struct err *);

/* The result as JSON (play_result.c). */
void play_result(const struct play *, double seconds);

#endif
