/*
 * One column of one group of rows as the pages of a Parquet column chunk: a dictionary of its
 * different values and their numbers, or, when nearly every value is different, the values
 * themselves; packed with zstd. On the way each different value is shown once to struct learn,
 * with its count: a table has far fewer of them than cells.
 *
 * chunk_free ends a chunk, scratch_free what a worker keeps between chunks. Thread rule: one thread
 * per chunk, per scratch and per learn.
 */
#ifndef CURATOR_IMPORT_CHUNK_H
#define CURATOR_IMPORT_CHUNK_H

#include "curator/import/bytes.h"
#include "curator/import/learn.h"

/* A cell points into the text of its group; CELL_MISSING as length is a missing value. */
#define CELL_MISSING UINT32_MAX
enum { CELL_SLACK = 8 }; /* readable bytes behind the text of a group */
struct cell {
	uint32_t at, n;
};

struct chunk {
	struct bytes pages;
	bool dictionary;     /* begins with a dictionary page */
	size_t first_page;   /* its bytes, 0 without one */
	uint64_t unpacked;   /* bytes of all pages with heads, before packing */
	bool many_different; /* a dictionary did not pay: the next group need not try */
};
void chunk_free(struct chunk *);

struct scratch;
struct scratch *scratch_new(void);
void scratch_free(struct scratch *); /* NULL is fine */

/* Fills *c anew; many_different of the group before is taken as a hint. */
void chunk_encode(struct chunk *c, struct scratch *, const char *text, const struct cell *,
	size_t rows, struct learn *);

#endif
