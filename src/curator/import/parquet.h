/*
 * Writing a Parquet file (format 1.0) of text columns c0, c1, ...: groups of rows whose columns
 * struct chunk has encoded, then the footer. Footers hold no smallest or largest values: those are
 * of patients.
 *
 * Equal input gives equal bytes. parquet_abandon closes without a footer; the file is then not
 * valid and the caller's to remove. Thread rule: one thread per file.
 */
#ifndef CURATOR_IMPORT_PARQUET_H
#define CURATOR_IMPORT_PARQUET_H

#include "curator/import/chunk.h"

struct parquet;

/* Makes dirfd/name, 0600; it must not exist yet. */
enum status parquet_create(
	int dirfd, const char *name, size_t columns, struct parquet **ret, struct err *);
/* One group: a chunk for each column. */
enum status parquet_group(struct parquet *, const struct chunk *, size_t rows, struct err *);
/* Writes the footer and closes; frees the handle in any case. */
enum status parquet_finish(struct parquet *, struct err *);
void parquet_abandon(struct parquet *); /* NULL is fine */

#endif
