/*
 * FHIR R4 resources (and any other JSON object a line) as rows: for the resource types that
 * clinical questions are made of, columns that we declare; for others, the scalars that the lines
 * hold. References become ids, of a list the first element counts, choice types (value[x]) become
 * one column a kind. A part of an Observation (blood pressure has two) is a row of its own.
 *
 * Memory: columns are constant or the arena's; rows are the row's own. Thread rule: one thread.
 */
#ifndef CURATOR_IMPORT_FHIR_H
#define CURATOR_IMPORT_FHIR_H

#include "base/arena.h"
#include "base/field.h"
#include "curator/parquet/bytes.h"
#include "base/str.h"

struct json_t;

enum { FHIR_MAX_COLUMNS = 300 };

struct fhir_column {
	const char *name;
	const char *path; /* "a.b|c.d": the first of these that the resource has */
	const char *meaning;
	bool part; /* taken from the part, in the row of a part */
};
typedef LIST(struct fhir_column) fhir_columns;

/* The columns of a type, or an empty list when we declare none. */
fhir_columns fhir_declared(const char *type);
/* Adds the scalars of one object to the list, whose `at` has room for FHIR_MAX_COLUMNS. */
void fhir_discover(struct arena *, fhir_columns *, const struct json_t *object);

/* One row: n fields in ascending order in text. */
struct fhir_row {
	struct bytes text;
	struct fhir_span {
		size_t at, n;
		bool there;
	} * spans;
	struct str *fields;
	size_t n;
};
struct fhir_row fhir_row_new(size_t columns);
void fhir_row_free(struct fhir_row *);

/* How many rows the object makes, and the i-th of them. */
size_t fhir_rows(const struct json_t *object);
void fhir_fill(struct fhir_row *, const fhir_columns *, const struct json_t *object, size_t i);

/* NULL when it is no text. */
const char *fhir_type(const struct json_t *object);

#endif
