#include "curator/types.h"

#include <stddef.h>

#define BIT(t) (1u << (t))
enum {
	NUMBERS = BIT(TYPE_INTEGER) | BIT(TYPE_REAL) | BIT(TYPE_COMMA),
	ISO = BIT(TYPE_DATE) | BIT(TYPE_TIME) | BIT(TYPE_ZONED),
	DAY_FIRST = BIT(TYPE_DMY) | BIT(TYPE_DMY2) | BIT(TYPE_DMYT) | BIT(TYPE_DMYT2),
	MONTH_FIRST = BIT(TYPE_MDY) | BIT(TYPE_MDY2) | BIT(TYPE_MDYT) | BIT(TYPE_MDYT2),
	DATES = ISO | DAY_FIRST | MONTH_FIRST | BIT(TYPE_YMD) | BIT(TYPE_MONTH),
	TIMES = BIT(TYPE_TIME) | BIT(TYPE_ZONED) | BIT(TYPE_DMYT) | BIT(TYPE_MDYT) |
		BIT(TYPE_DMYT2) | BIT(TYPE_MDYT2),
	SHORT = BIT(TYPE_DMY2) | BIT(TYPE_MDY2) | BIT(TYPE_DMYT2) | BIT(TYPE_MDYT2),
};

static const struct {
	const char *code, *form;
} types[] = {
	[TYPE_TEXT] = { "text", "" },
	[TYPE_INTEGER] = { "integer", "" },
	[TYPE_REAL] = { "real", "" },
	[TYPE_COMMA] = { "comma", "" },
	[TYPE_DATE] = { "date", "year-month-day" },
	[TYPE_TIME] = { "timestamp", "year-month-day and time" },
	[TYPE_ZONED] = { "zoned", "year-month-day, time and offset" },
	[TYPE_YMD] = { "ymd", "year/month/day" },
	[TYPE_DMY] = { "dmy", "day/month/year" },
	[TYPE_MDY] = { "mdy", "month/day/year" },
	[TYPE_DMY2] = { "dmy2", "day/month/two-digit year" },
	[TYPE_MDY2] = { "mdy2", "month/day/two-digit year" },
	[TYPE_DMYT] = { "dmyt", "day/month/year and time" },
	[TYPE_MDYT] = { "mdyt", "month/day/year and time" },
	[TYPE_DMYT2] = { "dmyt2", "day/month/two-digit year and time" },
	[TYPE_MDYT2] = { "mdyt2", "month/day/two-digit year and time" },
	[TYPE_MONTH] = { "month", "day, name of the month, year" },
};

const char *
type_code(enum col_type t)
{
	return types[t].code;
}

const char *
type_form(enum col_type t)
{
	return types[t].form;
}

const char *
type_name(enum col_type t)
{
	if (t == TYPE_COMMA)
		return "real";
	return type_has_time(t) ? "timestamp" : type_is_date(t) ? "date" : types[t].code;
}

