/*
 * What the two halves of the comparison share: match.c opens the data and looks for identifiers,
 * match_rows.c looks for rows.
 *
 * Memory is the arena's of the run. Thread rule: one thread, except match_cell's callers.
 */
#ifndef CURATOR_AIRLOCK_MATCH_INTERNAL_H
#define CURATOR_AIRLOCK_MATCH_INTERNAL_H

#include "curator/airlock/grid.h"
#include "curator/airlock/match.h"
#include "curator/engine.h"
#include "curator/leak/leak.h"
#include "curator/source.h"

struct match {
	struct arena *a;
	int fd;   /* of the project's folder */
	int lock; /* shared */
	struct source source;
	struct engine *engine;
	struct leak *leak;
	const struct grid *grid; /* that the engine's functions read from */
};

/* Makes known to the engine what reads the cells of match.grid. */
enum status match_rows_begin(struct match *, struct err *);
/* One table of the file; places: its coordinates are those of the file. */
enum status match_rows(
	struct match *, struct airlock_file *, const struct grid *, bool places, struct err *);
/* Sentences of the data in any text of the file: match_text.c. */
enum status match_text(struct match *, struct airlock_file *, struct err *);
/*
 * Whose the rows of a source table are: the patient, in rows that are called s and hold *ret_key
 * as k, once ret_joins has been joined to them. NULL when the import found no way to a patient:
 * then each row counts.
 */
const char *match_owner(struct arena *, const struct source *, size_t table, const char **ret_key,
	struct buf *ret_joins);
/* A column of a source table for comparing: a number, or a text in small letters. */
const char *match_column(struct arena *, const struct source_table *, size_t column);

#endif
