/*
 * The airlock: the only way out. A member puts files into a request, the curator looks at them,
 * one or two stewards who have nothing to do with the team vote on the very bytes that would leave,
 * and the curator hands out those bytes and no others.
 *
 *	draft -> sealed -> scanning -> in review -> approved -> released -> revoked
 *	              \-> quarantined        |-> returned -> draft
 *	(failed: held, to be tried again)    |-> rejected
 *	(withdrawn: by the author, before approval)
 *
 * Who may do what in which state is one table in airlock.c; act.c is the only writer of the state,
 * and writes an audit entry with every step, in the caller's transaction. Numbers, not values, are
 * all that the portal ever holds: findings by coordinate, digests, sizes.
 *
 * Results are in the db's arena. Thread rule: as db.h; what takes no struct db is pure.
 */
#ifndef PORTAL_AIRLOCK_AIRLOCK_H
#define PORTAL_AIRLOCK_AIRLOCK_H

#include "portal/airlock/airlock.sql.h"
#include "portal/web/req.h"
#include "portal/web/route.h"

enum {
	AIRLOCK_FILES = 20,       /* of one request */
	AIRLOCK_BYTES = 16 << 20, /* of one file, as the curator's checks */
	AIRLOCK_DAY = 200,        /* files a team may hand in within a day */
	AIRLOCK_SIGHT_SECONDS = 60,
};

/* ---- the state machine ---- */

enum airlock_state {
	AIRLOCK_DRAFT,
	AIRLOCK_SEALED,
	AIRLOCK_SCANNING,
	AIRLOCK_IN_REVIEW,
	AIRLOCK_APPROVED,
	AIRLOCK_RELEASED,
	AIRLOCK_RETURNED,
	AIRLOCK_REJECTED,
	AIRLOCK_WITHDRAWN,
	AIRLOCK_REVOKED,
	AIRLOCK_FAILED,
	AIRLOCK_QUARANTINED,
	AIRLOCK_STATES
};

enum airlock_verb {
	AIRLOCK_EDIT, /* files, context, reasons */
	AIRLOCK_SEAL,
	AIRLOCK_SCAN, /* the check has begun */
	AIRLOCK_PASS, /* the check found nothing that may not be voted on */
	AIRLOCK_STOP, /* the check found what never leaves */
	AIRLOCK_FAIL, /* a check or the hand-out could not be carried out */
	AIRLOCK_RETRY,
	AIRLOCK_VOTE,
	AIRLOCK_APPROVE, /* the votes say so */
	AIRLOCK_RETURN,
	AIRLOCK_REJECT,
	AIRLOCK_RELEASE, /* the bytes lie ready */
	AIRLOCK_WITHDRAW,
	AIRLOCK_REVOKE,
	AIRLOCK_VERBS
};

/* Bits: as what somebody acts. A reviewer is a steward who never belonged to the team. */
enum airlock_who {
	AIRLOCK_AUTHOR = 1,
	AIRLOCK_REVIEWER = 2,
	AIRLOCK_STEWARD = 4,
	AIRLOCK_SYSTEM = 8, /* nobody's wish, but what follows from votes and results */
};

const char *airlock_state_word(enum airlock_state); /* as stored */
enum airlock_state airlock_state_parse(const char *word);
const char *airlock_verb_word(enum airlock_verb); /* "seal", for sentences */

/*
 * What becomes of a request in `from` when somebody who is `who` does `verb`; false when that may
 * not be. resume: the state to which a failed one goes back (sealed or approved).
 */
bool airlock_next(enum airlock_state from, enum airlock_verb, unsigned who,
	enum airlock_state resume, enum airlock_state *ret);
/* Nothing leads out of it but, from released, revoking. */
bool airlock_is_final(enum airlock_state);

/* ---- votes ---- */

enum airlock_outcome { AIRLOCK_WAITS, AIRLOCK_SPLIT, AIRLOCK_YES, AIRLOCK_MEND, AIRLOCK_NO };

/*
 * What the words of n reviewers (each the worst they said of any file) come to when `needed` (1 or
 * more) must be in. All approve: yes. None approves: no when all reject, else to be mended.
 * Otherwise it is split until more than `needed` reviewers have spoken and most of them agree; a
 * split never ends in a rejection.
 */
