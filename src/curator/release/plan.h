/*
 * A recipe bound to the tables that exist: what happens to every column, and the statements that do
 * it. Nothing here touches data. plan.c binds, plan_sql.c writes the statements.
 *
 * The statements speak of views s0, s1, ... (source tables with columns c0, c1, ... and
 * file_row_number), the crosswalk xw(src, pid, ord, shift, hidden, sample) of patients (ord: rank
 * of pid), crosswalks k0, k1, ... (src, pid) of other pseudonymised keys, and what plan.links and
 * plan.prepare make: o5(key, src) says whose the rows of table 5 are, g0, g1, ... serve single
 * columns, own(src, words) holds a patient's own identifiers, general(ord, q0, ...) what
 * release_risk.c made of quasi-identifiers. release.c runs them.
 *
 * Memory is the arena's; recipe and source must live as long. Thread rule: one thread.
 */
#ifndef CURATOR_PLAN_H
#define CURATOR_PLAN_H

#include "curator/recipe/recipe.h"
#include "curator/source.h"

/*
 * How tables are written. No Bloom filters: they are hashes of the values of each column.
 * Dictionaries up to what the patients of a row group need (they are smaller and read three times
 * faster); larger ones cost more than they save. Higher levels of zstd save nothing here.
 */
#define PLAN_PARQUET_FORM                                                                          \
	"parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, "               \
	"DICTIONARY_SIZE_LIMIT 5000"
#define PLAN_PARQUET "FORMAT " PLAN_PARQUET_FORM

enum plan_role { ROLE_PATIENT, ROLE_LINKED, ROLE_SHARED };

/* A column of a table that the recipe need not list. */
struct plan_ref {
	size_t number, column;
	const struct source_table *table;
};

struct plan_column {
	const struct source_column *src;
	const struct recipe_column *line; /* NULL: only withheld */
	enum recipe_action action;
	enum col_type type;     /* of the values that are read */
	enum col_type out_type; /* of those that are released */
	const char *out;        /* its name in the release */
	const char *meaning;
	bool link;     /* names the patient */
	bool withheld; /* gives the outcome away */
	bool outcome;
	int key;          /* ACT_PSEUDONYM and not the patient: number of its crosswalk; else -1 */
	int prep;         /* number of its table g, or -1 */
	int quasi;        /* number of its column in general(ord, q0, ...), or -1 */
	bool general;     /* released from there, as a text */
	const char *code; /* an enumeration of its values in the engine; NULL: none */
	bool index_here;  /* ACT_AGE: the date is in the same table */
	const struct plan_table *index_table; /* ACT_AGE */
	size_t index_column;
	struct plan_ref area, people; /* ACT_POSTAL by population */
};

struct plan_table {
	const struct source_table *src;
	const struct recipe_table *line;
	enum plan_role role;
	size_t number; /* of its view */
	size_t link;   /* index of the column with the patient; unused in shared tables */
	const struct plan_table *via; /* link is a key of that table */
	size_t via_column;
	LIST(struct plan_column) columns; /* as in the source */
};

struct plan_key {
	const char *name;   /* lower case */
	const char *domain; /* of keyed_pseudonym */
};

struct plan_step {
	const char *doing, *sql;
};

struct plan {
	const struct recipe *recipe;
	const struct source *source;
	LIST(struct plan_table) tables;
	const struct plan_table *patient;
	struct plan_table *outcome_table;
	size_t outcome; /* index of its column */
	size_t unit;    /* index of the column of the outcome table that names a prediction */
	LIST(struct plan_key) keys;
	LIST(struct plan_step) links, prepare;
	LIST(struct plan_ref) staff;
	int n_prep;
	bool scrubs;        /* some column is scrubbed */
	text_list left_out; /* tables that the recipe does not list */
};

/* E_INPUT names line, character, table and column. */
enum status plan_bind(struct arena *, const struct recipe *, const struct source *,
	struct plan *ret, struct err *);

/* Where a reference points among the listed tables: the tables decide which dot divides it. */
struct plan_table *plan_find(struct plan *, const char *ref, size_t *ret_column);

/* Is the column in the release at all? */
bool plan_released(const struct plan_column *);
/* In the words of the dictionary: what was done to it. */
const char *plan_treatment(struct arena *, const struct plan_column *);
/* Do few values, told from ten patients on, say what a column holds? */
bool plan_coded(const struct plan_column *);

/* "s3.c7" without the words for "missing", as text. */
const char *plan_text(struct arena *, const struct plan_table *, size_t column);
/* The trimmed text of a key, NULL when empty. */
const char *plan_key(struct arena *, const struct plan_table *, size_t column);
/* Typed, before anything is done to it. */
const char *plan_value(struct arena *, const struct plan_table *, size_t column);
/* FROM what, and the expression in it that is the patient's source id (NULL: nobody's). */
const char *plan_from(struct arena *, const struct plan_table *);
const char *plan_owner(struct arena *, const struct plan_table *);
/* One column as it is released: rows of (ord, v), v a text. */
const char *plan_select_column(struct arena *, const struct plan_table *, size_t column);
/* Does a cell's own text say what it becomes, but for the shift of a date and hidden outcomes? */
bool plan_by_value(const struct plan_column *);
/*
 * The same as plan_select says of cells, said of texts(i, v), the different texts of a column by
 * place: rows (i, value). Of ACT_SHIFT the date before it is shifted, of an outcome the value that
 * hidden patients do not show, of ACT_PSEUDONYM the pseudonym's number.
 */
const char *plan_select_values(
	struct arena *, const struct plan_table *, size_t column, const char *texts);
/* Whose rows they are, by the texts of the table's link: rows (i, ord), without those of nobody. */
const char *plan_select_owners(struct arena *, const struct plan_table *, const char *texts);
/* As ACT_SHIFT moves a moment since 1970, of which a day has `unit`; false: a placeholder, it
 * becomes missing. */
bool plan_moved(int64_t moment, int64_t unit, int64_t days, int64_t *ret);
/* From now on the column comes from general.q<quasi>: as generalised text, or its own value where
 * that is not suppressed. */
void plan_generalise(struct plan_column *, int quasi, bool general);
/* Fills links and prepare; after plan_bind. */
void plan_steps(struct arena *, struct plan *);
/* The whole statement for one table of the full release or of the sample, in a fixed order. */
const char *plan_select(struct arena *, const struct plan_table *, bool sample);

#endif