bool
type_of_code(struct str s, enum col_type *ret)
{
	for (size_t i = 0; i < N_TYPES; i++)
		if (str_is(s, types[i].code)) {
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
	return (BIT(t) & DATES) != 0;
}

bool
type_has_time(enum col_type t)
{
	return (BIT(t) & TIMES) != 0;
}

bool
type_has_short_year(enum col_type t)
{
	return (BIT(t) & SHORT) != 0;
}

/* The engine's %y knows one pivot of its own; afterwards only the last two digits count. */
static const char *
short_year_sql(struct arena *a, enum col_type t, int end, const char *parsed)
{
	const char *moved = arena_printf(a,
		"(%s + to_years(CAST(%d - ((%d - year(%s)) %% 100 + 100) %% 100 - year(%s) AS "
		"INTEGER)))",
		parsed, end, end, parsed, parsed);
	return type_has_time(t) ? moved : arena_printf(a, "CAST(%s AS DATE)", moved);
}

const char *
type_sql(struct arena *a, enum col_type t, int century_end, const char *text)
{
	const char *order = BIT(t) & DAY_FIRST ? "%d/%m" : "%m/%d", *y = BIT(t) & SHORT ? "y" : "Y";
	const char *clean = arena_printf(a, "translate(%s, '.-', '//')", text), *parsed;
	switch (t) {
	case TYPE_INTEGER:
		return arena_printf(a, "CAST(%s AS BIGINT)", text);
	case TYPE_REAL:
		return arena_printf(a, "CAST(%s AS DOUBLE)", text);
	case TYPE_COMMA:
		return arena_printf(a, "CAST(replace(%s, ',', '.') AS DOUBLE)", text);
	case TYPE_DATE:
		return arena_printf(a, "CAST(%s AS DATE)", text);
	case TYPE_TIME:
		return arena_printf(a, "CAST(%s AS TIMESTAMP)", text);
	case TYPE_ZONED:
		return arena_printf(a,
			"CAST(regexp_replace(%s, '(Z|[+-][0-9]{2}:?[0-9]{2})$', '') AS TIMESTAMP)",
			text);
	case TYPE_YMD:
		return arena_printf(a, "CAST(strptime(%s, '%%Y/%%m/%%d') AS DATE)", clean);
	case TYPE_MONTH:
		return arena_printf(a,
			"CAST(strptime(translate(%s, '-', ' '), ['%%d %%b %%Y', '%%d %%B %%Y']) AS "
			"DATE)",
			text);
	case TYPE_TEXT:
	case N_TYPES:
		return text;
	default:
		break;
	}
	if (!type_has_time(t))
		parsed = arena_printf(a, "strptime(%s, '%s/%%%s')", clean, order, y);
	else
		parsed = arena_printf(a,
			"strptime(%s, ['%s/%%%s %%I:%%M:%%S %%p', '%s/%%%s %%I:%%M %%p', "
			"'%s/%%%s %%H:%%M:%%S', '%s/%%%s %%H:%%M', '%s/%%%s'])",
			clean, order, y, order, y, order, y, order, y, order, y);
	if (type_has_short_year(t))
		return short_year_sql(a, t, century_end, parsed);
	return type_has_time(t) ? parsed : arena_printf(a, "CAST(%s AS DATE)", parsed);
}

const char type_missing_sql[] =
	"('','NA','N/A','n/a','NaN','nan','NULL','null','\\N','na','None','none')";

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

/* Days since 1970 in the Gregorian calendar, of years from 1 (after Hinnant, "chrono-compatible
 * low-level date algorithms"). Without a sign a division costs less, and there are many dates. */
static int32_t
days_of(int year, int m, int d)
{
	unsigned y = (unsigned)(year - (m <= 2)), month = (unsigned)(m + (m > 2 ? -3 : 9));
	unsigned of_year = (153 * month + 2) / 5 + (unsigned)d - 1;
	return (int32_t)(y * 365 + y / 4 - y / 100 + y / 400 + of_year) - 719468;
}

/* The way back, from the same source. */
static void
civil_of(int64_t days, int *y, int *m, int *d)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int of_era = (int)(days - era * 146097);
	int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * year + year / 4 - year / 100);
	int month = (5 * of_year + 2) / 153;
	*d = of_year - (153 * month + 2) / 5 + 1;
	*m = month < 10 ? month + 3 : month - 9;
	*y = year + (int)era * 400 + (*m <= 2);
}

static bool
calendar(int y, int m, int d, int32_t *ret)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > days[m - 1])
		return false;
	if (d == 29 && m == 2 && !(y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)))
		return false;
	*ret = days_of(y, m, d);
	return true;
}

/*
 * Eight bytes of a form in which 0 is any digit. Each byte of *ret becomes the number of two digits
 * that begins there. room: 7f less what a byte may be above the form's, 9 for a digit; so the sum
 * has its top bit where a byte is of another kind.
 */
static bool
take_pairs(const char *p, const char form[9], uint64_t room, uint64_t *ret)
{
	uint64_t v, f;
	memcpy(&v, p, 8);
	memcpy(&f, form, 8);
	v ^= f;
	*ret = v * 10 + (v >> 8);
	return (((v + room) | v) & 0x8080808080808080u) == 0;
}

/*
 * "2022-03-14 05:54:13", also with a T: most moments are written so, and tables have millions. The
 * rest of this file tells other forms.
 */
