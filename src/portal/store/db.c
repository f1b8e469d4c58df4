#include <math.h>

#include "base/log.h"
#include "portal/store/statement.h"
#include "portal/store/store_internal.h"

/* ---- errors ---- */

/* "UNIQUE constraint failed: team.event, team.name" -> "name", the last of them. */
static void
failed_column(const char *message, char *out, size_t size)
{
	const char *dot = strrchr(message, '.');
	snprintf(out, size, "%s", dot ? dot + 1 : "");
}

static enum status
constraint_failed(sqlite3 *db, struct err *e)
{
	const char *message = sqlite3_errmsg(db);
	char column[48];
	failed_column(message, column, sizeof column);
	switch (sqlite3_extended_errcode(db)) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return column[0] ? err_set(e, E_CONFLICT, column,
					   "There is one with this %s already.", column)
				 : err_set(e, E_CONFLICT, "", "There is one like this already.");
	case SQLITE_CONSTRAINT_NOTNULL:
		return err_set(e, E_INPUT, column, "The %s is missing.", column);
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return err_set(e, E_CONFLICT, "",
			"Something this refers to does not exist, or something else still refers "
			"to it.");
	case SQLITE_CONSTRAINT_TRIGGER: /* the words of RAISE() in the schema */
		return err_set(e, E_CONFLICT, "", "%s", message);
	case SQLITE_CONSTRAINT_CHECK: {
		const char *rule = strstr(message, ": ");
		return err_set(e, E_CONFLICT, "", "A value is outside of what is allowed (%s).",
			rule ? rule + 2 : message);
	}
	default:
		return err_set(e, E_CONFLICT, "", "The change contradicts a rule of the data: %s.",
			message);
	}
}

enum status
db_failed(sqlite3 *db, const char *what, struct err *e)
{
	int code = sqlite3_errcode(db) & 0xff;
	switch (code) {
	case SQLITE_CONSTRAINT:
		return constraint_failed(db, e);
	case SQLITE_TOOBIG:
		return err_set(e, E_INPUT, "", "A value is too long to be stored.");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_INTERRUPT:
		return err_set(e, E_BUSY, "",
			"The database is held by another program; try again in a moment.");
	case SQLITE_NOMEM:
		BUG("out of memory in SQLite");
	default:
		break;
	}
	bool disk = code == SQLITE_FULL || code == SQLITE_IOERR || code == SQLITE_CORRUPT ||
		    code == SQLITE_NOTADB || code == SQLITE_CANTOPEN || code == SQLITE_READONLY ||
		    code == SQLITE_PERM || code == SQLITE_PROTOCOL;
	cleanup_arena struct arena *a = arena_new();
	const char *why = sqlite3_errmsg(db);
	log_error("database failed", "statement=%s code=%d why=%s", what ?: "-",
		sqlite3_extended_errcode(db), log_safe(a, why, strlen(why)));
	return err_set(e, disk ? E_IO : E_BUG, "", "The database cannot do this%s%s: %s.",
		what ? ", " : "", what ?: "", why);
}

enum status
db_run(sqlite3 *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_failed(db, NULL, e);
	return OK;
}

/* ---- prepared once for each connection ---- */

static int
slot_of(struct db_statement *s)
{
	static atomic_int last;
	int slot = atomic_load(&s->slot);
	if (slot)
		return slot;
	/* Two threads may meet here: the loser's number stays unused. */
	int fresh = atomic_fetch_add(&last, 1) + 1;
	return atomic_compare_exchange_strong(&s->slot, &slot, fresh) ? fresh : slot;
}

static enum status
prepared(struct db *db, struct db_statement *s, sqlite3_stmt **ret, struct err *e)
{
	int slot = slot_of(s);
	if (slot > db->n_prepared) {
		int n = slot + 64;
		sqlite3_stmt **more = realloc(db->prepared, (size_t)n * sizeof *more);
		if (!more)
			BUG("out of memory");
		memset(more + db->n_prepared, 0, (size_t)(n - db->n_prepared) * sizeof *more);
		db->prepared = more;
		db->n_prepared = n;
	}
	sqlite3_stmt **at = &db->prepared[slot - 1];
	if (!*at && sqlite3_prepare_v3(db->sqlite, s->sql, -1, SQLITE_PREPARE_PERSISTENT, at,
			    NULL) != SQLITE_OK)
		return db_failed(db->sqlite, s->name, e);
	*ret = *at;
	return OK;
}

/* ---- transactions ---- */

static void
writers_lock(struct writer_queue *q)
{
	pthread_mutex_lock(&q->mutex);
	uint64_t mine = q->next++;
	while (q->now != mine)
		pthread_cond_wait(&q->turn, &q->mutex);
	pthread_mutex_unlock(&q->mutex);
}

static void
writers_unlock(struct writer_queue *q)
{
	pthread_mutex_lock(&q->mutex);
	q->now++;
	pthread_cond_broadcast(&q->turn); /* only the next number goes on */
	pthread_mutex_unlock(&q->mutex);
}

