/*
 * The data dictionary of a release, computed from the released tables alone (so it can say nothing
 * of hidden labels) and coarse where numbers are small: ranges are the 1st and 99th percentile
 * rounded to two digits and only of ten values or more; a category is named only when at least ten
 * patients have it.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_DICTIONARY_H
#define CURATOR_DICTIONARY_H

#include "base/json.h"
#include "curator/engine.h"
#include "curator/plan.h"

struct dictionary_column {
	const char *name, *type, *meaning, *treatment;
	int64_t missing, distinct; /* distinct: estimate in tables over a million rows */
	double low, high;          /* NaN when not told */
	text_list values;
};

struct dictionary_table {
	const char *name;
	int64_t rows;
	LIST(struct dictionary_column) columns;
};

/* parquet is the released table. */
enum status dictionary_make(struct arena *, struct engine *, const struct plan_table *,
	const char *parquet, struct dictionary_table *ret, struct err *);

/* One table as a member of "tables" in the result. */
void dictionary_json(struct jsonw *, const struct dictionary_table *);
/* Lines of dictionary.csv; the head is "table,column,type,...". */
void dictionary_csv_head(struct buf *);
void dictionary_csv(struct buf *, const struct dictionary_table *);

#endif
