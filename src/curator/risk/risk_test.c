#include "base/tap.h"

#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/random.h"
#include "curator/risk/apply.h"
#include "curator/risk/test_file.h"

static const char ward[] = "\xef\xbb\xbfid;sex;age;note;dx\r\n"
			   "1;F;34;\"a;b\";I21\r\n"
			   "2;F;34;;I21\r\n"
			   "3;M;35;\"say \"\"x\"\"\";E11\r\n"
			   "4;M;35;x;I21\r\n"
			   "5;M;80;x;E11\r\n";

static enum status
measure(struct arena *a, const char *text, text_list qi, text_list sensitive,
	const char *population, size_t limit, struct risk *ret, struct err *e)
{
	test_file f = test_file_of(str_of(text));
	test_file fp = test_file_of(str_of(population ? population : ""));
	struct table t = { 0 }, p = { 0 };
	struct budget b = { .limit = limit };
	struct table_wish w = { f.path, qi, sensitive }, wp = { fp.path, qi, { 0 } };
	enum status s = table_read(&w, &b, &t, e);
	if (s == OK && population)
		s = table_read_like(&wp, &t, &p, e);
	if (s == OK)
		s = risk_measure(a, &t, population ? &p : NULL, &w, ret, e);
	table_free(&p);
	table_free(&t);
	CHECK_INT(b.used, 0);
	return s;
}

TEST(measures_a_small_ward)
{
	cleanup_arena struct arena *a = arena_new();
	struct risk r;
	struct err e = { 0 };
	CHECK(measure(a, ward, NAMES("sex", "age"), NAMES("dx"), NULL, 1 << 20, &r, &e) == OK);
	CHECK_INT(r.rows, 5);
	CHECK_INT(r.classes, 3);
	CHECK_INT(r.k, 1);
	CHECK(r.average == 3.0 / 5);
	CHECK(r.highest == 1);
	CHECK(r.uniques == 1.0 / 5);
	CHECK(r.prosecutor == 1 && r.journalist == 1 && r.marketer == 3.0 / 5);
	CHECK_INT(r.l, 1);
	CHECK_INT(r.sizes.at[0].rows, 1);
	CHECK_INT(r.sizes.at[1].classes, 2);
	CHECK_STR(r.columns.at[0].name, "age");
	CHECK(r.columns.at[0].contribution == 1.0 / 5 && r.columns.at[0].alone == 1.0 / 5);
	CHECK_STR(r.columns.at[1].name, "sex");
	CHECK(r.columns.at[1].without == 1.0 / 5 && r.columns.at[1].alone == 0);
}

TEST(measures_against_a_population)
{
	cleanup_arena struct arena *a = arena_new();
	struct risk r;
	struct err e = { 0 };
	const char *here = "a,b\n1,x\n1,x\n2,x\n3,y\n";
	const char *there = "b,a\nx,1\nx,1\nx,1\nx,1\nx,2\nx,2\nz,9\n";
	CHECK(measure(a, here, NAMES("a", "b"), (text_list){ 0 }, there, 1 << 20, &r, &e) == OK);
	/* Classes 2 of 4, 1 of 2, and 1 that the population lacks. */
	CHECK(r.journalist == 1);
	CHECK(r.marketer == (2.0 / 4 + 1.0 / 2 + 1) / 4);
	CHECK_INT(r.outside, 1);
	CHECK(r.average == 3.0 / 4);
}

/* Figures by comparing each row with each other. */
TEST(equals_the_plain_count_on_random_tables)
{
	struct random r = { 3 };
	enum { N = 80, COLUMNS = 5 };
	for (int round = 0; round < 40; round++) {
		cleanup_arena struct arena *a = arena_new();
		struct buf b = buf_new(a);
		uint32_t cells[N][COLUMNS], values = 1 + random_below(&r, 5);
		buf_puts(&b, "a|b|c|d|s\n");
		for (size_t i = 0; i < N; i++)
			for (size_t c = 0; c < COLUMNS; c++) {
				cells[i][c] = random_below(&r, values);
				buf_printf(&b, "v%u%c", cells[i][c], c + 1 < COLUMNS ? '|' : '\n');
			}
		double classes = 0;
		int64_t k = N, alone = 0, l = N;
		for (size_t i = 0; i < N; i++) {
			int64_t size = 0, distinct = 0;
			bool seen[8] = { false };
			for (size_t j = 0; j < N; j++) {
				if (memcmp(cells[i], cells[j], 4 * sizeof(uint32_t)) != 0)
					continue;
				size++;
				distinct += !seen[cells[j][4]];
				seen[cells[j][4]] = true;
			}
			classes += 1.0 / (double)size;
			alone += size == 1;
			k = size < k ? size : k;
			l = distinct < l ? distinct : l;
		}
		struct risk got;
		struct err e = { 0 };
		CHECK(measure(a, b.p, NAMES("a", "b", "c", "d"), NAMES("s"), NULL, 1 << 20, &got,
			      &e) == OK);
		CHECK_INT(got.classes, llround(classes));
		CHECK_INT(got.k, k);
		CHECK_INT(got.l, l);
		CHECK_INT(got.sizes.at[0].rows, alone);
	}
}

static const char *
refusal(const char *text, text_list qi, text_list sensitive, size_t limit)
{
	static struct err e;
	cleanup_arena struct arena *a = arena_new();
	struct risk r;
	e = (struct err){ 0 };
	return measure(a, text, qi, sensitive, NULL, limit, &r, &e) == OK ? "accepted" : e.text;
}

