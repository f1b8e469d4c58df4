/*
 * A generalisation that the search found, applied to the table.
 *
 * apply_free frees everything; a zeroed struct may be freed. Thread rule: one thread.
 */
#ifndef CURATOR_RISK_APPLY_H
#define CURATOR_RISK_APPLY_H

#include "curator/risk/risk.h"
#include "curator/risk/search.h"

struct apply {
	uint8_t *suppressed; /* tuple -> 1 when its rows are suppressed */
	size_t n;
	struct budget *budget;
	struct risk before, after; /* after: of the rows that are not suppressed */
};

/* Groups the table anew, which also proves the number of suppressed rows. E_BUSY when the budget
 * does not suffice. The figures live in the arena. */
enum status apply_levels(struct arena *, const struct table *, const struct search *,
	const struct search_result *, struct apply *ret, struct err *);

/*
 * Reads the wish's file once more and writes it generalised to path: same header, separator and
 * order of rows; a suppressed row has * in every quasi-identifier. The file appears whole or not
 * at all. E_CONFLICT when the source changed meanwhile.
 */
enum status apply_write(const struct table_wish *, const struct table *, const struct search *,
	const struct search_result *, const struct apply *, const char *path, struct err *);

void apply_free(struct apply *);

#endif
