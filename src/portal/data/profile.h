/*
 * What an import understood of a folder, ready to be shown: who is the patient, how tables hang
 * together, and each column in a line. Made of the import job's result, whose counts single nobody
 * out (see wire/jobs.h).
 *
 * Pure; memory is the arena's. Free-threaded.
 */
#ifndef PORTAL_DATA_PROFILE_H
#define PORTAL_DATA_PROFILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"

struct profile_column {
	const char *name, *type, *meaning;
	bool identifier;
	const char *missing, *distinct;
	const char *range;        /* "30 to 94, half of them 49 to 73"; "" without one */
	const char *values;       /* "F (218), M (222)"; "" when none may be told */
	struct html_safe picture; /* of the distribution; markup NULL without one */
	const char *note;         /* what to look at: "12 outside 0 to 122 a"; "" when nothing */
};

struct profile_table {
	const char *name, *file, *rows, *rejected; /* rejected "" when none was */
	const char *reach;                         /* how its rows reach a patient */
	bool lost;                                 /* some or all reach none */
	LIST(struct profile_column) columns;
	text_list tests; /* "potassium (K): 3 of 3,162 outside 1 to 12 mmol/L" */
};

struct profile {
	const char *layout;          /* "OMOP CDM 5.4", "" when none was recognised */
	const char *patient, *visit; /* "patients.patient_id", "" */
	const char *patients;
	const char *said; /* the patient's column as the recipe says it, "" when it says none */
	bool same;        /* and it is the one that was found */
	LIST(struct profile_table) tables;
	text_list links, problems, empty;
};

/* E_INPUT when it is no result of an import. */
enum status profile_read(
	struct arena *, const char *import_result, struct profile *ret, struct err *);

/* What the recipe says of patients and of tables that no name led to one holds, and not what names
 * told alone. recipe: its text, "" while there is none. */
void profile_follow(struct arena *, const char *recipe, struct profile *);

#endif
