/*
 * What the command `wardroom` inside a workspace is answered: who one is, how the team stands, and
 * the taking of predictions.
 *
 * Texts are plain, for a terminal, in the db's arena. Thread rule: as db.h.
 */
#ifndef PORTAL_KEEPER_DESK_H
#define PORTAL_KEEPER_DESK_H

#include "portal/web/req.h"
#include "wire/portal_gate.h"

struct desk_reply {
	struct str text;    /* whole lines */
	int exit_code;      /* for the command: 0 good, 1 not done, 75 try later */
	int64_t submission; /* not 0: it was taken, and its result follows when it has ended */
};

/* Never fails: whatever goes wrong is the answer. Makes its own transaction to take a file. */
void desk_answer(
	struct db *, struct server *, const struct pg_desk *, int64_t now, struct desk_reply *ret);

/* Whether a submission has been scored, refused or failed. */
bool desk_ended(struct db *, int64_t submission);
/* The result of a submission, or that it still waits. */
void desk_result(struct db *, int64_t submission, struct desk_reply *ret);

#endif
