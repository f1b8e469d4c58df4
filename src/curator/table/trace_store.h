/*
 * The traces of every table that was signed for a project, whoever asked: data/<project>/tables/
 * below state, the data user's alone. It has a secret key of its own and holds sums, no persons;
 * it goes when the project's data are forgotten.
 *
 * trace_store_close ends it. Thread rule: one thread; jobs that run at once wait for each other.
 */
#ifndef CURATOR_TABLE_TRACE_STORE_H
#define CURATOR_TABLE_TRACE_STORE_H

#include "base/cleanup.h"
#include "curator/table/trace.h"

/* Different traces of one team: 16 MiB or so, some thousand numbers. */
enum { TRACE_STORE_TEAM = 16384 };

struct trace_store {
	int dir, fd; /* locked */
	uint8_t key[32];
	trace_list earlier;      /* of the file itself: not to be written */
	size_t mapped;           /* bytes */
	int64_t tables, numbers; /* that they are of */
	int64_t of_team;         /* traces */
};

/* E_IO: the file is damaged, and nothing can be signed. */
enum status trace_store_open(struct arena *, const char *state, int64_t project, int64_t team,
	struct trace_store *ret, struct err *);
void trace_store_close(struct trace_store *);
#define cleanup_trace_store CLEANUP(trace_store_close)

/*
 * Adds those of fresh whose numbers show and that no earlier one equals. On the disk when it
 * returns. E_INPUT: the team has had too many different numbers.
 */
enum status trace_store_keep(
	struct trace_store *, const struct hide *, trace_list *fresh, struct err *);

#endif
