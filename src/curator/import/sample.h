/*
 * Rows of a table in which patients are counted: all of a small table; of a large one a few blocks
 * over its whole length, because fewer patients found only hides more. And whose the rows are.
 *
 * sample_close ends it. Thread rule: one thread per sample.
 */
#ifndef CURATOR_IMPORT_SAMPLE_H
#define CURATOR_IMPORT_SAMPLE_H

#include "curator/import/links.h"
#include "curator/parquet/read.h"

#define SAMPLE_NONE UINT32_MAX

struct sample {
	struct parquet_in *in;
	struct part part;
	int64_t blocks, block_rows, apart; /* block i begins at row i * apart */
	size_t rows;
	uint32_t *who; /* the patient of each row, by number; or SAMPLE_NONE */
	size_t people; /* numbers are below */
};

/* dir: where TABLE.parquet are. Without a way to patients each row is somebody's own. */
enum status sample_open(struct arena *, const struct source *, const char *dir,
	const struct links *, size_t table, struct sample *ret, struct err *);
void sample_close(struct sample *);
#define cleanup_sample CLEANUP(sample_close)

/*
 * Of each row the number of its value, as fn tells it, or SAMPLE_NONE where there is none. fn is
 * asked once for each value of a group of rows; what it is given lives until it returns.
 */
typedef uint32_t (*sample_number_fn)(void *ctx, struct str value);
enum status sample_column(
	struct sample *, size_t column, sample_number_fn, void *ctx, uint32_t *ret, struct err *);

#endif
