/*
 * What becomes of a column, told once for each different value instead of once for each cell: the
 * different texts of an imported column are numbered, the data engine says what each of them
 * becomes, and the cells are numbers all the way.
 *
 * mapping_free ends it. Thread rule: one thread per mapping.
 */
#ifndef CURATOR_MAPPING_H
#define CURATOR_MAPPING_H

#include "curator/engine.h"
#include "curator/parquet/chunk.h"
#include "curator/parquet/read.h"

struct mapping {
	size_t n_groups;
	uint32_t **codes;      /* group by group, of each of its values: a place in `values` */
	size_t *sizes;         /* of each of them */
	struct values values;  /* what the texts become, each once */
	struct text_set *set;  /* the texts, until mapping_ask */
	struct text_set *kept; /* what they become, as bytes */
	int64_t *numbers;      /* the same as numbers */
};

/* Numbers the texts of a column. E_BUSY when there are more than `most` of them. */
enum status mapping_collect(struct mapping *, const struct parquet_in *, size_t column, size_t most,
	struct part *, struct err *);
/*
 * Asks the engine. sql selects (i, v): of text i what it becomes; it may speak of a table w(i, v)
 * of all texts. Texts that are not told, or become missing, have the code CHUNK_MISSING. E_ABSENT
 * when the engine's type is none of enum parquet_type.
 */
enum status mapping_ask(
	struct mapping *, struct engine *, const char *doing, const char *sql, struct err *);
void mapping_free(struct mapping *);

#endif
