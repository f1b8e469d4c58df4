#include "curator/csv.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

struct csv {
	int fd;
	char name[120];
	char delimiter;
	char *buf; /* cap bytes; [at, end) is not consumed yet */
	size_t cap, at, end;
	bool eof;
	uint64_t line; /* of the record that begins at `at`, from 1 */
	uint64_t bytes, rows;
	size_t n_columns;
	char **columns;
	struct str *fields; /* of the last record */
	bool *doubled;      /* the field holds "" for a quote */
	size_t n_fields, max_fields;
	crypto_generichash_state hash;
};

#define BAD(c, no, ...) bad((c), (no), e, __VA_ARGS__)

static enum status bad(struct csv *, uint64_t line, struct err *, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static enum status
bad(struct csv *c, uint64_t line, struct err *e, const char *fmt, ...)
{
	char text[300];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(
		e, E_INPUT, c->name, "%s line %llu: %s", c->name, (unsigned long long)line, text);
}

/* Makes room and reads more; at the end of the file sets eof. */
static enum status
fill(struct csv *c, struct err *e)
{
	if (c->at > 0) {
		memmove(c->buf, c->buf + c->at, c->end - c->at);
		c->end -= c->at;
		c->at = 0;
	}
	if (c->cap - c->end < CHUNK) {
		if (c->end > CSV_MAX_RECORD)
			return BAD(c, c->line,
				"this record is longer than %d MB; is a closing quote missing?",
				CSV_MAX_RECORD >> 20);
		size_t cap = c->cap * 2;
		char *p = realloc(c->buf, cap);
		if (!p)
			BUG("out of memory");
		c->buf = p;
		c->cap = cap;
	}
	ssize_t n;
	do
		n = read(c->fd, c->buf + c->end, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(e, "Cannot read %s", c->name);
	if (n == 0)
		c->eof = true;
	crypto_generichash_update(&c->hash, (const uint8_t *)c->buf + c->end, (size_t)n);
	c->end += (size_t)n;
	c->bytes += (uint64_t)n;
	return OK;
}

static void
add_field(struct csv *c, const char *p, size_t n, bool doubled)
{
	if (c->n_fields == c->max_fields) {
		c->max_fields = c->max_fields ? c->max_fields * 2 : 64;
		c->fields = realloc(c->fields, c->max_fields * sizeof *c->fields);
		c->doubled = realloc(c->doubled, c->max_fields * sizeof *c->doubled);
		if (!c->fields || !c->doubled)
			BUG("out of memory");
	}
	c->fields[c->n_fields] = (struct str){ p, n };
	c->doubled[c->n_fields++] = doubled;
}

/* "a ""b""" -> a "b": within the buffer, because a record is read only once. */
static void
undouble(struct str *s)
{
	char *p = (char *)s->p;
	size_t o = 0;
	for (size_t i = 0; i < s->n; i++) {
		p[o++] = p[i];
		if (p[i] == '"')
			i++;
	}
	s->n = o;
}

enum found { WHOLE, MORE, BROKEN };

/* Where the bytes of a field and of its record end. */
struct scan {
	const char *p, *end;
	uint64_t line;
	bool eof;
};

/* p stands behind the opening quote; afterwards behind the closing one. */
static enum found
scan_quoted(struct csv *c, struct scan *s, struct err *e)
{
	const char *from = s->p;
	uint64_t opened = s->line;
	bool doubled = false;
	for (; s->p < s->end; s->p++) {
		s->line += *s->p == '\n';
		if (*s->p != '"')
			continue;
		if (s->p + 1 == s->end && !s->eof)
			return MORE;
		if (s->p + 1 < s->end && s->p[1] == '"') {
			doubled = true;
			s->p++;
			continue;
		}
		add_field(c, from, (size_t)(s->p - from), doubled);
		s->p++;
		return WHOLE;
	}
	if (!s->eof)
		return MORE;
	BAD(c, opened, "a quote is opened here and never closed.");
	return BROKEN;
}

static enum found
scan_plain(struct csv *c, struct scan *s)
{
	const char *from = s->p;
	char d = c->delimiter;
	while (s->p < s->end && *s->p != d && *s->p != '\n' && *s->p != '\r')
		s->p++;
	if (s->p == s->end && !s->eof)
		return MORE;
	add_field(c, from, (size_t)(s->p - from), false);
	return WHOLE;
}

/* After a field: the delimiter, the end of the line, or the end of the file. *ret_last tells. */
static enum found
scan_end(struct csv *c, struct scan *s, bool *ret_last, struct err *e)
{
	*ret_last = true;
	if (s->p == s->end)
		return s->eof ? WHOLE : MORE;
	if (*s->p == c->delimiter) {
		s->p++;
		*ret_last = false;
		return WHOLE;
	}
	if (*s->p == '\r') {
		if (s->p + 1 == s->end && !s->eof)
			return MORE;
		if (s->p + 1 == s->end || s->p[1] != '\n') {
			BAD(c, s->line, "a carriage return stands without a line feed.");
			return BROKEN;
		}
		s->p++;
	}
	if (*s->p != '\n') {
		BAD(c, s->line, "something follows the closing quote of field %zu.", c->n_fields);
		return BROKEN;
	}
	s->p++;
	s->line++;
	return WHOLE;
}

/* One record from `at`, which has at least one byte. On WHOLE *ret is where the next begins. */
static enum found
scan_record(struct csv *c, struct scan *ret, struct err *e)
{
	struct scan s = { c->buf + c->at, c->buf + c->end, c->line, c->eof };
	bool last = false;
	c->n_fields = 0;
	while (!last) {
		if (c->n_fields > CSV_MAX_COLUMNS) {
			BAD(c, s.line, "there are more than %d fields.", CSV_MAX_COLUMNS);
			return BROKEN;
		}
		bool quoted = s.p < s.end && *s.p == '"';
		if (quoted)
			s.p++;
		enum found f = quoted ? scan_quoted(c, &s, e) : scan_plain(c, &s);
		if (f == WHOLE)
			f = scan_end(c, &s, &last, e);
		if (f != WHOLE)
			return f;
	}
	*ret = s;
	return WHOLE;
}

/* The next record with any character in it; n_fields 0 at the end of the file. */
static enum status
record(struct csv *c, uint64_t *ret_line, struct err *e)
{
	for (;;) {
		if (c->at == c->end && c->eof) {
			c->n_fields = 0;
			return OK;
		}
		struct scan next;
		enum found f = c->at == c->end ? MORE : scan_record(c, &next, e);
		if (f == BROKEN)
			return E_INPUT;
		if (f == MORE) {
			TRY(fill(c, e));
			continue;
		}
		*ret_line = c->line;
		bool blank = c->n_fields == 1 && c->fields[0].n == 0 && c->buf[c->at] != '"';
		for (size_t i = 0; i < c->n_fields; i++) {
			if (!str_utf8(c->fields[i]))
				return BAD(c, c->line,
					"field %zu holds bytes that are not UTF-8; convert the "
					"file, for example with iconv -f latin1 -t utf-8.",
					i + 1);
			if (c->doubled[i])
				undouble(&c->fields[i]);
		}
		c->at = (size_t)(next.p - c->buf);
		c->line = next.line;
		if (!blank)
			return OK;
	}
}

/* The candidate that the first line holds most often outside quotes. */
static char
sniff(const char *p, size_t n)
{
	static const char candidates[] = { ',', ';', '\t', '|' };
	size_t count[sizeof candidates] = { 0 };
	bool quoted = false;
	for (size_t i = 0; i < n && (quoted || p[i] != '\n'); i++) {
		if (p[i] == '"')
			quoted = !quoted;
		for (size_t k = 0; !quoted && k < sizeof candidates; k++)
			count[k] += p[i] == candidates[k];
	}
	size_t best = 0;
	for (size_t k = 1; k < sizeof candidates; k++)
		if (count[k] > count[best])
			best = k;
	return candidates[best];
}

static enum status
check_name(struct csv *c, size_t i, struct str s, struct err *e)
{
	if (s.n == 0)
		return BAD(c, 1, "column %zu has no name.", i + 1);
	if (s.n > CSV_MAX_NAME)
		return BAD(c, 1, "the name of column %zu is longer than %d bytes.", i + 1,
			CSV_MAX_NAME);
	for (size_t k = 0; k < s.n; k++)
		if ((uint8_t)s.p[k] < 32 || s.p[k] == 127 || s.p[k] == '"')
			return BAD(c, 1,
				"the name of column %zu holds a quote or a control character.",
				i + 1);
	for (size_t k = 0; k < i; k++)
		if (str_ieq(s, str_of(c->columns[k])))
			return BAD(c, 1, "columns %zu and %zu are both called \"%s\".", k + 1,
				i + 1, c->columns[k]);
	return OK;
}

static enum status
header(struct csv *c, struct err *e)
{
	static const uint8_t bom[] = { 0xef, 0xbb, 0xbf };
	while (!c->eof && c->end < 4)
		TRY(fill(c, e));
	const uint8_t *p = (const uint8_t *)c->buf;
	size_t n = c->end;
	if (n >= 3 && memcmp(p, bom, 3) == 0)
		c->at = 3;
	else if (n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
		return BAD(c, 1, "the file is UTF-16; convert it to UTF-8.");
	else if (n >= 2 && ((p[0] == 0x1f && p[1] == 0x8b) || (p[0] == 'P' && p[1] == 'K')))
		return BAD(c, 1, "the file is compressed; unpack it first.");
	c->delimiter = sniff(c->buf + c->at, c->end - c->at);
	uint64_t line = 1;
	TRY(record(c, &line, e));
	if (c->n_fields == 0)
		return err_set(e, E_INPUT, c->name, "%s is empty: it has no header line.", c->name);
	c->columns = calloc(c->n_fields, sizeof *c->columns);
	if (!c->columns)
		BUG("out of memory");
	for (size_t i = 0; i < c->n_fields; i++) {
		struct str s = str_trim(c->fields[i]);
		TRY(check_name(c, i, s, e));
		c->columns[i] = strndup(s.p, s.n);
		if (!c->columns[i])
			BUG("out of memory");
		c->n_columns = i + 1;
	}
	return OK;
}

enum status
csv_open(int fd, const char *name, struct csv **ret, struct err *e)
{
	cleanup_csv struct csv *c = calloc(1, sizeof *c);
	if (!c || !(c->buf = malloc(2 * CHUNK)))
		BUG("out of memory");
	c->fd = fd;
	c->cap = 2 * CHUNK;
	c->line = 1;
	snprintf(c->name, sizeof c->name, "%s", name);
	crypto_generichash_init(&c->hash, NULL, 0, 32);
	TRY(header(c, e));
	*ret = steal_ptr(&c);
	return OK;
}

void
csv_close(struct csv *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_columns; i++)
		free(c->columns[i]);
	free(c->columns);
	free(c->fields);
	free(c->doubled);
	free(c->buf);
	free(c);
}

size_t
csv_columns(const struct csv *c)
{
	return c->n_columns;
}

const char *
csv_column(const struct csv *c, size_t i)
{
	return c->columns[i];
}

char
csv_delimiter(const struct csv *c)
{
	return c->delimiter;
}

enum status
csv_next(struct csv *c, const struct str **ret_fields, struct err *e)
{
	uint64_t line = c->line;
	TRY(record(c, &line, e));
	if (c->n_fields == 0) {
		*ret_fields = NULL;
		return OK;
	}
	if (c->n_fields != c->n_columns)
		return BAD(c, line, "this record has %zu field%s, the header has %zu.", c->n_fields,
			c->n_fields == 1 ? "" : "s", c->n_columns);
	c->rows++;
	*ret_fields = c->fields;
	return OK;
}

uint64_t
csv_bytes(const struct csv *c)
{
	return c->bytes;
}

uint64_t
csv_rows(const struct csv *c)
{
	return c->rows;
}

void
csv_hash(struct csv *c, uint8_t out[32])
{
	crypto_generichash_final(&c->hash, out, 32);
}
