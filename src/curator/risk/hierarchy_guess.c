#include "curator/risk/hierarchy.h"

#include <math.h>

enum { MAX_STEPS = HIERARCHY_MAX_LEVELS - 2, CODE_MAX = 16, POSTAL_MAX = 10 };

/* How to generalise one column: the levels between the value itself and *. */
struct guess {
	const char *kind;
	size_t n_steps;
	struct str (*label)(struct arena *, const struct guess *, struct str value, size_t step);
	const char *(*words)(struct arena *, const struct guess *, size_t step);
	size_t keep[MAX_STEPS]; /* codes: how many letters and digits stay */
	double width;           /* numbers: of the first interval */
	bool whole;             /* numbers: no value has a fraction */
	bool time;              /* dates: some value has a time */
};

typedef bool (*like)(struct str);

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Whether s begins with the pattern: 9 is a digit, A a letter, X either, others themselves. */
static bool
begins_as(struct str s, const char *pattern)
{
	for (size_t i = 0; pattern[i]; i++) {
		char p = pattern[i];
		if (i >= s.n)
			return false;
		bool fits = p == '9'   ? digit(s.p[i])
			    : p == 'A' ? letter(s.p[i])
			    : p == 'X' ? digit(s.p[i]) || letter(s.p[i])
				       : s.p[i] == p;
		if (!fits)
			return false;
	}
	return true;
}

static bool
like_number(struct str s)
{
	double v;
	return s.n <= 18 && str_real(s, &v) && fabs(v) < 1e15;
}

static unsigned
two_digits(const char *p)
{
	return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

/* 2021-03-17 or 17.03.2021, also followed by a time. */
static bool
like_date(struct str s)
{
	bool iso = begins_as(s, "9999-99-99");
	if (!iso && !begins_as(s, "99.99.9999"))
		return false;
	unsigned month = two_digits(s.p + (iso ? 5 : 3)), day = two_digits(s.p + (iso ? 8 : 0));
	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	return s.n == 10 || s.p[10] == 'T' || s.p[10] == ' ';
}

static bool
like_atc(struct str s)
{
	return s.n == 7 && begins_as(s, "A99AA99");
}

static bool
like_icd(struct str s)
{
	if (!begins_as(s, "A9X") || s.n > 8)
		return false;
	for (size_t i = 3; i < s.n; i++)
		if (!digit(s.p[i]) && !letter(s.p[i]) && !(s.p[i] == '.' && i == 3 && s.n > 4))
			return false;
	return true;
}

static bool
like_code(struct str s)
{
	bool number = false;
	for (size_t i = 0; i < s.n; i++) {
		number |= digit(s.p[i]);
		if (!digit(s.p[i]) && !letter(s.p[i]) && !strchr(".- /", s.p[i]))
			return false;
	}
	return number && s.n <= CODE_MAX;
}

static bool
like_postal(struct str s)
{
	return like_code(s) && s.n <= POSTAL_MAX;
}

/* Digits only, which a number would not begin with a zero. */
static bool
like_padded(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!digit(s.p[i]))
			return false;
	return s.n >= 4 && s.n <= POSTAL_MAX;
}

/* Whether all values that are not empty look so, and there is one. */
static bool
all_like(const struct dict *values, like fits)
{
	size_t seen = 0;
	for (uint32_t i = 0; i < dict_n(values); i++) {
		struct str s = dict_value(values, i);
		if (s.n > 0 && !fits(s))
			return false;
		seen += s.n > 0;
	}
	return seen > 0;
}

static bool
named_postal(const char *name)
{
	return strcasestr(name, "zip") || strcasestr(name, "post") || strcasestr(name, "plz");
}

/* Equally long digits of which some begin with a zero. */
static bool
padded_digits(const struct dict *values)
{
	size_t length = 0;
	bool zero = false;
	if (!all_like(values, like_padded))
		return false;
	for (uint32_t i = 0; i < dict_n(values); i++) {
		struct str s = dict_value(values, i);
		if (s.n == 0)
			continue;
		if (length && s.n != length)
			return false;
		length = s.n;
		zero |= s.p[0] == '0';
	}
	return zero;
}

static struct str
label_number(struct arena *a, const struct guess *g, struct str s, size_t step)
{
	double v = 0, width = g->width * (double)(1u << step);
	(void)str_real(s, &v);
	double low = floor(v / width) * width;
	double high = g->whole ? low + width - 1 : low + width;
	const char *between = !g->whole ? " to below " : low < 0 ? " to " : "-";
	return str_of(arena_printf(a, "%.0f%s%.0f", low, between, high));
}

static const char *
words_number(struct arena *a, const struct guess *g, size_t step)
{
	return arena_printf(a, "ranges of %.0f", g->width * (double)(1u << step));
}

static struct guess
guess_number(const struct dict *values)
{
	struct guess g = { .kind = "numbers",
		.n_steps = 3,
		.label = label_number,
		.words = words_number,
		.whole = true };
	double low = INFINITY, high = -INFINITY;
	for (uint32_t i = 0; i < dict_n(values); i++) {
		double v;
		struct str s = dict_value(values, i);
		if (s.n == 0 || !str_real(s, &v))
			continue;
		low = fmin(low, v);
		high = fmax(high, v);
		g.whole &= v == floor(v);
	}
	/* At most twenty of the widest intervals. */
	for (g.width = 5; (high - low) / (4 * g.width) > 20;)
		g.width *= 10;
	return g;
}

