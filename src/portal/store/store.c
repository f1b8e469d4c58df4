#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/str.h"
#include "portal/store/store_internal.h"

/* ---- connections ---- */

/* Made by us rather than by SQLite, so that nobody else can ever read it. */
static enum status
create_file(const char *path, struct err *e)
{
	/* Only when it is new: closing a descriptor of an open database drops SQLite's locks. */
	cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EEXIST)
		return err_errno(e, "The database %s cannot be created", path);
	return OK;
}

static void
cleanup_sqlite_fn(sqlite3 **db)
{
	sqlite3_close_v2(*db);
}
#define cleanup_sqlite CLEANUP(cleanup_sqlite_fn)

static enum status
open_failed(sqlite3 *db, const char *path, struct err *e)
{
	if (sqlite3_errcode(db) == SQLITE_NOTADB)
		return err_set(e, E_INPUT, "", "The file %s is not a database.", path);
	return err_set(
		e, E_IO, "", "The database %s cannot be opened: %s.", path, sqlite3_errmsg(db));
}

/*
 * SQLite counts the bytes it uses under one lock that every allocation of every connection takes;
 * nobody reads the count. It can be told so before its first use only, which is here.
 */
static void
count_no_bytes(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum status
connect_file(const char *path, sqlite3 **ret, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	cleanup_sqlite sqlite3 *db = NULL;
	pthread_once(&once, count_no_bytes);
	int rc = sqlite3_open_v2(path, &db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc != SQLITE_OK)
		return open_failed(db, path, e);
	sqlite3_busy_timeout(db, STORE_BUSY_MS);
	/* A hostile file cannot call functions from its schema; "x" is never a string. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	rc = sqlite3_exec(db,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
		"PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON;"
		"PRAGMA journal_size_limit=67108864;"
		/* What is emptied, such as a link in a mail that was sent, is not left in its page.
		 */
		"PRAGMA secure_delete=FAST;",
		NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return open_failed(db, path, e);
	*ret = steal_ptr(&db);
	return OK;
}

/* The first column of the first row as a number; 0 when there is none. */
static enum status
ask_int(sqlite3 *db, const char *sql, int64_t *ret, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	int64_t n = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_finalize(s);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return db_failed(db, NULL, e);
	*ret = n;
	return OK;
}

/* ---- migrations ---- */

static enum status
record_migration(sqlite3 *db, const struct store_migration *m, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db,
		"INSERT INTO schema_migration(n, name, at, hash) VALUES (?, ?, ?, ?)", -1, &s,
		NULL);
	cleanup_arena struct arena *a = arena_new();
	if (rc == SQLITE_OK) {
		sqlite3_bind_int(s, 1, m->n);
		sqlite3_bind_text(s, 2, m->name, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 3, clock_now());
		sqlite3_bind_text(s, 4, hash_hex(a, str_of(m->sql)), -1, SQLITE_STATIC);
		rc = sqlite3_step(s);
	}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? OK : db_failed(db, "schema_migration", e);
}

/* What the migration did must not have left a reference to nothing. */
static enum status
apply_migration(sqlite3 *db, const struct store_migration *m, struct err *e)
{
	struct err why = { 0 };
	if (db_run(db, m->sql, &why) != OK)
		return err_set(e, E_IO, "", "Schema step %s failed. %s", m->name, why.text);
	int64_t broken;
	TRY(ask_int(db, "SELECT count(*) FROM pragma_foreign_key_check", &broken, e));
	if (broken)
		return err_set(e, E_CONFLICT, "",
			"Schema step %s would leave %lld references to nothing; it was not "
			"applied.",
			m->name, (long long)broken);
	return record_migration(db, m, e);
}

/*
 * Is what the database was made of what this program has? A step that was edited after it was
 * applied would leave tables that its statements do not fit.
 */
static enum status
same_migration(const char *name, const char *hash, const char *path,
	const struct store_migration *m, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	if (!streq(name, m->name))
		return err_set(e, E_CONFLICT, "",
			"The database has schema step %s where this program has %s: they do not "
			"belong together.",
			name, m->name);
	if (!streq(hash, hash_hex(a, str_of(m->sql))))
		return err_set(e, E_CONFLICT, "",
			"The database %s was made with another version of schema step %03d_%s than "
			"this program has. Use the version that made it, or restore a backup that "
			"this one made.",
			path, m->n, m->name);
	return OK;
}

