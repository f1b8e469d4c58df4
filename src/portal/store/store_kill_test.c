/*
 * What a kill -9 or a full disk may not take: an acknowledged row. A child writes and tells over a
 * pipe each commit that returned OK; the parent kills it at any moment and looks.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/io.h"
#include "base/str.h"
#include "base/tap.h"
#include "portal/store/test.sql.h"

extern const struct store_migration test_schema[];

enum { KILLS = 20, WRITERS = 3 };

struct writer {
	struct store *store;
	int acks;
};

static _Noreturn void
child_fails(const char *what, const struct err *e)
{
	fprintf(stderr, "%s: %s\n", what, e->text);
	_exit(3);
}

/* Two rows a transaction, so that half of one would show. */
static void *
write_for_ever(void *arg)
{
	struct writer *w = arg;
	struct err e;
	for (;;) {
		cleanup_arena struct arena *a = arena_new();
		cleanup_db struct db *db = store_take(w->store, a);
		if (db_begin(db, &e) != OK || db_member_add(db, 1, "first", &e) != OK ||
			db_member_add(db, 1, "second", &e) != OK)
			child_fails("writing", &e);
		int64_t id = db_last_id(db);
		if (db_commit(db, &e) != OK)
			child_fails("committing", &e);
		/* Eight bytes into a pipe are whole or not there. */
		if (write(w->acks, &id, sizeof id) != sizeof id)
			_exit(0);
	}
}

static _Noreturn void
child(const char *path, int acks)
{
	struct err e;
	struct writer w = { .acks = acks };
	if (store_open_with(path, WRITERS, test_schema, &w.store, &e) != OK)
		child_fails("opening", &e);
	pthread_t t;
	for (int i = 1; i < WRITERS; i++)
		pthread_create(&t, NULL, write_for_ever, &w);
	write_for_ever(&w);
	_exit(0);
}

/* Kills a writer after some milliseconds; returns how many commits it acknowledged. */
static int64_t
one_kill(const char *path, int wait_ms, int64_t *highest)
{
	int p[2];
	if (pipe2(p, O_CLOEXEC) < 0)
		BUG("pipe");
	fflush(stdout);
	pid_t pid = fork();
	if (pid < 0)
		BUG("fork");
	if (pid == 0)
		child(path, p[1]);
	close(p[1]);
	usleep((useconds_t)wait_ms * 1000);
	kill(pid, SIGKILL);
	int status;
	waitpid(pid, &status, 0);
	CHECK(WIFSIGNALED(status));
	int64_t id, n = 0;
	while (read(p[0], &id, sizeof id) == sizeof id) {
		*highest = id > *highest ? id : *highest;
		n++;
	}
	close(p[0]);
	return n;
}

static void
look_at(const char *path, int64_t acknowledged, int64_t highest)
{
	cleanup_arena struct arena *a = arena_new();
	struct err e = { 0 };
	cleanup_store struct store *s = NULL;
	CHECK_INT(store_open_with(path, 1, test_schema, &s, &e), OK);
	cleanup_db struct db *db = store_take(s, a);
	CHECK_INT(db_health(db, true, &e), OK);
	struct member_count c = { 0 };
	CHECK_INT(db_member_count(db, &c, &e), OK);
	CHECK(c.n >= 2 * acknowledged);
	CHECK(c.high >= highest);
	CHECK(c.n % 2 == 0);
	CHECK(c.n == 0 || (c.low == 1 && c.high == c.n)); /* without a gap */
	if (e.text[0])
		printf("# %s\n", e.text);
}

TEST(acknowledged_rows_survive_kills)
{
	char dir[] = "/tmp/store-kill-XXXXXX";
	CHECK(mkdtemp(dir) != NULL);
	cleanup_arena struct arena *a = arena_new();
	const char *path = arena_printf(a, "%s/w.db", dir);
	struct err e;
	struct store *s;
	CHECK_INT(store_open_with(path, 1, test_schema, &s, &e), OK);
	struct db *db = store_take(s, a);
	CHECK_INT(db_team_add(db, "t", 0, true, 0, (struct str){ 0 }, NULL, 0, &e), OK);
	store_give(db);
	store_close(s);
	int64_t acknowledged = 0, highest = 0;
	for (int i = 0; i < KILLS; i++) {
		acknowledged += one_kill(path, 5 + i * 7 % 60, &highest);
		look_at(path, acknowledged, highest);
	}
	printf("# %lld commits acknowledged over %d kills\n", (long long)acknowledged, KILLS);
	CHECK(acknowledged > 0);
	CHECK_INT(io_remove_tree(AT_FDCWD, dir, &e), OK);
}

/* In a child, because the limit on file sizes cannot be lifted again. */
static _Noreturn void
fill_the_disk(const char *path)
{
	struct err e = { 0 };
	struct store *s;
	cleanup_arena struct arena *a = arena_new();
	signal(SIGXFSZ, SIG_IGN);
	if (store_open_with(path, 1, test_schema, &s, &e) != OK)
		child_fails("opening", &e);
	struct db *db = store_take(s, a);
	if (db_team_add(db, "t", 0, true, 0, (struct str){ 0 }, NULL, 0, &e) != OK)
		child_fails("adding", &e);
	struct rlimit limit = { 1 << 20, 1 << 20 };
	setrlimit(RLIMIT_FSIZE, &limit);
	char *much = arena_alloc(a, 100001);
	memset(much, 'x', 100000);
	if (db_begin(db, &e) != OK)
		child_fails("beginning", &e);
	enum status status = OK;
	for (int i = 0; i < 200 && status == OK; i++)
		status = db_member_add(db, 1, much, &e);
	if (status == OK)
		status = db_commit(db, &e);
	db_rollback(db);
	struct member_count c;
	if (status != E_IO || db_member_count(db, &c, &e) != OK || c.n != 0)
		child_fails("after a full disk", &e);
	/* What fits is still written. */
	if (db_member_add(db, 1, "small", &e) != OK)
		child_fails("after a full disk", &e);
	store_give(db);
	store_close(s);
	_exit(0);
}

TEST(a_full_disk_refuses_and_recovers)
{
	char dir[] = "/tmp/store-full-XXXXXX";
	CHECK(mkdtemp(dir) != NULL);
	cleanup_arena struct arena *a = arena_new();
	const char *path = arena_printf(a, "%s/w.db", dir);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		fill_the_disk(path);
	int status = -1;
	waitpid(pid, &status, 0);
	CHECK_INT(status, 0);
	cleanup_store struct store *s = NULL;
	struct err e;
	CHECK_INT(store_open_with(path, 1, test_schema, &s, &e), OK);
	cleanup_db struct db *db = store_take(s, a);
	struct member_count c = { 0 };
	CHECK_INT(db_member_count(db, &c, &e), OK);
	CHECK_INT(c.n, 1);
	CHECK_INT(db_health(db, true, &e), OK);
	CHECK_INT(io_remove_tree(AT_FDCWD, dir, &e), OK);
}