TEST(names_the_column_that_is_wrong)
{
	size_t mb = 1 << 20;
	text_list none = { 0 };
	CHECK(strstr(refusal(ward, NAMES("sex", "height"), none, mb),
		"has no column \"height\". Its columns: id, sex, age, note, dx."));
	CHECK_STR(
		refusal(ward, NAMES("sex", "sex"), none, mb), "The column \"sex\" is named twice.");
	CHECK_STR(refusal(ward, NAMES("sex"), NAMES("sex"), mb),
		"The column \"sex\" cannot be a quasi-identifier and sensitive at once.");
	CHECK_STR(refusal(ward, none, none, mb), "Name at least one quasi-identifier.");
	CHECK(strstr(refusal("a,b\n", NAMES("a"), none, mb), "has a header and no rows."));
	CHECK(strstr(refusal("a,b\n1,2\n3\n", NAMES("a"), none, mb), "line 3"));
	CHECK(strstr(refusal("", NAMES("a"), none, mb), "empty"));
}

TEST(says_that_memory_is_too_little)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf b = buf_new(a);
	buf_puts(&b, "a\n");
	for (int i = 0; i < 50000; i++)
		buf_printf(&b, "%d\n", i);
	CHECK_STR(refusal(b.p, NAMES("a"), (text_list){ 0 }, 1 << 20),
		"This needs more than the 1 MB of memory that are allowed; allow more with "
		"--memory MB.");
	CHECK_STR(refusal(b.p, NAMES("a"), (text_list){ 0 }, 16 << 20), "accepted");
}

/* More codes than a 64-bit key holds at once. */
TEST(groups_many_wide_columns)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf b = buf_new(a);
	enum { N = 300, COLUMNS = 12 };
	text_list qi = { ARENA_ARRAY(a, COLUMNS, const char *), COLUMNS };
	for (int c = 0; c < COLUMNS; c++) {
		qi.at[c] = arena_printf(a, "c%d", c);
		buf_printf(&b, "c%d%c", c, c + 1 < COLUMNS ? ',' : '\n');
	}
	for (int i = 0; i < N; i++)
		for (int c = 0; c < COLUMNS; c++)
			buf_printf(&b, "a rather long value %d%c", i % (N - 1),
				c + 1 < COLUMNS ? ',' : '\n');
	struct risk r;
	struct err e = { 0 };
	CHECK(measure(a, b.p, qi, (text_list){ 0 }, NULL, 8 << 20, &r, &e) == OK);
	CHECK_INT(r.classes, N - 1);
	CHECK_INT(r.sizes.at[1].classes, 1);
	CHECK_INT(r.columns.at[0].distinct, N - 1);
}

/* What one run of the generalisation writes. */
static const char *
written(struct arena *a, uint64_t limit, struct apply *ret)
{
	test_file f = test_file_of((struct str){ ward, sizeof ward - 1 });
	struct table_wish w = { f.path, NAMES("sex", "age"), NAMES("dx") };
	struct table t;
	struct hierarchy h[2];
	struct search_result r;
	struct err e = { 0 };
	struct str text;
	char out[] = "/tmp/wardroom-risk-test-XXXXXX";
	cleanup_fd int fd = mkstemp(out);
	CHECK(fd >= 0);
	CHECK(table_read(&w, NULL, &t, &e) == OK);
	CHECK(hierarchy_parse("sex", STR("M;*\nF;*\n"), &h[0], &e) == OK);
	CHECK(hierarchy_parse("age", STR("34;\"3;0\";*\n35;\"3;0\";*\n80;80;*\n"), &h[1], &e) ==
		OK);
	for (size_t i = 0; i < 2; i++)
		CHECK(hierarchy_bind(&h[i], t.dicts[i], &e) == OK);
	struct search s = { &t.tuples, h, 2, 1, 2, 1, limit };
	CHECK(search_run(&s, NULL, &r, &e) == OK);
	CHECK(apply_levels(a, &t, &s, &r, ret, &e) == OK);
	CHECK(apply_write(&w, &t, &s, &r, ret, out, &e) == OK);
	CHECK(io_read_file(a, out, 1 << 20, &text, &e) == OK);
	/* A file that changed is noticed, and what was there stays. */
	CHECK(pwrite(f.fd, "9", 1, 27) == 1);
	CHECK(apply_write(&w, &t, &s, &r, ret, out, &e) == E_CONFLICT);
	CHECK(access(out, F_OK) == 0);
	unlink(out);
	hierarchy_free(&h[0]);
	hierarchy_free(&h[1]);
	table_free(&t);
	return str_dup(a, text);
}

TEST(writes_the_table_with_its_levels)
{
	cleanup_arena struct arena *a = arena_new();
	struct apply p;
	CHECK_STR(written(a, 1, &p), "id;sex;age;note;dx\n"
				     "1;F;34;\"a;b\";I21\n"
				     "2;F;34;;I21\n"
				     "3;M;35;\"say \"\"x\"\"\";E11\n"
				     "4;M;35;x;I21\n"
				     "5;*;*;x;E11\n");
	CHECK_INT(p.before.k, 1);
	CHECK_INT(p.after.k, 2);
	CHECK_INT(p.after.rows, 4);
	apply_free(&p);
	CHECK_STR(written(a, 0, &p), "id;sex;age;note;dx\n"
				     "1;F;*;\"a;b\";I21\n"
				     "2;F;*;;I21\n"
				     "3;M;*;\"say \"\"x\"\"\";E11\n"
				     "4;M;*;x;I21\n"
				     "5;M;*;x;E11\n");
	apply_free(&p);
}
