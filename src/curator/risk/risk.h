/*
 * How easily a person could be found again in a table, by columns that others may know
 * (quasi-identifiers). A class is all rows that agree in every quasi-identifier.
 *
 * Prosecutor: the attacker knows that the person is in the table. Journalist: knows only that the
 * person is in a larger population. Marketer: wants as many as possible. Formulas: El Emam, Guide
 * to the De-Identification of Personal Health Information (2013), as ARX computes them.
 *
 * Results live in the arena. Thread rule: one thread per table.
 */
#ifndef CURATOR_RISK_RISK_H
#define CURATOR_RISK_RISK_H

#include "base/json.h"
#include "curator/risk/table.h"

struct risk_size {
	int64_t from, to; /* rows of a class, both included; to is 0 for "or more" */
	int64_t classes, rows;
};

struct risk_column {
	const char *name;
	int64_t distinct;
	double alone;        /* share of rows that this column by itself makes unique */
	double without;      /* share of rows still unique when this column is left out */
	double contribution; /* uniques - without */
};

struct risk_sensitive {
	const char *name;
	int64_t l; /* fewest distinct values in a class */
};

struct risk {
	int64_t rows, classes;
	int64_t k;         /* rows of the smallest class */
	double average;    /* classes / rows: expected share found by a marketer */
	double highest;    /* 1 / k */
	double uniques;    /* share of rows alone in their class */
	double prosecutor; /* highest */
	double journalist; /* 1 / the smallest class in the population; without one, prosecutor */
	double marketer;   /* mean over rows of 1 / class in the population; without one, average */
	int64_t outside;   /* rows whose class is smaller in the population than here */
	int64_t l;         /* the least of the sensitive columns; 0 when none was named */
	LIST(struct risk_sensitive) sensitive;
	LIST(struct risk_size) sizes;     /* six ranges: 1, 2, 3-4, 5-9, 10-19, 20 or more */
	LIST(struct risk_column) columns; /* riskiest first: contribution, then alone */
	double seconds;                   /* for the command to fill */
	int64_t memory_mb;
};

/*
 * Measures a table; population, which was read like it (table_read_like, quasi-identifiers only),
 * may be NULL. Where the population holds fewer rows of a class than the table does, the table's
 * own number counts. E_BUSY when the table's budget does not suffice.
 */
enum status risk_measure(struct arena *, const struct table *, const struct table *population,
	const struct table_wish *, struct risk *ret, struct err *);

/* The figures of risk_measure that need no columns: rows, classes, k, average, highest, uniques
 * and sizes, from the rows of each class. Classes of 0 rows are not counted. */
void risk_of_sizes(struct arena *, const uint32_t *rows_of_class, size_t n, struct risk *ret);

/* All of it, and what risk_of_sizes gives. */
extern const struct field risk_fields[], risk_size_fields[];

/* `wardroom-curator risk ...` and `anonymise ...`; argv[0] is the command. Exit code 0 done, 1 not
 * done, 2 wrong use. */
int risk_main(int argc, char **argv);
int anonymise_main(int argc, char **argv);

#endif
