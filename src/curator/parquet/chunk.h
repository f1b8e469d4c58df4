/*
 * One column of one group of rows as the pages of a Parquet column chunk: a dictionary of its
 * different values and their numbers, or, when nearly every value is different, the values
 * themselves; packed with zstd. It comes as cells of text (an import), as numbers of values that
 * are known beforehand, or as moments in time (a release).
 *
 * chunk_free ends a chunk, scratch_free what a worker keeps between chunks. Thread rule: one thread
 * per chunk and per scratch.
 */
#ifndef CURATOR_PARQUET_CHUNK_H
#define CURATOR_PARQUET_CHUNK_H

#include "curator/parquet/bytes.h"
#include "base/str.h"

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
	size_t missing;      /* rows without a value */
	bool many_different; /* a dictionary did not pay: the next group need not try */
};
void chunk_free(struct chunk *);

struct scratch;
struct scratch *scratch_new(void);
void scratch_free(struct scratch *); /* NULL is fine */

/* What a column holds. In memory all but texts are 64 bits: a whole number, the bits of a double,
 * days since 1970, microseconds since 1970. */
enum parquet_type { PARQUET_TEXT, PARQUET_INTEGER, PARQUET_REAL, PARQUET_DAY, PARQUET_TIME };

/* Each different value of a chunk and how often it occurs; p is NULL for the missing ones. */
typedef void (*chunk_seen_fn)(void *ctx, struct str value, uint64_t n);

/* Fills *c anew; many_different of the group before is taken as a hint. */
void chunk_encode(struct chunk *c, struct scratch *, const char *text, const struct cell *,
	size_t rows, chunk_seen_fn seen, void *ctx);

/* The different values of a column. Texts are given as they are, or spelt from numbers: spell
 * returns the length. */
enum { CHUNK_SPELT = 32 };
struct values {
	enum parquet_type type;
	size_t n;
	const struct str *texts;
	const int64_t *numbers;
	size_t (*spell)(int64_t, char out[CHUNK_SPELT]);
};
/* codes: places in the values, below n, or CHUNK_MISSING. */
#define CHUNK_MISSING UINT32_MAX
void chunk_encode_codes(struct chunk *, struct scratch *, const struct values *,
	const uint32_t *codes, size_t rows);
/* Of any type but text; CHUNK_NO_NUMBER is a missing one. */
#define CHUNK_NO_NUMBER INT64_MIN
void chunk_encode_numbers(
	struct chunk *, struct scratch *, enum parquet_type, const int64_t *, size_t rows);

#endif
