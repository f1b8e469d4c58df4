/* What of a profile may be told: what enough different patients of the sample have. */
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "curator/behind.h"
#include "curator/import/profile.h"

/* One bar alone that is not told could be computed from the total: then the smallest that is told
 * goes with it. */
static void
hide_another_bin(struct profile_column *p)
{
	struct profile_bin *least = NULL;
	size_t hidden = 0;
	for (size_t i = 0; i < p->bins.n; i++) {
		struct profile_bin *b = &p->bins.at[i];
		hidden += !b->safe && b->rows > 0;
		if (b->safe && (!least || b->rows < least->rows))
			least = b;
	}
	if (hidden == 1 && least)
		least->safe = false;
}

/* The same for values: what is not told sums to something large, or to nothing. */
static void
hide_another_value(struct profile_column *p)
{
	struct profile_value *least = NULL;
	int64_t hidden = 0;
	for (size_t i = 0; i < p->values.n; i++) {
		hidden += p->values.at[i].safe ? 0 : p->values.at[i].rows;
		if (p->values.at[i].safe)
			least = &p->values.at[i];
	}
	if (hidden > 0 && hidden < PROFILE_LEAST && least)
		least->safe = false;
}

/* One column of the sample: of each row the number of what it holds, or SAMPLE_NONE. */
struct look {
	struct sample *sample;
	const struct source_column *column;
	size_t place;
	uint32_t *of_row;
	struct text_set *texts; /* the values that could be told */
	double *numbers;
	uint32_t n_numbers;
};

static uint32_t
number_value(void *ctx, struct str value)
{
	const struct look *k = ctx;
	return text_set_find(k->texts, value);
}

static enum status
protect_values(struct look *k, struct err *e)
{
	struct profile_column *p = k->column->profile;
	if (p->values.n == 0)
		return OK;
	cleanup_free struct few *few = calloc(p->values.n, sizeof *few);
	if (!few)
		BUG("out of memory");
	k->texts = text_set_new(p->values.n);
	for (size_t i = 0; i < p->values.n; i++)
		text_set_add(k->texts, str_of(p->values.at[i].text));
	enum status s = sample_column(k->sample, k->place, number_value, k, k->of_row, e);
	text_set_free(k->texts);
	TRY(s);
	for (size_t i = 0; i < k->sample->rows; i++)
		if (k->of_row[i] != SAMPLE_NONE)
			few_add(&few[k->of_row[i]], k->sample->who[i]);
	for (size_t i = 0; i < p->values.n; i++)
		p->values.at[i].safe = few[i].n == PROFILE_LEAST;
	hide_another_value(p);
	return OK;
}

/* A number, or the day of a date. */
static uint32_t
number_number(void *ctx, struct str value)
{
	struct look *k = ctx;
	enum col_type type = k->column->type;
	struct type_value v;
	int64_t days = 0;
	type_read(value, &v);
	if (type_is_date(type) ? !type_days(&v, type, k->column->century_end, &days)
			       : !(v.possible & 1u << type))
		return SAMPLE_NONE;
	k->numbers[k->n_numbers] = type_is_date(type) ? (double)days : v.number;
	return k->n_numbers++;
}

static void
protect_bins(const struct look *k)
{
	struct profile_column *p = k->column->profile;
	double from = p->bins.at[0].from, step = p->bins.at[0].to - from;
	cleanup_free struct few *few = calloc(p->bins.n, sizeof *few);
	if (!few)
		BUG("out of memory");
	for (size_t i = 0; i < k->sample->rows; i++) {
		if (k->of_row[i] == SAMPLE_NONE)
			continue;
		double at = floor((k->numbers[k->of_row[i]] - from) / step),
		       last = (double)(p->bins.n - 1);
		few_add(&few[(size_t)fmax(0, fmin(at, last))], k->sample->who[i]);
	}
	for (size_t i = 0; i < p->bins.n; i++)
		p->bins.at[i].safe = few[i].n == PROFILE_LEAST;
	hide_another_bin(p);
}

/*
 * Of few patients the ends that may be told lie within the middle half, or on the wrong side of
 * each other: then only what lies between them is told.
 */
static void
protect_quartiles(struct profile_column *p, bool whole)
{
	double *q = p->quartile, low = p->low, high = p->high;
	for (int i = 0; i < 3; i++)
		q[i] = behind_round(q[i], low, high, whole, 1 - i);
	if (q[0] > q[2])
		q[0] = q[2] = q[1];
	if (!(q[0] >= low && q[2] <= high))
		q[0] = q[2] = p->low = p->high = NAN;
	if (!(q[1] >= low && q[1] <= high))
		q[1] = NAN;
}

/* The smallest numbers of many, in ascending order. */
struct smallest {
	double at[PROFILE_LEAST];
	size_t n;
};

static void
smallest_add(struct smallest *s, double v)
{
	if (s->n == PROFILE_LEAST && v >= s->at[PROFILE_LEAST - 1])
		return;
	size_t i = s->n < PROFILE_LEAST ? s->n++ : PROFILE_LEAST - 1;
	for (; i > 0 && s->at[i - 1] > v; i--)
		s->at[i] = s->at[i - 1];
	s->at[i] = v;
}

/* The tenth smallest of what is smallest of each patient, and the same from above. */
static void
protect_range(const struct look *k)
{
	struct profile_column *p = k->column->profile;
	const struct sample *s = k->sample;
	bool whole = k->column->type == TYPE_INTEGER || type_is_date(k->column->type);
	struct smallest lows = { .n = 0 }, highs = { .n = 0 }; /* highs with the sign changed */
	cleanup_free double *low = malloc((s->people + 1) * sizeof *low),
			    *high = malloc((s->people + 1) * sizeof *high);
	if (!low || !high)
		BUG("out of memory");
	for (size_t i = 0; i < s->people; i++)
		low[i] = high[i] = NAN;
	for (size_t i = 0; i < s->rows; i++) {
		uint32_t who = s->who[i];
		if (who == SAMPLE_NONE || k->of_row[i] == SAMPLE_NONE)
			continue;
		low[who] = fmin(low[who], k->numbers[k->of_row[i]]);
		high[who] = fmax(high[who], k->numbers[k->of_row[i]]);
	}
	for (size_t i = 0; i < s->people; i++)
		if (!isnan(low[i])) {
			smallest_add(&lows, low[i]);
			smallest_add(&highs, -high[i]);
		}
	if (lows.n == PROFILE_LEAST) {
		p->low = lows.at[PROFILE_LEAST - 1];
		p->high = -highs.at[PROFILE_LEAST - 1];
		behind_round_in(&p->low, &p->high, whole);
	}
	protect_quartiles(p, whole);
}

static enum status
protect_numbers(struct look *k, struct err *e)
{
	if (k->column->profile->bins.n == 0)
		return OK;
	k->n_numbers = 0;
	TRY(sample_column(k->sample, k->place, number_number, k, k->of_row, e));
	protect_bins(k);
	protect_range(k);
	return OK;
}

enum status
profile_protect(const struct source_table *t, struct sample *s, struct err *e)
{
	struct look look = { .sample = s };
	cleanup_free uint32_t *of_row = look.of_row = malloc(s->rows * sizeof *of_row);
	cleanup_free double *numbers = look.numbers = malloc(s->rows * sizeof *numbers);
	if (!of_row || !numbers)
		BUG("out of memory");
	for (size_t i = 0; i < t->columns.n; i++) {
		look.column = &t->columns.at[i];
		look.place = i;
		TRY(protect_values(&look, e));
		TRY(protect_numbers(&look, e));
	}
	return OK;
}
