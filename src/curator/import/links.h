/*
 * How the tables of a source hang together: which column names the patient and which the visit,
 * and by which column each table reaches its patients. Found by names, then proved on the data: a
 * link counts only with the share of its values that the other table knows. The steward confirms.
 *
 * Memory is the arena's. Thread rule: one thread calls.
 */
#ifndef CURATOR_IMPORT_LINKS_H
#define CURATOR_IMPORT_LINKS_H

#include "base/json.h"
#include "curator/pool.h"
#include "curator/source.h"
#include "curator/text_set.h"

/* A column whose values stand in a column of another table, where each stands once. */
struct link {
	size_t table, column, to_table, to_column;
	int64_t keys, found;  /* different values, and how many of them the other table knows */
	int64_t rows_without; /* such a value */
};

enum reach {
	REACH_NONE,    /* no way to a patient: shared by all, or not understood */
	REACH_PATIENT, /* the table of patients */
	REACH_DIRECT,  /* a column names the patient */
	REACH_THROUGH, /* by way of another table */
};

struct reach_way {
	enum reach how;
	size_t column;              /* of the patient or of the link */
	const struct link *through; /* REACH_THROUGH */
	int64_t rows_without;       /* a patient that the table of patients knows */
};

struct links {
	bool patient_known, visit_known;
	bool patient_unique; /* the table of patients has one row each */
	size_t patient_table, patient_column, visit_table, visit_column;
	int64_t patients;
	LIST(struct link) all;
	struct reach_way *ways; /* one for each table */
};

/* dir: where TABLE.parquet are. The pool serves nobody else meanwhile. */
enum status links_find(struct arena *, const struct source *, const char *dir, struct pool *,
	struct links *ret, struct err *);

/*
 * Of each text of keys, which stand in the column by which the table reaches its patients: the
 * number of the patient in people, or UINT32_MAX when it leads to none.
 */
enum status links_whose(struct arena *, const struct source *, const char *dir,
	const struct links *, size_t table, const struct text_set *keys, struct text_set *people,
	uint32_t *ret, struct err *);
/* The members "patient", "visit", "links" and "reach" of the result. */
void links_json(struct jsonw *, const struct source *, const struct links *);

/* "hadm_id" and "HADM-ID" are the same name; out holds at least 64 bytes. */
void links_plain_name(const char *name, char *out, size_t size);

#endif
