/*
 * Data that look like the release and are nobody's: the same files, columns and types, made from
 * the dictionary and from safe aggregates of the full release alone, so that teams can write their
 * code before they may see a patient.
 *
 * What is taken from the data: the number of patients; rows for each patient or each parent row on
 * average; of every column the share of missing values (to a whole percent), quantiles with at
 * least SIMULATED_SMALL different patients from each to the next, rounded to three digits (the ends
 * as in the dictionary; one value in the middle where there are too few patients for ends), shares
 * of values that at least SIMULATED_SMALL patients have; rank correlations between columns of a
 * table, rounded to 0.05. Hidden labels are not in the full release, so nothing is known of them.
 * Tables that hold no patients are taken as they are.
 *
 * Thread rule: one thread. Memory is the job's arena.
 */
#ifndef CURATOR_SIMULATED_SIMULATED_H
#define CURATOR_SIMULATED_SIMULATED_H

#include "curator/release/release_internal.h"
#include "curator/simulated/copula.h"

enum {
	SIMULATED_SMALL = 10,
	SIMULATED_PATIENTS = 1000, /* at most */
	SIMULATED_ROWS = 200000,   /* of a table, at most */
	SIMULATED_QUANTILES = 21,
	SIMULATED_CODES = 200,
	SIMULATED_COLUMNS = 24, /* that are correlated; the others are independent */
	SIMULATED_FINE = 4,     /* fields that a row may not have in common with a real one */
};

enum sim_kind { SIM_TEXT, SIM_CODES, SIM_NUMBER, SIM_DATE, SIM_PATIENT, SIM_KEY };

struct sim_column {
	const struct plan_column *of;
	enum sim_kind kind;
	const char *sql;    /* the number that quantiles are of, or the code */
	const char *looked; /* the number, in the rows of its table that are looked at */
	double missing;     /* share */
	double quantiles[SIMULATED_QUANTILES];
	size_t n_quantiles; /* 0: nothing is known */
	text_list codes;
	double *shares;    /* of codes, summed up; the last is 1 */
	int place;         /* in the copula, or -1 */
	bool after_parent; /* SIM_DATE: days since the parent's first date */
	bool after_first;  /* SIM_DATE: days since the first date of the row */
	int key;           /* SIM_KEY: of the plan */
};

struct sim_table {
	const struct plan_table *of;
	const char *from; /* the released Parquet, with its parent */
	int64_t rows, patients;
	double mean;              /* rows for each patient or parent row */
	struct sim_table *parent; /* NULL: rows belong to patients directly */
	size_t parent_key;        /* column that names the parent's row */
	int own_key;              /* number of the key that names its own rows, or -1 */
	size_t first_date;        /* column; SIZE_MAX when there is none */
	LIST(struct sim_column) columns;
	double *factor;
	size_t n_factor;
	/* What was drawn. */
	int64_t n_drawn;
	int32_t *patient; /* of each row */
	double *date;     /* first date of each row, days since 1970 */
};

struct sim {
	struct release *r;
	struct dice dice;
	struct image *image;
	LIST(struct sim_table) tables; /* parents before children */
	int32_t n_patients;
	struct sim_table **key_table; /* of each key: the table whose rows it names, or NULL */
	bool *hidden;                 /* of each patient */
	int64_t rows;                 /* drawn in all */
	int64_t blurred;              /* rows that equalled a real one and lost a value */
	int64_t alike;                /* rows that still do */
};

/* Types, quantiles, shares, correlations: profile.c */
enum status sim_profile(struct sim *, struct sim_table *, struct err *);
/* Draws a table and writes its Parquet and CSV: draw.c */
enum status sim_draw(struct sim *, struct sim_table *, struct err *);
/* Rows of the engine's table simulated that equal a real one in SIMULATED_FINE or more fine fields
 * lose one of them; then those that still do are counted: alike.c */
enum status sim_alike(struct sim *, const struct sim_table *, struct err *);

/* The whole stage, from the tables of the full release that are written already. */
enum status simulated_make(struct release *, struct err *);

#endif
