/*
 * What of a condition singles somebody out: the parts of it, the whole too, that hold for some
 * patients but for fewer than `few`, or for all others; one of two that are the same patients.
 * Where no column names patients, each row is one. "cost = 12.5 fits", "age < 90 leaves out":
 * reviewers see them by themselves, for among all else that a condition says one value is easily
 * missed.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_TABLE_FEW_H
#define CURATOR_TABLE_FEW_H

#include "curator/table/count.h"

/* where NULL: none. E_INPUT names the column that there is not. */
enum status few_find(struct arena *, const struct count_source *, const struct where *, int64_t few,
	text_list *ret, struct err *);

#endif
