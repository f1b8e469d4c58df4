/*
 * Writing a Parquet file (format 1.0): groups of rows whose columns struct chunk has encoded, then
 * the footer. Footers hold no smallest or largest values: those are
 * of patients.
 *
 * Equal input gives equal bytes. parquet_abandon closes without a footer; the file is then not
 * valid and the caller's to remove. Thread rule: one thread per file.
 */
#ifndef CURATOR_PARQUET_WRITE_H
#define CURATOR_PARQUET_WRITE_H

#include "curator/parquet/chunk.h"

/* What the footer names as the maker: read.h reads files of this one only. */
#define PARQUET_MAKER "wardroom-curator"

struct parquet;

struct parquet_column {
	const char *name;
	enum parquet_type type;
};

/* Makes dirfd/name, 0600; it must not exist yet. */
enum status parquet_create(int dirfd, const char *name, const struct parquet_column *, size_t n,
	struct parquet **ret, struct err *);
/* One group: a chunk for each column. */
enum status parquet_group(struct parquet *, const struct chunk *, size_t rows, struct err *);
/* Writes the footer and closes; frees the handle in any case. */
enum status parquet_finish(struct parquet *, struct err *);
void parquet_abandon(struct parquet *); /* NULL is fine */

#endif
