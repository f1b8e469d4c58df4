#include "curator/import/keys.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/tap.h"
#include "curator/import/table.h"

enum { PEOPLE = 300, ROWS = 500000 };

/*
 * Events in several groups of rows: a person, in blanks of some script or missing now and then; a
 * number of its own; a ward that follows from the person, where it is said at all.
 */
static void
make_events(int dir)
{
	static const char *const blanks[] = { "", " ", "\u00a0", "\u3000\u2009" };
	struct pool *pool = pool_new();
	struct table_out *t = NULL;
	struct err e;
	CHECK_INT(table_create(dir, "events.parquet", 3, pool, &t, &e), OK);
	for (int i = 0; i < ROWS; i++) {
		char text[100];
		const char *blank = blanks[i % 4];
		int p = i * 7 % PEOPLE,
		    a = i % 10 ? snprintf(text, sizeof text, "%sp%d%s", blank, p, blank)
			       : snprintf(text, sizeof text, "%s", blank);
		int b = snprintf(text + a, sizeof text - (size_t)a, "e%d", i);
		int c = snprintf(text + a + b, sizeof text - (size_t)(a + b), "w%d", p % 5);
		struct str f[3] = { { a ? text : NULL, (size_t)a }, { text + a, (size_t)b },
			{ i < ROWS / 2 ? NULL : text + a + b, i < ROWS / 2 ? 0 : (size_t)c } };
		if (table_row(t, f, &e) != OK)
			abort();
	}
	CHECK_INT(table_finish(t, &e), OK);
	table_abandon(t);
	pool_free(pool);
}

static struct key_column
column(const char *path, size_t i, int64_t distinct)
{
	return (struct key_column){ path, i, i == 0, distinct };
}

/* All keys of a column, whatever the number of parts. */
static void
check_column(const struct key_column *c, size_t parts, uint64_t keys, uint64_t without)
{
	uint64_t found = 0, rows = 0;
	struct err e;
	CHECK_INT(keys_parts(c), parts);
	for (size_t part = 0; part < parts; part++) {
		cleanup_keys struct keys k = { 0 };
		CHECK_INT(keys_take(c, part, true, &k, &e), OK);
		CHECK_INT(k.without, without);
		size_t n = text_set_size(k.set);
		CHECK(n > keys / parts / 2);
		found += n;
		for (size_t i = 0; i < n; i++)
			rows += k.rows[i];
		cleanup_keys struct keys again = { 0 };
		CHECK_INT(keys_take(c, part, false, &again, &e), OK);
		CHECK_INT(text_set_size(again.set), n);
	}
	CHECK_INT(found, keys);
	CHECK_INT(rows + without, ROWS);
}

TEST(keys_and_their_rows_in_parts_or_at_once)
{
	char path[] = "/tmp/keys-test-XXXXXX", file[80];
	cleanup_fd int dir = -1;
	if (!mkdtemp(path) || (dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		abort();
	snprintf(file, sizeof file, "%s/events.parquet", path);
	make_events(dir);
	struct key_column who = column(file, 0, PEOPLE), event = column(file, 1, ROWS),
			  ward = column(file, 2, 5);
	check_column(&who, 1, PEOPLE - PEOPLE / 10, ROWS / 10);
	check_column(&event, 1, ROWS, 0);
	who.distinct = event.distinct = 2 * KEYS_AT_ONCE + 1;
	check_column(&who, 3, PEOPLE - PEOPLE / 10, ROWS / 10);
	check_column(&event, 3, ROWS, 0);

	struct err e;
	struct text_set *ask = text_set_new(10), *values = text_set_new(10);
	uint32_t at[3];
	text_set_add(ask, STR("p8"));
	text_set_add(ask, STR("nobody"));
	text_set_add(ask, STR("p11"));
	CHECK_INT(keys_find(ask, &who, NULL, NULL, at, &e), OK);
	CHECK(at[0] != KEY_NONE && at[1] == KEY_NONE && at[2] != KEY_NONE);
	CHECK_INT(keys_find(ask, &who, &ward, values, at, &e), OK);
	CHECK(at[1] == KEY_NONE && text_set_size(values) == 2);
	CHECK(str_is(text_set_texts(values)[at[0]], "w3"));
	CHECK(str_is(text_set_texts(values)[at[2]], "w1"));
	text_set_free(ask);
	text_set_free(values);
	io_remove_tree(AT_FDCWD, path, NULL);
	CHECK_INT(keys_find(NULL, &who, NULL, NULL, at, &e), E_IO);
}

TEST(blanks_around_a_key)
{
	static const char *const with[] = { " a b ", "\u00a0a b\u2003\u3000", "a b", "\u202fa b" };
	struct key_column c = { .padded = true };
	for (size_t i = 0; i < 4; i++)
		CHECK(str_is(keys_trim(&c, str_of(with[i])), "a b"));
	CHECK(!keys_trim(&c, STR(" \u1680 ")).p && !keys_trim(&c, STR("")).p);
	/* A tab is no blank, nor is half a code point. */
	CHECK(str_is(keys_trim(&c, STR("\ta\x80 ")), "\ta\x80"));
	c.padded = false;
	CHECK(str_is(keys_trim(&c, STR(" a ")), " a "));
}
