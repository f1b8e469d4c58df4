/*
 * A small event on the throw-away server, walked to its full phase by its people, each with a
 * browser of their own: an organiser who is data steward, a second steward, two teams, tables of
 * invented patients.
 *
 * Everything belongs to the arena given to stage_make; stage_end frees the browsers.
 * Thread rule: one thread.
 */
#ifndef ATTACK_PROOF_STAGE_H
#define ATTACK_PROOF_STAGE_H

#include "attack/proof/house.h"
#include "rehearse/browser.h"

#define STAGE_EVENT "/e/proof"
enum { STAGE_PEOPLE = 10, STAGE_TEAMS = 2, STAGE_SEATS = 5 };

struct who {
	struct stage *stage;
	const char *name, *email;
	struct browser *browser;
	const char *csrf; /* NULL until a page was asked for it */
	int64_t slot;     /* of a member, in the workspace */
};

struct stage {
	struct arena *arena;
	struct house *house;
	struct who boss, anna, stranger; /* boss organises and votes, anna votes */
	struct who people[STAGE_PEOPLE];
	/* member[t][i]: of the team t + 1, in the order of their places. */
	struct who *member[STAGE_TEAMS][STAGE_SEATS];
	int64_t ws[STAGE_TEAMS];
	const char *patient; /* a name that is in the hospital's tables alone */
	const char *phase;
	const char *said; /* by the last form that was not taken */
};

/* Up to the phase "teams", with a signed release. */
enum status stage_make(struct house *, struct stage *ret, struct err *);
/* The next phase; waits until the workspaces are as it wants them. */
enum status stage_move(struct stage *, const char *phase, struct err *);
/* Signs the agreement as it is now. */
enum status stage_agree(struct who *, struct err *);
bool stage_rooms_are(struct stage *, const char *state, const char *stage, int ms);
void stage_end(struct stage *);

/*
 * Sends a form's fields (name, value, ..., NULL) as this person, with the token of their session
 * and from a page of the site. The code of HTTP: 303 when it was done, 0 when there was no answer.
 * ret may be NULL.
 */
int who_post(struct who *, struct page *ret, const char *path, ...) __attribute__((sentinel));
/* Somebody with a browser of their own, not signed in; the caller frees w->browser. */
void who_make(struct stage *, struct who *w, const char *name, const char *email);
/* Opens an account with a password, and signs in by it. */
enum status who_join(struct who *, struct err *);
/* Signs in by that password; the code of HTTP. */
int who_password(struct who *);
/* Signs in by a new link that the operator makes. */
enum status who_sign_in(struct who *, struct err *);
/* The code of a page asked for as JSON or HTML; 0 when there was no answer. */
int who_get(struct who *, struct page *ret, const char *path);
/* A JSON page; NULL when it is none. The caller calls json_decref. */
struct json_t *who_json(struct who *, const char *path);
/* Presses "Open notebook": the address with a ticket, or NULL. */
const char *who_ticket(struct who *, int64_t team);
/* The session's cookie line for the portal. */
const char *who_cookies(struct who *);

/* `wardroom ARGS` on the throw-away server; the exit code. */
int stage_wardroom(struct stage *, struct str *ret_out, ...) __attribute__((sentinel));
/* How many of the newest 1000 entries of the trail have this action, and (not NULL) this text in
 * their detail or object. */
int stage_trail(struct stage *, const char *action, const char *text);

#endif
