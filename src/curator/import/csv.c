#include "curator/import/csv.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { CHUNK = 1 << 20, SLACK = 16 };

struct csv {
	struct text *text;
	struct stream *own_stream; /* of csv_open_fd */
	struct text *own_text;
	char name[200];
	char delimiter, newline; /* newline is '\r' in files of old Macs */
	char *buf;               /* cap + SLACK bytes; [at, end) is not consumed yet */
	size_t cap, at, end;
	bool eof, tail; /* tail: every line ends with a delimiter */
	uint64_t line;  /* of the record that begins at `at`, from 1 */
	uint64_t rows, bad;
	csv_bad_fn on_bad;
	void *on_bad_ctx;
	size_t n_columns;
	char **columns;
	struct str *fields; /* of the last record */
	bool *doubled;      /* the field holds "" for a quote */
	bool any_doubled;
	size_t n_fields, max_fields;
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
	size_t got = 0;
	if (c->at > 0) {
		memmove(c->buf, c->buf + c->at, c->end - c->at);
		c->end -= c->at;
		c->at = 0;
	}
	if (c->cap - c->end < CHUNK) {
		char *p = realloc(c->buf, c->cap * 2 + SLACK);
		if (!p)
			BUG("out of memory");
		c->buf = p;
		c->cap *= 2;
	}
	TRY(text_read(c->text, c->buf + c->end, c->cap - c->end, &got, e));
	c->eof = got == 0;
	c->end += got;
	memset(c->buf + c->end, 0, SLACK);
	return OK;
}

static void
more_fields(struct csv *c)
{
	c->max_fields = c->max_fields ? c->max_fields * 2 : 64;
	c->fields = realloc(c->fields, c->max_fields * sizeof *c->fields);
	c->doubled = realloc(c->doubled, c->max_fields * sizeof *c->doubled);
	if (!c->fields || !c->doubled)
		BUG("out of memory");
}

static inline void
add_field(struct csv *c, const char *p, size_t n, bool doubled)
{
	if (c->n_fields == c->max_fields)
		more_fields(c);
	c->fields[c->n_fields] = (struct str){ p, n };
	c->doubled[c->n_fields++] = doubled;
	c->any_doubled |= doubled;
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
		s->line += *s->p == c->newline;
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

/* Up to the delimiter or the end of the line; SLACK bytes behind the end may be read. */
static inline const char *
find_end(const char *p, const char *end, char d)
{
#ifdef __SSE2__
	const __m128i delimiter = _mm_set1_epi8(d), lf = _mm_set1_epi8('\n'),
		      cr = _mm_set1_epi8('\r');
	for (; p < end; p += 16) {
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(b, delimiter),
			_mm_or_si128(_mm_cmpeq_epi8(b, lf), _mm_cmpeq_epi8(b, cr)));
		int mask = _mm_movemask_epi8(hit);
		if (mask) {
			p += __builtin_ctz((unsigned)mask);
			break;
		}
	}
	return p < end ? p : end;
#else
	while (p < end && *p != d && *p != '\n' && *p != '\r')
		p++;
	return p;
#endif
}

static inline enum found
scan_plain(struct csv *c, struct scan *s)
{
	const char *from = s->p;
	s->p = find_end(from, s->end, c->delimiter);
	if (s->p == s->end && !s->eof)
		return MORE;
	add_field(c, s->p == from ? NULL : from, (size_t)(s->p - from), false);
	return WHOLE;
}