enum airlock_outcome airlock_count(int64_t needed, int64_t approve, int64_t mend, int64_t reject);

/* Reviewers that a request needs: by the event's rule (0: two when two can) and who could. From 1.
 */
int64_t airlock_needed(int64_t rule, int64_t eligible);

/* Have all voted that are needed, and the request still waits? Then the reviewers differ. */
bool airlock_differs(const char *state, int64_t needed, int64_t reviews);
/* What ends that; others: stewards who have not voted yet and may. One sentence. */
const char *airlock_differ_words(int64_t others);
/*
 * Why a request that waits needs other than the `sealed` votes of its sealing, or than the `now`
 * that one sealed today would; "" when all are the same.
 */
const char *airlock_needed_words(struct arena *, int64_t sealed, int64_t now);
/*
 * Does a request in this state still wait for votes, or for what comes before them? Its number of
 * votes follows the event's rule and stewards then, but is never fewer than at its sealing.
 */
bool airlock_waits(const char *state);

/* ---- sealing ---- */

/* Is everything there, looked at, and fit for a vote? E_INPUT or E_CONFLICT names what is not. */
enum status airlock_sealable(
	const struct airlock_row *, const struct airlock_file_row_rows *, struct err *);

/* ---- acting (act.c): each in the caller's transaction ---- */

struct airlock_actor {
	int64_t person; /* 0: the server */
	const char *name;
	unsigned who; /* bits of enum airlock_who */
};
extern const struct airlock_actor airlock_server;

/* As what this person acts on the request; steward: they have that role in its event. */
enum status airlock_as(struct db *, const struct airlock_row *, int64_t person, const char *name,
	bool steward, struct airlock_actor *ret, struct err *);

/* A file that lies complete in the spool. */
struct airlock_offer {
	int64_t event, team, project, person;
	const char *person_name;
	const char *role; /* "output", "supporting" or "code" */
	int64_t spool, bytes;
	const char *hash; /* BLAKE2b-256, hex */
	const char *name; /* as the member called it: fit for show, without '/' */
};

/*
 * Into the person's open request of the team, which is begun when there is none; a file of the same
 * name is replaced, and the check of all of them asked for. The same bytes again change nothing,
 * and are looked at again only when they were not found fit; that counts as a file of the day.
 * E_CONFLICT while the request is not a draft, E_DENIED when the day's or the request's measure is
 * full.
 */
enum status airlock_take(
	struct db *, const struct airlock_offer *, int64_t now, int64_t *ret_request, struct err *);

/* Takes a file out again, or changes what it is for. E_ABSENT when it is not in the request. */
enum status airlock_drop(struct db *, const struct airlock_row *, const struct airlock_actor *,
	int64_t file, int64_t now, struct err *);

struct airlock_context {
	const char *population, *variables, *relation, *controls;
};
enum status airlock_write(struct db *, const struct airlock_row *, const struct airlock_actor *,
	const struct airlock_context *, int64_t now, struct err *);
/* Why a file that fails a check should leave all the same; "" takes the reason back. */
enum status airlock_excuse(struct db *, const struct airlock_row *, const struct airlock_actor *,
	int64_t file, const char *reason, int64_t now, struct err *);

enum status airlock_seal(struct db *, const struct airlock_row *, const struct airlock_actor *,
	int64_t now, struct err *);
enum status airlock_withdraw(struct db *, const struct airlock_row *, const struct airlock_actor *,
	int64_t now, struct err *);
enum status airlock_retry(struct db *, const struct airlock_row *, const struct airlock_actor *,
	int64_t now, struct err *);
enum status airlock_revoke(struct db *, const struct airlock_row *, const struct airlock_actor *,
	const char *why, int64_t now, struct err *);

/* A reviewer's word on one output; digest as it stood on their screen. */
struct airlock_word {
	int64_t file;
	const char *digest;
	const char *verdict; /* "approve", "return" or "reject" */
};

/*
 * Takes the words on all outputs and, when enough reviewers have spoken, moves the request. E_INPUT
 * when an output has no word, or one is not approved and the comment is empty; E_CONFLICT when the
 * digest is another, the file was not looked at by this person, or they have spoken already and the
 * votes are not split.
 */
