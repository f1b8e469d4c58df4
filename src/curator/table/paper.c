#include "curator/table/paper.h"

#include <math.h>
#include <sodium.h>

#include "base/json.h"
#include "base/version.h"
#include "curator/table/coarse.h"

struct sheet {
	struct arena *a;
	const struct table_ask *ask;
	const struct counted *counted;
	const struct paper_source *source;
	const struct hide *hide;
	size_t columns; /* of numbers, with the total */
};

/* ---- numbers ---- */

const char *
paper_number(struct arena *a, double v)
{
	enum { DIGITS = 4 };
	if (v == 0)
		return "0";
	int above = (int)floor(log10(fabs(v))) + 1;
	if (above >= DIGITS) {
		double unit = pow(10, above - DIGITS);
		return arena_printf(a, "%.0f", round(v / unit) * unit);
	}
	char *s = arena_printf(a, "%.*f", DIGITS - above > 12 ? 12 : DIGITS - above, v);
	size_t n = strlen(s);
	while (n && s[n - 1] == '0')
		s[--n] = '\0';
	if (n && s[n - 1] == '.')
		s[n - 1] = '\0';
	return s;
}

int64_t
paper_round(int64_t n, int64_t base)
{
	if (base == 0 || n == 0)
		return n;
	/* As in check_rounding: ceil(n / 6) * 6 - 3. */
	return base == 6 ? (n + 5) / 6 * 6 - 3 : (n + base / 2) / base * base;
}

/* ---- what must be hidden for its own sake ---- */

static bool
is_small(const struct table_ask *ask, const struct airlock_policy *policy,
	const struct count_cell *x)
{
	int64_t least = ask->min;
	/* As many on either side of the middle. */
	if (ask->value == ASK_MEDIAN)
		least *= 2;
	if (x->persons < least)
		return true;
	if (ask->value == ASK_MEAN && x->persons - 1 < policy->min_df)
		return true;
	return ask->value == ASK_SHARE &&
	       ((x->with && x->with < least) || (x->without && x->without < least));
}

void
paper_hide(struct arena *a, const struct table_ask *ask, const struct counted *c,
	const struct airlock_policy *policy, struct hide *ret)
{
	size_t n = (c->rows + 1) * (c->columns + 1);
	struct hide h = { c->rows, c->columns, c->across, ARENA_ARRAY(a, n, struct hide_cell),
		ask->min, ask->min, policy->nk_percent, policy->p_percent };
	for (size_t i = 0; i < n; i++) {
		const struct count_cell *x = &c->at[i];
		struct hide_cell *y = &h.cells[i];
		bool absent = !c->across && i % (c->columns + 1) == c->columns;
		*y = (struct hide_cell){ x->rows, x->persons, x->total, x->top1, x->top2,
			HIDE_SHOWN };
		/* Middles do not add up to the middle of all. */
		if (ask->value == ASK_MEDIAN)
			y->sum = y->top1 = y->top2 = NAN;
		if (x->rows == 0 || absent)
			continue;
		if (is_small(ask, policy, x))
			y->why = HIDE_SMALL;
		else if (hide_dominated(&h, x->total, x->top1, x->top2))
			y->why = HIDE_DOMINATED;
	}
	hide_run(&h);
	*ret = h;
}

/* All groups are too small to be told, but for those together. */
static bool
all_merged(const struct counted *c)
{
	return c->merged_rows && c->rows == 1 &&
	       (!c->across || (c->merged_columns && c->columns == 1));
}

bool
paper_refused(const struct counted *c, const struct hide *h)
{
	size_t shown = 0;
	for (size_t i = 0; i <= c->rows; i++)
		for (size_t k = 0; k < c->columns + c->across; k++) {
			const struct hide_cell *x = hide_at(h, i, k);
			shown += x->why == HIDE_SHOWN && x->rows > 0;
		}
	return shown == 0 || all_merged(c);
}

/* ---- the table ---- */

static void
put_text(struct buf *b, const char *s)
{
	if (!strpbrk(s, "\",\r\n")) {
		buf_puts(b, s);
		return;
	}
	buf_putc(b, '"');
	for (; *s; s++) {
		if (*s == '"')
			buf_putc(b, '"');
		buf_putc(b, *s);
	}
	buf_putc(b, '"');
}

