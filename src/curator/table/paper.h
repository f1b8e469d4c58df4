/*
 * From counted cells to what a member gets: a CSV in which nothing small shows, the object of its
 * evidence (airlock/proof.h), and a few sentences that say what was hidden.
 *
 * Pure. Memory is the arena's. Thread rule: none.
 */
#ifndef CURATOR_TABLE_PAPER_H
#define CURATOR_TABLE_PAPER_H

#include "curator/airlock/airlock.h"
#include "curator/table/count.h"
#include "curator/table/hide.h"

/* Whence, for whom: the part of the evidence that the counting does not know. */
struct paper_source {
	int64_t event, project, team;
	const char *made; /* when, ISO 8601 */
	bool is_file;
	const char *name;    /* of the table or file */
	int64_t release;     /* its number */
	const char *stage;   /* sample, full, simulated */
	const char *hash;    /* of the bytes that were counted, hex */
	const char *patient; /* the column that names patients; NULL */
	const char *engine;  /* "v1.4.4" */
	text_list few;       /* parts of the condition that fit few: few.h */
	/* With all that was signed before in the event; what shows is remembered. With how much is
	 * not told: it grows with what other teams do. */
	bool compared;
};

struct paper {
	bool refused;             /* no number, or no group, would show: only `said` is told */
	struct str csv, evidence; /* evidence: unsigned */
	const char *said;         /* whole lines */
	size_t shown, small, close, other;
	bool compared; /* as the source says */
};

/* Which cells must not show for their own sake or because of those. */
void paper_hide(struct arena *, const struct table_ask *, const struct counted *,
	const struct airlock_policy *, struct hide *ret);

/* Would the table show no number at all, or none of a group that was asked for? */
bool paper_refused(const struct counted *, const struct hide *);

void paper_make(struct arena *, const struct table_ask *, const struct counted *,
	const struct hide *, const struct paper_source *, struct paper *ret);

/* To four significant digits, without an exponent. */
const char *paper_number(struct arena *, double);
/* A count to the nearest 5 or 10, or to the midpoint of 6; 0 leaves it. */
int64_t paper_round(int64_t n, int64_t base);

#endif
