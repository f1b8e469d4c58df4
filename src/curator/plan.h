/*
 * A recipe bound to the tables that exist: what happens to every column, and the statements that do
 * it. Nothing here touches data.
 *
 * The statements speak of views s0, s1, ... (source tables with columns c0, c1, ... and
 * file_row_number), the crosswalk xw(src, pid, shift, hidden, sample) of patients, and crosswalks
 * k0, k1, ... (src, pid) of other pseudonymised keys. release.c makes them.
 *
 * Memory is the arena's; recipe and source must live as long. Thread rule: one thread.
 */
#ifndef CURATOR_PLAN_H
#define CURATOR_PLAN_H

#include "curator/recipe.h"
#include "curator/source.h"

enum plan_role { ROLE_PATIENT, ROLE_LINKED, ROLE_SHARED };

struct plan_column {
	const struct source_column *src;
	enum recipe_action action;
	enum col_type type; /* of the values that are read; a pseudonym comes out as text */
	double cap;
	const char *meaning;
	bool link;     /* names the patient */
	bool withheld; /* gives the outcome away */
	bool outcome;
	int key; /* ACT_PSEUDONYM and not the patient: number of its crosswalk; else -1 */
};

struct plan_table {
	const struct source_table *src;
	enum plan_role role;
	size_t number; /* of its view */
	size_t link;   /* index of the column with the patient; unused in shared tables */
	LIST(struct plan_column) columns; /* as in the source */
};

struct plan {
	const struct recipe *recipe;
	const struct source *source;
	LIST(struct plan_table) tables;
	const struct plan_table *patient;
	struct plan_table *outcome_table;
	size_t outcome;     /* index of its column */
	size_t unit;        /* index of the column of the outcome table that names a prediction */
	text_list keys;     /* domains of the other pseudonyms: lower-case column names */
	text_list left_out; /* tables that the recipe does not list */
};

/* E_INPUT names line, table and column. */
enum status plan_bind(struct arena *, const struct recipe *, const struct source *,
	struct plan *ret, struct err *);

/* Is the column in the release at all? */
bool plan_released(const struct plan_column *);
/* In the words of the dictionary: what was done to it. */
const char *plan_treatment(struct arena *, const struct plan_column *);
const char *plan_out_type(const struct plan_column *);

/* "s3.c7" without the words for "missing", as text. */
const char *plan_text(struct arena *, const struct plan_table *, size_t column);
/* The trimmed text of a key, NULL when empty. */
const char *plan_key(struct arena *, const struct plan_table *, size_t column);
/* Typed, before anything is done to it. */
const char *plan_value(struct arena *, const struct plan_table *, size_t column);
/* The whole statement for one table of the full release or of the sample, in a fixed order. */
const char *plan_select(struct arena *, const struct plan_table *, bool sample);

#endif