/* In a transaction: *ret_known is set when this step is in the database already. */
static enum status
look_up_migration(sqlite3 *db, const char *path, const struct store_migration *m, bool *ret_known,
	struct err *e)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(
		db, "SELECT name, hash FROM schema_migration WHERE n = ?", -1, &s, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_int(s, 1, m->n);
		rc = sqlite3_step(s);
	}
	enum status status = OK;
	if (rc == SQLITE_ROW)
		status = same_migration((const char *)sqlite3_column_text(s, 0) ?: "?",
			(const char *)sqlite3_column_text(s, 1) ?: "", path, m, e);
	else if (rc != SQLITE_DONE)
		status = db_failed(db, "schema_migration", e);
	sqlite3_finalize(s);
	if (status == OK)
		*ret_known = rc == SQLITE_ROW;
	return status;
}

static enum status
migrate_in_transaction(
	sqlite3 *db, const char *path, const struct store_migration *m, struct err *e)
{
	bool known;
	TRY(look_up_migration(db, path, m, &known, e));
	if (known)
		return OK;
	int64_t newest;
	TRY(ask_int(db, "SELECT max(n) FROM schema_migration", &newest, e));
	if (newest > m->n)
		return err_set(e, E_CONFLICT, "",
			"The database lacks schema step %s but has a later one: it was made by "
			"another line of this program.",
			m->name);
	TRY(apply_migration(db, m, e));
	log_info("schema step applied", "step=%s", m->name);
	return OK;
}

static enum status
migrate_one(sqlite3 *db, const char *path, const struct store_migration *m, struct err *e)
{
	TRY(db_run(db, "BEGIN IMMEDIATE", e));
	enum status s = migrate_in_transaction(db, path, m, e);
	if (s == OK)
		s = db_run(db, "COMMIT", e);
	if (s != OK && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return s;
}

/* An empty file gets our first table; a file with other tables only is somebody else's. */
static enum status
claim(sqlite3 *db, const char *path, struct err *e)
{
	int64_t tables, ours, hashed;
	TRY(ask_int(db, "SELECT count(*) FROM sqlite_schema", &tables, e));
	TRY(ask_int(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migration'", &ours,
		e));
	if (tables && !ours)
		return err_set(
			e, E_INPUT, "", "The file %s is a database of another program.", path);
	TRY(db_run(db,
		"CREATE TABLE IF NOT EXISTS schema_migration("
		"n INTEGER PRIMARY KEY, name TEXT NOT NULL, at TIME NOT NULL, "
		"hash TEXT NOT NULL DEFAULT '')",
		e));
	TRY(ask_int(db,
		"SELECT count(*) FROM pragma_table_info('schema_migration') WHERE name = 'hash'",
		&hashed, e));
	if (!hashed)
		return err_set(e, E_CONFLICT, "",
			"The database %s was made by a version from before the first release, "
			"which did not note what its tables were made of. Use that version, or "
			"move the file away to begin anew.",
			path);
	return OK;
}

static enum status
migrate(sqlite3 *db, const char *path, const struct store_migration *steps, struct err *e)
{
	TRY(claim(db, path, e));
	int64_t newest, last = 0;
	for (const struct store_migration *m = steps; m->n; m++) {
		if (m->n <= last)
			BUG("schema step %s is out of order", m->name);
		last = m->n;
	}
	TRY(ask_int(db, "SELECT max(n) FROM schema_migration", &newest, e));
	if (newest > last)
		return err_set(e, E_CONFLICT, "",
			"The database %s was made by a newer program (schema step %lld; this one "
			"knows %lld). Install that program, or restore a backup.",
			path, (long long)newest, (long long)last);
	/* A table is rebuilt by making another and renaming it: references are checked after. */
	TRY(db_run(db, "PRAGMA foreign_keys=OFF", e));
	for (const struct store_migration *m = steps; m->n; m++)
		TRY(migrate_one(db, path, m, e));
	return db_run(db, "PRAGMA foreign_keys=ON", e);
}

/* ---- the pool ---- */

enum status
store_open_with(const char *path, int pool_size, const struct store_migration *steps,
	struct store **ret, struct err *e)
{
	if (pool_size < 1 || pool_size > STORE_POOL_MAX)
		BUG("a pool of %d connections", pool_size);
	TRY(create_file(path, e));
	cleanup_sqlite sqlite3 *first = NULL;
	TRY(connect_file(path, &first, e));
	TRY(migrate(first, path, steps, e));
	cleanup_store struct store *s = calloc(1, sizeof *s);
	if (!s || !(s->path = strdup(path)))
		BUG("out of memory");
	pthread_mutex_init(&s->mutex, NULL);
	pthread_cond_init(&s->given, NULL);
	pthread_mutex_init(&s->writers.mutex, NULL);
	pthread_cond_init(&s->writers.turn, NULL);
	for (int i = 0; i < pool_size; i++) {
		struct db *db = &s->pool[i];
		if (first)
			db->sqlite = steal_ptr(&first);
		else
			TRY(connect_file(path, &db->sqlite, e));
		db->store = s;
		db->next_free = s->free;
		s->free = db;
		s->n_free = ++s->n_pool;
	}
	*ret = steal_ptr(&s);
	return OK;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->mutex);
	if (s->n_free != s->n_pool)
		BUG("the store is closed while %d connections are in use", s->n_pool - s->n_free);
	pthread_mutex_unlock(&s->mutex);
	for (int i = 0; i < s->n_pool; i++) {
		struct db *db = &s->pool[i];
		for (int k = 0; k < db->n_prepared; k++)
			sqlite3_finalize(db->prepared[k]);
		free(db->prepared);
		sqlite3_close_v2(db->sqlite);
	}
	pthread_cond_destroy(&s->writers.turn);
	pthread_mutex_destroy(&s->writers.mutex);
	pthread_cond_destroy(&s->given);
	pthread_mutex_destroy(&s->mutex);
	free(s->path);
	free(s);
}

