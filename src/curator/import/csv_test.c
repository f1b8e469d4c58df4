#include "curator/import/csv.h"

#include <sys/mman.h>

#include "base/tap.h"

/* The reader on a text; the first error of opening or reading is in *e. */
static struct csv *
open_text(const char *text, size_t n, struct err *e)
{
	struct csv *c = NULL;
	int fd = memfd_create("csv", MFD_CLOEXEC);
	if (fd < 0 || write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	/* The descriptor is left open until the test ends. */
	if (csv_open_fd(fd, "t.csv", &c, e) != OK)
		return NULL;
	return c;
}

/* All fields as a|b/c|d, or the error. */
static const char *
read_all(const char *text, size_t n)
{
	static char out[4000];
	struct err e = { 0 };
	const struct str *f;
	size_t at = 0;
	out[0] = '\0';
	cleanup_csv struct csv *c = open_text(text, n, &e);
	if (!c)
		return snprintf(out, sizeof out, "%s", e.text), out;
	for (size_t i = 0; i < csv_columns(c); i++)
		at += (size_t)snprintf(
			out + at, sizeof out - at, "%s%s", i ? "|" : "", csv_column(c, i));
	for (;;) {
		if (csv_next(c, &f, &e) != OK)
			return snprintf(out, sizeof out, "%s", e.text), out;
		if (!f)
			return out;
		for (size_t i = 0; i < csv_columns(c); i++)
			at += (size_t)snprintf(out + at, sizeof out - at, "%s%.*s", i ? "|" : "/",
				(int)f[i].n, f[i].p);
	}
}

#define READS(text, want) CHECK_STR(read_all(text, sizeof(text) - 1), want)

TEST(delimiters_and_line_ends)
{
	READS("a,b\n1,2\n", "a|b/1|2");
	READS("a;b\r\n1;2,5\r\n", "a|b/1|2,5");
	READS("a\tb\n1\t2", "a|b/1|2");
	READS("a|b\n1|2\n\n\n", "a|b/1|2");
	READS("a\n1\n\n2\n", "a/1/2");
	READS("\xef\xbb\xbf"
	      "a,b\n\xc3\xa4,2\n",
		"a|b/\xc3\xa4|2");
	READS(" a , b \n1,2\n", "a|b/1|2");
}

TEST(quotes)
{
	READS("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", "a|b/x,y|say \"hi\"");
	READS("a,b\n\"two\nlines\",\n", "a|b/two\nlines|");
	READS("a,b\n5\" nail,2\n", "a|b/5\" nail|2");
	READS("a,b\n\"\",\"\"\n", "a|b/|");
	READS("a,b\n\"x,2\n3,4\n", "t.csv line 2: a quote is opened here and never closed.");
	READS("a,b\n\"x\"y,2\n", "t.csv line 2: something follows the closing quote of field 1.");
}

TEST(errors_name_the_line)
{
	READS("a,b\n1,2\n3\n", "t.csv line 3: this record has 1 field, the header has 2.");
	READS("a,b\n\"x\n\ny\",2\n1,2,3\n",
		"t.csv line 5: this record has 3 fields, the header has 2.");
	READS("a,b\n\xc3\xa4,\xe4\n", "t.csv line 2: field 2 holds bytes that are no UTF-8 text.");
	READS("a,b\n1\r2,3\n", "t.csv line 2: a carriage return stands without a line feed.");
	const char nul[] = "a,b\n1,x\0y\n";
	CHECK_STR(read_all(nul, sizeof nul - 1),
		"t.csv line 2: field 2 holds bytes that are no UTF-8 text.");
}

TEST(headers)
{
	READS("", "t.csv is empty: it has no header line.");
	READS("\n\n", "t.csv is empty: it has no header line.");
	READS("a,,b\n1,2,3\n", "t.csv line 1: column 2 has no name.");
	READS("a,b,A\n", "t.csv line 1: columns 1 and 3 are both called \"a\".");
	READS("a,\"b\x01\"\n",
		"t.csv line 1: the name of column 2 holds a quote or a control character.");
	READS("PK\x03\x04",
		"t.csv is a workbook or an archive; save its sheets as CSV, or let its name end in "
		".zip.");
	READS("a,b\n", "a|b");
}

TEST(habits_of_programs)
{
	READS("\"\",\"a\"\n\"1\",5\n", "row_name|a/1|5");
	READS("a,b,\n1,2,\n3,4,\n", "a|b/1|2/3|4");
	READS("a,b,\n1,2,x\n", "t.csv line 2: this record has 3 fields, the header has 2.");
	READS("sep=;\r\na;b\r\n1,5;2\r\n", "a|b/1,5|2");
	READS("a,b\r1,\"x\ry\"\r", "a|b/1|x\ry");
	READS("name, first;born\nA, B;1\nC, D;2\n", "name, first|born/A, B|1/C, D|2");
	READS("weight, kg;height, cm\n70,5;1,80\n", "weight, kg|height, cm/70,5|1,80");
}

TEST(encodings)
{
	READS("a,b\nM\xfcller,\x80 5\n", "a|b/M\xc3\xbcller|\xe2\x82\xac 5");
	READS("\xff\xfe\x61\0,\0b\0\n\0\xfc\0,\0\x3d\xd8\x00\xde\n\0",
		"a|b/\xc3\xbc|\xf0\x9f\x98\x80");
	READS("\xfe\xff\0a\0,\0b\0\n\0\xfc\0,\0x\0\n", "a|b/\xc3\xbc|x");
	READS("a\0,\0b\0\n\0001\0,\0002\0\n\0", "a|b/1|2");
	/* A lone half of a pair. */
	READS("\xff\xfe\x61\0\n\0\x3d\xd8\x61\0\n\0", "a/\xef\xbf\xbd\x61");
}

/* All records and, after !, what was set aside. */
static void
note_bad(void *ctx, uint64_t line, const char *why, struct str raw)
{
	char *out = ctx;
	size_t at = strlen(out);
	snprintf(out + at, 1000 - at, "!%d %.*s %.9s", (int)line, (int)raw.n, raw.p, why);
}

TEST(bad_records_are_set_aside)
{
	char out[1000] = "";
	struct err e = { 0 };
	const struct str *f;
	const char text[] = "a,b\n1,2\n3\n\"x\"y,2\n4,\"5\n\"\n6,\"7\n8,9\n";
	cleanup_csv struct csv *c = open_text(text, sizeof text - 1, &e);
	CHECK(c != NULL);
	csv_on_bad(c, note_bad, out);
	size_t n = 0;
	while (csv_next(c, &f, &e) == OK && f)
		n++;
	CHECK_INT(n, 3);
	CHECK_INT(csv_bad(c), 3);
	CHECK_STR(out, "!3 3 this reco!4 \"x\"y,2 something!7 6,\"7 a quote i");
}

TEST(missing_and_empty_differ)
{
	struct err e = { 0 };
	const struct str *f;
	cleanup_csv struct csv *c = open_text("a,b\n,\"\"\n", 9, &e);
	CHECK_INT(csv_next(c, &f, &e), OK);
	CHECK(f[0].p == NULL && f[0].n == 0);
	CHECK(f[1].p != NULL && f[1].n == 0);
}

TEST(long_records)
{
	/* Larger than the first buffer, so that the reader has to move and grow. */
	size_t n = 5 << 20;
	char *text = malloc(n);
	struct err e = { 0 };
	const struct str *f;
	memset(text, 'x', n);
	memcpy(text, "a,b\n1,", 6);
	text[n - 1] = '\n';
	cleanup_csv struct csv *c = open_text(text, n, &e);
	CHECK(c != NULL);
	CHECK_INT(csv_next(c, &f, &e), OK);
	CHECK_INT(f[1].n, n - 7);
	CHECK_INT(csv_next(c, &f, &e), OK);
	CHECK(f == NULL);
	CHECK_INT(csv_rows(c), 1);

	n = 20 << 20;
	text = realloc(text, n);
	memset(text, 'x', n);
	memcpy(text, "a,b\n1,\"", 7);
	cleanup_csv struct csv *d = open_text(text, n, &e);
	CHECK_INT(csv_next(d, &f, &e), E_INPUT);
	CHECK(strstr(e.text, "line 2: this record is longer than 8 MB") != NULL);
	free(text);
}