/* Every page reads in a transaction: its two ends are not parsed anew each time. */
static enum status
tx_run(struct db *db, struct db_statement *s, struct err *e)
{
	sqlite3_stmt *stmt;
	TRY(prepared(db, s, &stmt, e));
	sqlite3_step(stmt);
	return sqlite3_reset(stmt) == SQLITE_OK ? OK : db_failed(db->sqlite, NULL, e);
}

enum status
db_snapshot(struct db *db, struct err *e)
{
	static struct db_statement begin = { .name = "begin", .sql = "BEGIN" };
	if (db->in_tx || db->snapshot)
		return OK;
	TRY(tx_run(db, &begin, e));
	db->snapshot = true;
	return OK;
}

/* A read that ends has nothing to lose. */
void
snapshot_end(struct db *db)
{
	static struct db_statement end = { .name = "end", .sql = "COMMIT" };
	if (db->snapshot)
		tx_run(db, &end, NULL);
	db->snapshot = false;
}

enum status
db_begin(struct db *db, struct err *e)
{
	if (db->in_tx)
		BUG("db_begin inside a transaction");
	snapshot_end(db);
	writers_lock(&db->store->writers);
	enum status s = db_run(db->sqlite, "BEGIN IMMEDIATE", e);
	if (s != OK) {
		writers_unlock(&db->store->writers);
		return s;
	}
	db->in_tx = true;
	return OK;
}

void
db_rollback(struct db *db)
{
	if (!db->in_tx)
		return;
	/* A full or broken disk makes SQLite roll back by itself. */
	if (!sqlite3_get_autocommit(db->sqlite) && db_run(db->sqlite, "ROLLBACK", NULL) != OK)
		BUG("the database does not roll back: %s", sqlite3_errmsg(db->sqlite));
	db->in_tx = false;
	writers_unlock(&db->store->writers);
}

/* After SQLite undid a transaction by itself, nothing more may be written as if it were inside. */
static enum status
still_open(const struct db *db, struct err *e)
{
	if (db->in_tx && sqlite3_get_autocommit(db->sqlite))
		return err_set(e, E_IO, "", "The change was undone after an earlier failure.");
	return OK;
}

enum status
db_commit(struct db *db, struct err *e)
{
	if (!db->in_tx)
		BUG("db_commit outside a transaction");
	enum status s = still_open(db, e);
	if (s == OK)
		s = db_run(db->sqlite, "COMMIT", e);
	if (s != OK) {
		db_rollback(db);
		return s;
	}
	db->in_tx = false;
	writers_unlock(&db->store->writers);
	return OK;
}

bool
db_in_transaction(const struct db *db)
{
	return db->in_tx;
}

int64_t
db_last_id(const struct db *db)
{
	return db->last_id;
}

int64_t
db_changes(const struct db *db)
{
	return db->changes;
}

struct arena *
db_arena(const struct db *db)
{
	return db->arena;
}

struct arena *
db_use_arena(struct db *db, struct arena *a)
{
	struct arena *before = db->arena;
	db->arena = a;
	return before;
}

/* ---- statements ---- */

/* One running statement; its end releases what the beginning took. */
struct run {
	struct db *db;
	struct db_statement *what;
	sqlite3_stmt *stmt;
	bool writes;
	bool locked; /* holds the writers' queue because no transaction does */
};

/* The values outlive the run, so SQLite need not copy them. */
static enum status
bind(struct run *r, const struct db_in *in, struct err *e)
{
	for (int i = 0; i < r->what->n_in; i++) {
		const struct db_in *v = &in[i];
		int rc = SQLITE_OK;
		switch (v->type) {
		case DB_IN_NULL:
			rc = sqlite3_bind_null(r->stmt, i + 1);
			break;
		case DB_IN_INT:
			rc = sqlite3_bind_int64(r->stmt, i + 1, v->i);
			break;
		case DB_IN_REAL:
			rc = sqlite3_bind_double(r->stmt, i + 1, v->r);
			break;
		case DB_IN_TEXT:
			rc = sqlite3_bind_text64(
				r->stmt, i + 1, v->s.p, v->s.n, SQLITE_STATIC, SQLITE_UTF8);
			break;
		case DB_IN_BLOB:
			rc = sqlite3_bind_blob64(r->stmt, i + 1, v->s.p, v->s.n, SQLITE_STATIC);
			break;
		}
		if (rc != SQLITE_OK)
			return db_failed(r->db->sqlite, r->what->name, e);
	}
	return OK;
}

static void
run_end(struct run *r)
{
	if (r->stmt) {
		sqlite3_reset(r->stmt);
		sqlite3_clear_bindings(r->stmt);
	}
	if (r->locked)
		writers_unlock(&r->db->store->writers);
}

