/*
 * The insides shared by store.c (pool, schema, backup) and db.c (transactions, statements). Nobody
 * else includes this: it is the only header that knows sqlite3.h.
 *
 * Thread rule: struct store's fields below a mutex are touched under it; a struct db by its holder.
 */
#ifndef PORTAL_STORE_STORE_INTERNAL_H
#define PORTAL_STORE_STORE_INTERNAL_H

#include <pthread.h>
#include <sqlite3.h>

#include "portal/store/db.h"

enum { STORE_BUSY_MS = 5000, STORE_POOL_MAX = 64 };

/* A fair lock: each writer draws a number and waits for it to come up. */
struct writer_queue {
	pthread_mutex_t mutex;
	pthread_cond_t turn;
	uint64_t next, now;
};

struct db {
	struct store *store;
	struct db *next_free;
	sqlite3 *sqlite;
	struct arena *arena;
	bool in_tx, snapshot; /* never both */
	int64_t last_id, changes;
	sqlite3_stmt **prepared; /* by slot - 1; NULL until the first use here */
	int n_prepared;
};

struct store {
	char *path;
	pthread_mutex_t mutex;
	pthread_cond_t given;
	struct db *free; /* under mutex */
	int n_free;      /* under mutex */
	struct writer_queue writers;
	struct db pool[STORE_POOL_MAX];
	int n_pool;
};

/* Lets go of what db_snapshot took, if anything. */
void snapshot_end(struct db *);

/* Runs SQL that gives no rows. */
enum status db_run(sqlite3 *, const char *sql, struct err *);
/* What SQLite says about its newest failure, as a status and a sentence. what may be NULL. */
enum status db_failed(sqlite3 *, const char *what, struct err *);

#endif
