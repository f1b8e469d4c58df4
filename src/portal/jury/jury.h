/*
 * Presentations and their judging: teams hand in, jurors score blind to each other, rounds close
 * into places. The arithmetic is rank.h. Rules take a struct db inside a transaction; memory is its
 * arena. Thread rule: as db.
 */
#ifndef PORTAL_JURY_JURY_H
#define PORTAL_JURY_JURY_H

#include "portal/jury/jury.sql.h"
#include "portal/web/req.h"
#include "portal/web/route.h"

enum { PDF_MAX = 25 << 20, SHORTLIST = 3 };

/* Whether bytes look like a whole PDF: header, and an end-of-file mark near the end. Pure. */
bool pdf_ok(struct str);

/*
 * The order in which a juror sees n teams: a permutation of 0..n-1, the same at each visit, another
 * for each juror and round, so that nobody is always judged first. Pure.
 */
void jury_order(int64_t juror, int64_t round, size_t n, size_t *ret);

/*
 * May the round ("first" or "final") be opened? first is the state of the first round, NULL before
 * there was one; n how many teams it would judge. Pure. E_CONFLICT with a sentence.
 */
enum status jury_may_open(const char *round, const char *first, size_t n, enum phase, struct err *);

/* Closes an open round into places. E_CONFLICT when too little was scored to rank anybody. */
enum status jury_close(struct db *, int64_t event, const struct round_by_name *, int64_t now,
	const char **ret_words, struct err *);

extern const struct route jury_routes[], presentation_routes[];

/* ---- views ---- */

struct presentation_view {
	int64_t number, pdf_bytes, saved, handed_in, deadline;
	const char *team, *project, *title, *problem, *methods, *results, *impact, *pdf_name;
	bool may_edit, complete;
};

struct jury_row {
	int64_t number;
	const char *team, *project, *title, *state; /* "scored", "recused", "" */
};

struct jury_view {
	const char *round;
	int64_t n, done, next; /* next: number of the first team not settled, 0 when none */
	LIST(struct jury_row) teams;
};

struct level {
	int64_t value;
	const char *text;
};

struct criterion {
	const char *name, *label, *about;
	int64_t value; /* given before, 0 when not */
	LIST(struct level) levels;
};

struct jury_team_view {
	const char *round, *team, *project, *title, *problem, *methods, *results, *impact, *comment,
		*recused;
	int64_t number, pdf_bytes, position, n; /* the position-th of n in this juror's order */
	bool scored, conflict;
	LIST(struct criterion) criteria;
};

struct juror_row {
	const char *name, *about;
	int64_t done, n;
};

struct place_row {
	int64_t place, number;
	const char *team, *project;
	double mean, adjusted;
	bool unclear;
};

struct round_view {
	const char *name, *title, *state;
	int64_t n; /* teams */
	LIST(struct juror_row) jurors;
	LIST(struct place_row) places;
	int64_t missing; /* cells neither scored nor recused */
};

struct jury_run_view {
	LIST(struct round_view) rounds;
	const char *next_round, *next_why; /* the round that can be opened now, NULL when none */
	const char *closes;                /* the round that is open now, NULL when none */
	int64_t missing;                   /* its cells neither scored nor recused */
	int64_t handed_in;
	const char *winner;
};

#endif
