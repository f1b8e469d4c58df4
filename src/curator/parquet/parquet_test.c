/* What is written is read by the data engine; what an import wrote is read by us; nothing else is
 * believed. */
#include <fcntl.h>
#include <unistd.h>

#include "base/io.h"
#include "base/tap.h"
#include "curator/engine.h"
#include "curator/import/table.h"
#include "curator/parquet/read.h"
#include "curator/parquet/write.h"
#include "curator/types.h"

static char place[] = "/tmp/wardroom-parquet-XXXXXX";
static int dir = -1;
static struct arena *a;
static struct engine *g;

static void
at_end(void)
{
	engine_close(g);
	arena_free(a);
	close(dir);
	io_remove_tree(AT_FDCWD, place, NULL);
}

__attribute__((constructor)) static void
at_start(void)
{
	if (!mkdtemp(place) || (dir = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		BUG("no folder");
	a = arena_new();
	struct engine_options o = { place, place, arena_printf(a, "%s/words", place), 300 };
	if (engine_open(&o, &g, NULL) != OK)
		BUG("no engine");
	atexit(at_end);
}

static const char *
file(const char *name)
{
	return arena_printf(a, "%s/%s", place, name);
}

enum { ROWS = 9000 };

/* A row's value of each type; some are missing. */
static bool
is_there(size_t row)
{
	return row % 7 != 3;
}

static size_t
spell(int64_t v, char out[CHUNK_SPELT])
{
	return (size_t)snprintf(out, CHUNK_SPELT, "no %lld", (long long)v);
}

TEST(every_type_is_read_by_the_engine)
{
	const struct parquet_column columns[] = { { "word", PARQUET_TEXT },
		{ "spelt", PARQUET_TEXT }, { "whole", PARQUET_INTEGER }, { "real", PARQUET_REAL },
		{ "day", PARQUET_DAY }, { "moment", PARQUET_TIME }, { "none", PARQUET_TEXT },
		{ "far", PARQUET_TIME } };
	enum { N = sizeof columns / sizeof columns[0], DIFFERENT = 50 };
	static struct chunk chunks[N];
	static uint32_t codes[ROWS], none[ROWS];
	static int64_t times[ROWS], far[ROWS];
	struct scratch *s = scratch_new();
	struct parquet *p = NULL;
	struct str words[DIFFERENT];
	int64_t numbers[DIFFERENT], reals[DIFFERENT];
	for (size_t i = 0; i < DIFFERENT; i++) {
		const char *word = arena_printf(a, "w%zu %s", i, i % 2 ? "å" : "");
		words[i] = str_of(word);
		numbers[i] = (int64_t)i * -1000000007;
		double real = (double)i / 8;
		memcpy(&reals[i], &real, sizeof real);
	}
	for (size_t i = 0; i < ROWS; i++) {
		codes[i] = is_there(i) ? (uint32_t)(i * 13 % DIFFERENT) : CHUNK_MISSING;
		none[i] = CHUNK_MISSING;
		times[i] = is_there(i) ? (int64_t)(i % 40) * 1000001 - 5000000 : CHUNK_NO_NUMBER;
		far[i] = (int64_t)i * 86400000000 - 400000000000000;
	}
	const struct values text = { PARQUET_TEXT, DIFFERENT, words, NULL, NULL },
			    spelt = { PARQUET_TEXT, DIFFERENT, NULL, numbers, spell },
			    whole = { PARQUET_INTEGER, DIFFERENT, NULL, numbers, NULL },
			    real = { PARQUET_REAL, DIFFERENT, NULL, reals, NULL },
			    day = { PARQUET_DAY, DIFFERENT, NULL, numbers, NULL };
	for (size_t i = 0; i < DIFFERENT; i++)
		numbers[i] = (int64_t)i * -1007;
	CHECK_INT(parquet_create(dir, "typed.parquet", columns, N, &p, NULL), OK);
	for (int group = 0; group < 2; group++) {
		chunk_encode_codes(&chunks[0], s, &text, codes, ROWS);
		chunk_encode_codes(&chunks[1], s, &spelt, codes, ROWS);
		chunk_encode_codes(&chunks[2], s, &whole, codes, ROWS);
		chunk_encode_codes(&chunks[3], s, &real, codes, ROWS);
		chunk_encode_codes(&chunks[4], s, &day, codes, ROWS);
		chunk_encode_numbers(&chunks[5], s, PARQUET_TIME, times, ROWS);
		chunk_encode_codes(&chunks[6], s, &text, none, ROWS);
		chunk_encode_numbers(&chunks[7], s, PARQUET_TIME, far, ROWS);
		CHECK(chunks[5].dictionary && !chunks[7].dictionary);
		CHECK_INT(parquet_group(p, chunks, ROWS, NULL), OK);
	}
	CHECK_INT(parquet_finish(p, NULL), OK);
	struct engine_rows r;
	CHECK_INT(engine_rows(g, a, &r, NULL, "typed",
			  "SELECT count(*), count(word), sum(CAST(word = 'w' || "
			  "(i * 13 %% 50) || ' ' || CASE WHEN i * 13 %% 2 = 1 THEN 'å' ELSE '' END "
			  "AS "
			  "INTEGER)), "
			  "count(*) FILTER (spelt = 'no ' || whole), count(*) FILTER (whole = "
			  "(i * 13 %% 50) * -1007), count(*) FILTER (real = (i * 13 %% 50) / 8.0), "
			  "count(*) FILTER (day = DATE '1970-01-01' + CAST(whole AS INTEGER)), "
			  "count(*) FILTER (epoch_us(moment) = (i %% 40) * 1000001 - 5000000), "
			  "count(none), count(*) FILTER (epoch_us(far) = i * 86400000000 - "
			  "400000000000000), "
			  "any_value(typeof(moment)), any_value(typeof(day)), "
			  "any_value(typeof(whole)), "
			  "any_value(typeof(real)) FROM (SELECT *, file_row_number %% %d AS i FROM "
			  "read_parquet(%s, file_row_number = true))",
			  ROWS, sql_text(a, file("typed.parquet"))),
		OK);
	size_t n = 0;
	for (size_t i = 0; i < ROWS; i++)
		n += is_there(i);
	const char *there = arena_printf(a, "%zu", 2 * n);
	CHECK_STR(engine_at(&r, 0, 0), "18000");
	for (size_t i = 1; i < 8; i++)
		CHECK_STR(engine_at(&r, 0, i), there);
	CHECK_STR(engine_at(&r, 0, 8), "0");
	CHECK_STR(engine_at(&r, 0, 9), "18000");
	CHECK_STR(engine_at(&r, 0, 10), "TIMESTAMP");
	CHECK_STR(engine_at(&r, 0, 11), "DATE");
	CHECK_STR(engine_at(&r, 0, 12), "BIGINT");
	CHECK_STR(engine_at(&r, 0, 13), "DOUBLE");
	for (size_t i = 0; i < 6; i++)
		CHECK_INT(chunks[i].missing, ROWS - n);
	CHECK_INT(chunks[6].missing, ROWS);
	CHECK_INT(chunks[7].missing, 0);
	for (size_t i = 0; i < N; i++)
		chunk_free(&chunks[i]);
	scratch_free(s);
}

TEST(a_file_without_rows_has_its_columns)
{
	const struct parquet_column columns[] = { { "word", PARQUET_TEXT }, { "day", PARQUET_DAY } };
	struct parquet *p = NULL;
	struct engine_rows r;
	CHECK_INT(parquet_create(dir, "empty.parquet", columns, 2, &p, NULL), OK);
	CHECK_INT(parquet_finish(p, NULL), OK);
	CHECK_INT(engine_rows(g, a, &r, NULL, "empty",
			  "SELECT count(*), count(word), max(day) FROM read_parquet(%s, "
			  "file_row_number = true)",
			  sql_text(a, file("empty.parquet"))),
		OK);
	CHECK_STR(engine_at(&r, 0, 0), "0");
	CHECK_STR(engine_at(&r, 0, 1), "0");
	CHECK(!engine_at(&r, 0, 2));
}

enum { COLUMNS = 4 };

/* Few values, many, empty ones, and mostly missing. */
static struct str
cell(size_t row, size_t column, char out[40])
{
	if ((column == 1 && row % 5 == 0) || (column == 3 && row % 1000 != 0))
		return (struct str){ NULL, 0 };
	int n = column == 0   ? snprintf(out, 40, "v%zu", row / 3 % 11)
		: column == 1 ? snprintf(out, 40, "different %zu", row * 2654435761u % 1000003)
		: column == 2 ? snprintf(out, 40, "%s", row % 2 ? "" : "x")
			      : snprintf(out, 40, "seldom");
	return (struct str){ out, (size_t)n };
}

static void
import(const char *name, size_t rows)
{
	struct pool *pool = pool_new();
	struct table_out *t = NULL;
	CHECK_INT(table_create(dir, name, COLUMNS, pool, &t, NULL), OK);
	for (size_t i = 0; i < rows; i++) {
		char line[COLUMNS * 40];
		struct str fields[COLUMNS];
		for (size_t k = 0; k < COLUMNS; k++)
			fields[k] = cell(i, k, line + k * 40);
		CHECK_INT(table_row(t, fields, NULL), OK);
	}
	CHECK_INT(table_finish(t, NULL), OK);
	table_abandon(t);
	pool_free(pool);
}

TEST(what_an_import_wrote_comes_back)
{
	enum { N = 300001 };
	struct parquet_in *in = NULL;
	struct part values = { 0 }, codes = { 0 };
	char out[40];
	size_t wrong = 0, row = 0;
	bool all, was_all = false, was_few = false;
	import("back.parquet", N);
	CHECK_INT(parquet_open(file("back.parquet"), &in, NULL), OK);
	CHECK_INT(parquet_columns(in), COLUMNS);
	for (size_t group = 0; group < parquet_groups(in); group++) {
		for (size_t k = 0; k < COLUMNS; k++) {
			CHECK_INT(parquet_values(in, group, k, &values, &all, NULL), OK);
			CHECK_INT(parquet_codes(in, group, k, &codes, NULL), OK);
			was_all |= all, was_few |= !all;
			for (size_t i = 0; i < parquet_rows(in, group); i++) {
				struct str want = cell(row + i, k, out);
				bool there = codes.codes[i] != PART_MISSING;
				wrong += there != (want.p != NULL) ||
					 (there && (codes.codes[i] >= values.n_values ||
							   !str_eq(values.values[codes.codes[i]],
								   want)));
			}
		}
		row += parquet_rows(in, group);
	}
	CHECK_INT(row, N);
	CHECK_INT(wrong, 0);
	CHECK(was_all && was_few);
	part_free(&values);
	part_free(&codes);
	parquet_close(in);
}

/* Reads all of a file; that it ends is what is asked. */
static bool
survives(const char *name)
{
	struct parquet_in *in = NULL;
	struct part part = { 0 };
	bool all, whole = true;
	if (parquet_open(file(name), &in, NULL) != OK)
		return false;
	for (size_t group = 0; group < parquet_groups(in); group++)
		for (size_t k = 0; k < parquet_columns(in); k++) {
			whole &= parquet_values(in, group, k, &part, &all, NULL) == OK;
			whole &= parquet_codes(in, group, k, &part, NULL) == OK;
		}
	part_free(&part);
	parquet_close(in);
	return whole;
}

TEST(a_damaged_file_is_refused_and_no_more)
{
	struct str good;
	size_t refused = 0, tried = 0;
	import("good.parquet", 700);
	CHECK_INT(io_read_file(a, file("good.parquet"), 1 << 20, &good, NULL), OK);
	CHECK(survives("good.parquet"));
	for (size_t at = 0; at < good.n; at += at + 400 < good.n ? 5 : 1) {
		char *bad = arena_alloc(a, good.n);
		memcpy(bad, good.p, good.n);
		bad[at] = (char)(bad[at] ^ (1 << at % 8 | 0x11));
		/* Cut off as well, every third time. */
		size_t n = at % 3 ? good.n : good.n - at % 97;
		CHECK_INT(io_replace_at(dir, "bad.parquet", 0600, bad, n, NULL), OK);
		refused += !survives("bad.parquet");
		tried++;
	}
	CHECK(tried > 400 && refused * 2 > tried);
}

TEST(files_of_others_are_left_to_the_engine)
{
	struct parquet_in *in = NULL;
	struct err e = { 0 };
	CHECK_INT(engine_run(g, NULL, "other", "COPY (SELECT 'a' AS c0) TO %s (FORMAT parquet)",
			  sql_text(a, file("other.parquet"))),
		OK);
	CHECK_INT(parquet_open(file("other.parquet"), &in, &e), E_ABSENT);
	CHECK_INT(parquet_open(file("no such.parquet"), &in, &e), E_IO);
}

TEST(moments_are_read_as_the_engine_reads_them)
{
	static const char *const moments[] = { "2022-03-14 05:54:13", "2022-03-14T05:54:13",
		"1969-12-31 23:59:59", "0001-01-01 00:00:00", "9999-12-31 23:59:59",
		"2022-03-14 05:54", "2022-03-14T05:54", "2022-03-14 05:54:13.5",
		"2022-03-14 05:54:13.000001", "2022-03-14 05:54:13.123456",
		"1960-03-14 05:54:13.123456", "2022-03-14 05:54:13.1234567",
		"2022-03-14 05:54:13.999999999", "2020-02-29 00:00:00", "2022-03-14 05:54:13Z",
		"2022-03-14" };
	static const char *const none[] = { "2021-02-29 00:00:00", "2022-13-01 00:00:00",
		"2022-01-01 24:00:00", "2022-01-01 00:60:00", "2022-01-01 00:00:60", "", "NA",
		"2022-01-01 00:00:0x", "2022-01-01 0:00:00", "14.03.2022 05:54:13",
		"2022-03-14 05:54:13 ", "2022-03-14 05:54:13." };
	for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
		int64_t ours = 0, theirs = 1;
		CHECK(type_micros(str_of(moments[i]), &ours));
		CHECK_INT(engine_int(g, &theirs, NULL, "moment", "SELECT epoch_us(%s)",
				  type_sql(a, TYPE_TIME, 0, sql_text(a, moments[i]))),
			OK);
		CHECK_INT(ours, theirs);
	}
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		int64_t ours = 0;
		CHECK(!type_micros(str_of(none[i]), &ours));
	}
}
