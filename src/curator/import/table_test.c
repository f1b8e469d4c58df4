#include "curator/import/table.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "base/random.h"
#include "base/tap.h"

/* Writes n rows: a number, a word of few, a word of many that is sometimes missing. */
static struct table_out *
fill(int dir, const char *name, struct pool *pool, int n)
{
	struct table_out *t = NULL;
	struct random rnd = { 7 };
	struct err e;
	char text[100];
	CHECK_INT(table_create(dir, name, 3, pool, &t, &e), OK);
	for (int i = 0; i < n; i++) {
		uint32_t r = random_below(&rnd, 1000);
		int a = snprintf(text, sizeof text, "%d", i);
		int b = snprintf(text + a, sizeof text - (size_t)a, "w%u", r % 7);
		int c = snprintf(text + a + b, sizeof text - (size_t)(a + b), "x%d", i * 3);
		struct str f[3] = { { text, (size_t)a }, { text + a, (size_t)b },
			{ r % 10 ? text + a + b : NULL, r % 10 ? (size_t)c : 0 } };
		if (table_row(t, f, &e) != OK)
			abort();
	}
	CHECK_INT(table_finish(t, &e), OK);
	return t;
}

static int
folder(char *path)
{
	if (!mkdtemp(path))
		abort();
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

TEST(what_is_learned)
{
	char path[] = "/tmp/table-test-XXXXXX";
	cleanup_fd int dir = folder(path);
	cleanup_arena struct arena *a = arena_new();
	struct pool *pool = pool_new();
	struct table_out *t = fill(dir, "t.parquet", pool, 300000);
	bool exact;
	CHECK_INT(table_rows(t), 300000);
	int64_t n = learn_distinct(table_learn(t, 0), &exact);
	CHECK(!exact && llabs(n - 300000) < 300000 / 25);
	CHECK_INT(learn_distinct(table_learn(t, 1), &exact), 7);
	CHECK(exact);
	learn_values v = learn_counts(table_learn(t, 1), a);
	uint64_t sum = 0;
	for (size_t i = 0; i < v.n; i++)
		sum += v.at[i].n;
	CHECK_INT(v.n, 7);
	CHECK_INT(sum, 300000);
	CHECK_INT(learn_counts(table_learn(t, 0), a).n, 0);
	uint64_t missing = learn_guess(table_learn(t, 2))->missing;
	CHECK(missing > 29000 && missing < 31000);
	learn_steps s = learn_distribution(table_learn(t, 0), a, TYPE_INTEGER, 0);
	CHECK(fabs(learn_quantile(&s, 0.5) - 150000) < 300);
	CHECK(fabs(learn_quantile(&s, 0.01) - 3000) < 10);
	table_abandon(t);
	pool_free(pool);
	io_remove_tree(AT_FDCWD, path, NULL);
}

TEST(equal_input_gives_equal_bytes)
{
	char path[] = "/tmp/table-test-XXXXXX";
	cleanup_fd int dir = folder(path);
	cleanup_arena struct arena *a = arena_new();
	struct pool *pool = pool_new();
	struct str x, y;
	struct err e;
	table_abandon(fill(dir, "x.parquet", pool, 200000));
	table_abandon(fill(dir, "y.parquet", pool, 200000));
	CHECK_INT(io_read_at(a, dir, "x.parquet", 100 << 20, &x, &e), OK);
	CHECK_INT(io_read_at(a, dir, "y.parquet", 100 << 20, &y, &e), OK);
	CHECK(str_eq(x, y) && str_starts(x, "PAR1") && x.n > 100000);
	struct table_out *t = NULL;
	CHECK_INT(table_create(dir, "x.parquet", 3, pool, &t, &e), E_IO);
	pool_free(pool);
	io_remove_tree(AT_FDCWD, path, NULL);
}

TEST(negative_numbers_are_in_order)
{
	cleanup_arena struct arena *a = arena_new();
	struct learn *l = learn_new(100);
	static const char *const values[] = { "-50", "-2", "0", "3.5", "700" };
	for (size_t i = 0; i < 5; i++)
		learn_add(l, str_of(values[i]), learn_hash(str_of(values[i])), 2);
	learn_steps s = learn_distribution(l, a, TYPE_REAL, 0);
	CHECK_INT(s.n, 5);
	CHECK(s.at[0].value == -50 && s.at[1].value == -2 && s.at[2].value == 0);
	CHECK(s.at[3].value == 3.5 && s.at[4].value == 700 && s.at[4].n == 2);
	learn_free(l);
}