struct db *
store_take(struct store *s, struct arena *a)
{
	pthread_mutex_lock(&s->mutex);
	while (!s->free)
		pthread_cond_wait(&s->given, &s->mutex);
	struct db *db = s->free;
	s->free = db->next_free;
	s->n_free--;
	pthread_mutex_unlock(&s->mutex);
	db->arena = a;
	db->last_id = 0;
	db->changes = 0;
	return db;
}

void
store_give(struct db *db)
{
	if (!db)
		return;
	db_rollback(db);
	snapshot_end(db);
	db->arena = NULL;
	struct store *s = db->store;
	pthread_mutex_lock(&s->mutex);
	db->next_free = s->free;
	s->free = db;
	s->n_free++;
	pthread_cond_signal(&s->given);
	pthread_mutex_unlock(&s->mutex);
}

/* ---- health ---- */

/* Runs a check that answers one row for each thing it finds, or the single row "ok". */
static enum status
sound(sqlite3 *db, const char *sql, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	enum status status = OK;
	if (rc == SQLITE_ROW) {
		const char *found = (const char *)sqlite3_column_text(s, 0);
		if (!streq(found ?: "", "ok"))
			status = err_set(e, E_IO, "", "The database is damaged: %s.", found ?: "?");
	} else if (rc != SQLITE_DONE) {
		status = db_failed(db, NULL, e);
	}
	sqlite3_finalize(s);
	return status;
}

enum status
db_health(struct db *db, bool thorough, struct err *e)
{
	int64_t steps;
	TRY(ask_int(db->sqlite, "SELECT count(*) FROM schema_migration", &steps, e));
	if (!thorough)
		return OK;
	TRY(sound(db->sqlite, "PRAGMA integrity_check(1)", e));
	return sound(db->sqlite,
		"SELECT 'a row of ' || \"table\" || ' refers to a missing row of ' || parent "
		"FROM pragma_foreign_key_check LIMIT 1",
		e);
}

/* ---- backup ---- */

static enum status
copy_database(const char *from, sqlite3 *to, struct err *e)
{
	cleanup_sqlite sqlite3 *db = NULL;
	TRY(connect_file(from, &db, e));
	sqlite3_backup *b = sqlite3_backup_init(to, "main", db, "main");
	if (!b)
		return db_failed(to, "backup", e);
	/* All pages in one step: one read of one state, which in WAL mode hinders nobody. */
	sqlite3_backup_step(b, -1);
	if (sqlite3_backup_finish(b) != SQLITE_OK)
		return db_failed(to, "backup", e);
	/* One file is easier to keep than a file and its log. */
	TRY(db_run(to, "PRAGMA journal_mode=DELETE", e));
	return sound(to, "PRAGMA quick_check(1)", e);
}

static enum status
write_copy(const char *from, const char *path, struct err *e)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return err_errno(e, "The copy %s cannot be replaced", path);
	TRY(create_file(path, e));
	cleanup_sqlite sqlite3 *to = NULL;
	if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK)
		return open_failed(to, path, e);
	return copy_database(from, to, e);
}

static enum status
sync_folder_of(struct arena *a, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *dir = !slash ? "." : arena_strndup(a, path, (size_t)(slash - path) + 1);
	cleanup_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return err_errno(e, "The folder %s cannot be synced", dir);
	return OK;
}

enum status
store_backup(struct store *s, const char *path, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	const char *part = arena_printf(a, "%s.part", path);
	enum status status = write_copy(s->path, part, e);
	if (status == OK && rename(part, path) < 0)
		status = err_errno(e, "The copy %s cannot take its name", path);
	if (status != OK) {
		unlink(part);
		return status;
	}
	return sync_folder_of(a, path, e);
}
