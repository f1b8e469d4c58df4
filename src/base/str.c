#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_is(struct str a, const char *b)
{
	return str_eq(a, str_of(b));
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool
str_ieq(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool
str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

static bool
space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
str_trim(struct str s)
{
	while (s.n && space(s.p[0]))
		s.p++, s.n--;
	while (s.n && space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str
str_cut(struct str *s, char sep)
{
	const char *at = s->n ? memchr(s->p, sep, s->n) : NULL;
	struct str head = *s;
	if (!at) {
		*s = (struct str){ s->p + s->n, 0 };
		return head;
	}
	head.n = (size_t)(at - s->p);
	*s = (struct str){ at + 1, s->n - head.n - 1 };
	return head;
}

bool
str_int(struct str s, int64_t *ret)
{
	bool minus = s.n && s.p[0] == '-';
	if (minus)
		s.p++, s.n--;
	if (s.n == 0 || s.n > 19)
		return false;
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (v > (uint64_t)INT64_MAX + (minus ? 1u : 0u))
		return false;
	*ret = minus ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

bool
str_real(struct str s, double *ret)
{
	static locale_t c_locale;
	if (!c_locale)
		c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	char tmp[64];
	if (s.n == 0 || s.n >= sizeof tmp || space(s.p[0]))
		return false;
	/* strtod also reads hex floats and words; a data file means neither. */
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789+-.eE", s.p[i]) || s.p[i] == '\0')
			return false;
	memcpy(tmp, s.p, s.n);
	tmp[s.n] = '\0';
	char *end;
	double v = strtod_l(tmp, &end, c_locale);
	if (end != tmp + s.n || !isfinite(v))
		return false;
	*ret = v;
	return true;
}

/* Past the bytes 1 to 127, eight at a time, because nearly every text is made of them. */
static const unsigned char *
skip_ascii(const unsigned char *p, const unsigned char *end)
{
	for (uint64_t w; end - p >= 8; p += 8) {
		memcpy(&w, p, 8);
		/* Where a byte is NUL, the subtraction borrows into its high bit. */
		if ((w | ((w - 0x0101010101010101u) & ~w)) & 0x8080808080808080u)
			break;
	}
	return p;
}

/* Length of the code point at p, 0 when there is none that is valid. */
static size_t
utf8_length(const unsigned char *p, const unsigned char *end)
{
	unsigned c = *p;
	if (c < 0x80)
		return c != 0;
	size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	uint32_t v = c & (0xffu >> (len + 1));
	if (c < 0xc2 || c > 0xf4 || (size_t)(end - p) < len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3fu);
	}
	uint32_t least = len == 2 ? 0x80u : len == 3 ? 0x800u : 0x10000u;
	return v < least || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff) ? 0 : len;
}

size_t
str_utf8_prefix(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p, *end = p + s.n;
	while ((p = skip_ascii(p, end)) < end) {
		size_t len = utf8_length(p, end);
		if (len == 0)
			break;
		p += len;
	}
	return (size_t)(p - (const unsigned char *)s.p);
}

bool
str_utf8(struct str s)
{
	return str_utf8_prefix(s) == s.n;
}

void
str_mend(char *s)
{
	char *to = s;
	while (*s) {
		size_t left = strnlen(s, 4), n = 1;
		while (n <= left && !str_utf8((struct str){ s, n }))
			n++;
		if (n > left) {
			s++;
			continue;
		}
		memmove(to, s, n);
		to += n;
		s += n;
	}
	*to = '\0';
}

bool
str_slug(struct str s)
{
	if (s.n == 0 || s.n > 40 || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

char *
str_dup(struct arena *a, struct str s)
{
	return arena_strndup(a, s.p, s.n);
}

text_list
str_lines(struct arena *a, const char *text)
{
	text_list l = { ARENA_ARRAY(a, strlen(text) / 2 + 1, const char *), 0 };
	struct str rest = str_of(text);
	while (rest.n) {
		struct str s = str_cut(&rest, '\n');
		if (s.n)
			l.at[l.n++] = str_dup(a, s);
	}
	return l;
}

struct buf
buf_new(struct arena *a)
{
	struct buf b = { .arena = a, .p = arena_bytes(a, 256), .cap = 256 };
	b.p[0] = '\0';
	return b;
}

void
buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->n > n)
		return;
	size_t cap = b->cap;
	while (cap - b->n <= n) {
		if (cap > SIZE_MAX / 2)
			BUG("buffer too large");
		cap *= 2;
	}
	char *p = arena_bytes(b->arena, cap);
	memcpy(p, b->p, b->n + 1);
	b->p = p;
	b->cap = cap;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	/* Mostly there is room enough, and once will do. */
	int n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
	va_end(ap);
	if (n < 0)
		BUG("bad format");
	if ((size_t)n >= b->cap - b->n) {
		b->p[b->n] = '\0';
		buf_room(b, (size_t)n);
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	b->n += (size_t)n;
}

void
hex_encode(char *out, const void *p, size_t n)
{
	const unsigned char *b = p;
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = "0123456789abcdef"[b[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[b[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
hex_decode(struct str s, void *out, size_t n)
{
	unsigned char *b = out;
	if (s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = nibble(s.p[2 * i]), lo = nibble(s.p[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		b[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
}

bool
str_unseen(struct str s)
{
	unsigned char a = (unsigned char)s.p[0], b = s.n > 1 ? (unsigned char)s.p[1] : 0,
		      c = s.n > 2 ? (unsigned char)s.p[2] : 0;
	if (a < 0x20 || a == 0x7f || (a == 0xc2 && b < 0xa0))
		return true;
	if (a == 0xe2 && b == 0x80) /* U+200B to U+200F, U+2028 to U+202E */
		return (c >= 0x8b && c <= 0x8f) || (c >= 0xa8 && c <= 0xae);
	if (a == 0xe2 && b == 0x81) /* U+2060 to U+206F */
		return c >= 0xa0 && c <= 0xaf;
	if ((a == 0xc2 && b == 0xad) || (a == 0xd8 && b == 0x9c)) /* U+00AD, U+061C */
		return true;
	if (a == 0xf3 && b == 0xa0) /* U+E0000 to U+E007F, which repeat ASCII */
		return c == 0x80 || c == 0x81;
	return a == 0xef && b == 0xbb && c == 0xbf; /* U+FEFF */
}
