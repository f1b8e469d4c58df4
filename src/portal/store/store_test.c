#include "portal/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/str.h"
#include "base/tap.h"
#include "portal/store/tamper.h"
#include "portal/store/test.sql.h"

extern const struct store_migration test_schema[];

/* A folder for one test, and a store in it. */
struct room {
	struct arena *arena;
	char dir[64];
	const char *path;
	struct store *store;
	struct err err;
};

static void
room_open(struct room *r, int pool)
{
	*r = (struct room){ .arena = arena_new() };
	snprintf(r->dir, sizeof r->dir, "/tmp/store-test-XXXXXX");
	if (!mkdtemp(r->dir))
		BUG("mkdtemp");
	r->path = arena_printf(r->arena, "%s/w.db", r->dir);
	if (pool && store_open_with(r->path, pool, test_schema, &r->store, &r->err) != OK)
		BUG("%s", r->err.text);
}

static void
room_close(struct room *r)
{
	store_close(r->store);
	if (io_remove_tree(AT_FDCWD, r->dir, &r->err) != OK)
		printf("# %s\n", r->err.text);
	arena_free(r->arena);
}
#define cleanup_room CLEANUP(room_close)

static enum status
add(struct db *db, const char *name, struct err *e)
{
	return db_team_add(db, name, 0.5, true, 0, (struct str){ 0 }, NULL, 3, e);
}

static int64_t
count(struct db *db)
{
	struct team_count c = { .n = -1 };
	struct err e;
	if (db_team_count(db, &c, &e) != OK)
		printf("# %s\n", e.text);
	return c.n;
}

TEST(every_type_comes_back)
{
	cleanup_room struct room r;
	room_open(&r, 2);
	cleanup_db struct db *db = store_take(r.store, r.arena);
	CHECK_INT(db_team_add(db, "Ünïcode'; --", 0.1, false, 1234567890123, STR("\0\1"), "", 7,
			  &r.err),
		OK);
	CHECK_INT(db_last_id(db), 1);
	CHECK_INT(db_changes(db), 1);
	struct team t;
	CHECK_INT(db_team_by_name(db, "Ünïcode'; --", &t, &r.err), OK);
	CHECK_INT(t.id, 1);
	CHECK_STR(t.name, "Ünïcode'; --");
	CHECK(t.share == 0.1);
	CHECK(!t.open);
	CHECK_INT(t.founded, 1234567890123);
	CHECK(t.badge.n == 2 && memcmp(t.badge.p, "\0\1", 2) == 0);
	CHECK_STR(t.motto, "");
	CHECK_INT(t.size, 7);
	struct team_quote q;
	CHECK_INT(db_team_quote(db, &q, &r.err), OK);
	CHECK_STR(q.quoted, "a \"quoted\" \\ back\\slash, naïve");
}

TEST(null_comes_back_as_none)
{
	cleanup_room struct room r;
	room_open(&r, 1);
	cleanup_db struct db *db = store_take(r.store, r.arena);
	CHECK_INT(db_team_add(db, "a", NAN, true, 0, (struct str){ 0 }, NULL, 0, &r.err), OK);
	struct team t;
	CHECK_INT(db_team_by_name(db, "a", &t, &r.err), OK);
	CHECK(isnan(t.share));
	CHECK(t.open);
	CHECK_INT(t.founded, 0);
	CHECK(!t.badge.p && t.badge.n == 0);
	CHECK(!t.motto);
	CHECK_INT(t.size, 0);
	CHECK_INT(db_team_add(db, "b", NAN, true, 0, STR(""), NULL, 0, &r.err), OK);
	CHECK_INT(db_team_by_name(db, "b", &t, &r.err), OK);
	CHECK(t.badge.p && t.badge.n == 0);
}

TEST(field_table_skips_blobs)
{
	const char *want[] = { "id", "name", "share", "open", "founded", "motto", "size" };
	size_t n = 0;
	for (const struct field *f = team_fields; f->type != F_END; f++)
		if (n < 7)
			CHECK_STR(f->name, want[n++]);
	CHECK_INT(n, 7);
	CHECK_INT(team_fields[4].type, F_TIME);
}

