/*
 * What the desk's files share: desk.c takes and answers, desk_status.c says how things stand.
 *
 * Results are in the db's arena. Thread rule: as db.h.
 */
#ifndef PORTAL_KEEPER_DESK_INTERNAL_H
#define PORTAL_KEEPER_DESK_INTERNAL_H

#include "portal/keeper/desk.h"
#include "portal/keeper/keeper.sql.h"
#include "portal/score/score.h"

/* Are this member's predictions taken in the phase that is now? */
bool desk_may_submit(const struct desk_member *);

struct score_row desk_score_row(const struct desk_submission *);

/* Who one is, and with whom. */
enum status desk_who(
	struct db *, const struct desk_member *, int64_t now, struct desk_reply *ret, struct err *);
/* Phase, submissions, airlock, what comes next and what asks for attention. */
enum status desk_status(struct db *, const struct desk_member *, int64_t ws, int64_t now,
	struct desk_reply *ret, struct err *);

#endif
