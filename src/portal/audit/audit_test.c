#include "portal/audit/audit.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/str.h"
#include "base/tap.h"
#include "portal/audit/audit.sql.h"
#include "portal/store/tamper.h"

/* A trail of its own for each test, and a way to tamper with it as root could. */
struct trail {
	struct arena *arena;
	char dir[64];
	const char *path;
	struct store *store;
	struct db *db;
	struct err err;
};

static void
trail_add(struct trail *t, const char *action, const char *detail)
{
	const struct audit_entry entry = { .at = 1700000000,
		.actor = 7,
		.actor_name = "Noa Levi",
		.event = 3,
		.action = action,
		.object = "team 7",
		.detail = detail };
	CHECK_INT(db_begin(t->db, &t->err), OK);
	CHECK_INT(audit_add(t->db, &entry, &t->err), OK);
	CHECK_INT(db_commit(t->db, &t->err), OK);
}

static void
trail_open(struct trail *t, int entries)
{
	*t = (struct trail){ .arena = arena_new() };
	snprintf(t->dir, sizeof t->dir, "/tmp/audit-test-XXXXXX");
	if (!mkdtemp(t->dir))
		BUG("mkdtemp");
	t->path = arena_printf(t->arena, "%s/w.db", t->dir);
	if (store_open(t->path, 1, &t->store, &t->err) != OK)
		BUG("%s", t->err.text);
	t->db = store_take(t->store, t->arena);
	for (int i = 1; i <= entries; i++)
		trail_add(t, arena_printf(t->arena, "action.%d", i), "for \"good\"\nreasons");
}

static void
trail_close(struct trail *t)
{
	store_give(t->db);
	store_close(t->store);
	if (io_remove_tree(AT_FDCWD, t->dir, &t->err) != OK)
		printf("# %s\n", t->err.text);
	arena_free(t->arena);
}
#define cleanup_trail CLEANUP(trail_close)

/* What somebody with the file can do: no trigger stops him. */
static void
tamper(struct trail *t, const char *sql)
{
	CHECK(store_tamper(t->path, "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;"
				    "DROP TRIGGER audit_in_order;"));
	CHECK(store_tamper(t->path, sql));
}

/* After this change to a trail of nine entries, verifying says that. */
static void
tampered(const char *sql, const char *field, const char *sentence)
{
	cleanup_trail struct trail t;
	trail_open(&t, 9);
	tamper(&t, sql);
	struct audit_head head = { .n = 42 };
	CHECK_INT(audit_verify(t.db, NULL, &head, &t.err), E_CONFLICT);
	CHECK_STR(t.err.field, field);
	CHECK_STR(t.err.text, sentence);
	CHECK_INT(head.n, 42);
}

TEST(an_empty_trail_is_good)
{
	cleanup_trail struct trail t;
	trail_open(&t, 0);
	struct audit_head head = { .n = 9 };
	CHECK_INT(audit_verify(t.db, NULL, &head, &t.err), OK);
	CHECK_INT(head.n, 0);
	CHECK_INT(audit_read_head(t.db, &head, &t.err), OK);
	CHECK_INT(head.n, 0);
}

TEST(a_long_trail_is_good)
{
	cleanup_trail struct trail t;
	trail_open(&t, 0);
	CHECK_INT(db_begin(t.db, &t.err), OK);
	const struct audit_entry entry = { .action = "x" };
	for (int i = 0; i < 1200; i++) /* more than two batches */
		CHECK_INT(audit_add(t.db, &entry, &t.err), OK);
	CHECK_INT(db_commit(t.db, &t.err), OK);
	struct audit_head head, end;
	CHECK_INT(audit_verify(t.db, NULL, &head, &t.err), OK);
	CHECK_INT(head.n, 1200);
	CHECK_INT(audit_read_head(t.db, &end, &t.err), OK);
	CHECK(end.n == head.n && memcmp(end.hash, head.hash, AUDIT_HASH) == 0);
	CHECK(db_arena(t.db) == t.arena);
	struct audit_page_rows page;
	CHECK_INT(db_audit_page(t.db, 0, 1200, 2, &page, &t.err), OK);
	CHECK_INT(page.n, 2);
	CHECK_INT(page.at[0].n, 1199);
	CHECK(clock_now() - page.at[0].at < 60);
	CHECK_STR(page.at[0].detail, "");
	CHECK_INT(db_audit_page(t.db, 5, INT64_MAX, 2, &page, &t.err), OK);
	CHECK_INT(page.n, 0);
}

/* The format is a promise to those who verify with other programs. */
TEST(the_hash_is_as_documented)
{
	cleanup_trail struct trail t;
	trail_open(&t, 0);
	trail_add(&t, "team.rename", "Hé\n");
	struct audit_head head;
	CHECK_INT(audit_verify(t.db, NULL, &head, &t.err), OK);
	char hex[2 * AUDIT_HASH + 1];
	hex_encode(hex, head.hash, AUDIT_HASH);
	/* hashlib.blake2b(b, digest_size=32) over the documented bytes. */
	CHECK_STR(hex, "0b866b9673315262c012fe045e0e2ccd793929285b6cdfe9904b87b144a8dc55");
}

TEST(an_edit_is_found)
{
	const char *changed =
		"Entry 4 of the audit trail was changed, or is not where it was written.";
	tampered("UPDATE audit SET detail = 'x' WHERE n = 4", "entry 4", changed);
	tampered("UPDATE audit SET at = at + 1 WHERE n = 4", "entry 4", changed);
	tampered("UPDATE audit SET actor = 8 WHERE n = 4", "entry 4", changed);
	tampered("UPDATE audit SET actor_name = 'Dana' WHERE n = 4", "entry 4", changed);
	tampered("UPDATE audit SET event = 0 WHERE n = 4", "entry 4", changed);
	tampered("UPDATE audit SET object = '' WHERE n = 4", "entry 4", changed);
	tampered("UPDATE audit SET hash = zeroblob(32) WHERE n = 4", "entry 4", changed);
	tampered("UPDATE audit SET hash = x'' WHERE n = 4", "entry 4", changed);
	/* The border between two fields. */
	tampered("UPDATE audit SET action = action || 't', object = substr(object, 2) WHERE n = 4",
		"entry 4", changed);
}