enum status airlock_review(struct db *, const struct airlock_row *, const struct airlock_actor *,
	const struct airlock_word *, size_t n, const char *comment, int64_t now, struct err *);

/*
 * How many votes it needs: as many as one sealed today would, and never fewer than at its sealing
 * or at any vote since. *ret_now: as one sealed today.
 */
enum status airlock_needed_of(struct db *, const struct airlock_row *, int64_t *ret_needed,
	int64_t *ret_now, struct err *);

/* What the reviewers have said so far. */
struct airlock_tally {
	int64_t approve, mend, reject, n;
	enum airlock_outcome outcome;
};
enum status airlock_tally(
	struct db *, const struct airlock_row *, struct airlock_tally *ret, struct err *);

/*
 * One step, with its entry in the trail: "draft to sealed. ..." E_CONFLICT when the request is no
 * longer as `q` says. problem: for the team, kept until the next step.
 */
enum status airlock_step(struct db *, const struct airlock_row *, const struct airlock_actor *,
	enum airlock_verb, const char *detail, const char *problem, int64_t now, struct err *);

/* ---- looking (sight.c) ---- */

/*
 * A ticket for one look at a file, for a minute: 64 hex digits. Only for who may vote on the
 * request, and not while it is a draft. In a transaction.
 */
enum status airlock_sight_make(struct db *, const struct airlock_row *,
	const struct airlock_actor *, int64_t file, int64_t session, int64_t now, const char **ret,
	struct err *);
/*
 * Uses it up, with an audit entry: *ret is the file that may be shown. Its own transaction. E_AUTH
 * for a ticket that is unknown, used or too old.
 */
enum status airlock_sight_use(
	struct db *, const char *token, int64_t now, int64_t *ret_file, struct err *);

/* ---- jobs (job.c) ---- */

/* A check has begun to run. Does nothing for any other job. In a transaction of the keeper's. */
enum status airlock_begun(struct db *, int64_t job, int64_t now, struct err *);
/*
 * What a job "check" or "leave" made (JSON as wire/jobs.h says), or "" and why there is nothing.
 * E_INPUT when it is not what it should be. A job that is not the request's newest is passed over.
 */
enum status airlock_job_ended(struct db *, int64_t job, const char *kind, const char *result,
	const char *error, int64_t now, struct err *);
/* Queues a look at all files of the request, or the hand-out; the job's number into the request. */
enum status airlock_job_check(struct db *, const struct airlock_row *, int64_t now, struct err *);
enum status airlock_job_leave(struct db *, const struct airlock_row *, int64_t now, struct err *);

/* ---- tables that the curator counts for a team (table.c) ---- */

/* A request that lies complete in the spool. */
struct airlock_table_offer {
	int64_t event, team, team_number, project, ws, person;
	const char *person_name;
	int64_t spool, bytes;
	const char *hash; /* BLAKE2b-256, hex */
};

/*
 * Queues its counting on the data that the workspace has now, with an audit entry. In a
 * transaction. E_CONFLICT while there are no data in it, E_BUSY while AIRLOCK_TABLES of the team
 * wait already.
 */
enum { AIRLOCK_TABLES = 4, AIRLOCK_TABLE_REFUSED = 3 /* wire/jobs.h */ };
enum status airlock_table_ask(struct db *, const struct airlock_table_offer *, int64_t now,
	int64_t *ret_job, struct err *);
/* In the trail: the digest of what was counted. In a transaction of the keeper's. */
enum status airlock_table_ended(struct db *, int64_t event, const char *spec, const char *result,
	int64_t now, struct err *);
/* What the member's command ends with. E_IO when there is no result, E_CONFLICT when it failed. */
enum status airlock_table_code(struct db *, int64_t job, int *ret, struct err *);

/* ---- words for people (words.c) ---- */

/* The request, its files and what was found in them, for a terminal: whole lines. */
const char *airlock_words(struct arena *, const struct airlock_row *,
	const struct airlock_file_row_rows *, const struct airlock_finding_row_rows *);

/* ---- pages ---- */

extern const struct route airlock_routes[];

#endif
