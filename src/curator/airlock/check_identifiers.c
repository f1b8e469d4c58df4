/*
 * Identifiers by their look: columns that name persons, pseudonyms of a release, e-mail addresses.
 * Whether a value really is somebody's is for match.h, which has the data.
 */
#include <math.h>
#include <sodium.h>
#include <stdlib.h>

#include "curator/airlock/check.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/words.h"

enum { FEW = 3, SOME = 20, LONG_NUMBER = 10000, CODE = 6 };

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static uint64_t
hash_of(struct str s)
{
	static const uint8_t key[crypto_shorthash_KEYBYTES];
	uint64_t h = 0;
	crypto_shorthash((uint8_t *)&h, (const uint8_t *)s.p, s.n, key);
	return h;
}

struct look {
	size_t values; /* not empty */
	size_t distinct;
	size_t codes; /* letters with digits, of one length */
	bool one_length;
};

static bool
code_like(struct str s)
{
	bool letter = false, number = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool d = c >= '0' && c <= '9';
		bool l = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!d && !l && c != '-' && c != '_')
			return false;
		number |= d;
		letter |= l;
	}
	return s.n >= CODE && s.n <= 40 && letter && number;
}

static struct look
look_at(struct arena *a, const struct grid *g, size_t c)
{
	struct look l = { .one_length = true };
	uint64_t *hash = ARENA_ARRAY(a, g->rows, uint64_t);
	size_t length = 0;
	for (size_t r = g->first; r < g->rows; r++) {
		struct str s = grid_at(g, r, c)->text;
		if (s.n == 0)
			continue;
		l.one_length &= length == 0 || length == s.n;
		length = s.n;
		hash[l.values++] = hash_of(s);
		l.codes += code_like(s);
	}
	qsort(hash, l.values, sizeof *hash, by_value);
	for (size_t i = 0; i < l.values; i++)
		l.distinct += i == 0 || hash[i] != hash[i - 1];
	return l;
}

static void
by_name(struct airlock_file *f, const struct grid *g, size_t c, const struct look *l, bool distinct)
{
	const struct grid_column *k = &g->column[c];
	int64_t column = (int64_t)c + 1;
	bool numbers = k->numbers > 0 && k->texts == 0;
	bool row_numbers = numbers && k->role == COLUMN_LABEL && !k->doubtful;
	if (k->says & WORD_IDENTIFIER)
		airlock_tell(f, AIR_FAIL, 0, column,
			"This column has the name of something that points at persons.");
	else if ((k->says & WORD_PERHAPS_ID) && !(k->says & WORD_COUNT)) {
		bool sure = distinct && l->values >= FEW && !row_numbers &&
			    (numbers || l->codes * 2 > l->values);
		airlock_tell(f, sure ? AIR_FAIL : AIR_REVIEW, 0, column,
			sure ? "This column is named like an identifier, and nearly all its values "
			       "differ."
			     : "This column is named like an identifier: see what it names.");
	}
}

static void
by_values(
	struct airlock_file *f, const struct grid *g, size_t c, const struct look *l, bool distinct)
{
	const struct grid_column *k = &g->column[c];
	int64_t column = (int64_t)c + 1;
	if (!distinct || g->labelled || l->values < FEW)
		return;
	if (k->texts * 2 > l->values && l->codes * 10 >= l->values * 9 && l->one_length)
		airlock_tell(f, AIR_FAIL, 0, column,
			"Nearly every value is a different code of the same length: these look "
			"like "
			"persons' numbers.");
	else if (k->texts * 2 > l->values && l->values >= SOME)
		airlock_tell(f, l->values > (size_t)f->policy->rows_review ? AIR_FAIL : AIR_REVIEW,
			0, column,
			airlock_say(f, "More than %lld %% of the texts in this column differ.",
				(long long)f->policy->distinct_percent));
	else if (k->wholes == l->values && l->values >= SOME && k->low >= LONG_NUMBER &&
		 !(k->says & WORD_COUNT))
		airlock_tell(f, AIR_REVIEW, 0, column,
			"Nearly every value is a different long number: these may be persons' "
			"numbers.");
}

/* [PK] and 12 characters of Crockford's base 32: what a release calls a patient or a stay. */
static bool
pseudonym_at(const char *p)
{
	if (p[0] != 'P' && p[0] != 'K')
		return false;
	bool digit = false;
	for (int i = 1; i <= 12; i++) {
		char c = p[i];
		bool d = c >= '0' && c <= '9';
		if (!d && (c < 'A' || c > 'Z' || c == 'I' || c == 'L' || c == 'O' || c == 'U'))
			return false;
		digit |= d;
	}
	return digit;
}

static bool
wordy(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
mail_at(struct str s, size_t at)
{
	size_t i = at + 1;
	if (at == 0 || !wordy(s.p[at - 1]) || i >= s.n || !wordy(s.p[i]))
		return false;
	/* A dot with two letters behind it. */
	for (; i < s.n && (wordy(s.p[i]) || s.p[i] == '-' || s.p[i] == '.'); i++)
		if (s.p[i] == '.' && i + 2 < s.n && wordy(s.p[i + 1]) && wordy(s.p[i + 2]))
			return true;
	return false;
}

static void
by_form(struct airlock_file *f, void *ctx, struct str s, int64_t row, int64_t column)
{
	for (size_t i = 0; i + 13 <= s.n; i++) {
		bool begins = i == 0 || !wordy(s.p[i - 1]);
		bool ends = i + 13 == s.n || !wordy(s.p[i + 13]);
		if (begins && ends && pseudonym_at(s.p + i)) {
			airlock_never(f, row, column,
				"A pseudonym of a patient or of one of their records stands here.");
			break;
		}
	}
	for (const char *p = s.n ? memchr(s.p, '@', s.n) : NULL; p;
		p = memchr(p + 1, '@', (size_t)(s.p + s.n - p - 1)))
		if (mail_at(s, (size_t)(p - s.p))) {
			airlock_tell(f, AIR_FAIL, row, column, "An e-mail address stands here.");
			break;
		}
}

enum status
check_identifiers(struct airlock_file *f, struct err *e)
{
	for (size_t i = 0; i < f->grids.n; i++) {
		const struct grid *g = f->grids.at[i];
		for (size_t c = 0; c < g->columns && f->type != AIR_TXT; c++) {
			cleanup_arena struct arena *a = arena_new();
			struct look l = look_at(a, g, c);
			bool distinct =
				l.values &&
				l.distinct * 100 > l.values * (size_t)f->policy->distinct_percent;
			by_name(f, g, c, &l, distinct);
			by_values(f, g, c, &l, distinct);
		}
		for (size_t r = g->first; r < g->rows && g->labelled; r++)
			if (grid_at(g, r, 0)->says & WORD_IDENTIFIER)
				airlock_tell(f, AIR_FAIL, grid_row(g, r), 0,
					"This value has the name of something that points at "
					"persons.");
	}
	airlock_each_text(f, by_form, NULL);
	return OK;
}