static bool
usual_moment(struct str s, int32_t *ret_day, int32_t *ret_second)
{
	static const uint64_t date = 0x7f76767f76767676u, clock = 0x76767f76767f7676u;
	uint64_t of_month, of_day, of_clock;
	if (s.n != 19 || !take_pairs(s.p, "0000-00-", date, &of_month) ||
		!take_pairs(s.p + 8, s.p[10] == 'T' ? "00T00:00" : "00 00:00", clock, &of_day) ||
		!take_pairs(s.p + 11, "00:00:00", clock, &of_clock))
		return false;
	int year = (int)(of_month & 0xff) * 100 + (int)(of_month >> 16 & 0xff);
	int hour = of_clock & 0xff, minute = of_clock >> 24 & 0xff, second = of_clock >> 48 & 0xff;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	*ret_second = (hour * 60 + minute) * 60 + second;
	return calendar(year, of_month >> 40 & 0xff, of_day & 0xff, ret_day);
}

/* "5:54", "05:54:13", "05:54:13.5"; with `spoken` also " AM" and no parts of a second. */
static bool
take_clock(struct str *s, bool spoken)
{
	int hour, minute, second, part;
	size_t n = digits(s, 2, &hour);
	if ((n != 2 && !(spoken && n == 1)) || !take(s, ':') || digits(s, 2, &minute) != 2 ||
		hour > 23 || minute > 59)
		return false;
	if (take(s, ':')) {
		if (digits(s, 2, &second) != 2 || second > 59)
			return false;
		if (!spoken && take(s, '.') && digits(s, 9, &part) == 0)
			return false;
	}
	if (spoken && s->n == 3 && s->p[0] == ' ' && (s->p[1] == 'A' || s->p[1] == 'P') &&
		s->p[2] == 'M' && hour >= 1 && hour <= 12)
		s->n = 0;
	return true;
}

static void
read_number(struct str s, struct type_value *v)
{
	static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18 };
	int64_t value = 0;
	size_t at = s.p[0] == '-', whole = 0, after = 0;
	char mark = 0;
	for (size_t i = at; i < s.n; i++) {
		char c = s.p[i];
		if (digit(c) && whole + after < 18) {
			value = value * 10 + (c - '0');
			mark ? after++ : whole++;
		} else if ((c == '.' || c == ',') && !mark && whole) {
			mark = c;
		} else {
			whole = 0;
			break;
		}
	}
	bool zeros = whole > 1 && s.p[at] == '0';
	if (whole && !zeros && (!mark || after)) {
		v->number = (double)value / tens[after] * (at ? -1 : 1);
		v->possible |= !mark ? NUMBERS : mark == '.' ? BIT(TYPE_REAL) : BIT(TYPE_COMMA);
		return;
	}
	/* More digits, or an exponent: seldom, so it may take longer. */
	size_t n = 0, rest = 0;
	while (at + n < s.n && digit(s.p[at + n]))
		n++;
	zeros = n > 1 && s.p[at] == '0';
	for (size_t i = at + n; i < s.n; i++)
		rest += digit(s.p[i]) || s.p[i] == '.' || s.p[i] == 'e' || s.p[i] == 'E' ||
			((s.p[i] == '-' || s.p[i] == '+') && (s.p[i - 1] | 32) == 'e');
	bool plain = n > 0 && digit(s.p[s.n - 1]) && at + n + rest == s.n;
	bool real = rest > 0; /* else an identifier of many digits */
	if (plain && real && !zeros && n <= 18 && str_real(s, &v->number))
		v->possible |= BIT(TYPE_REAL);
}

static void
read_iso(struct str s, struct type_value *v)
{
	int y, m, d, hours, minutes;
	if (digits(&s, 4, &y) != 4 || !take(&s, '-') || digits(&s, 2, &m) != 2 || !take(&s, '-') ||
		digits(&s, 2, &d) != 2 || !calendar(y, m, d, &v->year_first))
		return;
	if (s.n == 0) {
		v->possible |= ISO;
		return;
	}
	if ((!take(&s, ' ') && !take(&s, 'T')) || !take_clock(&s, false))
		return;
	bool utc = take(&s, 'Z');
	if (s.n == 0) {
		v->possible |= BIT(TYPE_TIME) | BIT(TYPE_ZONED);
		return;
	}
	if (utc || (!take(&s, '+') && !take(&s, '-')) || digits(&s, 2, &hours) != 2)
		return;
	take(&s, ':');
	if (digits(&s, 2, &minutes) == 2 && s.n == 0 && hours <= 14 && minutes < 60)
		v->possible |= BIT(TYPE_ZONED);
}

