/*
 * Well-known layouts of hospital data: recognised by the names of tables and columns, case aside,
 * they tell what columns mean and where patients and visits are.
 *
 * Everything is constant or the arena's. Thread rule: free-threaded.
 */
#ifndef CURATOR_IMPORT_LAYOUT_H
#define CURATOR_IMPORT_LAYOUT_H

#include "curator/import/folder.h"
#include "curator/source.h"

struct layout {
	const char *name;    /* "OMOP CDM", "MIMIC", "FHIR", "SDTM"; "" when it is none of them */
	const char *version; /* "5.4", "III", "R4"; "" when it cannot be told */
};

/* fhir: whether a table came of FHIR resources. */
struct layout layout_recognise(const struct source *, bool fhir);
/* The last year that two digits mean where the names of tables tell a layout that moves its dates
 * elsewhere; 0: none does. Asked before anything is read. */
int layout_century(const struct folder *);
/* Fills the meanings that are empty. */
void layout_explain(struct arena *, const struct layout *, struct source *);

/* One column's meaning in a layout; table NULL is any table. */
struct layout_meaning {
	const char *table, *column, *text;
};
extern const struct layout_meaning layout_mimic[], layout_omop[], layout_sdtm[]; /* text ends it */
/* What OMOP's way of naming says of a column without an entry of its own; or "". */
const char *layout_omop_rule(struct arena *, const char *column);

#endif