TEST(an_edit_that_reads_the_same_is_found)
{
	const char *changed =
		"Entry 4 of the audit trail was changed, or is not where it was written.";
	tampered("UPDATE audit SET at = at + 0.5 WHERE n = 4", "entry 4", changed);
	tampered("UPDATE audit SET detail = detail || char(0) || 'hidden' WHERE n = 4", "entry 4",
		changed);
	tampered("UPDATE audit SET detail = CAST(detail AS BLOB) WHERE n = 4", "entry 4", changed);
	tampered("UPDATE audit SET hash = CAST(hash AS TEXT) WHERE n = 4", "entry 4", changed);
}

TEST(order_and_gaps_are_found)
{
	tampered("UPDATE audit SET n = -1 WHERE n = 3; UPDATE audit SET n = 3 WHERE n = 6;"
		 "UPDATE audit SET n = 6 WHERE n = -1",
		"entry 3",
		"Entry 3 of the audit trail was changed, or is not where it was written.");
	tampered("DELETE FROM audit WHERE n = 5", "entry 5",
		"Entry 5 of the audit trail is missing.");
	tampered("DELETE FROM audit WHERE n = 1", "entry 1",
		"Entry 1 of the audit trail is missing.");
	tampered("DELETE FROM audit WHERE n = 5; UPDATE audit SET n = n - 1 WHERE n > 5", "entry 5",
		"Entry 5 of the audit trail was changed, or is not where it was written.");
	tampered("INSERT INTO audit SELECT -5, at, actor, actor_name, event, action, object, "
		 "detail, hash FROM audit WHERE n = 2",
		"entry -5", "Entry -5 of the audit trail has a number that no entry can have.");
}

TEST(a_witness_sees_a_lost_tail)
{
	cleanup_trail struct trail t;
	trail_open(&t, 9);
	struct audit_head witness, head;
	CHECK_INT(audit_read_head(t.db, &witness, &t.err), OK);
	trail_add(&t, "later", "");
	CHECK_INT(audit_verify(t.db, &witness, &head, &t.err), OK);
	CHECK_INT(head.n, 10);
	tamper(&t, "DELETE FROM audit WHERE n > 7");
	CHECK_INT(audit_verify(t.db, NULL, &head, &t.err), OK); /* alone it cannot know */
	CHECK_INT(audit_verify(t.db, &witness, &head, &t.err), E_CONFLICT);
	CHECK_STR(t.err.text,
		"Entry 8 of the audit trail and what follows are missing: a witness has seen "
		"them.");
	/* Filling up again with others does not help. */
	trail_add(&t, "instead", "");
	trail_add(&t, "instead", "");
	CHECK_INT(audit_verify(t.db, NULL, &head, &t.err), OK);
	CHECK_INT(audit_verify(t.db, &witness, &head, &t.err), E_CONFLICT);
	CHECK_STR(t.err.text,
		"Entry 9 of the audit trail is not the one that the witness saw: the trail was "
		"written anew.");
}

TEST(the_program_itself_cannot_change_it)
{
	cleanup_trail struct trail t;
	trail_open(&t, 2);
	CHECK(!store_tamper(t.path, "UPDATE audit SET detail = ''"));
	CHECK(!store_tamper(t.path, "DELETE FROM audit"));
	CHECK(!store_tamper(t.path, "REPLACE INTO audit SELECT * FROM audit"));
	CHECK(!store_tamper(t.path, "INSERT INTO audit VALUES (9, 1, 1, '', 1, '', '', '', x'')"));
	struct audit_head head;
	CHECK_INT(audit_verify(t.db, NULL, &head, &t.err), OK);
	CHECK_INT(head.n, 2);
}

TEST(an_undone_change_leaves_no_entry)
{
	cleanup_trail struct trail t;
	trail_open(&t, 2);
	const struct audit_entry entry = { .action = "x" };
	CHECK_INT(db_begin(t.db, &t.err), OK);
	CHECK_INT(audit_add(t.db, &entry, &t.err), OK);
	db_rollback(t.db);
	trail_add(&t, "y", NULL);
	struct audit_head head;
	CHECK_INT(audit_verify(t.db, NULL, &head, &t.err), OK);
	CHECK_INT(head.n, 3);
}

TEST(refuses_what_is_too_long)
{
	cleanup_trail struct trail t;
	trail_open(&t, 0);
	char *much = arena_alloc(t.arena, AUDIT_TEXT_MAX + 2);
	memset(much, 'x', AUDIT_TEXT_MAX + 1);
	const struct audit_entry entry = { .detail = much };
	CHECK_INT(db_begin(t.db, &t.err), OK);
	CHECK_INT(audit_add(t.db, &entry, &t.err), E_INPUT);
	CHECK_STR(t.err.text, "The detail is longer than 65536 bytes.");
	CHECK_STR(t.err.field, "detail");
}

TEST(outside_a_transaction_is_a_bug)
{
	cleanup_trail struct trail t;
	trail_open(&t, 0);
	const struct audit_entry entry = { .action = "x" };
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		audit_add(t.db, &entry, NULL);
		_exit(0);
	}
	int status = 0;
	waitpid(pid, &status, 0);
	CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
}
