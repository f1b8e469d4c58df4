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
 *	table labs by patient_id
 *		...
 *	table d_items shared
 *		...
 *	outcome births.low binary positive 1 "birth weight under 2.5 kg"
 *	withhold births.bwt
 *	hidden 30 %
 *	sample 10 %
 *
 * Statements begin at the margin; the columns of a table are indented. A # begins a comment.
 * Names with blanks stand in double quotes. `shift dmy` and `shift mdy` tell the order of dates
 *that could be read both ways. `outcome admissions.severe each admissions.id ...` asks for one
 * prediction for each row of admissions instead of one for each patient.
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
};

enum recipe_action { ACT_KEEP, ACT_DROP, ACT_PSEUDONYM, ACT_SHIFT, ACT_CAP };

struct recipe_column {
	const char *name;
	int line;
	enum recipe_action action;
	double cap;          /* ACT_CAP */
	enum col_type order; /* ACT_SHIFT: TYPE_DMY or TYPE_MDY when told, else TYPE_TEXT */
	const char *meaning; /* "" when none */
};

struct recipe_table {
	const char *name;
	int line;
	const char *by; /* column with the patient; NULL in the patient's table and shared ones */
	bool shared;    /* holds no patients: a list of codes */
	LIST(struct recipe_column) columns;
};

/* "table.column" as written; which dot divides it is known only with the tables. */
struct recipe_ref {
	const char *text; /* NULL when not given */
	int line;
};

struct recipe {
	const char *name;
	int64_t version;
	struct recipe_ref patient;
	LIST(struct recipe_table) tables;
	struct recipe_ref outcome, each; /* each.text NULL: one outcome for each patient */
	bool binary;
	const char *positive; /* binary */
	const char *outcome_meaning;
	LIST(struct recipe_ref) withhold;
	double hidden, sample; /* percent of patients */
};

/* E_INPUT names the line. */
enum status recipe_parse(struct arena *, struct str text, struct recipe *ret, struct err *);

#endif
