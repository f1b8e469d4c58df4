/*
 * What the airlock's pages show. Texts are the request's arena's.
 *
 * Thread rule: as the request.
 */
#ifndef PORTAL_AIRLOCK_AIRLOCK_VIEW_H
#define PORTAL_AIRLOCK_AIRLOCK_VIEW_H

#include "portal/airlock/airlock.h"

struct airlock_finding_view {
	const char *check, *severity, *tone, *sentence, *places;
};

/* Of a table that the server counted and signed. */
struct airlock_evidence_view {
	int64_t fewest, shown, small, close, other;
	bool of_file, of_rows;
	bool apart; /* compared with no earlier table */
};

struct airlock_file_view {
	int64_t id, bytes, clean_bytes;
	const char *name, *role, *kind, *verdict, *hash, *clean_hash;
	const char *words, *tone; /* the verdict, for people */
	const char *reason;
	bool output;
	bool editable, excusable; /* by whom the page is shown to */
	bool lookable, looked;
	bool takeable;
	const char *word; /* ID:BLAKE2B, as a vote names it */
	bool leaves;      /* this reviewer has said so of these bytes */
	LIST(struct airlock_finding_view) findings;
	LIST(struct airlock_evidence_view) evidence; /* one or none */
};

struct airlock_said_view {
	const char *name, *verdict, *tone, *comment;
	int64_t at;
};

struct airlock_view {
	int64_t team, number, version, needed, reviews, since;
	const char *team_name, *project, *author, *state, *tone;
	const char *headline, *explanation; /* the one thing to know or do */
	bool due;                           /* waits for this person */
	const char *problem;
	const char *needed_why; /* as in the list */
	int64_t others;         /* stewards who may vote and have not */
	const char *population, *variables, *relation, *controls;
	bool mine, editable, sealable, withdrawable, retryable, revocable, votable;
	bool reviewer;
	bool mends, rejects; /* what a fresh form says of files that are not ticked */
	int64_t refresh;
	LIST(struct airlock_file_view) files;
	LIST(struct airlock_said_view) said;
};

struct airlock_row_view {
	int64_t number, team, since, outputs, reviews, needed;
	const char *team_name, *project, *author, *state, *tone, *word;
	bool due, waits, overdue;
	bool differ;            /* the reviewers do */
	const char *needed_why; /* other than at the sealing, or than one sealed now; "" */
	const char *slug;
};

/* A team's requests. */
struct airlock_team_view {
	int64_t team;
	const char *team_name, *headline, *explanation, *href, *button;
	bool due, may_ask;
	LIST(struct airlock_row_view) requests;
};

/* A steward's queue. */
struct airlock_queue_view {
	int64_t waiting, oldest, differ; /* the last: of the waiting */
	const char *headline, *explanation, *href, *rule;
	LIST(struct airlock_row_view) requests; /* that wait */
	LIST(struct airlock_row_view) others;
};

struct airlock_rule_view {
	const char *reviewers; /* "auto", "one" or "two" */
	int64_t idle_hours, stewards;
	bool one, two;
	bool models; /* of trees may leave */
};

/* "good", "due", "stop" or "": of a request's state. */
const char *airlock_tone(const char *state);

/* The request of the path, and as what the person of the request acts on it. */
struct airlock_at {
	struct airlock_row q;
	struct airlock_actor me;
};
enum status airlock_load(struct req *, struct airlock_at *ret, struct err *);
/* What one who is this to the request needs to try it again; page and route ask for the same. */
enum cap airlock_retry_cap(const struct airlock_at *);

/* Of request_web.c and request_act.c; airlock_web.c has the lists. */
extern const struct route airlock_request_routes[], airlock_act_routes[];

#endif