/* Numbers in another order than ISO's. Dots are written day first wherever they are written. */
static void
read_spoken(struct str s, struct type_value *v)
{
	int first, second, y;
	size_t n = digits(&s, 4, &first);
	char mark = s.n ? s.p[0] : 0;
	if ((mark != '/' && mark != '.' && mark != '-') || n == 0 || n == 3)
		return;
	take(&s, mark);
	if (digits(&s, 2, &second) == 0 || !take(&s, mark))
		return;
	size_t n_last = digits(&s, 4, &y);
	if (n == 4) {
		if (n_last > 0 && n_last <= 2 && s.n == 0 && mark != '-' &&
			calendar(first, second, y, &v->year_first))
			v->possible |= BIT(TYPE_YMD);
		return;
	}
	bool clock = s.n > 0;
	if ((n_last != 2 && n_last != 4) || (clock && (!take(&s, ' ') || !take_clock(&s, true))) ||
		s.n > 0)
		return;
	if (n_last == 2)
		y += y < 70 ? 2000 : 1900;
	unsigned all = n_last == 2 ? SHORT : (DAY_FIRST | MONTH_FIRST) & ~(unsigned)SHORT;
	if (clock)
		all &= TIMES;
	if (calendar(y, second, first, &v->day_first))
		v->possible |= all & DAY_FIRST;
	if (mark != '.' && calendar(y, first, second, &v->month_first))
		v->possible |= all & MONTH_FIRST;
}

/* English names, as registries and databases write them. */
static void
read_month(struct str s, struct type_value *v)
{
	static const char *const names[] = { "january", "february", "march", "april", "may", "june",
		"july", "august", "september", "october", "november", "december" };
	int d, y;
	if (digits(&s, 2, &d) == 0 || s.n < 4 || (s.p[0] != '-' && s.p[0] != ' '))
		return;
	char mark = s.p[0];
	take(&s, mark);
	struct str word = str_cut(&s, mark);
	if (word.n < 3 || digits(&s, 4, &y) != 4 || s.n > 0)
		return;
	for (int m = 0; m < 12; m++) {
		struct str name = str_of(names[m]), three = { names[m], 3 };
		if ((str_ieq(word, name) || str_ieq(word, three)) &&
			calendar(y, m + 1, d, &v->year_first))
			v->possible |= BIT(TYPE_MONTH);
	}
}

void
type_read(struct str s, struct type_value *ret)
{
	struct type_value v = { 0 };
	int32_t second;
	if (usual_moment(s, &v.year_first, &second)) {
		v.possible = BIT(TYPE_TIME) | BIT(TYPE_ZONED);
	} else if (s.n > 0 && s.n <= 40 && (digit(s.p[0]) || (s.n > 1 && s.p[0] == '-'))) {
		read_number(s, &v);
		if (!v.possible && s.n >= 6 && digit(s.p[0])) {
			read_iso(s, &v);
			if (!v.possible)
				read_spoken(s, &v);
			if (!v.possible)
				read_month(s, &v);
		}
	}
	*ret = v;
}

/* ":SS[.fffffffff]" or nothing, as microseconds. */
static bool
take_second(struct str *s, int64_t *ret)
{
	int second, part = 0;
	*ret = 0;
	if (!take(s, ':'))
		return true;
	if (digits(s, 2, &second) != 2 || second > 59)
		return false;
	*ret = second * 1000000;
	if (!take(s, '.'))
		return true;
	size_t n = digits(s, 9, &part);
	int64_t micros = part;
	for (size_t i = n; i < 6; i++)
		micros *= 10;
	for (size_t i = 6; i < n; i++)
		micros /= 10;
	*ret += micros;
	return n > 0;
}