TEST(many_rows)
{
	cleanup_room struct room r;
	room_open(&r, 1);
	cleanup_db struct db *db = store_take(r.store, r.arena);
	struct team_rows rows;
	CHECK_INT(db_team_list(db, &rows, &r.err), OK);
	CHECK_INT(rows.n, 0);
	CHECK_INT(db_begin(db, &r.err), OK);
	for (int i = 0; i < 100; i++)
		CHECK_INT(add(db, arena_printf(r.arena, "t%02d", 99 - i), &r.err), OK);
	CHECK_INT(db_commit(db, &r.err), OK);
	CHECK_INT(db_team_list(db, &rows, &r.err), OK);
	CHECK_INT(rows.n, 100);
	CHECK_STR(rows.at[0].name, "t00");
	CHECK_STR(rows.at[99].name, "t99");
	struct team_close_all_rows closed;
	CHECK_INT(db_team_close_all(db, &closed, &r.err), OK);
	CHECK_INT(closed.n, 100);
	CHECK_INT(db_changes(db), 100);
	CHECK_INT(db_team_close_all(db, &closed, &r.err), OK);
	CHECK_INT(closed.n, 0);
}

TEST(no_row_is_absent_and_leaves_ret)
{
	cleanup_room struct room r;
	room_open(&r, 1);
	cleanup_db struct db *db = store_take(r.store, r.arena);
	struct team t = { .id = 42 };
	CHECK_INT(db_team_by_name(db, "nobody", &t, &r.err), E_ABSENT);
	CHECK_STR(r.err.text, "There is no such team.");
	CHECK_INT(t.id, 42);
	CHECK_INT(db_team_by_name(db, NULL, &t, NULL), E_ABSENT);
	struct team_rename n;
	CHECK_INT(db_team_rename(db, "x", "y", &n, &r.err), E_ABSENT);
	CHECK_STR(r.err.text, "There is no such thing here.");
	CHECK_INT(add(db, "x", &r.err), OK);
	CHECK_INT(db_team_rename(db, "x", "y", &n, &r.err), OK);
	CHECK_STR(n.name, "y");
	CHECK_INT(db_team_by_name(db, "y", &t, &r.err), OK);
}

TEST(constraints_are_sentences)
{
	cleanup_room struct room r;
	room_open(&r, 1);
	cleanup_db struct db *db = store_take(r.store, r.arena);
	CHECK_INT(add(db, "a", &r.err), OK);
	CHECK_INT(add(db, "a", &r.err), E_CONFLICT);
	CHECK_STR(r.err.text, "A team has this name already.");
	CHECK_STR(r.err.field, "name");
	CHECK_INT(add(db, "b", &r.err), OK);
	struct team_rename n;
	CHECK_INT(db_team_rename(db, "a", "b", &n, &r.err), E_CONFLICT);
	CHECK_STR(r.err.text, "There is one with this name already.");
	CHECK_INT(add(db, NULL, &r.err), E_INPUT);
	CHECK_STR(r.err.text, "The name is missing.");
	CHECK_INT(db_team_add(db, "c", 0, true, 0, (struct str){ 0 }, NULL, 8, &r.err), E_CONFLICT);
	CHECK_STR(r.err.text, "A value is outside of what is allowed (team_size).");
	CHECK_INT(db_member_add(db, 99, "nobody", &r.err), E_CONFLICT);
	CHECK_INT(db_member_add(db, 1, "somebody", &r.err), OK);
	CHECK_INT(db_member_remove(db, db_last_id(db), &r.err), E_CONFLICT);
	CHECK_STR(r.err.text, "Members are never removed.");
	CHECK_INT(count(db), 2);
}

TEST(transactions_hold_or_vanish)
{
	cleanup_room struct room r;
	room_open(&r, 2);
	cleanup_db struct db *db = store_take(r.store, r.arena);
	CHECK_INT(db_begin(db, &r.err), OK);
	CHECK(db_in_transaction(db));
	CHECK_INT(add(db, "a", &r.err), OK);
	/* A failed statement undoes itself, not what came before. */
	CHECK_INT(add(db, "a", &r.err), E_CONFLICT);
	{
		cleanup_db struct db *other = store_take(r.store, r.arena);
		CHECK_INT(count(other), 0);
	}
	CHECK_INT(db_commit(db, &r.err), OK);
	CHECK(!db_in_transaction(db));
	CHECK_INT(count(db), 1);
	{
		cleanup_tx struct db *tx = db;
		CHECK_INT(db_begin(db, &r.err), OK);
		CHECK_INT(add(db, "b", &r.err), OK);
	}
	CHECK(!db_in_transaction(db));
	CHECK_INT(count(db), 1);
	/* A deferred reference is refused at the end. */
	CHECK_INT(db_begin(db, &r.err), OK);
	CHECK_INT(db_member_add(db, 7, "x", &r.err), OK);
	CHECK_INT(db_commit(db, &r.err), E_CONFLICT);
	CHECK(!db_in_transaction(db));
	struct member_count c;
	CHECK_INT(db_member_count(db, &c, &r.err), OK);
	CHECK_INT(c.n, 0);
	CHECK_INT(add(db, "c", &r.err), OK);
}

