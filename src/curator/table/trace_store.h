/*
 * The traces of every table that was signed for a project, whoever asked: data/<project>/tables/
 * below state, the data user's alone. `key` is a secret key of its own, `traces` a head that only
 * that key makes and sums, no persons. Both are made before the first table; with one of them
 * alone, or without the head, what was signed is not known and nothing more is signed. They go when
 * the project's data are forgotten.
 *
 * trace_store_close ends it. Thread rule: one thread; jobs that run at once wait for each other.
 */
#ifndef CURATOR_TABLE_TRACE_STORE_H
#define CURATOR_TABLE_TRACE_STORE_H

#include "base/cleanup.h"
#include "curator/table/trace.h"

/* Different traces of one team: 20 MiB or so, some thousand numbers. */
enum { TRACE_STORE_TEAM = 20480 };

struct trace_store {
	int dir, fd; /* the folder is locked */
	uint8_t key[32];
	trace_list earlier; /* of the file itself: not to be written */
	void *map;          /* of so many bytes */
	size_t mapped;
	int64_t tables, numbers; /* that they are of */
	int64_t of_team;         /* traces */
};

/* E_IO: a file is missing or damaged, and nothing can be signed. */
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
