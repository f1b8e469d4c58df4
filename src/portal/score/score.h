/*
 * Submissions: taken from the desk, scored by a job, told to the team. Labels are never here; the
 * portal sees n, value and interval, or what is wrong with the team's own file.
 *
 * Rules take a struct db; results are in its arena. Thread rule: as db.h.
 */
#ifndef PORTAL_SCORE_SCORE_H
#define PORTAL_SCORE_SCORE_H

#include "portal/store/db.h"

/* How many files a team may have scored on one day (UTC). Refused and failed ones do not count. */
enum { SCORE_ATTEMPTS = 10 };

/* A file that lies complete in the spool. */
struct score_offer {
	int64_t event, team, project, person;
	const char *person_name;
	const char *task; /* of the project: "binary" or "regression" */
	int64_t spool;    /* its number there */
	int64_t bytes;
	const char *hash; /* BLAKE2b-256, hex */
	const char *name; /* as the member called it */
};

/* What a submission came to, as stored. */
struct score_row {
	int64_t id, at, n;
	const char *state, *metric, *unit, *problem, *by, *name;
	double value, low, high; /* NaN when there is none */
};

/* "AUROC" or "MAE": by what a project's task ("binary" or "regression") is scored. Pure. */
const char *score_metric(const char *task);
/* An area grows with the quality of a prediction, an error shrinks. Pure. */
bool score_larger_is_better(const char *metric);
/* Is a a better score by this metric than b? Pure. */
bool score_better(const char *metric, double a, double b);
/*
 * Does somebody share the rank of the leader of a group: does their interval (low to high) still
 * hold the leader's value? Without an interval only the same value does. Pure; the leaderboard and
 * the results rank by it alike.
 */
bool score_shares_rank(double leader, double value, double low, double high);

/* Of SCORE_ATTEMPTS on the day of `now`. */
enum status score_attempts_left(struct db *, int64_t team, int64_t now, int64_t *ret, struct err *);

/*
 * Takes a file: submission, job and audit entry in the caller's transaction. E_DENIED when the
 * day's attempts are used, E_CONFLICT when that spool number was taken before.
 */
enum status score_take(struct db *, const struct score_offer *, int64_t now,
	int64_t *ret_submission, struct err *);

/*
 * What the job wrote, into the submission, with an audit entry, in the caller's transaction.
 * E_INPUT when it is not what wire/jobs.h says. A submission that has ended already stays as it is.
 */
enum status score_finish(
	struct db *, int64_t submission, const char *result, int64_t now, struct err *);
/* The job could not run: `why` is a sentence for the team. */
enum status score_fail(struct db *, int64_t submission, const char *why, int64_t now, struct err *);

/* "MAE 635.8 g", as every page and the terminal print it. unit "" for none. Pure. */
const char *score_value(struct arena *, const char *metric, double value, const char *unit);

/* A finished or waiting submission in words for a terminal, one or more lines. */
const char *score_words(struct arena *, const struct score_row *);

#endif
