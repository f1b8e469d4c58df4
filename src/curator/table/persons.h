/*
 * The persons behind a table that was counted, as traces (trace.h), and the draws by which its
 * numbers are rounded (coarse.h). The engine adds up each bucket's sum; no person leaves it.
 *
 * A draw is a keyed hash of the number's sketch: of the same persons with the same parts it is the
 * same, in whatever table; of any others it has nothing to do with it.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_TABLE_PERSONS_H
#define CURATOR_TABLE_PERSONS_H

#include "curator/table/count.h"
#include "curator/table/trace.h"

/* After count_run; sets the draw of each cell. key: 32 bytes; of one event all traces are made with
 * the same. Cells behind which there is nobody have no trace. */
enum status persons_trace(struct arena *, const struct count_source *, const struct table_ask *,
	struct counted *, const uint8_t *key, int64_t team, trace_list *ret, struct err *);

/*
 * How many rows everybody has in a table of the release: the dictionary says it to all, so a number
 * is compared with it as with one that was signed. After persons_trace, with the same key.
 */
enum status persons_everybody(struct arena *, const struct count_source *, const struct table_ask *,
	const uint8_t *key, trace_list *ret, struct err *);

#endif
