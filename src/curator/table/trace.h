/*
 * What a table's numbers leave behind: for each, sketches of the persons behind it. They decide
 * whether two numbers, or three, show fewer than ten persons when one is subtracted from another.
 *
 * TRACE_SUM: each person's part of the sum (rows counted, values added, those with the value of a
 * share and those without), which is what cancels when numbers are subtracted. Compared with those
 * of every table, whatever it was called and whatever was asked; and multiples of them (up to nine
 * times; in threes, five): how many have the value 2, twice, is a part of the sum of values. Of a
 * median, the parts of the rows in the middle that it is made of.
 *
 * TRACE_ROWS: each person's rows that the condition takes, with a value or without. Compared with
 * those of the same table of a release: a column may be another one in other units, and a median is
 * no sum.
 *
 * TRACE_WITH: each person's rows with a value. Rows without one change no number, so as many of
 * them as one likes may hide a person from TRACE_ROWS. Compared with those of the same table,
 * unless both conditions take the same rows: then two columns miss different values, and nobody was
 * picked out. In threes only with those of the same column.
 *
 * TRACE_WHO: who has a value at all. Compared where one of both is of a team's own file, whose rows
 * and values the team may write as it likes.
 *
 * Pure. Memory is the arena's. Thread rule: none.
 */
#ifndef CURATOR_TABLE_TRACE_H
#define CURATOR_TABLE_TRACE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "curator/table/hide.h"
#include "curator/table/sketch.h"

enum trace_kind { TRACE_SUM, TRACE_ROWS, TRACE_WITH, TRACE_WHO, TRACE_KINDS };

struct trace {
	int64_t team;
	uint32_t table; /* 1, 2, ... in the order of signing */
	uint32_t cell;  /* index into hide.cells */
	uint32_t kind, of_file;
	uint64_t source; /* hash of the table's name; 0 of a file */
	uint64_t column; /* TRACE_WITH: hash of the name of what was counted, and */
	uint64_t taken;  /* of the rows that the condition takes; 0 else */
	struct sketch sketch;
};

typedef LIST(struct trace) trace_list;

/* Do fewer than `few` persons, but some, make the difference of both, or of the one and a multiple
 * of the other? False when they are not to be compared. */
bool trace_close(const struct trace *, const struct trace *, int64_t few);
/* Are both of one kind and the same? */
bool trace_same(const struct trace *, const struct trace *);

bool trace_known(const struct trace *, const trace_list *earlier);

/*
 * Hides (HIDE_CLOSE) each number that still shows and that is close to another one of the table or
 * to an earlier one, then what follows from that (hide_run), and so on for each that is close to
 * the sum or the difference of two, or of one and a multiple of another, of which at least one is
 * an earlier one, until nothing more need be hidden. A number that was signed before as it is tells
 * nothing new, and stays. Before: hide_run. E_INPUT when these are too many to be compared.
 */
enum status trace_hide(struct hide *, const trace_list *fresh, const trace_list *earlier,
	int64_t few, struct err *);

#endif
