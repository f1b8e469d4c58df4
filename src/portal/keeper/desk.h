/*
 * What the command `wardroom` inside a workspace is answered: who one is, how the team stands, and
 * the taking of predictions and of files for the airlock.
 *
 * Texts are plain, for a terminal, in the db's arena. Thread rule: as db.h.
 */
#ifndef PORTAL_KEEPER_DESK_H
#define PORTAL_KEEPER_DESK_H

#include "portal/web/req.h"
#include "wire/portal_gate.h"

/* What a member's terminal may wait for. */
enum desk_wait { DESK_NO_WAIT, DESK_WAIT_SCORE, DESK_WAIT_CHECK, DESK_WAIT_TABLE };

struct desk_reply {
	struct str text; /* whole lines */
	int exit_code;   /* for the command: see base/code.h */
	/* It was taken, and what comes of it follows when the submission or the job has ended. */
	enum desk_wait wait;
	int64_t id;
	bool parcel; /* the curator has left something for the member; see wire/desk.h */
};

/* Never fails: whatever goes wrong is the answer. Makes its own transaction to take a file. */
void desk_answer(
	struct db *, struct server *, const struct pg_desk *, int64_t now, struct desk_reply *ret);

/* Whether what is waited for has ended, well or not. */
bool desk_ended(struct db *, enum desk_wait, int64_t id);
/* What came of it, or that it still waits. */
void desk_result(struct db *, enum desk_wait, int64_t id, struct desk_reply *ret);

#endif
