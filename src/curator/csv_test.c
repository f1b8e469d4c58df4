#include "curator/csv.h"

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
	if (csv_open(fd, "t.csv", &c, e) != OK)
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
	READS("a,b\n1,\xe4\n",
		"t.csv line 2: field 2 holds bytes that are not UTF-8; convert the file, for "
		"example with iconv -f latin1 -t utf-8.");
	READS("a,b\n1\r2,3\n", "t.csv line 2: a carriage return stands without a line feed.");
	const char nul[] = "a,b\n1,x\0y\n";
	CHECK(strstr(read_all(nul, sizeof nul - 1), "line 2: field 2 holds bytes") != NULL);
}

TEST(headers)
{
	READS("", "t.csv is empty: it has no header line.");
	READS("\n\n", "t.csv is empty: it has no header line.");
	READS("a,,b\n", "t.csv line 1: column 2 has no name.");
	READS("a,b,A\n", "t.csv line 1: columns 1 and 3 are both called \"a\".");
	READS("a,\"b\x01\"\n",
		"t.csv line 1: the name of column 2 holds a quote or a control character.");
	READS("\xff\xfe"
	      "a\0",
		"t.csv line 1: the file is UTF-16; convert it to UTF-8.");
	READS("PK\x03\x04", "t.csv line 1: the file is compressed; unpack it first.");
	READS("a,b\n", "a|b");
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
	CHECK_INT(csv_bytes(c), n);
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