/* "count", "mean age", "share sex=F %": what the numbers are. */
static const char *
heading(struct sheet *s)
{
	const struct table_ask *ask = s->ask;
	if (ask->value == ASK_COUNT)
		return "count";
	if (ask->value != ASK_SHARE)
		return arena_printf(s->a, "%s %s", ask_value_name(ask->value), ask->value_column);
	const char *x =
		ask->equals.number ? paper_number(s->a, ask->equals.real) : ask->equals.text;
	return arena_printf(s->a, "share %s=%s %%", ask->value_column, x);
}

static void
put_head(struct sheet *s, struct buf *b)
{
	const char *what = heading(s);
	for (size_t i = 0; i < s->ask->rows.n; i++) {
		put_text(b, s->ask->rows.at[i]);
		buf_putc(b, ',');
	}
	for (size_t k = 0; k < s->columns; k++) {
		const char *label = k == s->counted->columns ? "Total" : s->counted->column[k];
		if (k)
			buf_putc(b, ',');
		if (s->counted->across)
			put_text(b, arena_printf(s->a, label[0] == '(' ? "%s %s" : "%s (%s)", what,
					    label));
		else
			put_text(b, what);
	}
	buf_putc(b, '\n');
}

static const char *
share(struct sheet *s, const struct count_cell *x)
{
	int64_t n = paper_round(x->rows, s->ask->round);
	int64_t with = paper_round((int64_t)llround(x->sum), s->ask->round);
	double percent = n ? fmin(100, 100 * (double)with / (double)n) : 0;
	return arena_printf(s->a, s->ask->round ? "%.0f" : "%.1f", percent);
}

static const char *
number(struct sheet *s, const struct count_cell *x)
{
	if (s->ask->value == ASK_COUNT)
		return arena_printf(s->a, "%lld", (long long)paper_round(x->rows, s->ask->round));
	if (x->rows == 0)
		return "";
	if (s->ask->value == ASK_SHARE)
		return share(s, x);
	/* Two sums whose difference is many persons' may still differ by one large value and small
	 * ones; and a mean is a sum whose number of rows anybody may ask for. */
	double step = coarse_step(x->largest, x->spacing, s->hide->p_percent);
	double sum = coarse_round(x->sum, step, x->draw);
	if (s->ask->value == ASK_SUM)
		return paper_number(s->a, sum);
	double of = (double)x->of;
	return paper_number(s->a, coarse_digits(sum / of, step / of));
}

static const struct count_cell *
counted_at(const struct sheet *s, size_t i, size_t k)
{
	return &s->counted->at[i * (s->counted->columns + 1) + k];
}

static void
put_rows(struct sheet *s, struct buf *b)
{
	const struct counted *c = s->counted;
	for (size_t i = 0; i <= c->rows; i++) {
		for (size_t k = 0; k < c->keys; k++) {
			put_text(b, i < c->rows ? c->row[i * c->keys + k] : k ? "" : "Total");
			buf_putc(b, ',');
		}
		for (size_t k = 0; k < s->columns; k++) {
			bool shows = hide_at(s->hide, i, k)->why == HIDE_SHOWN;
			if (k)
				buf_putc(b, ',');
			buf_puts(b, shows ? number(s, counted_at(s, i, k)) : "*");
		}
		buf_putc(b, '\n');
	}
}

/* ---- the evidence ---- */

static void
key_text(struct jsonw *j, const char *key, const char *v)
{
	jsonw_key(j, key);
	jsonw_text(j, v);
}

static void
key_int(struct jsonw *j, const char *key, int64_t v)
{
	jsonw_key(j, key);
	jsonw_int(j, v);
}

static void
put_source(struct sheet *s, struct jsonw *j)
{
	const struct paper_source *p = s->source;
	jsonw_key(j, "source"), jsonw_open(j, '{');
	key_text(j, "kind", p->is_file ? "file" : "release");
	key_text(j, "name", p->name);
	key_int(j, "release", p->release);
	key_text(j, "stage", p->stage);
	key_text(j, "blake2b", p->hash);
	key_text(j, "patients", p->patient);
	jsonw_close(j, '}');
}

