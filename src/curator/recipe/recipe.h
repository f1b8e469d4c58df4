/*
 * The recipe: how the tables of one project become a release, in words that a clinician reads.
 *
 *	recipe "Birth weight" version 1
 *	patient births.id
 *	table births
 *		id      pseudonym
 *		age     cap 45
 *		born    shift
 *		name    drop
 *		race    keep "race of the mother: white, black, other"
 *	table labs by admission_id via admissions
 *		...
 *	table d_items shared
 *		...
 *	outcome births.low binary positive 1 "birth weight under 2.5 kg"
 *	withhold births.bwt
 *	hidden 30 %
 *	sample 10 %
 *
 * Statements begin at the margin; the columns of a table are indented. A # begins a comment.
 * Names with blanks stand in double quotes. What may happen to a column, each with `as NAME` behind
 * it when it shall be called otherwise, and a meaning in quotes at the end:
 *
 *	keep, drop
 *	pseudonym [of NAME]     of NAME: the same as other columns of that name; of patient: as theirs
 *	shift [dmy|mdy]         by the patient's number of days; dmy, mdy: the order of ambiguous dates
 *	cap N                   a number above N becomes N
 *	age at [T.]C [cap N]    a birth date becomes years of life at C, capped at 89; C of another
 *				table is the patient's first
 *	round N                 to a multiple of N
 *	bin A B ...             "under A", "A to under B", ..., "B or more"
 *	group N                 values of fewer than N patients become "other"
 *	postal us               three digits of a ZIP code, 000 where few people live
 *	postal N [below P]      the first N characters, "other" for fewer than P patients (10)
 *	postal N population T.C T.P
 *				"other" where T says that fewer than 20000 people (P) live
 *	scrub                   text with numbers, dates, contacts and names taken out
 *
 * Further statements:
 *
 *	dates keep weekday      shifts are multiples of 7; `dates keep season`: near whole years
 *	staff T.C ...           columns with names of staff, for scrub; T need not be listed
 *	allow WORD ...          words that scrub leaves alone though they look like names
 *	harmless T.C ...        columns that look like identifiers and tell of nobody, so that they
 *				may be kept
 *	quasi T.C ...           columns by which others could know a patient
 *	k N [suppress P %]      each patient shall be like N - 1 others in them
 *	l N T.C ...             and each such group hold N values of a sensitive column
 *	csv all|below MB        tables that are also written as CSV (all)
 *	cite "..."              how to cite, for the README
 *
 * `outcome admissions.severe each admissions.id ...` asks for one prediction for each row of
 * admissions instead of one for each patient.
 *
 * Parsing is pure: it knows nothing of the tables that exist (plan.h does). Memory is the arena's.
 */
#ifndef CURATOR_RECIPE_H
#define CURATOR_RECIPE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"
#include "curator/types.h"

enum {
	RECIPE_MAX = 1 << 20,
	RECIPE_MAX_TABLES = 500,
	RECIPE_MAX_TABLE_COLUMNS = 4096,
	RECIPE_MAX_COLUMNS = 20000,
	RECIPE_MAX_EDGES = 40,
	RECIPE_MAX_QUASI = 12,
	RECIPE_AGE_CAP = 89,       /* Safe Harbor: ages over 89 are one category */
	RECIPE_POPULATION = 20000, /* Safe Harbor: people in a postal area that may be told */
	RECIPE_SMALL = 10,         /* patients: the fewest that are told of */

};

enum recipe_action {
	ACT_KEEP,
	ACT_DROP,
	ACT_PSEUDONYM,
	ACT_SHIFT,
	ACT_CAP,
	ACT_AGE,
	ACT_ROUND,
	ACT_BIN,
	ACT_GROUP,
	ACT_POSTAL,
	ACT_SCRUB,
	ACTIONS,
};

/* Where in the recipe, both from 1. */
struct recipe_at {
	int line, character;
};

/* "table.column" as written; which dot divides it is known only with the tables. */
struct recipe_ref {
	const char *text; /* NULL when not given */
	struct recipe_at at;
};

enum recipe_postal { POSTAL_PATIENTS, POSTAL_US, POSTAL_POPULATION };

struct recipe_column {
	const char *name;
	const char *as; /* NULL: the same */
	struct recipe_at at;
	enum recipe_action action;
	double number;      /* ACT_CAP, ACT_AGE: the cap; ACT_ROUND: the step */
	int64_t below;      /* ACT_GROUP, POSTAL_PATIENTS: fewest patients */
	int64_t digits;     /* ACT_POSTAL */
	LIST(double) edges; /* ACT_BIN, rising */
	enum recipe_postal postal;
	struct recipe_ref area, people; /* POSTAL_POPULATION */
	struct recipe_ref index;        /* ACT_AGE: text may lack the table */
	const char *of;                 /* ACT_PSEUDONYM; NULL: by the column's name */
	enum col_type order; /* ACT_SHIFT: TYPE_DMY or TYPE_MDY when told, else TYPE_TEXT */
	const char *meaning; /* "" when none */
};

struct recipe_table {
	const char *name;
	struct recipe_at at;
	const char *by;  /* column with the patient; NULL in the patient's table and shared ones */
	const char *via; /* the table that says whose `by` is; NULL: by is the patient */
	bool shared;     /* holds no patients: a list of codes */
	LIST(struct recipe_column) columns;
};

typedef LIST(struct recipe_ref) recipe_refs;

struct recipe {
	const char *name;
	int64_t version;
	struct recipe_ref patient;
	LIST(struct recipe_table) tables;
	struct recipe_ref outcome, each; /* each.text NULL: one outcome for each patient */
	bool binary;
	const char *positive; /* binary */
	const char *outcome_meaning;
	recipe_refs withhold;
	double hidden, sample; /* percent of patients */
	bool weekday, season;  /* what shifts keep */
	recipe_refs staff;
	text_list allow;
	recipe_refs harmless;
	recipe_refs quasi, sensitive;
	int64_t k, l;     /* 0: not asked for */
	double suppress;  /* percent of patients */
	int64_t csv_mb;   /* tables of a smaller source are CSV too; INT64_MAX: all */
	const char *cite; /* "" when none */
};

/* E_INPUT names line and character. */
enum status recipe_parse(struct arena *, struct str text, struct recipe *ret, struct err *);

#endif
