#include "curator/types.h"

#include <stddef.h>

static const char *const codes[] = {
	[TYPE_TEXT] = "text",
	[TYPE_INTEGER] = "integer",
	[TYPE_REAL] = "real",
	[TYPE_COMMA] = "comma",
	[TYPE_DATE] = "date",
	[TYPE_TIME] = "timestamp",
	[TYPE_DMY] = "dmy",
	[TYPE_MDY] = "mdy",
};
enum { N_TYPES = sizeof codes / sizeof codes[0] };

#define BIT(t) (1u << (t))
enum {
	NUMBERS = BIT(TYPE_INTEGER) | BIT(TYPE_REAL) | BIT(TYPE_COMMA),
	ISO = BIT(TYPE_DATE) | BIT(TYPE_TIME),
	SPOKEN = BIT(TYPE_DMY) | BIT(TYPE_MDY),
};

const char *
type_code(enum col_type t)
{
	return codes[t];
}

const char *
type_name(enum col_type t)
{
	if (t == TYPE_COMMA)
		return "real";
	return t == TYPE_DMY || t == TYPE_MDY ? "date" : codes[t];
}

bool
type_of_code(struct str s, enum col_type *ret)
{
	for (size_t i = 0; i < N_TYPES; i++)
		if (str_is(s, codes[i])) {
			*ret = (enum col_type)i;
			return true;
		}
	return false;
}

bool
type_is_number(enum col_type t)
{
	return (BIT(t) & NUMBERS) != 0;
}

bool
type_is_date(enum col_type t)
{
	return (BIT(t) & (ISO | SPOKEN)) != 0;
}

const char type_missing_sql[] =
	"('NA','N/A','n/a','NaN','nan','NULL','null','\\N','na','None','none')";

bool
type_is_missing_word(struct str s)
{
	static const char *const words[] = { "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null",
		"\\N", "na", "None", "none" };
	if (s.n < 2 || s.n > 4)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_is(s, words[i]))
			return true;
	return false;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads from 1 to max digits; returns how many, 0 when there is none or one too many. */
static size_t
digits(struct str *s, size_t max, int *ret)
{
	size_t n = 0;
	int v = 0;
	while (n < s->n && digit(s->p[n]) && n <= max) {
		if (n < 9)
			v = v * 10 + (s->p[n] - '0');
		n++;
	}
	if (n > max)
		return 0;
	*ret = v;
	s->p += n;
	s->n -= n;
	return n;
}

static bool
take(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

static bool
calendar(int y, int m, int d)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
	return y >= 1 && m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] + (leap && m == 2);
}

static unsigned
as_number(struct type_guess *g, struct str s)
{
	int whole = 0, part = 0;
	take(&s, '-');
	bool zero = s.n > 0 && s.p[0] == '0';
	size_t n = digits(&s, 18, &whole);
	if (n == 0 || (zero && n > 1))
		return 0;
	if (s.n == 0)
		return NUMBERS;
	char mark = s.p[0];
	if (mark == '.' || mark == ',') {
		s.p++, s.n--;
		size_t after = digits(&s, 18, &part);
		if (after == 0)
			return 0;
		if (mark == ',') {
			if (after != 3 || n > 3 || zero)
				g->comma_is_decimal = true;
			return s.n == 0 ? BIT(TYPE_COMMA) : 0;
		}
	}
	if (s.n > 0 && (take(&s, 'e') || take(&s, 'E'))) {
		if (!take(&s, '-'))
			take(&s, '+');
		if (digits(&s, 2, &part) == 0)
			return 0;
	}
	return s.n == 0 ? BIT(TYPE_REAL) : 0;
}

static unsigned
as_iso(struct str s)
{
	int y, m, d, hour, minute, second, part;
	if (digits(&s, 4, &y) != 4 || !take(&s, '-') || digits(&s, 2, &m) != 2 || !take(&s, '-') ||
		digits(&s, 2, &d) != 2 || !calendar(y, m, d))
		return 0;
	if (s.n == 0)
		return ISO;
	if (!take(&s, ' ') && !take(&s, 'T'))
		return 0;
	if (digits(&s, 2, &hour) != 2 || !take(&s, ':') || digits(&s, 2, &minute) != 2 ||
		hour > 23 || minute > 59)
		return 0;
	if (take(&s, ':')) {
		if (digits(&s, 2, &second) != 2 || second > 59)
			return 0;
		if (take(&s, '.') && digits(&s, 9, &part) == 0)
			return 0;
	}
	take(&s, 'Z');
	return s.n == 0 ? BIT(TYPE_TIME) : 0;
}

static unsigned
as_spoken(struct type_guess *g, struct str s)
{
	int first, second, y;
	if (digits(&s, 2, &first) == 0 || s.n == 0)
		return 0;
	char mark = s.p[0];
	if (mark != '/' && mark != '.' && mark != '-')
		return 0;
	take(&s, mark);
	if (digits(&s, 2, &second) == 0 || !take(&s, mark) || digits(&s, 4, &y) != 4 || s.n > 0)
		return 0;
	unsigned bits = 0;
	if (calendar(y, second, first))
		bits |= BIT(TYPE_DMY);
	/* Dots are written day first wherever they are written. */
	if (mark != '.' && calendar(y, first, second))
		bits |= BIT(TYPE_MDY);
	g->day_first |= first > 12 || mark == '.';
	g->month_first |= second > 12;
	return bits;
}

struct type_guess
type_guess_new(void)
{
	return (struct type_guess){ .possible = NUMBERS | ISO | SPOKEN, .shortest = UINT32_MAX };
}

void
type_guess_add(struct type_guess *g, struct str s)
{
	if (s.n == 0) {
		g->missing++;
		return;
	}
	if (type_is_missing_word(s)) {
		g->words++;
		return;
	}
	g->values++;
	uint32_t n = s.n > UINT32_MAX ? UINT32_MAX : (uint32_t)s.n;
	if (n < g->shortest)
		g->shortest = n;
	if (n > g->longest)
		g->longest = n;
	if (g->possible == 0)
		return;
	unsigned fits = 0;
	if (s.n <= 40 && (digit(s.p[0]) || s.p[0] == '-')) {
		if (g->possible & NUMBERS)
			fits |= as_number(g, s);
		if (g->possible & ISO)
			fits |= as_iso(s);
		if (g->possible & SPOKEN)
			fits |= as_spoken(g, s);
	}
	g->possible &= fits;
}

enum col_type
type_guess_end(const struct type_guess *g)
{
	static const enum col_type order[] = { TYPE_INTEGER, TYPE_REAL, TYPE_DATE, TYPE_TIME };
	if (g->values == 0)
		return TYPE_TEXT;
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if (g->possible & BIT(order[i]))
			return order[i];
	if ((g->possible & BIT(TYPE_COMMA)) && g->comma_is_decimal)
		return TYPE_COMMA;
	if ((g->possible & SPOKEN) == BIT(TYPE_DMY) && g->day_first)
		return TYPE_DMY;
	if ((g->possible & SPOKEN) == BIT(TYPE_MDY) && g->month_first)
		return TYPE_MDY;
	return TYPE_TEXT;
}