static void
put_asked(struct sheet *s, struct jsonw *j)
{
	const struct table_ask *ask = s->ask;
	jsonw_key(j, "asked"), jsonw_open(j, '{');
	jsonw_key(j, "rows"), jsonw_open(j, '[');
	for (size_t i = 0; i < ask->rows.n; i++)
		jsonw_text(j, ask->rows.at[i]);
	jsonw_close(j, ']');
	key_text(j, "columns", ask->columns);
	key_text(j, "value", ask->value_text);
	key_text(j, "where", ask->where_text);
	key_int(j, "round", ask->round);
	jsonw_key(j, "few"), jsonw_open(j, '[');
	for (size_t i = 0; i < s->source->few.n; i++)
		jsonw_text(j, s->source->few.at[i]);
	jsonw_close(j, ']');
	jsonw_close(j, '}');
}

/* row, column: as in the CSV, its header being row 1. */
static void
put_cell(struct sheet *s, struct jsonw *j, size_t i, size_t k)
{
	const struct count_cell *x = counted_at(s, i, k);
	jsonw_open(j, '{');
	key_int(j, "row", (int64_t)i + 2);
	key_int(j, "column", (int64_t)(s->counted->keys + k) + 1);
	key_int(j, "rows", x->rows);
	key_int(j, "persons", x->persons);
	if (s->ask->value == ASK_MEAN)
		key_int(j, "df", x->persons - 1);
	/* Where values are below zero, shares of a sum mean nothing: dominance was judged on
	 * absolute values, before. */
	if (!isnan(x->total) && !x->negative) {
		jsonw_key(j, "sum"), jsonw_real(j, x->total);
		jsonw_key(j, "top1"), jsonw_real(j, x->top1);
		jsonw_key(j, "top2"), jsonw_real(j, x->top2);
	}
	jsonw_close(j, '}');
}

static void
put_cells(struct sheet *s, struct jsonw *j)
{
	jsonw_key(j, "cells"), jsonw_open(j, '[');
	for (size_t i = 0; i <= s->counted->rows; i++)
		for (size_t k = 0; k < s->columns; k++)
			if (hide_at(s->hide, i, k)->why == HIDE_SHOWN && counted_at(s, i, k)->rows)
				put_cell(s, j, i, k);
	jsonw_close(j, ']');
}

static struct str
evidence(struct sheet *s, const struct paper *p)
{
	const struct paper_source *from = s->source;
	struct buf b = buf_new(s->a);
	struct jsonw j = jsonw_new(&b);
	uint8_t hash[32];
	char hex[65];
	crypto_generichash(hash, sizeof hash, (const uint8_t *)p->csv.p, p->csv.n, NULL, 0);
	hex_encode(hex, hash, sizeof hash);
	jsonw_open(&j, '{');
	key_text(&j, "program", "wardroom-curator " WARDROOM_VERSION);
	key_text(&j, "engine", arena_printf(s->a, "DuckDB %s", from->engine));
	key_text(&j, "made", from->made);
	key_int(&j, "event", from->event);
	key_int(&j, "project", from->project);
	key_int(&j, "team", from->team);
	put_source(s, &j);
	put_asked(s, &j);
	key_int(&j, "least", s->ask->min);
	jsonw_key(&j, "table"), jsonw_open(&j, '{');
	key_int(&j, "bytes", (int64_t)p->csv.n);
	key_text(&j, "blake2b", hex);
	jsonw_close(&j, '}');
	jsonw_key(&j, "hidden"), jsonw_open(&j, '{');
	key_int(&j, "shown", (int64_t)p->shown);
	key_int(&j, "small", (int64_t)p->small);
	key_int(&j, "close", (int64_t)p->close);
	key_int(&j, "other", (int64_t)p->other);
	jsonw_close(&j, '}');
	jsonw_key(&j, "compared"), jsonw_bool(&j, from->compared);
	put_cells(s, &j);
	jsonw_close(&j, '}');
	return buf_str(&b);
}