/* After a field: the delimiter, the end of the line, or the end of the file. *ret_last tells. */
static inline enum found
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
	if (*s->p == '\r' && c->newline == '\n') {
		if (s->p + 1 == s->end && !s->eof)
			return MORE;
		if (s->p + 1 == s->end || s->p[1] != '\n') {
			BAD(c, s->line, "a carriage return stands without a line feed.");
			return BROKEN;
		}
		s->p++;
	}
	if (*s->p != c->newline) {
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
	c->any_doubled = false;
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

/* Where the line that begins at `at` ends, or NULL when more has to be read. */
static const char *
line_end(const struct csv *c)
{
	const char *p = memchr(c->buf + c->at, c->newline, c->end - c->at);
	return p ? p + 1 : c->eof || c->end - c->at > CSV_MAX_RECORD ? c->buf + c->end : NULL;
}

/* Hands a bad record over and steps to `to`; without somebody to take it, the error stands. */
static enum status
pass_over(struct csv *c, const char *to, uint64_t line_after, const struct err *why)
{
	if (!c->on_bad || why->code != E_INPUT)
		return E_INPUT;
	const char *raw = c->buf + c->at, *sentence = strstr(why->text, ": ");
	size_t n = (size_t)(to - raw);
	while (n > 0 && (raw[n - 1] == '\n' || raw[n - 1] == '\r'))
		n--;
	c->on_bad(c->on_bad_ctx, c->line, sentence ? sentence + 2 : why->text,
		(struct str){ raw, n });
	c->bad++;
	c->at = (size_t)(to - c->buf);
	c->line = line_after;
	return OK;
}

/* The right number of fields, all of them text? The tail's empty field goes. */
static enum status
check_record(struct csv *c, struct err *e)
{
	if (c->tail && c->n_fields == c->n_columns + 1 && c->fields[c->n_columns].n == 0)
		c->n_fields--;
	if (c->n_columns && c->n_fields != c->n_columns)
		return BAD(c, c->line, "this record has %zu field%s, the header has %zu.",
			c->n_fields, c->n_fields == 1 ? "" : "s", c->n_columns);
	for (size_t i = 0; text_unsure(c->text) && i < c->n_fields; i++)
		if (!str_utf8(c->fields[i]))
			return BAD(c, c->line, "field %zu holds bytes that are no %s text.", i + 1,
				text_encoding(c->text));
	return OK;
}

/* Too long to be waited for? Both ends of such a record are unknown. */
static bool
endless(struct csv *c, struct err *e)
{
	if (c->end - c->at <= CSV_MAX_RECORD)
		return false;
	BAD(c, c->line, "this record is longer than %d MB; is a closing quote missing?",
		CSV_MAX_RECORD >> 20);
	return true;
}

/* The next record with any character in it; n_fields 0 at the end of the file. */
static enum status
record(struct csv *c, struct err *e)
{
	struct err why;
	for (;;) {
		struct scan next;
		if (c->at == c->end && c->eof) {
			c->n_fields = 0;
			return OK;
		}
		enum found f = c->at == c->end ? MORE : scan_record(c, &next, &why);
		if (f == MORE && endless(c, &why))
			f = BROKEN;
		const char *end = f == WHOLE ? next.p : f == BROKEN ? line_end(c) : NULL;
		if (!end) {
			TRY(fill(c, e));
			continue;
		}
		bool blank = f == WHOLE && c->n_fields == 1 && !c->fields[0].p;
		if (f == BROKEN || (!blank && check_record(c, &why) != OK)) {
			if (pass_over(c, end, f == WHOLE ? next.line : c->line + 1, &why) == OK)
				continue;
			return err_set(e, why.code, why.field, "%s", why.text);
		}
		for (size_t i = 0; c->any_doubled && i < c->n_fields; i++)
			if (c->doubled[i])
				undouble(&c->fields[i]);
		c->at = (size_t)(end - c->buf);
		c->line = next.line;
		if (!blank)
			return OK;
	}
}

/* How many of d stand outside quotes in the line at *p; *p goes behind it. In a header a comma
 * before a blank is of the text: "weight, kg;height, cm". */
static size_t
count_in_line(const struct csv *c, const char **p, char d, bool prose)
{
	const char *end = c->buf + c->end;
	size_t n = 0;
	bool quoted = false;
	for (; *p < end && (quoted || **p != c->newline); ++*p) {
		quoted ^= **p == '"';
		n += !quoted && **p == d && !(prose && *p + 1 < end && (*p)[1] == ' ');
	}
	*p += *p < end;
	return n;
}

/* The candidate that stands as often in the next lines as in the first; then the most frequent. */
static char
sniff(const struct csv *c, bool prose)
{
	enum { LINES = 30 };
	static const char candidates[] = { ',', ';', '\t', '|' };
	char best = 0;
	size_t best_score = 0;
	for (size_t k = 0; k < sizeof candidates; k++) {
		const char *p = c->buf + c->at, *end = c->buf + c->end;
		size_t head = count_in_line(c, &p, candidates[k], prose), score = head;
		for (size_t i = 0; head && i < LINES && p < end; i++) {
			size_t n = count_in_line(c, &p, candidates[k], false);
			/* The last line may be cut by the end of the buffer. */
			score += n == head && p < end ? 100 + head : 0;
		}
		if (score > best_score) {
			best_score = score;
			best = candidates[k];
		}
	}
	return best ? best : prose ? sniff(c, false) : ',';
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

/* What is no text at all, by its first bytes. */
static enum status
check_kind(struct csv *c, struct err *e)
{
	const char *p = c->buf;
	if (c->end >= 4 && memcmp(p, "PK\x03\x04", 4) == 0)
		return err_set(e, E_INPUT, c->name,
			"%s is a workbook or an archive; save its sheets as CSV, or let its name "
			"end in .zip.",
			c->name);
	if (c->end >= 4 && (memcmp(p, "\x1f\x8b", 2) == 0 || memcmp(p, "PAR1", 4) == 0 ||
				   memcmp(p, "\xd0\xcf\x11\xe0", 4) == 0))
		return err_set(e, E_INPUT, c->name,
			"%s is no CSV file, whatever its name says: its first bytes are of "
			"another kind.",
			c->name);
	return OK;
}

/* "sep=;" on a line of its own is for spreadsheets. */
static bool
take_hint(struct csv *c)
{
	const char *p = c->buf + c->at;
	size_t n = c->end - c->at;
	if (n < 6 || memcmp(p, "sep=", 4) != 0 || (p[5] != '\n' && p[5] != '\r'))
		return false;
	c->delimiter = p[4];
	c->at += p[5] == '\r' && n > 6 && p[6] == '\n' ? 7 : 6;
	c->line++;
	return true;
}

static enum status
take_names(struct csv *c, struct err *e)
{
	if (c->n_fields > 2 && str_trim(c->fields[c->n_fields - 1]).n == 0) {
		c->tail = true;
		c->n_fields--;
	}
	c->columns = calloc(c->n_fields, sizeof *c->columns);
	if (!c->columns)
		BUG("out of memory");
	for (size_t i = 0; i < c->n_fields; i++) {
		struct str s = str_trim(c->fields[i]);
		if (i == 0 && s.n == 0 && c->n_fields > 1)
			s = STR("row_name");
		TRY(check_name(c, i, s, e));
		c->columns[i] = strndup(s.p, s.n);
		if (!c->columns[i])
			BUG("out of memory");
		c->n_columns = i + 1;
	}
	return OK;
}

static enum status
header(struct csv *c, struct err *e)
{
	while (!c->eof && c->end < 64 << 10)
		TRY(fill(c, e));
	TRY(check_kind(c, e));
	size_t n = c->end;
	c->newline = memchr(c->buf, '\n', n) || !memchr(c->buf, '\r', n) ? '\n' : '\r';
	if (!take_hint(c))
		c->delimiter = sniff(c, true);
	TRY(record(c, e));
	if (c->n_fields == 0)
		return err_set(e, E_INPUT, c->name, "%s is empty: it has no header line.", c->name);
	return take_names(c, e);
}

enum status
csv_open(struct text *text, struct csv **ret, struct err *e)
{
	cleanup_csv struct csv *c = calloc(1, sizeof *c);
	if (!c || !(c->buf = malloc(2 * CHUNK + SLACK)))
		BUG("out of memory");
	c->text = text;
	c->cap = 2 * CHUNK;
	c->line = 1;
	snprintf(c->name, sizeof c->name, "%s", stream_name(text_stream(text)));
	TRY(header(c, e));
	*ret = steal_ptr(&c);
	return OK;
}

enum status
csv_open_fd(int fd, const char *name, struct csv **ret, struct err *e)
{
	cleanup_stream struct stream *stream = NULL;
	cleanup_text struct text *text = NULL;
	struct csv *c = NULL;
	TRY(stream_open(fd, name, &stream, e));
	TRY(text_open(stream, &text, e));
	TRY(csv_open(text, &c, e));
	c->own_stream = steal_ptr(&stream);
	c->own_text = steal_ptr(&text);
	*ret = c;
	return OK;
}

void
csv_close(struct csv *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_columns; i++)
		free(c->columns[i]);
	text_close(c->own_text);
	stream_close(c->own_stream);
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

void
csv_on_bad(struct csv *c, csv_bad_fn fn, void *ctx)
{
	c->on_bad = fn;
	c->on_bad_ctx = ctx;
}

enum status
csv_next(struct csv *c, const struct str **ret_fields, struct err *e)
{
	TRY(record(c, e));
	*ret_fields = c->n_fields ? c->fields : NULL;
	c->rows += c->n_fields > 0;
	return OK;
}

uint64_t
csv_rows(const struct csv *c)
{
	return c->rows;
}

uint64_t
csv_bad(const struct csv *c)
{
	return c->bad;
}
