/*
 * The database: a pool of SQLite connections to one file, and transactions. Statements live in the
 * rooms' .sql files; tools/sqlgen makes a function db_NAME() of each at build time, and those are
 * the only way to run SQL.
 *
 * Ownership: a struct store owns its connections. store_take lends one struct db to one thread,
 * together with the arena into which rows and texts are copied; store_give (or cleanup_db) takes it
 * back and undoes a transaction left open.
 *
 * Thread rule: a struct store is free-threaded; a struct db belongs to the thread that took it. A
 * thread that takes a second one while it holds the first can wait for ever.
 *
 * Readers never wait for writers. Writers of this process queue, first come, first served, so they
 * never see each other as "busy". A commit that returned OK survives a kill and a power cut.
 *
 *	cleanup_db struct db *db = store_take(store, arena);
 *	TRY(db_begin(db, err));
 *	cleanup_tx struct db *tx = db;		undone on every way out but db_commit
 *	TRY(db_team_add(db, event, name, err));
 *	int64_t team = db_last_id(db);
 *	return db_commit(db, err);
 */
#ifndef PORTAL_STORE_DB_H
#define PORTAL_STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"

struct store;
struct db;

/* One step of the schema. Applied once, in the order of n, never edited after a release. */
struct store_migration {
	int n; /* 1 to 999 */
	const char *name;
	const char *sql;
};

/* schema/NNN_name.sql, embedded at build time; ends with n == 0. */
extern const struct store_migration store_schema[];

/*
 * Opens or creates the file (mode 0600) with pool_size (1 to 64) connections, and brings its schema
 * up to date, each migration in its own transaction. Refused with a sentence: a file that is not a
 * database of ours (E_INPUT), one made by a newer program or with other
 * texts of the same steps, which the database keeps by their hash (E_CONFLICT), one that cannot be opened
 * (E_IO). A migration that fails leaves the database as it was before that migration.
 */
enum status store_open_with(const char *path, int pool_size, const struct store_migration *,
	struct store **ret, struct err *);

static inline enum status
store_open(const char *path, int pool_size, struct store **ret, struct err *e)
{
	return store_open_with(path, pool_size, store_schema, ret, e);
}

/* NULL is fine. Every connection must have been given back. */
void store_close(struct store *);

/* Waits until a connection is free. Its rows will live in the arena. */
struct db *store_take(struct store *, struct arena *);
void store_give(struct db *); /* NULL is fine */

/*
 * A consistent copy of the whole database as one file (mode 0600) at path, which is replaced at the
 * end or not at all. Neither readers nor writers wait for it. May run in any thread; takes no
 * connection of the pool. E_IO when the copy cannot be written or does not pass a check.
 */
enum status store_backup(struct store *, const char *path, struct err *);

/*
 * OK when the database answers. With thorough also when every page, index and reference in it is
 * sound: reads the whole file, about a second for each 200 MB. Otherwise E_IO and what was found.
 */
enum status db_health(struct db *, bool thorough, struct err *);

/*
 * From here everything is read from one state of the database, until the first statement that
 * writes, db_begin, or store_give. A page is then true of one moment, and SQLite takes its lock
 * once instead of for each statement. Not for who waits for others to write. Does nothing inside a
 * transaction or a second time.
 */
enum status db_snapshot(struct db *, struct err *);

/*
 * A transaction for writing; waits for its turn. What it reads cannot change under it. Statements
 * that write outside a transaction are one of their own. E_BUSY when another program holds the
 * file for longer than five seconds. Beginning a second one inside it is a bug.
 */
enum status db_begin(struct db *, struct err *);
/*
 * After OK the changes are on disk. After a failure they are undone and the transaction is over:
 * E_CONFLICT for a deferred reference, E_IO for a disk that is full or broken.
 */
enum status db_commit(struct db *, struct err *);
void db_rollback(struct db *); /* does nothing when no transaction is open */
bool db_in_transaction(const struct db *);

int64_t db_last_id(const struct db *); /* of the newest row this connection inserted */
int64_t db_changes(const struct db *); /* rows touched by the newest writing statement */

/*
 * For a row that need not be there: TRY(db_found(db_team_of(...), &found)). Only its absence is no
 * failure.
 */
static inline enum status
db_found(enum status s, bool *ret)
{
	if (s != OK && s != E_ABSENT)
		return s;
	*ret = s == OK;
	return OK;
}

struct arena *db_arena(const struct db *);
/* Rows go there from now on; returns the arena before. For loops over much data. */
struct arena *db_use_arena(struct db *, struct arena *);

static inline void
cleanup_db_fn(struct db **db)
{
	store_give(*db);
}

static inline void
cleanup_tx_fn(struct db **db)
{
	if (*db)
		db_rollback(*db);
}

static inline void
cleanup_store_fn(struct store **s)
{
	store_close(*s);
}

#define cleanup_db CLEANUP(cleanup_db_fn)
#define cleanup_tx CLEANUP(cleanup_tx_fn)
#define cleanup_store CLEANUP(cleanup_store_fn)

#endif