/* ---- in words ---- */

static const char *
persons(const struct sheet *s)
{
	return s->source->patient ? "patients" : "rows";
}

static const char *
sentences(struct sheet *s, const struct paper *p)
{
	struct buf b = buf_new(s->a);
	const struct counted *c = s->counted;
	const struct count_cell *all = counted_at(s, c->rows, c->across ? c->columns : 0);
	long long merged = c->merged_rows + (c->across ? c->merged_columns : 0);
	bool all_shown = hide_at(s->hide, c->rows, c->across ? c->columns : 0)->why == HIDE_SHOWN;
	if (p->refused)
		buf_printf(&b, "No table was made: %s.\n",
			all_merged(c) ? "every group that it asks for is too small to be told"
				      : "none of its numbers may be shown");
	if (all_shown && s->source->patient)
		buf_printf(&b, "Counted: %lld rows of %lld patients.\n", (long long)all->rows,
			(long long)all->persons);
	else if (all_shown)
		buf_printf(&b,
			"Counted: %lld rows. No column names patients, so each row is taken "
			"for a person.\n",
			(long long)all->rows);
	if (merged)
		buf_printf(&b, "%lld group%s of fewer than %lld %s %s in (other).\n", merged,
			merged == 1 ? "" : "s", (long long)s->ask->min, persons(s),
			merged == 1 ? "is" : "are together");
	bool sums = s->ask->value != ASK_COUNT && s->ask->value != ASK_SHARE;
	if (p->small)
		buf_printf(&b, "%zu number%s hidden (*): too few %s stand behind %s%s.\n", p->small,
			p->small == 1 ? " is" : "s are", persons(s), p->small == 1 ? "it" : "them",
			sums ? ", or one or two make up most of it" : "");
	if (p->close)
		buf_printf(&b,
			"%zu number%s withheld (*): fewer than ten %s make the difference to "
			"others that were signed, so subtracting would tell about those few. Ask "
			"an earlier question again, or one that differs by more.\n",
			p->close, p->close == 1 ? " is" : "s are", persons(s));
	if (p->other)
		buf_printf(&b, "%zu more %s hidden, so that %s from the totals.\n", p->other,
			p->other == 1 ? "is" : "are",
			p->small + p->close == 1 ? "it does not follow" : "they do not follow");
	if (s->source->is_file && !s->source->patient)
		buf_puts(&b, "Not compared with earlier tables: the file names no patients.\n");
	if (sums && !p->refused)
		buf_puts(&b, "Numbers are rounded up or down by chance, the same one always alike; "
			     "so those of groups may not add up to the total's.\n");
	if (!p->small && !p->close && !p->other && !merged)
		buf_puts(&b, "Nothing had to be hidden.\n");
	if (p->refused && !p->close)
		buf_puts(&b, "Ask for larger groups: of fewer columns, of values put together "
			     "before, or of more rows with --where.\n");
	return b.p;
}

void
paper_make(struct arena *a, const struct table_ask *ask, const struct counted *counted,
	const struct hide *hide, const struct paper_source *source, struct paper *ret)
{
	struct sheet s = { .a = a, .ask = ask, .counted = counted, .hide = hide, .source = source };
	struct paper p = { .compared = source->compared };
	struct buf b = buf_new(a);
	size_t *const tally[] = { [HIDE_SHOWN] = &p.shown,
		[HIDE_SMALL] = &p.small,
		[HIDE_DOMINATED] = &p.small,
		[HIDE_CLOSE] = &p.close,
		[HIDE_OTHER] = &p.other };
	s.columns = counted->columns + counted->across;
	for (size_t i = 0; i <= counted->rows; i++)
		for (size_t k = 0; k < s.columns; k++)
			++*tally[hide_at(hide, i, k)->why];
	p.refused = paper_refused(counted, hide);
	p.said = sentences(&s, &p);
	if (!p.refused) {
		put_head(&s, &b);
		put_rows(&s, &b);
		p.csv = buf_str(&b);
		p.evidence = evidence(&s, &p);
	}
	*ret = p;
}
