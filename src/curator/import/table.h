/*
 * A table on its way into a Parquet file: rows are gathered to groups; while the next group is
 * gathered, the columns of the last are encoded by a pool of threads.
 *
 * table_finish or table_abandon ends it. Thread rule: one thread adds rows.
 */
#ifndef CURATOR_IMPORT_TABLE_H
#define CURATOR_IMPORT_TABLE_H

#include "base/err.h"
#include "curator/import/learn.h"
#include "curator/pool.h"

struct table_out;

/* Makes dirfd/name. The pool must live as long and serve nobody else meanwhile. */
enum status table_create(int dirfd, const char *name, size_t columns, struct pool *,
	struct table_out **ret, struct err *);
/* fields in ascending order in one piece of memory; p == NULL is missing. */
enum status table_row(struct table_out *, const struct str *fields, struct err *);
uint64_t table_rows(const struct table_out *);
/* Completes the file. What was learned of each column can be asked until table_abandon. */
enum status table_finish(struct table_out *, struct err *);
const struct learn *table_learn(const struct table_out *, size_t column);
void table_abandon(struct table_out *); /* NULL is fine; what was not finished is no valid file */

static inline void
cleanup_table_out_fn(struct table_out **t)
{
	table_abandon(*t);
}
#define cleanup_table_out CLEANUP(cleanup_table_out_fn)

#endif
