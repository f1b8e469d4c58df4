#include "curator/import/profile.h"

#include <math.h>

/* 1, 2 or 5 times a power of ten, so that at most PROFILE_BINS of them cover the span. */
static double
nice_step(double span)
{
	double step = pow(10, floor(log10(span / PROFILE_BINS)));
	static const double times[] = { 1, 2, 5, 10, 20 };
	for (size_t i = 0; i < 5; i++)
		if (span / (step * times[i]) <= PROFILE_BINS)
			return step * times[i];
	return span;
}

static void
fill_bins(struct arena *a, struct profile_column *p, const learn_steps *s, bool whole)
{
	double low = learn_quantile(s, 0.01), high = learn_quantile(s, 0.99);
	double span = high - low;
	double step = span > 0 ? nice_step(span) : whole || low == 0 ? 1 : fabs(low) / 100;
	if (whole && step < 1)
		step = 1;
	double from = floor(low / step) * step;
	size_t n = (size_t)floor((high - from) / step) + 1;
	/* Everything beyond the ends goes into the outermost bars. */
	p->bins.at = ARENA_ARRAY(a, n, struct profile_bin);
	p->bins.n = n;
	for (size_t i = 0; i < n; i++)
		p->bins.at[i] = (struct profile_bin){ .from = from + step * (double)i,
			.to = from + step * (double)(i + 1) };
	for (size_t i = 0; i < s->n; i++) {
		double at = floor((s->at[i].value - from) / step);
		size_t k = at < 0 ? 0 : at >= (double)n ? n - 1 : (size_t)at;
		p->bins.at[k].rows += (int64_t)s->at[i].n;
	}
}

static void
compare_with_range(struct profile_column *p, const struct source_column *c, const learn_steps *s)
{
	p->range = type_is_number(c->type) ? plausible_find(c->name, "", p->quartile[1]) : NULL;
	for (size_t i = 0; p->range && i < s->n; i++) {
		/* A step is 0.1 % wide; what is that near is not called implausible. */
		double v = s->at[i].value, room = fabs(v) * 0.002;
		p->below += v + room < p->range->low ? (int64_t)s->at[i].n : 0;
		p->above += v - room > p->range->high ? (int64_t)s->at[i].n : 0;
	}
}

struct profile_column *
profile_learned(
	struct arena *a, const struct source_column *c, const struct learn *l, const learn_steps *s)
{
	struct profile_column *p = ARENA_NEW(a, struct profile_column);
	learn_distinct(l, &p->exact);
	p->empty = c->blank ? 0 : (int64_t)learn_guess(l)->empty;
	p->low = p->high = NAN;
	for (int i = 0; i < 3; i++)
		p->quartile[i] = NAN;
	if (c->identifier && !type_is_date(c->type))
		return p;
	if (s->n > 0) {
		for (int i = 0; i < 3; i++)
			p->quartile[i] = learn_quantile(s, 0.25 * (i + 1));
		fill_bins(a, p, s, c->type == TYPE_INTEGER || type_is_date(c->type));
		compare_with_range(p, c, s);
	}
	learn_values v = learn_counts(l, a);
	bool coded = c->type == TYPE_TEXT || (c->type == TYPE_INTEGER && v.n <= PROFILE_VALUES);
	for (size_t i = 0; coded && i < v.n; i++) {
		if (p->values.n == 0)
			p->values.at = ARENA_ARRAY(a, v.n, struct profile_value);
		if (v.at[i].value.n == 0 || (c->words && type_is_missing_word(v.at[i].value)))
			continue;
		p->values.at[p->values.n++] = (struct profile_value){ .text = v.at[i].value.p,
			.rows = (int64_t)v.at[i].n };
	}
	return p;
}