static enum status
run_begin(
	struct run *r, struct db *db, struct db_statement *s, const struct db_in *in, struct err *e)
{
	*r = (struct run){ .db = db, .what = s };
	TRY(still_open(db, e));
	TRY(prepared(db, s, &r->stmt, e));
	r->writes = !sqlite3_stmt_readonly(r->stmt);
	if (r->writes)
		snapshot_end(db);
	r->locked = r->writes && !db->in_tx;
	if (r->locked)
		writers_lock(&db->store->writers);
	return bind(r, in, e);
}

static enum status
run_failed(struct run *r, struct err *e)
{
	enum status s = db_failed(r->db->sqlite, r->what->name, e);
	int code = sqlite3_extended_errcode(r->db->sqlite);
	if (e && r->what->conflict &&
		(code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
			code == SQLITE_CONSTRAINT_ROWID))
		snprintf(e->text, sizeof e->text, "%s", r->what->conflict);
	return s;
}

static void
note_changes(struct run *r)
{
	if (!r->writes)
		return;
	r->db->last_id = sqlite3_last_insert_rowid(r->db->sqlite);
	r->db->changes = sqlite3_changes64(r->db->sqlite);
}

/* Past the last row: only then has a writing statement been committed. */
static enum status
run_to_end(struct run *r, struct err *e)
{
	int rc;
	while ((rc = sqlite3_step(r->stmt)) == SQLITE_ROW)
		;
	if (rc != SQLITE_DONE)
		return run_failed(r, e);
	note_changes(r);
	return OK;
}

/* NULL is 0, false, NaN, NULL: SQLite itself gives the first two and the last. */
static void
read_row(const struct run *r, void *row)
{
	for (int i = 0; i < r->what->n_columns; i++) {
		const struct db_column *c = &r->what->columns[i];
		void *to = (char *)row + c->offset;
		switch (c->type) {
		case DB_INT:
		case DB_TIME:
			*(int64_t *)to = sqlite3_column_int64(r->stmt, i);
			break;
		case DB_REAL:
			*(double *)to = sqlite3_column_type(r->stmt, i) == SQLITE_NULL
						? NAN
						: sqlite3_column_double(r->stmt, i);
			break;
		case DB_BOOL:
			*(bool *)to = sqlite3_column_int64(r->stmt, i) != 0;
			break;
		case DB_TEXT: {
			const char *p = (const char *)sqlite3_column_text(r->stmt, i);
			size_t n = p ? (size_t)sqlite3_column_bytes(r->stmt, i) : 0;
			*(const char **)to = p ? arena_strndup(r->db->arena, p, n) : NULL;
			break;
		}
		case DB_BLOB: {
			bool null = sqlite3_column_type(r->stmt, i) == SQLITE_NULL;
			const void *p = sqlite3_column_blob(r->stmt, i);
			size_t n = (size_t)sqlite3_column_bytes(r->stmt, i);
			struct str *s = to;
			*s = (struct str){ NULL, 0 };
			if (!null)
				*s = (struct str){ arena_strndup(r->db->arena, p ?: "", n), n };
			break;
		}
		}
	}
}

enum status
db_one(struct db *db, struct db_statement *s, const struct db_in *in, void *ret_row, struct err *e)
{
	CLEANUP(run_end) struct run r;
	TRY(run_begin(&r, db, s, in, e));
	int rc = sqlite3_step(r.stmt);
	if (rc == SQLITE_DONE)
		return err_set(e, E_ABSENT, "", "%s", s->absent ?: "There is no such thing here.");
	if (rc != SQLITE_ROW)
		return run_failed(&r, e);
	void *row = arena_alloc(db->arena, s->row_size);
	read_row(&r, row);
	if (r.writes)
		TRY(run_to_end(&r, e));
	memcpy(ret_row, row, s->row_size);
	return OK;
}

enum status
db_many(struct db *db, struct db_statement *s, const struct db_in *in, struct db_rows *ret,
	struct err *e)
{
	CLEANUP(run_end) struct run r;
	TRY(run_begin(&r, db, s, in, e));
	char *at = NULL;
	size_t n = 0, cap = 0;
	int rc;
	while ((rc = sqlite3_step(r.stmt)) == SQLITE_ROW) {
		if (n == cap) {
			size_t more = cap ? cap * 2 : 16;
			char *bigger = arena_bytes(db->arena, more * s->row_size);
			if (n)
				memcpy(bigger, at, n * s->row_size);
			at = bigger;
			cap = more;
		}
		read_row(&r, at + n++ * s->row_size);
	}
	if (rc != SQLITE_DONE)
		return run_failed(&r, e);
	note_changes(&r);
	*ret = (struct db_rows){ at, n };
	return OK;
}

enum status
db_exec(struct db *db, struct db_statement *s, const struct db_in *in, struct err *e)
{
	CLEANUP(run_end) struct run r;
	TRY(run_begin(&r, db, s, in, e));
	return run_to_end(&r, e);
}
