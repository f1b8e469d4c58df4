/*
 * The traces of every table that was signed in an event, for whichever project and team:
 * data/tables/event-<n>/ below state, the data user's alone. Of an event, because its projects may
 * hold the same patients under the same pseudonyms.
 *
 * `key` is a secret key of its own. `traces` are the records, one behind the other: sums, no
 * persons. `seal` says how many records were signed, with a hash of them that only the key makes;
 * it is replaced after they are on the disk, and a table is handed out after that. So what stands
 * behind those records is of a table that a fall cut short, was never signed, and goes; and when
 * one of the three files is missing, shorter or another, what was signed is not known and nothing
 * more is signed. The key is made last, before the first table. They go with the event's last data.
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
	int64_t event;
	int dir, fd; /* the folder is locked */
	uint8_t key[32];
	trace_list earlier; /* of the file itself: not to be written */
	void *map;          /* of so many bytes; NULL: none */
	size_t mapped;
	int64_t of_team; /* traces */
};

/* Below data/. */
#define TRACE_STORE_FOLDER "tables/event-%lld"

/* E_IO: a file is missing or damaged, and nothing can be signed. */
enum status trace_store_open(struct arena *, const char *state, int64_t event, int64_t team,
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
