/* What was signed is not forgotten: whatever is cut off, changed or missing is noticed. */
#include "curator/table/trace_store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/tap.h"

enum { EVENT = 3, TEAM = 5, CELLS = 8, RECORD = sizeof(struct trace) };

struct place {
	struct arena *a;
	char state[64], dir[128];
};

static struct place
begin(struct arena *a)
{
	struct place p = { a, "/tmp/trace-store-test-XXXXXX", "" };
	struct err e;
	if (!mkdtemp(p.state))
		BUG("no folder for the test");
	snprintf(p.dir, sizeof p.dir, "%s/data/tables/event-%d", p.state, EVENT);
	CHECK(io_mkdirs(p.dir, 0700, &e) == OK);
	return p;
}

static void
end(struct place *p)
{
	io_remove_tree(AT_FDCWD, p->state, NULL);
}

static const char *
path(const struct place *p, const char *name)
{
	return arena_printf(p->a, "%s/%s", p->dir, name);
}

static struct str
get(const struct place *p, const char *name)
{
	struct str s = { NULL, 0 };
	struct err e;
	CHECK(io_read_file(p->a, path(p, name), 1 << 20, &s, &e) == OK);
	return s;
}

static void
put(const struct place *p, const char *name, struct str s)
{
	unlink(path(p, name));
	int fd = open(path(p, name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && io_write_fd(fd, s.p, s.n, NULL) == OK);
	close(fd);
}

/* A table of `numbers` numbers is signed; `of` makes them others than those of another. */
static enum status
sign(const struct place *p, uint64_t of, uint32_t numbers, struct err *e)
{
	cleanup_trace_store struct trace_store s = { .dir = -1, .fd = -1 };
	struct hide_cell cells[CELLS] = { { 0 } };
	struct hide h = { numbers, 1, false, cells, 10, 10, 90, 10 };
	struct trace fresh[CELLS] = { { 0 } };
	trace_list list = { fresh, numbers };
	for (uint32_t i = 0; i < numbers; i++)
		fresh[i] = (struct trace){
			.team = TEAM, .cell = i, .sketch.at = { of, i + 1, 77 * of }
		};
	TRY(trace_store_open(p->a, p->state, EVENT, TEAM, &s, e));
	return trace_store_keep(&s, &h, &list, e);
}

/* How many are remembered; -1 after a sentence. */
static int64_t
remembered(const struct place *p, struct err *e)
{
	cleanup_trace_store struct trace_store s = { .dir = -1, .fd = -1 };
	enum status status = trace_store_open(p->a, p->state, EVENT, TEAM, &s, e);
	CHECK(status == OK || status == E_IO);
	return status == OK ? (int64_t)s.earlier.n : -1;
}

TEST(tables_are_remembered)
{
	cleanup_arena struct arena *a = arena_new();
	struct place p = begin(a);
	struct err e;
	CHECK_INT(remembered(&p, &e), 0);
	put(&p, ".seal.77.new", STR("half")); /* a fall */
	CHECK(sign(&p, 1, 3, &e) == OK);
	CHECK(access(path(&p, ".seal.77.new"), F_OK) < 0);
	CHECK_INT(remembered(&p, &e), 3);
	CHECK(sign(&p, 1, 3, &e) == OK); /* the same */
	CHECK_INT(remembered(&p, &e), 3);
	CHECK(sign(&p, 2, 2, &e) == OK);
	CHECK_INT(remembered(&p, &e), 5);
	CHECK_INT(get(&p, "traces").n, 5 * RECORD);
	end(&p);
}

TEST(every_length_of_a_cut)
{
	cleanup_arena struct arena *a = arena_new();
	struct place p = begin(a);
	struct err e;
	CHECK(sign(&p, 1, 2, &e) == OK && sign(&p, 2, 1, &e) == OK);
	struct str whole = get(&p, "traces");
	CHECK_INT(whole.n, 3 * RECORD);
	size_t unnoticed = 0;
	for (size_t n = 0; n < whole.n; n++) {
		CHECK(truncate(path(&p, "traces"), (off_t)n) == 0);
		bool told = remembered(&p, &e) == -1 &&
			    strstr(e.text, "Nothing more can be signed") &&
			    strstr(e.text, "tables/event-3/traces") && strstr(e.text, "shorter");
		struct stat st;
		/* And it is left as it is, for whoever looks. */
		unnoticed += !told || stat(path(&p, "traces"), &st) < 0 || st.st_size != (off_t)n ||
			     sign(&p, 3, 1, &e) != E_IO;
		put(&p, "traces", whole);
	}
	CHECK_INT(unnoticed, 0);
	CHECK_INT(remembered(&p, &e), 3);
	end(&p);
}

/* A fall between the first byte of a table's records and the seal: it was not handed out, so it is
 * not remembered, and nothing else is forgotten. */
TEST(every_length_of_an_unfinished_table)
{
	cleanup_arena struct arena *a = arena_new();
	struct place p = begin(a);
	struct err e;
	CHECK(sign(&p, 1, 2, &e) == OK);
	struct str before = get(&p, "traces"), seal = get(&p, "seal");
	CHECK(sign(&p, 2, 2, &e) == OK);
	struct str after = get(&p, "traces");
	size_t wrong = 0;
	for (size_t n = before.n; n <= after.n; n++) {
		put(&p, "traces", (struct str){ after.p, n });
		put(&p, "seal", seal);
		wrong += remembered(&p, &e) != 2;
		struct str left = get(&p, "traces");
		wrong += left.n != before.n || memcmp(left.p, before.p, left.n) != 0;
	}
	CHECK_INT(wrong, 0);
	CHECK(sign(&p, 2, 2, &e) == OK);
	struct str again = get(&p, "traces");
	CHECK(again.n == after.n && memcmp(again.p, after.p, after.n) == 0);
	end(&p);
}

TEST(every_byte_counts)
{
	cleanup_arena struct arena *a = arena_new();
	struct place p = begin(a);
	struct err e;
	CHECK(sign(&p, 1, 2, &e) == OK);
	static const char *const names[] = { "traces", "seal", "key" };
	size_t unnoticed = 0;
	for (size_t f = 0; f < 3; f++) {
		struct str whole = get(&p, names[f]);
		char *other = arena_strndup(a, whole.p, whole.n);
		for (size_t i = 0; i < whole.n; i++) {
			other[i] ^= 1;
			put(&p, names[f], (struct str){ other, whole.n });
			other[i] ^= 1;
			unnoticed += remembered(&p, &e) != -1;
		}
		/* Shorter, longer, empty, none. */
		for (size_t n = 0; f && n <= whole.n + 1; n++) {
			char *text = ARENA_ARRAY(a, whole.n + 1, char);
			memcpy(text, whole.p, whole.n);
			put(&p, names[f], (struct str){ text, n });
			unnoticed += n != whole.n && remembered(&p, &e) != -1;
		}
		unlink(path(&p, names[f]));
		unnoticed += remembered(&p, &e) != -1 ||
			     !strstr(e.text, arena_printf(a, "/%s) is missing", names[f]));
		put(&p, names[f], whole);
		CHECK_INT(remembered(&p, &e), 2);
	}
	CHECK_INT(unnoticed, 0);
	/* An older state of both files of one event is another's seal here. */
	struct place q = begin(a);
	CHECK(sign(&q, 1, 2, &e) == OK);
	put(&p, "seal", get(&q, "seal"));
	CHECK_INT(remembered(&p, &e), -1);
	end(&q);
	end(&p);
}

TEST(a_fall_before_the_first_table)
{
	cleanup_arena struct arena *a = arena_new();
	struct place p = begin(a);
	struct err e;
	CHECK_INT(remembered(&p, &e), 0);
	struct str seal = get(&p, "seal");
	for (int left = 0; left < 4; left++) {
		unlink(path(&p, "key"));
		unlink(path(&p, "traces"));
		unlink(path(&p, "seal"));
		if (left & 1)
			put(&p, "traces", STR(""));
		if (left & 2)
			put(&p, "seal", seal);
		CHECK_INT(remembered(&p, &e), 0);
		CHECK_INT(get(&p, "key").n, 32);
	}
	CHECK(sign(&p, 1, 1, &e) == OK);
	unlink(path(&p, "key"));
	unlink(path(&p, "traces"));
	CHECK_INT(remembered(&p, &e), -1); /* the seal alone tells of one */
	end(&p);
}
