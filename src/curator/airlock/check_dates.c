/*
 * Dates to the day: a day in hospital is as good as a name for whoever knows of it.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"

static size_t
digits(struct str s, size_t at, size_t most)
{
	size_t n = 0;
	while (n < most && at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
		n++;
	return n;
}

static int
value(struct str s, size_t at, size_t n)
{
	int v = 0;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (s.p[at + i] - '0');
	return v;
}

/* 2022-03-14, 14.03.2022, 3/14/22: length of the date at `at`, or 0. */
static size_t
numbers_at(struct str s, size_t at)
{
	size_t a = digits(s, at, 4);
	if ((a != 1 && a != 2 && a != 4) || at + a >= s.n)
		return 0;
	char mark = s.p[at + a];
	if (mark != '-' && mark != '/' && mark != '.')
		return 0;
	size_t second = at + a + 1, b = digits(s, second, 2);
	if (b == 0 || second + b >= s.n || s.p[second + b] != mark)
		return 0;
	size_t third = second + b + 1, c = digits(s, third, 4);
	int x = value(s, at, a), y = value(s, second, b), z = value(s, third, c);
	bool day = x >= 1 && x <= 31 && y >= 1 && y <= 31 && (x <= 12 || y <= 12);
	if (a == 4 && (c == 1 || c == 2) && x >= 1800 && x <= 2300 && y >= 1 && y <= 12 && z >= 1 &&
		z <= 31)
		return third + c - at;
	/* Three short numbers with dots are a version or a section, so their year has four digits.
	 */
	if (a <= 2 && day && (c == 4 || (c == 2 && mark != '.')))
		return third + c - at;
	return 0;
}

static bool
month_at(struct str s, size_t at)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (size_t m = 0; at + 3 <= s.n && m < 12; m++)
		if (str_ieq((struct str){ s.p + at, 3 }, (struct str){ names + 3 * m, 3 }))
			return true;
	return false;
}

/* 14 Mar 2022, 14-MAR-22, March 14, 2022 */
static bool
words_at(struct str s, size_t at)
{
	size_t n = digits(s, at, 2), i = at + n;
	if (n && i < s.n && (s.p[i] == ' ' || s.p[i] == '-' || s.p[i] == '.') &&
		month_at(s, i + 1)) {
		for (i += 4; i < s.n && (s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z'; i++)
			;
		return i + 2 < s.n && digits(s, i + 1, 4) >= 2;
	}
	if (!month_at(s, at))
		return false;
	for (i = at + 3; i < s.n && (s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z'; i++)
		;
	n = i < s.n && s.p[i] == ' ' ? digits(s, i + 1, 2) : 0;
	i += n + 1;
	while (n && i < s.n && (s.p[i] == ',' || s.p[i] == ' '))
		i++;
	return n && digits(s, i, 4) == 4;
}

static bool
wordy(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool
holds_date(struct str s)
{
	for (size_t i = 0; i + 6 <= s.n; i++) {
		if (i && (wordy(s.p[i - 1]) || s.p[i - 1] == '.'))
			continue;
		size_t n = numbers_at(s, i);
		/* 2022-03-14T05:54 is a date too. */
		if (n && (i + n == s.n || !wordy(s.p[i + n]) || s.p[i + n] == 'T'))
			return true;
		if (words_at(s, i))
			return true;
	}
	return false;
}

static void
in_text(struct airlock_file *f, void *ctx, struct str s, int64_t row, int64_t column)
{
	if (holds_date(s))
		airlock_tell(f, AIR_REVIEW, row, column,
			"A date to the day stands here: see that it is no patient's.");
}

/* A table over time counts persons by day; any other column of days is of persons. */
static void
in_column(struct airlock_file *f, const struct grid *g, size_t c, bool counts)
{
	bool front = true;
	for (size_t k = 0; k < c; k++)
		front &= g->column[k].role == COLUMN_LABEL || g->column[k].role == COLUMN_EMPTY;
	for (size_t r = 0; r < g->rows; r++)
		if (holds_date(grid_at(g, r, c)->text))
			airlock_tell(f, front && counts ? AIR_REVIEW : AIR_FAIL, grid_row(g, r),
				(int64_t)c + 1,
				front && counts
					? "Rows are named by dates to the day: weeks or months "
					  "tell "
					  "less about persons."
					: "A date to the day stands here. Give the year or a "
					  "span instead.");
}

enum status
check_dates(struct airlock_file *f, struct err *e)
{
	if (f->type == AIR_TXT) {
		airlock_each_text(f, in_text, NULL);
		return OK;
	}
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		bool counts = false;
		for (size_t c = 0; c < g->columns; c++)
			counts |= g->column[c].role == COLUMN_COUNT;
		for (size_t c = 0; c < g->columns; c++)
			in_column(f, g, c, counts);
	}
	return OK;
}
