/*
 * Counting what was asked: the rows of one table of the data engine become the cells of a table,
 * with what stands behind each. The statements are made here from names that the table has and from
 * quoted values; nothing that a member wrote is a part of one.
 *
 * Groups of fewer persons than may show are put together as "(other)", so that not even the label
 * of a group that small is told.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_TABLE_COUNT_H
#define CURATOR_TABLE_COUNT_H

#include "curator/engine.h"
#include "curator/table/ask.h"

enum { COUNT_ROWS = 500, COUNT_COLUMNS = 50, COUNT_CELLS = 5000, COUNT_LABEL = 80 };

/* What is counted: a view "d" of the engine. */
struct count_source {
	struct engine *engine;
	const char *name;    /* for errors */
	text_list columns;   /* their names, all different whatever their case */
	const char *patient; /* the column whose values are patients; NULL: each row is a person */
};

/* One cell, or total. Sums, where the value is none of numbers, are NaN. */
struct count_cell {
	int64_t rows, persons;
	/* Of all rows; of a median of the middle rows alone, which are of `few` persons or a few
	 * more, and as `of` tells how many. */
	double sum;
	int64_t of;
	double largest, spacing;  /* of persons' parts of the sum: see coarse.h */
	double draw;              /* set by persons_trace */
	bool negative;            /* some value is */
	double total, top1, top2; /* of absolute values by person */
	int64_t with, without;    /* of a share: persons of either kind */
};

struct counted {
	size_t keys; /* columns that name rows */
	size_t rows, columns;
	bool across;           /* there is a column that stands across, and totals of rows */
	const char **row;      /* keys labels for each row */
	const char **column;   /* of each */
	struct count_cell *at; /* (rows + 1) * (columns + 1), totals last */
	int64_t merged_rows, merged_columns; /* small groups in "(other)" */
};

/*
 * few: the persons in the middle of whom a median is made, whatever the least number for showing
 * is. E_INPUT names what the table does not have, or why the result would be too large.
 *
 * Leaves in the engine the table `placed`: row i and column k (from 0; -1 small groups), person q
 * and value v (missing: none) of each row that the condition takes. And, of a median, `middle`: of
 * each cell and total (gi, gk: 1 where i, k stands for all) the rows (q, v) that it is made of.
 */
enum status count_run(struct arena *, const struct count_source *, const struct table_ask *,
	int64_t few, struct counted *ret, struct err *);

/* SQL of a condition on "d". E_INPUT names the column that there is not. */
enum status count_condition(struct arena *, const struct count_source *, const struct where *,
	const char **ret, struct err *);

/* SQL of whom a row of "d" is of, for comparing tables. */
enum status count_person(
	struct arena *, const struct count_source *, const char **ret, struct err *);

/* "The nearest is ward. It has: pid, ward." of a name that is none; all: "It has". */
const char *count_instead(
	struct arena *, const char *name, const char *all, const char *const *names, size_t n);

#endif
