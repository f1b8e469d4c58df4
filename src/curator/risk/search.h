/*
 * Optimal full-domain generalisation: one level for each quasi-identifier, so that every class has
 * at least k rows and at least l distinct values of each sensitive column, rows of other classes
 * are suppressed (at most `limit` of them), and least is lost.
 *
 * What is lost: for each quasi-identifier the mean over rows of (values under the generalised value
 * - 1) / (values - 1), counted in the hierarchy's own values, and 1 for a suppressed row; then the
 * geometric mean over quasi-identifiers of 1 + loss, minus 1. This is ARX's default metric
 * ("Loss"), down to the cut of each loss to ten decimals in the score that is told.
 *
 * The search is exhaustive: it passes over a generalisation only where a proof says that it cannot
 * be better. Three facts serve. (1) Classes only grow when generalised, so a row that is suppressed
 * at some levels stays so at all finer ones; the same holds when a column is left out altogether.
 * (2) Rows once suppressed lose 1, the others at least what the levels chosen so far cost. (3) One
 * step finer in the last chosen column never suppresses less. So columns are fixed one after the
 * other, from coarse to fine, suppressed rows are dropped at once, and tuples that no longer differ
 * are merged.
 *
 * Among equals (scores within 1e-12) the least suppressed rows win, then the lowest sum of levels,
 * then the lowest levels in the order of the quasi-identifiers.
 *
 * Thread rule: one thread.
 */
#ifndef CURATOR_RISK_SEARCH_H
#define CURATOR_RISK_SEARCH_H

#include "curator/risk/hierarchy.h"
#include "curator/risk/tuples.h"

enum { SEARCH_MAX_QI = 24 };

struct search {
	const struct tuples *tuples;         /* n_qi codes, then n_sensitive */
	const struct hierarchy *hierarchies; /* n_qi, bound to the codes */
	size_t n_qi, n_sensitive;
	uint32_t k;     /* from 1 */
	uint32_t l;     /* from 1; for each sensitive column */
	uint64_t limit; /* rows that may be suppressed */
};

struct search_result {
	size_t levels[SEARCH_MAX_QI];
	double loss[SEARCH_MAX_QI]; /* of each quasi-identifier, 0 to 1 */
	double score;               /* 0 nothing lost, 1 everything */
	uint64_t suppressed;        /* rows */
	uint64_t lattice;           /* combinations of levels that there are */
	uint64_t checked;           /* steps of the search */
};

/* E_ABSENT when no combination of levels suffices; E_BUSY when the budget does not. */
enum status search_run(
	const struct search *, struct budget *, struct search_result *ret, struct err *);

#endif