static struct str
label_date(struct arena *a, const struct guess *g, struct str s, size_t step)
{
	bool iso = begins_as(s, "9999");
	const char *year = iso ? s.p : s.p + 6, *month = iso ? s.p + 5 : s.p + 3;
	const char *day = iso ? s.p + 8 : s.p;
	switch (step + !g->time) {
	case 0:
		return str_of(arena_printf(a, "%.4s-%.2s-%.2s", year, month, day));
	case 1:
		return str_of(arena_printf(a, "%.4s-%.2s", year, month));
	case 2:
		return str_of(arena_printf(a, "%.4s-Q%u", year, (two_digits(month) + 2) / 3));
	default:
		return (struct str){ year, 4 };
	}
}

static const char *
words_date(struct arena *a, const struct guess *g, size_t step)
{
	static const char *const words[] = { "days", "months", "quarters of a year", "years" };
	(void)a;
	return words[step + !g->time];
}

static struct guess
guess_date(const struct dict *values)
{
	struct guess g = { .kind = "dates", .label = label_date, .words = words_date };
	for (uint32_t i = 0; i < dict_n(values); i++)
		g.time |= dict_value(values, i).n > 10;
	g.n_steps = g.time ? 4 : 3;
	return g;
}

/* The first letters and digits, and * for what is cut. */
static struct str
label_code(struct arena *a, const struct guess *g, struct str s, size_t step)
{
	size_t n = 0, at = 0;
	for (; at < s.n; at++) {
		bool counts = digit(s.p[at]) || letter(s.p[at]);
		if (counts && n == g->keep[step])
			break;
		n += counts;
	}
	if (at == s.n)
		return s;
	while (at > 0 && !digit(s.p[at - 1]) && !letter(s.p[at - 1]))
		at--;
	return str_of(arena_printf(a, "%.*s*", (int)at, s.p));
}

static const char *
words_code(struct arena *a, const struct guess *g, size_t step)
{
	return g->keep[step] == 1
		       ? "the first character"
		       : arena_printf(a, "the first %zu letters and digits", g->keep[step]);
}

static size_t
longest(const struct dict *values)
{
	size_t most = 0;
	for (uint32_t i = 0; i < dict_n(values); i++) {
		struct str s = dict_value(values, i);
		size_t n = 0;
		for (size_t k = 0; k < s.n; k++)
			n += digit(s.p[k]) || letter(s.p[k]);
		most = n > most ? n : most;
	}
	return most;
}

/* Codes whose letters and digits stay by the steps, from many to few; those that cut nothing are
 * left out. */
static struct guess
guess_code(const char *kind, const struct dict *values, const size_t *steps, size_t n)
{
	struct guess g = { .kind = kind, .label = label_code, .words = words_code };
	size_t most = longest(values);
	for (size_t i = 0; i < n; i++)
		if (steps[i] < most)
			g.keep[g.n_steps++] = steps[i];
	return g;
}

static struct guess
guess(const char *name, const struct dict *values)
{
	static const size_t atc[] = { 5, 4, 3, 1 }, icd[] = { 4, 3, 2, 1 };
	static const size_t one_by_one[] = { 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 };
	enum { STEPS = sizeof one_by_one / sizeof one_by_one[0] };
	if (all_like(values, like_date))
		return guess_date(values);
	if ((named_postal(name) && all_like(values, like_postal)) || padded_digits(values))
		return guess_code("postal codes", values, one_by_one, STEPS);
	if (all_like(values, like_number))
		return guess_number(values);
	if (all_like(values, like_atc))
		return guess_code("ATC codes", values, atc, 4);
	if (all_like(values, like_icd))
		return guess_code("ICD codes", values, icd, 4);
	if (all_like(values, like_code))
		return guess_code("codes", values, one_by_one, STEPS);
	return (struct guess){ .kind = "other" };
}

static enum status
add_value(struct arena *a, struct hierarchy *h, const struct guess *g, struct str value,
	size_t line, struct err *e)
{
	struct str labels[HIERARCHY_MAX_LEVELS];
	labels[0] = value;
	for (size_t i = 0; i < g->n_steps; i++)
		labels[i + 1] = value.n ? g->label(a, g, value, i) : value;
	labels[g->n_steps + 1] = STR("*");
	return hierarchy_add(h, labels, line, e);
}

enum status
hierarchy_guess(struct arena *a, const char *name, const struct dict *values, struct hierarchy *ret,
	struct err *e)
{
	struct guess g = guess(name, values);
	struct hierarchy h;
	enum status s = OK;
	hierarchy_begin(&h, name, g.n_steps + 2);
	h.kind = g.kind;
	for (size_t i = 0; i < g.n_steps; i++)
		h.into[i + 1] = g.words(a, &g, i);
	h.into[g.n_steps + 1] = "the same for all";
	for (uint32_t i = 0; i < dict_n(values) && s == OK; i++)
		s = add_value(a, &h, &g, dict_value(values, i), i + 1, e);
	if (s == OK)
		s = hierarchy_end(&h, e);
	if (s != OK) {
		hierarchy_free(&h);
		return s;
	}
	*ret = h;
	return OK;
}