TEST(give_undoes_an_open_transaction)
{
	cleanup_room struct room r;
	room_open(&r, 1);
	struct db *db = store_take(r.store, r.arena);
	CHECK_INT(db_begin(db, &r.err), OK);
	CHECK_INT(add(db, "a", &r.err), OK);
	store_give(db);
	db = store_take(r.store, r.arena);
	CHECK_INT(count(db), 0);
	CHECK_INT(add(db, "a", &r.err), OK);
	store_give(db);
}

TEST(opens_again_and_keeps)
{
	cleanup_room struct room r;
	room_open(&r, 3);
	{
		cleanup_db struct db *db = store_take(r.store, r.arena);
		CHECK_INT(add(db, "a", &r.err), OK);
	}
	store_close(steal_ptr(&r.store));
	struct stat st;
	CHECK_INT(stat(r.path, &st), 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	CHECK_INT(store_open_with(r.path, 1, test_schema, &r.store, &r.err), OK);
	cleanup_db struct db *db = store_take(r.store, r.arena);
	CHECK_INT(count(db), 1);
	CHECK_INT(db_health(db, false, &r.err), OK);
	CHECK_INT(db_health(db, true, &r.err), OK);
}

TEST(refuses_what_is_not_its_own)
{
	cleanup_room struct room r;
	room_open(&r, 0);
	struct store *s = NULL;
	CHECK_INT(store_open_with("/nowhere/at/all", 1, test_schema, &s, &r.err), E_IO);
	CHECK_INT(store_open_with(r.dir, 1, test_schema, &s, &r.err), E_IO);
	cleanup_fd int fd = open(r.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	const char text[] = "this is a letter, not a database; it goes on for a while, so that it "
			    "is longer than a header of a hundred bytes would be";
	CHECK_INT(io_write_fd(fd, text, sizeof text, &r.err), OK);
	CHECK_INT(store_open_with(r.path, 1, test_schema, &s, &r.err), E_INPUT);
	CHECK_STR(r.err.text, arena_printf(r.arena, "The file %s is not a database.", r.path));
	CHECK(!s);
}

/* Opens r's file with other steps, and closes it again. */
static enum status
reopen(struct room *r, const struct store_migration *steps)
{
	cleanup_store struct store *s = NULL;
	return store_open_with(r->path, 1, steps, &s, &r->err);
}

#define A "CREATE TABLE a (x PRIMARY KEY);"
#define B "CREATE TABLE b (y REFERENCES a(x)); INSERT INTO a VALUES (1);"

TEST(migrations_go_forward_only)
{
	cleanup_room struct room r;
	room_open(&r, 0);
	const struct store_migration first[] = { { 1, "a", A }, { 0 } };
	const struct store_migration second[] = { { 1, "a", A }, { 5, "b", B }, { 0 } };
	const struct store_migration renamed[] = { { 1, "z", A }, { 5, "b", "" }, { 0 } };
	const struct store_migration between[] = { { 1, "a", A }, { 3, "c", "" }, { 5, "b", B },
		{ 0 } };
	CHECK_INT(reopen(&r, first), OK);
	CHECK_INT(reopen(&r, second), OK);
	CHECK_INT(reopen(&r, second), OK);
	CHECK_INT(reopen(&r, first), E_CONFLICT);
	CHECK_STR(r.err.text,
		arena_printf(r.arena,
			"The database %s was made by a newer program (schema step 5; this one "
			"knows 1). Install that program, or restore a backup.",
			r.path));
	CHECK_INT(reopen(&r, renamed), E_CONFLICT);
	CHECK_STR(r.err.text,
		"The database has schema step a where this program has z: they do not belong "
		"together.");
	CHECK_INT(reopen(&r, between), E_CONFLICT);
	CHECK_STR(r.err.text,
		"The database lacks schema step c but has a later one: it was made by another "
		"line of this program.");
}

TEST(a_failed_migration_leaves_nothing)
{
	cleanup_room struct room r;
	room_open(&r, 0);
	const struct store_migration good[] = { { 1, "a", A }, { 0 } };
	const struct store_migration bad[] = { { 1, "a", A },
		{ 2, "b", "CREATE TABLE b (x); CREATE TABLE a (x);" }, { 0 } };
	const struct store_migration orphan[] = { { 1, "a", A },
		{ 2, "b", "CREATE TABLE b (x REFERENCES a); INSERT INTO b VALUES (9);" }, { 0 } };
	CHECK_INT(reopen(&r, good), OK);
	CHECK(reopen(&r, bad) != OK);
	CHECK(strstr(r.err.text, "Schema step b failed."));
	CHECK_INT(reopen(&r, orphan), E_CONFLICT);
	CHECK_INT(reopen(&r, good), OK);
}

TEST(a_step_that_was_edited_is_refused)
{
	cleanup_room struct room r;
	room_open(&r, 0);
	const struct store_migration made[] = { { 1, "a", A }, { 5, "b", B }, { 0 } };
	const struct store_migration edited[] = { { 1, "a", A },
		{ 5, "b", "CREATE TABLE b (y REFERENCES a(x), z);" }, { 6, "c", A }, { 0 } };
	CHECK_INT(reopen(&r, made), OK);
	CHECK_INT(reopen(&r, edited), E_CONFLICT);
	CHECK_STR(r.err.text,
		arena_printf(r.arena,
			"The database %s was made with another version of schema step 005_b than "
			"this program has. Use the version that made it, or restore a backup that "
			"this one made.",
			r.path));
	CHECK_INT(reopen(&r, made), OK);
	cleanup_room struct room old;
	room_open(&old, 0);
	CHECK_INT(reopen(&old, made), OK);
	CHECK(store_tamper(old.path, "ALTER TABLE schema_migration DROP COLUMN hash"));
	CHECK_INT(reopen(&old, made), E_CONFLICT);
	CHECK(strstr(old.err.text, "from before the first release"));
}

TEST(refuses_a_database_of_another_program)
{
	cleanup_room struct room r;
	room_open(&r, 0);
	const struct store_migration theirs[] = {
		{ 1, "a",
			"CREATE TABLE theirs (x); ALTER TABLE schema_migration RENAME TO old; "
			"CREATE TABLE schema_migration (n, name, at, hash);" },
		{ 2, "b",
			"DROP TABLE schema_migration; CREATE TABLE schema_migration (n, name, "
			"at, hash);" },
		{ 3, "c", "DROP TABLE old" }, { 0 }
	};
	CHECK_INT(reopen(&r, theirs), OK);
	CHECK(reopen(&r, theirs) != OK); /* its record of steps is gone: nothing is guessed */
}

TEST(backup_is_whole)
{
	cleanup_room struct room r;
	room_open(&r, 2);
	cleanup_db struct db *db = store_take(r.store, r.arena);
	CHECK_INT(add(db, "kept", &r.err), OK);
	CHECK_INT(db_begin(db, &r.err), OK);
	CHECK_INT(add(db, "not yet", &r.err), OK);
	const char *copy = arena_printf(r.arena, "%s/copy.db", r.dir);
	CHECK_INT(store_backup(r.store, copy, &r.err), OK); /* during a write */
	CHECK_INT(db_commit(db, &r.err), OK);
	CHECK_INT(store_backup(r.store, "/nowhere/copy.db", &r.err), E_IO);
	struct stat st;
	CHECK(stat(arena_printf(r.arena, "%s-wal", copy), &st) < 0);
	CHECK(stat(arena_printf(r.arena, "%s.part", copy), &st) < 0);
	CHECK(stat(copy, &st) == 0 && (st.st_mode & 0777) == 0600);
	struct store *s;
	CHECK_INT(store_open_with(copy, 1, test_schema, &s, &r.err), OK);
	struct db *other = store_take(s, r.arena);
	CHECK_INT(count(other), 1);
	CHECK_INT(db_health(other, true, &r.err), OK);
	store_give(other);
	store_close(s);
	CHECK_INT(store_backup(r.store, copy, &r.err), OK); /* replaces */
}

TEST(damage_is_found)
{
	cleanup_room struct room r;
	room_open(&r, 1);
	struct db *db = store_take(r.store, r.arena);
	CHECK_INT(db_begin(db, &r.err), OK);
	for (int i = 0; i < 500; i++)
		CHECK_INT(add(db, arena_printf(r.arena, "team number %d", i), &r.err), OK);
	CHECK_INT(db_commit(db, &r.err), OK);
	store_give(db);
	store_close(steal_ptr(&r.store));
	cleanup_fd int fd = open(r.path, O_RDWR | O_CLOEXEC);
	char junk[4096];
	memset(junk, 0xa5, sizeof junk);
	struct stat st;
	CHECK_INT(fstat(fd, &st), 0);
	CHECK(pwrite(fd, junk, sizeof junk, st.st_size - 4096) == 4096);
	CHECK_INT(store_open_with(r.path, 1, test_schema, &r.store, &r.err), OK);
	cleanup_db struct db *again = store_take(r.store, r.arena);
	CHECK_INT(db_health(again, false, &r.err), OK);
	CHECK_INT(db_health(again, true, &r.err), E_IO);
}

/* ---- threads ---- */

enum { THREADS = 8, ROUNDS = 60 };

struct crowd {
	struct store *store;
	bool failed;
};

/* Read, add one, write back: loses counts unless transactions exclude each other. */
static void *
count_up(void *arg)
{
	struct crowd *c = arg;
	for (int i = 0; i < ROUNDS; i++) {
		cleanup_arena struct arena *a = arena_new();
		cleanup_db struct db *db = store_take(c->store, a);
		struct team t;
		struct err e;
		bool ok = db_begin(db, &e) == OK && db_team_by_name(db, "sum", &t, &e) == OK &&
			  db_counter_set(db, "sum", t.share + 1, &e) == OK &&
			  db_commit(db, &e) == OK && db_counter_add(db, "alone", &e) == OK;
		if (!ok) {
			printf("# %s\n", e.text);
			__atomic_store_n(&c->failed, true, __ATOMIC_RELAXED);
		}
	}
	return NULL;
}

static void *
look(void *arg)
{
	struct crowd *c = arg;
	for (int i = 0; i < ROUNDS; i++) {
		cleanup_arena struct arena *a = arena_new();
		cleanup_db struct db *db = store_take(c->store, a);
		struct team_rows rows;
		struct err e;
		if (db_team_list(db, &rows, &e) != OK || rows.n != 2) {
			printf("# %s\n", e.text);
			__atomic_store_n(&c->failed, true, __ATOMIC_RELAXED);
		}
	}
	return NULL;
}

TEST(a_snapshot_stays_true_until_one_writes)
{
	cleanup_room struct room r;
	room_open(&r, 2);
	cleanup_db struct db *db = store_take(r.store, r.arena);
	cleanup_db struct db *other = store_take(r.store, r.arena);
	CHECK_INT(db_snapshot(db, &r.err), OK);
	CHECK_INT(count(db), 0);
	CHECK_INT(add(other, "meanwhile", &r.err), OK);
	CHECK_INT(db_snapshot(db, &r.err), OK);
	CHECK_INT(count(db), 0);
	CHECK_INT(add(db, "own", &r.err), OK);
	CHECK_INT(count(db), 2);
	CHECK_INT(db_snapshot(db, &r.err), OK);
	CHECK_INT(count(db), 2);
	CHECK_INT(add(other, "again", &r.err), OK);
	CHECK_INT(db_begin(db, &r.err), OK);
	CHECK_INT(db_snapshot(db, &r.err), OK);
	CHECK_INT(count(db), 3);
	CHECK_INT(db_commit(db, &r.err), OK);
	/* The next borrower begins afresh. */
	CHECK_INT(db_snapshot(db, &r.err), OK);
	CHECK_INT(count(db), 3);
	store_give(steal_ptr(&db));
	CHECK_INT(add(other, "last", &r.err), OK);
	db = store_take(r.store, r.arena);
	CHECK_INT(count(db), 4);
}

TEST(threads_neither_lose_nor_refuse)
{
	cleanup_room struct room r;
	room_open(&r, 4);
	{
		cleanup_db struct db *db = store_take(r.store, r.arena);
		CHECK_INT(db_team_add(db, "sum", 0, 1, 0, (struct str){ 0 }, NULL, 0, NULL), OK);
		CHECK_INT(db_team_add(db, "alone", 0, 1, 0, (struct str){ 0 }, NULL, 0, NULL), OK);
	}
	struct crowd c = { .store = r.store };
	pthread_t t[THREADS * 2];
	for (int i = 0; i < THREADS * 2; i++)
		CHECK_INT(pthread_create(&t[i], NULL, i % 2 ? count_up : look, &c), 0);
	for (int i = 0; i < THREADS * 2; i++)
		pthread_join(t[i], NULL);
	CHECK(!c.failed);
	cleanup_db struct db *db = store_take(r.store, r.arena);
	struct team sum;
	CHECK_INT(db_team_by_name(db, "sum", &sum, &r.err), OK);
	CHECK_INT((int64_t)sum.share, THREADS * ROUNDS);
	CHECK_INT(db_team_by_name(db, "alone", &sum, &r.err), OK);
	CHECK_INT((int64_t)sum.share, THREADS * ROUNDS);
}
