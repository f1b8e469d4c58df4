/*
 * The check that only the holder of the data can make: does a row that wants to leave equal a row
 * of the patients' data, and is a value in it a real identifier?
 *
 * Compared is the imported source. A release holds the same values except shifted dates and
 * pseudonyms, which check_dates and check_identifiers refuse by their form, so a released row is
 * found by its other fields.
 *
 * match_close ends it. Thread rule: one thread.
 */
#ifndef CURATOR_AIRLOCK_MATCH_H
#define CURATOR_AIRLOCK_MATCH_H

#include "base/cleanup.h"
#include "base/config.h"
#include "curator/airlock/airlock.h"

struct match;

/*
 * Opens the project's imported tables for reading, beside other checks but not beside an import or
 * a release: E_BUSY after three seconds. E_ABSENT when nothing was imported.
 */
enum status match_open(struct arena *, const struct config *, int64_t project, int64_t memory_mb,
	struct match **ret, struct err *);
void match_close(struct match *); /* NULL is fine */

static inline void
cleanup_match_fn(struct match **m)
{
	match_close(*m);
}
#define cleanup_match CLEANUP(cleanup_match_fn)

/* Tells, as check data_match, and sets compared. */
enum status match_file(struct match *, struct airlock_file *, struct err *);

#endif
