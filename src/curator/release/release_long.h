/*
 * The long tables of a release, column by column: the data engine says what each different value
 * becomes (mapping.h), and the cells are moved as numbers, in the order of the release, into the
 * files of the full release and of the sample. The same as plan_select, for tables in which it
 * would take minutes.
 *
 * Memory: 16 bytes for each row of a part of at most LONG_PART rows, the packed part, and the
 * different values. Thread rule: one thread calls; a pool of its own works.
 */
#ifndef CURATOR_RELEASE_LONG_H
#define CURATOR_RELEASE_LONG_H

#include "curator/release/release_internal.h"

enum { LONG_TABLE = 100000 }; /* rows */
/* Is it long, does every cell say by itself what it becomes, and have its different values place in
 * the job's memory? */
bool release_is_long(const struct release *, const struct plan_table *);
/* Writes both files. E_ABSENT: not possible after all, and nothing was written; ask the engine. */
enum status release_long(struct release *, const struct plan_table *, struct err *);

#endif
