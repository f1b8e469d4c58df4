/*
 * What people said of variables in the dictionary's page, as a release takes it up: the newest
 * entry of each variable counts before the recipe's words and the layout's. It comes with the job's
 * spec, so that the same spec gives the same bytes.
 *
 * Memory is the arena's. Thread rule: pure functions.
 */
#ifndef CURATOR_SAID_H
#define CURATOR_SAID_H

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "curator/release/plan.h"

enum { SAID_ENTRIES = 100000, SAID_MEANING = 4000 /* bytes */ };

struct said_entry {
	const char *variable; /* "labs.crp", by its name in the release or in the source */
	const char *meaning, *unit;
};

struct said {
	int64_t version;  /* of the dictionary; 0: nobody said anything */
	const char *hash; /* BLAKE2b-256 of the entries */
	LIST(struct said_entry) entries;
};

/* {"version":int,"entries":[{"variable","meaning","unit"}]}; NULL is nothing said. E_INPUT when it
 * is none. */
enum status said_read(struct arena *, const json_t *, struct said *ret, struct err *);

/* NULL when nobody said anything of it. */
const struct said_entry *said_of(
	const struct said *, const char *table, const struct plan_column *);

#endif
