#include "curator/airlock/spelt.h"

#include "curator/airlock/words.h"

/* Longer texts are no spelling of a number; they are looked at for digits alone. */
enum { NUMBERS = 6, LONGEST = 48 };

struct number {
	size_t from, to;
	int64_t value;
	bool whole;
};

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int
digit_of(char c, int base)
{
	int v = digit(c)               ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : base;
	return v < base ? v : -1;
}

/* 0x5, 0b111, 0o7; else 10. */
static int
base_at(struct str s, size_t i)
{
	if (s.n - i < 3 || s.p[i] != '0')
		return 10;
	char mark = (char)(s.p[i + 1] | 0x20);
	int base = mark == 'x' ? 16 : mark == 'b' ? 2 : mark == 'o' ? 8 : 10;
	return base != 10 && digit_of(s.p[i + 2], base) < 0 ? 10 : base;
}

static struct number
number_at(struct str s, size_t i)
{
	struct number x = { .from = i, .whole = i == 0 || s.p[i - 1] != '.' };
	int base = base_at(s, i), v;
	if (base != 10)
		i += 2;
	for (; i < s.n && (v = digit_of(s.p[i], base)) >= 0; i++)
		if (x.value < INT32_MAX)
			x.value = x.value * base + v;
	/* What stands behind a point or a comma makes it another number, unless it is zeros. */
	if (base == 10 && i + 1 < s.n && (s.p[i] == '.' || s.p[i] == ',') && digit(s.p[i + 1])) {
		bool thousands = s.p[i] == ',' && i + 3 < s.n && digit(s.p[i + 2]) &&
				 digit(s.p[i + 3]) && (i + 4 == s.n || !digit(s.p[i + 4]));
		if (thousands)
			x.value = INT32_MAX;
		for (i++; i < s.n && digit(s.p[i]); i++)
			x.whole &= thousands || s.p[i] == '0';
	}
	x.to = i;
	return x;
}

static size_t
numbers(struct str s, struct number out[NUMBERS])
{
	size_t n = 0;
	for (size_t i = 0; i < s.n && n < NUMBERS; i++)
		if (digit(s.p[i])) {
			out[n] = number_at(s, i);
			i = out[n++].to - 1;
		}
	return n;
}

static struct str
slice(struct str s, size_t from, size_t to)
{
	return (struct str){ s.p + from, to - from };
}

static bool
any_letter(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (letter(s.p[i]))
			return true;
	return false;
}

/* How long is the dash that it begins with? 0: none. */
static size_t
dash(struct str s)
{
	return str_starts(s, "\xe2\x80\x93") || str_starts(s, "\xe2\x80\x94") ? 3
	       : str_starts(s, "-") || str_starts(s, "~")                     ? 1
	       : str_starts(s, "to ")                                         ? 2
									      : 0;
}

/* "n = ", "(", "#", "o", "patients: "; but not "stage " nor "> ". */
static bool
leads_to_count(struct str s)
{
	size_t letters = 0;
	for (size_t i = 0; i < s.n; i++) {
		letters += letter(s.p[i]);
		if (s.p[i] == '<' || s.p[i] == '>')
			return false;
	}
	if (s.n >= 3 &&
		(memmem(s.p, s.n, "\xe2\x89\xa4", 3) || memmem(s.p, s.n, "\xe2\x89\xa5", 3)))
		return false;
	return letters <= 1 || (words_in(s) & WORD_COUNT);
}

/* "7 %", "7 days", "7 Mar 2024", "5-fold": it measures or dates, or describes another thing. */
static bool
is_other(struct str after)
{
	static const char *const units[] = { "d", "day", "days", "h", "hour", "hours", "min",
		"minutes", "week", "weeks", "wk", "month", "months", "mo", "y", "yr", "yrs", "year",
		"years", "mg", "kg", "ml", "cm", "mm", "jan", "january", "feb", "february", "mar",
		"march", "apr", "april", "may", "jun", "june", "jul", "july", "aug", "august",
		"sep", "sept", "september", "oct", "october", "nov", "november", "dec",
		"december" };
	after = str_trim(after);
	if (str_starts(after, "%") || (str_starts(after, "-") && after.n > 1 && letter(after.p[1])))
		return true;
	struct str word = { after.p, 0 };
	while (word.n < after.n && letter(after.p[word.n]))
		word.n++;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (str_ieq(word, str_of(units[i])))
			return true;
	return false;
}

/* "10-19", "3 to 5", "3/14/2022", "07:30": numbers that belong together. */
static bool
is_span(struct str s, const struct number *x, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		struct str gap = str_trim(slice(s, x[i].to, x[i + 1].from));
		size_t k = dash(gap);
		bool same = n == 2 && x[0].whole && x[1].whole && x[0].value == x[1].value;
		if (k && gap.n == k && !same)
			return true;
		if (str_is(gap, ":") && x[i + 1].to - x[i + 1].from == 2 && x[i].value < 24 &&
			x[i + 1].value < 60)
			return true;
		if (i + 2 < n && str_is(gap, "/") &&
			str_is(slice(s, x[i + 1].to, x[i + 2].from), "/"))
			return true;
	}
	return false;
}

static enum spelt
in_words(struct str s)
{
	static const char *const words[] = { "one", "two", "three", "four", "five", "six", "seven",
		"eight", "nine" };
	bool strange = false;
	struct str first = { s.p, 0 };
	while (first.n < s.n && letter(s.p[first.n]))
		first.n++;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(first, str_of(words[i])))
			return SPELT_SMALL;
	/* Digits of other scripts, circled and raised ones. */
	for (size_t i = 0; i < s.n; i++)
		strange |= (s.p[i] & 0x80) != 0;
	return strange && !any_letter(s) ? SPELT_DIGITS : SPELT_NOTHING;
}

static bool
small(const struct number *x, int64_t least)
{
	return x->whole && x->value > 0 && x->value < least;
}

enum spelt
spelt_count(struct str s, int64_t least)
{
	struct number x[NUMBERS];
	s = str_trim(s);
	size_t n = numbers(s, x);
	if (n == 0)
		return in_words(s);
	struct str before = slice(s, 0, x[0].from), after = slice(s, x[0].to, s.n);
	if (s.n > LONGEST || !leads_to_count(before) || is_other(after) || is_span(s, x, n))
		return SPELT_DIGITS;
	if (small(&x[0], least))
		return SPELT_SMALL;
	/* "14:2", "120 + 7": without words each is a count; what brackets hold may be a share. */
	if (any_letter(after) || memchr(s.p, '%', s.n) || memchr(after.p, '(', after.n) ||
		memchr(after.p, '[', after.n))
		return SPELT_DIGITS;
	for (size_t i = 1; i < n; i++)
		if (small(&x[i], least))
			return SPELT_SMALL;
	return SPELT_DIGITS;
}
