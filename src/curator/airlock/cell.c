/*
 * What stands in a cell, however people write numbers: 1234, 1,234, 12.5 %, 7 (3.1 %), 7/120, <10.
 */
#include <math.h>

#include "curator/airlock/grid.h"

/* What a suppressed cell may hold at most when nothing is said. */
#define UNKNOWN INFINITY

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_suppressed(struct str s, double *ret_most)
{
	static const char *const words[] = { "*", "**", "***", "-", "--", "---", ".", "..", "...",
		"na", "n/a", "nan", "null", "none", "x", "c", "s", "#", "?", "suppressed",
		"redacted", "[redacted]", "[suppressed]", "(suppressed)", "masked", "hidden",
		"\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\xa6" };
	*ret_most = UNKNOWN;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(s, str_of(words[i])))
			return true;
	bool equal = str_starts(s, "\xe2\x89\xa4") || str_starts(s, "<=");
	struct str rest = s;
	size_t skip = str_starts(s, "\xe2\x89\xa4") ? 3 : str_starts(s, "<=") ? 2 : 1;
	if (!equal && !str_starts(s, "<"))
		return false;
	rest.p += skip, rest.n -= skip;
	int64_t v;
	if (!str_int(str_trim(rest), &v) || v < 1 || v > 1000)
		return false;
	*ret_most = (double)(equal ? v : v - 1);
	return true;
}

/* 1,234 and 1 234 and 1'234,567: groups of three. Writes the digits alone. */
static bool
grouped(struct str s, char *out, size_t size)
{
	size_t n = 0, run = 0, groups = 0;
	char mark = '\0';
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (n + 1 >= size)
			return false;
		if (digit(c) || (c == '-' && i == 0)) {
			out[n++] = c;
			run += digit(c);
			continue;
		}
		bool first = mark == '\0';
		if ((c != ',' && c != ' ' && c != '\'') || (!first && c != mark))
			return false;
		if (first ? run < 1 || run > 3 : run != 3)
			return false;
		mark = c;
		run = 0;
		groups++;
	}
	out[n] = '\0';
	return groups > 0 && run == 3;
}

/* 12,5 */
static bool
comma(struct str s, char *out, size_t size)
{
	if (s.n == 0 || s.n >= size)
		return false;
	size_t commas = 0;
	for (size_t i = 0; i < s.n; i++) {
		commas += s.p[i] == ',';
		if (s.p[i] == '.')
			return false;
		out[i] = s.p[i];
		if (s.p[i] == ',')
			out[i] = '.';
	}
	out[s.n] = '\0';
	return commas == 1;
}

static bool
number(struct str s, double *ret)
{
	char tmp[64];
	if (s.n == 0 || s.n >= sizeof tmp)
		return false;
	if (str_real(s, ret))
		return true;
	if (!digit(s.p[0]) && !(s.n > 1 && s.p[0] == '-' && digit(s.p[1])))
		return false;
	return (grouped(s, tmp, sizeof tmp) || comma(s, tmp, sizeof tmp)) &&
	       str_real(str_of(tmp), ret);
}

/* "7 (3.1 %)" and "7/120": the count is what stands first. */
static bool
composite(struct str s, double *ret)
{
	struct str rest = s;
	size_t n = 0;
	while (n < s.n && (digit(s.p[n]) || s.p[n] == ','))
		n++;
	rest.p += n, rest.n -= n;
	rest = str_trim(rest);
	struct str head = { s.p, n };
	if (n == 0 || rest.n < 2 || !number(head, ret))
		return false;
	double v;
	if (rest.p[0] == '/') {
		rest.p++, rest.n--;
		return number(str_trim(rest), &v);
	}
	if ((rest.p[0] != '(' || rest.p[rest.n - 1] != ')') &&
		(rest.p[0] != '[' || rest.p[rest.n - 1] != ']'))
		return false;
	rest = str_trim((struct str){ rest.p + 1, rest.n - 2 });
	if (rest.n < 2 || rest.p[rest.n - 1] != '%')
		return false;
	return number(str_trim((struct str){ rest.p, rest.n - 1 }), &v);
}

/* "~7", "7*", "'7", "n = 7": marks around a number that do not make it another number. */
static struct str
unmark(struct str s)
{
	while (s.n && strchr("~'\"`", s.p[0]))
		s.p++, s.n--;
	while (s.n > 1 && strchr("*+'\"`", s.p[s.n - 1]))
		s.n--;
	return str_trim(s);
}

/* 7 and 7.0 are whole; 1.000 is a number that was rounded to three places. */
static bool
whole(struct str s, double v)
{
	const char *dot = memchr(s.p, '.', s.n);
	size_t behind = 0;
	while (dot && dot + 1 + behind < s.p + s.n && digit(dot[1 + behind]))
		behind++;
	return v == floor(v) && behind <= 1;
}

struct cell
cell_read(struct str text)
{
	text = str_trim(text);
	struct cell c = { .text = text, .kind = CELL_TEXT };
	if (text.n == 0) {
		c.kind = CELL_EMPTY;
		return c;
	}
	if (text.n > 48)
		return c;
	c.plain = number(text, &c.value);
	if (!c.plain && is_suppressed(text, &c.value)) {
		c.kind = CELL_SUPPRESSED;
		return c;
	}
	struct str s = c.plain ? text : unmark(text);
	bool is = c.plain;
	if (!is && s.n > 1 && s.p[s.n - 1] == '%') {
		is = c.percent = number(str_trim((struct str){ s.p, s.n - 1 }), &c.value);
		c.plain = is && s.p == text.p;
	}
	if (!is)
		is = number(s, &c.value) || composite(s, &c.value);
	if (is) {
		c.kind = CELL_NUMBER;
		c.whole = !c.percent && whole(s, c.value);
	}
	return c;
}