bool
type_micros(struct str s, int64_t *ret)
{
	int y, m, d, hour = 0, minute = 0;
	int32_t day, of_day;
	int64_t second = 0;
	if (usual_moment(s, &day, &of_day)) {
		*ret = ((int64_t)day * 86400 + of_day) * 1000000;
		return true;
	}
	if (digits(&s, 4, &y) != 4 || !take(&s, '-') || digits(&s, 2, &m) != 2 || !take(&s, '-') ||
		digits(&s, 2, &d) != 2 || !calendar(y, m, d, &day))
		return false;
	if (s.n > 0 && ((!take(&s, ' ') && !take(&s, 'T')) || digits(&s, 2, &hour) != 2 ||
			       hour > 23 || !take(&s, ':') || digits(&s, 2, &minute) != 2 ||
			       minute > 59 || !take_second(&s, &second)))
		return false;
	take(&s, 'Z');
	*ret = ((int64_t)day * 86400 + hour * 3600 + minute * 60) * 1000000 + second;
	return s.n == 0;
}

bool
type_days(const struct type_value *v, enum col_type t, int century_end, int64_t *ret)
{
	if (!(v->possible & BIT(t)) || !type_is_date(t))
		return false;
	int64_t days = BIT(t) & DAY_FIRST     ? v->day_first
		       : BIT(t) & MONTH_FIRST ? v->month_first
					      : v->year_first;
	if (type_has_short_year(t)) {
		int y, m, d;
		civil_of(days, &y, &m, &d);
		y = century_end - (((century_end - y) % 100) + 100) % 100;
		days = days_of(y, m, d);
	}
	*ret = days;
	return true;
}

struct type_guess
type_guess_new(void)
{
	return (struct type_guess){ .possible = NUMBERS | DATES, .shortest = UINT32_MAX };
}

/* What the form of one value says of the whole column. */
static void
weigh(struct type_guess *g, struct str s, const struct type_value *v)
{
	if (v->possible & BIT(TYPE_COMMA) && !(v->possible & BIT(TYPE_REAL))) {
		size_t n = 0;
		while (s.p[n] != ',')
			n++;
		size_t whole = n - (s.p[0] == '-');
		bool zero = s.p[n - 1] == '0' && whole == 1;
		g->comma_is_decimal |= s.n - n - 1 != 3 || whole > 3 || zero;
	}
	bool day = v->possible & DAY_FIRST, month = v->possible & MONTH_FIRST;
	g->day_first |= day && !month;
	g->month_first |= month && !day;
}

void
type_guess_add(struct type_guess *g, struct str s, uint64_t n, struct type_value *ret)
{
	struct type_value v = { 0 };
	if (!s.p)
		g->missing += n;
	else if (s.n == 0)
		g->empty += n;
	else if (type_is_missing_word(s))
		g->words += n;
	if (s.n > 0 && !type_is_missing_word(s)) {
		g->values += n;
		uint32_t size = s.n > UINT32_MAX ? UINT32_MAX : (uint32_t)s.n;
		g->shortest = size < g->shortest ? size : g->shortest;
		g->longest = size > g->longest ? size : g->longest;
		/* A blank of another script is none of these: then the engine looks. */
		unsigned char first = (unsigned char)s.p[0], last = (unsigned char)s.p[s.n - 1];
		g->padded |= first == ' ' || first > 0x7f || last == ' ' || last > 0x7f;
		if (g->possible) {
			type_read(s, &v);
			weigh(g, s, &v);
			g->possible &= v.possible;
		}
	}
	*ret = v;
}

enum col_type
type_guess_end(const struct type_guess *g)
{
	/* The narrower first; what is left may be read in one way only. */
	static const enum col_type order[] = { TYPE_INTEGER, TYPE_REAL, TYPE_DATE, TYPE_TIME,
		TYPE_ZONED, TYPE_YMD, TYPE_MONTH };
	static const enum col_type day[] = { TYPE_DMY, TYPE_DMY2, TYPE_DMYT, TYPE_DMYT2 };
	static const enum col_type month[] = { TYPE_MDY, TYPE_MDY2, TYPE_MDYT, TYPE_MDYT2 };
	if (g->values == 0)
		return TYPE_TEXT;
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if (g->possible & BIT(order[i]))
			return order[i];
	if ((g->possible & BIT(TYPE_COMMA)) && g->comma_is_decimal)
		return TYPE_COMMA;
	for (size_t i = 0; i < 4; i++) {
		if ((g->possible & BIT(day[i])) && g->day_first && !g->month_first)
			return day[i];
		if ((g->possible & BIT(month[i])) && g->month_first && !g->day_first)
			return month[i];
	}
	return TYPE_TEXT;
}
