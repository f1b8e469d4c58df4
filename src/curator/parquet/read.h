/*
 * Reading the Parquet files of an import (write.h, chunk.h): columns of text, a chunk of at most
 * one dictionary and one page of values for each group of rows. What costs in a long table is to
 * look at every cell; here only the different values of a group are texts, and the cells are their
 * numbers.
 *
 * Files of other makers are refused with E_ABSENT: the data engine reads those. Nothing in a file
 * is believed: a number that does not fit is E_INPUT.
 *
 * parquet_close ends it. Thread rule: one thread opens and closes; any number of threads read, each
 * with a part of its own. part_free ends a part.
 */
#ifndef CURATOR_PARQUET_READ_H
#define CURATOR_PARQUET_READ_H

#include <zstd.h>

#include "base/err.h"
#include "base/str.h"
#include "curator/parquet/bytes.h"

struct parquet_in;

enum status parquet_open(const char *path, struct parquet_in **ret, struct err *);
void parquet_close(struct parquet_in *); /* NULL is fine */
size_t parquet_columns(const struct parquet_in *);
size_t parquet_groups(const struct parquet_in *);
size_t parquet_rows(const struct parquet_in *, size_t group);

#define PART_MISSING UINT32_MAX
/* One column of one group. The values point into bytes of the part, until it is given others. */
struct part {
	struct str *values;
	size_t n_values, max_values;
	uint32_t *codes; /* of each row: a place in values, or PART_MISSING */
	size_t rows, max_rows;
	struct bytes packed, texts, page;
	ZSTD_DCtx *zstd;
};
/* Only the different values, without the codes; of a group whose values are nearly all different
 * (then *ret_all is true) both, each value of a row on its own. */
enum status parquet_values(const struct parquet_in *, size_t group, size_t column, struct part *,
	bool *ret_all, struct err *);
/* The codes only; of what parquet_values calls "all" they count from 0. */
enum status parquet_codes(
	const struct parquet_in *, size_t group, size_t column, struct part *, struct err *);
/* Values and codes. */
enum status parquet_cells(
	const struct parquet_in *, size_t group, size_t column, struct part *, struct err *);
void part_free(struct part *);

#endif
