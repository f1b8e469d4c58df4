/*
 * The persons behind a table that was counted, as traces (trace.h). The engine adds up each
 * bucket's sum; no person leaves it.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_TABLE_PERSONS_H
#define CURATOR_TABLE_PERSONS_H

#include "curator/table/count.h"
#include "curator/table/trace.h"

/* After count_run. key: 32 bytes; of one project all traces are made with the same. Cells behind
 * which there is nobody have none. */
enum status persons_trace(struct arena *, const struct count_source *, const struct table_ask *,
	const struct counted *, const uint8_t *key, int64_t team, trace_list *ret, struct err *);

#endif
