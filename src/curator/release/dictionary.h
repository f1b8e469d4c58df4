/*
 * The data dictionary of a release, computed from the released tables alone (so it can say nothing
 * of hidden labels), and such that at least ten different patients stand behind every figure: a
 * range goes from the 1st to the 99th percentile or less far, until ten patients lie at or beyond
 * each end (see behind.h); a category is named when ten have it; how many values are missing is
 * told when ten lack it and ten have it, or nobody lacks it; how many values there are is told
 * beside a list of them only when it names them all. A column of which fewer than ten have
 * a value tells nothing, and so does a table whose patients the release does not name.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_DICTIONARY_H
#define CURATOR_DICTIONARY_H

#include "base/json.h"
#include "curator/engine.h"
#include "curator/release/plan.h"
#include "curator/release/said.h"

enum { DICTIONARY_NOT_TOLD = -1 };

struct dictionary_column {
	const char *name, *type, *treatment;
	const char *meaning;           /* by the recipe */
	const struct said_entry *said; /* by people; NULL: nothing */
	/* Or DICTIONARY_NOT_TOLD; distinct is an estimate in tables over a million rows. */
	int64_t missing, distinct;
	double low, high; /* NaN when not told */
	text_list values;
};

struct dictionary_table {
	const char *name;
	int64_t rows;
	LIST(struct dictionary_column) columns;
};

/* dir holds TABLE.parquet of all released tables. What people said counts before the recipe.
 * missing: how many values each column of the plan lacks in the file, as its writer counted them;
 * NULL: they are counted. */
enum status dictionary_make(struct arena *, struct engine *, const struct plan_table *,
	const struct said *, const char *dir, const int64_t *missing, struct dictionary_table *ret,
	struct err *);

/* One table as a member of "tables" in the result. */
void dictionary_json(struct jsonw *, const struct dictionary_table *);
/* Lines of dictionary.csv; the head is "table,column,type,...". */
void dictionary_csv_head(struct buf *);
void dictionary_csv(struct buf *, const struct dictionary_table *);

#endif
