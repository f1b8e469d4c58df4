/*
 * Small numbers in sentences and printed results: "n = 7", "5 patients", "Df Residuals: 6". Columns
 * of numbers are not looked at here; they become tables.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/proof.h"
#include "curator/airlock/words.h"

enum { WORDS_MAX = 400, WORD_BYTES = 40 };

struct word {
	struct str text;
	unsigned says;
	bool number; /* a whole one from 0 */
	bool ends;   /* punctuation follows that ends a thought */
	int64_t value;
};

static bool
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Words of letters, and numbers; 12.5 and 1e-3 are numbers that are not whole. */
static size_t
split(struct str s, struct word *out)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n && n < WORDS_MAX;) {
		size_t k = 0;
		struct word w = { 0 };
		if (digit(s.p[i])) {
			bool whole = i == 0 || s.p[i - 1] != '.';
			while (i + k < s.n && digit(s.p[i + k]))
				k++;
			bool fraction = i + k + 1 < s.n &&
					(s.p[i + k] == '.' || s.p[i + k] == ',') &&
					digit(s.p[i + k + 1]);
			bool minus = i && s.p[i - 1] == '-' && (i < 2 || !digit(s.p[i - 2]));
			bool part = (i && (letter(s.p[i - 1]) || s.p[i - 1] == '/')) ||
				    (i + k < s.n && (letter(s.p[i + k]) || s.p[i + k] == '%'));
			w.text = (struct str){ s.p + i, k };
			w.number =
				whole && !fraction && !part && !minus && str_int(w.text, &w.value);
			if (fraction)
				for (k++; i + k < s.n && (digit(s.p[i + k]) || s.p[i + k] == '.');
					k++)
					;
		} else if (letter(s.p[i]) || s.p[i] == '#') {
			k = 1;
			while (i + k < s.n && (letter(s.p[i + k]) || digit(s.p[i + k])))
				k++;
			w.text = (struct str){ s.p + i, k };
			w.says = k <= WORD_BYTES ? words_in(w.text) : 0;
		} else {
			i++;
			continue;
		}
		i += k;
		w.ends = i < s.n && strchr(";|", s.p[i]) != NULL;
		out[n++] = w;
	}
	return n;
}

struct said {
	const char *small, *group, *residual, *perhaps;
};

/* Does a count stand within reach: "n = 7", "number of patients: 7", "7 patients"? */
static bool
counted(const struct word *w, size_t n, size_t i)
{
	if (i + 1 < n && (w[i + 1].says & WORD_COUNT) && !w[i].ends &&
		!(w[i + 1].says & WORD_TOTAL) && w[i + 1].text.n > 1)
		return true;
	for (size_t back = 1; back <= 3 && back <= i; back++) {
		const struct word *v = &w[i - back];
		if (v->number || v->ends)
			return false;
		if (v->says & (WORD_CODE | WORD_STATISTIC | WORD_DF))
			return false;
		if (v->says & WORD_COUNT)
			return true;
	}
	return false;
}

static bool
names_freedom(const struct word *w)
{
	return (w->says & WORD_DF) || str_ieq(w->text, STR("freedom")) ||
	       str_ieq(w->text, STR("degrees"));
}

/* "Df Residuals: 6", "on 6 residual degrees of freedom", "3 and 96 DF". */
static bool
freedom_near(const struct word *w, size_t n, size_t i)
{
	for (size_t k = i + 1; k < n && k <= i + 2 && !w[k].number; k++) {
		if (names_freedom(&w[k]))
			return true;
		if (!(w[k].says & WORD_RESIDUAL))
			break;
	}
	for (size_t back = 1; back <= 3 && back <= i && !w[i - back].number; back++)
		if (names_freedom(&w[i - back]))
			return true;
	return false;
}

/* 0: no degrees of freedom; 1: some; 2: residual ones. */
static int
freedom(const struct word *w, size_t n, size_t i)
{
	bool residual = false;
	if (!freedom_near(w, n, i))
		return 0;
	for (size_t k = 0; k < n; k++)
		residual |= (w[k].says & WORD_RESIDUAL) != 0;
	return 1 + residual;
}

/* What stands before a parenthesis; p NULL: there is none at the end. */
static struct str
before_parenthesis(struct str s)
{
	const char *open = s.n && s.p[s.n - 1] == ')' ? memchr(s.p, '(', s.n) : NULL;
	return open ? str_trim((struct str){ s.p, (size_t)(open - s.p) }) : (struct str){ NULL, 0 };
}

/* "count (1)" beside "count (0)", over columns of numbers: the names of two groups. */
static bool
names_group(const struct airlock_file *f, struct str s, int64_t row, int64_t column)
{
	const struct grid *g = f->grids.n && column ? f->grids.at[0] : NULL;
	struct str own = before_parenthesis(s);
	if (!g || g->labelled || g->first != 1 || row != grid_row(g, 0) || !own.n ||
		(size_t)column > g->columns || !g->column[column - 1].numbers)
		return false;
	for (size_t c = 0; c < g->columns; c++)
		if ((int64_t)c + 1 != column && g->column[c].numbers &&
			str_ieq(before_parenthesis(grid_at(g, 0, c)->text), own))
			return true;
	return false;
}

static void
one(struct airlock_file *f, void *ctx, struct str s, int64_t row, int64_t column)
{
	const struct said *say = ctx;
	struct word w[WORDS_MAX];
	/* A number alone is the business of the table that it stands in. */
	if (s.n < 3 || (column && s.n > 4000))
		return;
	/* The path to a value has numbers of its own. */
	if (column == 1 && f->grids.n && f->grids.at[0]->labelled)
		return;
	size_t n = split(s, w);
	bool group = names_group(f, s, row, column);
	/* What we wrote over our own columns names groups that may show. */
	if (group && f->proof && !f->proof->of_file && !f->proof->of_rows)
		return;
	for (size_t i = 0; i < n && n > 1; i++) {
		if (!w[i].number)
			continue;
		if (w[i].value > 0 && w[i].value < f->policy->min_count && counted(w, n, i))
			airlock_tell(f, group ? AIR_REVIEW : AIR_FAIL, row, column,
				group ? say->group : say->small);
		int df = w[i].value < f->policy->min_df ? freedom(w, n, i) : 0;
		if (df)
			airlock_tell(f, df == 2 ? AIR_FAIL : AIR_REVIEW, row, column,
				df == 2 ? say->residual : say->perhaps);
	}
	if (n == WORDS_MAX)
		airlock_tell(f, AIR_REVIEW, row, column,
			"There are too many words here to look for small numbers.");
}

enum status
check_words(struct airlock_file *f, struct err *e)
{
	long long min = f->policy->min_count, df = f->policy->min_df;
	struct said say = {
		airlock_say(f, "A count from 1 to %lld is told in words.", min - 1),
		airlock_say(f,
			"By its place this number from 1 to %lld names a group; see that it does "
			"not count persons.",
			min - 1),
		airlock_say(
			f, "A model with fewer than %lld residual degrees of freedom is told.", df),
		airlock_say(f,
			"Fewer than %lld degrees of freedom: see that they are not a model's "
			"residual "
			"ones.",
			df),
	};
	airlock_each_text(f, one, &say);
	return OK;
}
