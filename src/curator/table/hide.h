/*
 * Which cells of a table with totals must be hidden so that no group below the threshold shows:
 * the small ones themselves, and others, because a hidden cell beside its total is only a
 * subtraction away.
 *
 * Two things are asked of the result. No hidden cell that had a reason of its own can be told from
 * the shown counts to within fewer values than `width` (computed exactly, see airlock/flow.h); and
 * the hidden cells of each row and each column with a shown total are, taken together, no smaller
 * than a group that may show, and not dominated by one or two persons.
 *
 * Pure. The cells are the caller's. Thread rule: none.
 */
#ifndef CURATOR_TABLE_HIDE_H
#define CURATOR_TABLE_HIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hide_why {
	HIDE_SHOWN,
	HIDE_SMALL,     /* too few persons */
	HIDE_DOMINATED, /* one or two persons make up the number */
	HIDE_CLOSE,     /* few persons make its difference to numbers of earlier tables */
	HIDE_OTHER,     /* so that another does not follow from the totals */
};

struct hide_cell {
	int64_t rows;           /* that the cell counts */
	int64_t persons;        /* that they are of */
	double sum, top1, top2; /* of absolute values by person; NaN when the cell is no sum */
	enum hide_why why;      /* all but OTHER are set before */
};

struct hide {
	size_t rows, columns;    /* without totals; from 1 */
	bool across;             /* has a column of totals (there is always a row of them) */
	struct hide_cell *cells; /* (rows + 1) * (columns + 1), totals last */
	int64_t least;           /* persons that may show */
	int64_t width;
	int64_t nk_percent, p_percent; /* see airlock_policy */
};

static inline struct hide_cell *
hide_at(const struct hide *h, size_t row, size_t column)
{
	return &h->cells[row * (h->columns + 1) + column];
}

/* Do one or two persons make up the number, by the rules of the airlock? False when it is no sum.
 */
bool hide_dominated(const struct hide *, double sum, double top1, double top2);

/* Sets what else must be hidden. */
void hide_run(struct hide *);

#endif
