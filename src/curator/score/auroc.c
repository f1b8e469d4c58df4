#include "curator/score/metric.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define Z95 1.959963984540054 /* the 0.975 quantile of the normal distribution */

enum { DIGIT = 11, DIGITS = 6, BUCKETS = 1 << DIGIT };

/* Unsigned order of keys is the order of the numbers. There is no -0 among predictions. */
static uint64_t
key(double v)
{
	uint64_t bits;
	v += 0.0;
	memcpy(&bits, &v, sizeof bits);
	return bits & 1ull << 63 ? ~bits : bits | 1ull << 63;
}

/* Least digit first; a digit that all keys share (the sign, most of the exponent) costs nothing. */
static uint64_t *
sorted(struct arena *a, uint64_t *from, size_t n)
{
	uint64_t *to = ARENA_ARRAY(a, n, uint64_t);
	size_t(*count)[BUCKETS] = arena_array(a, DIGITS, sizeof *count);
	for (size_t i = 0; i < n; i++)
		for (int d = 0; d < DIGITS; d++)
			count[d][from[i] >> (d * DIGIT) & (BUCKETS - 1)]++;
	for (int d = 0; d < DIGITS; d++) {
		size_t sum = 0;
		if (n == 0 || count[d][from[0] >> (d * DIGIT) & (BUCKETS - 1)] == n)
			continue;
		for (size_t b = 0; b < BUCKETS; b++) {
			size_t here = count[d][b];
			count[d][b] = sum;
			sum += here;
		}
		for (size_t i = 0; i < n; i++)
			to[count[d][from[i] >> (d * DIGIT) & (BUCKETS - 1)]++] = from[i];
		uint64_t *swap = from;
		from = to;
		to = swap;
	}
	return from;
}

/* A walk over the distinct predictions in rising order. */
struct walk {
	const uint64_t *pos, *neg;
	size_t n_pos, n_neg;
	size_t pos_below, neg_below; /* before the present tie */
	size_t pos_here, neg_here;   /* in it */
};

static bool
walk_next(struct walk *w)
{
	size_t i = w->pos_below += w->pos_here;
	size_t j = w->neg_below += w->neg_here;
	if (i == w->n_pos && j == w->n_neg)
		return false;
	bool from_pos = j == w->n_neg || (i < w->n_pos && w->pos[i] <= w->neg[j]);
	uint64_t k = from_pos ? w->pos[i] : w->neg[j];
	while (i < w->n_pos && w->pos[i] == k)
		i++;
	while (j < w->n_neg && w->neg[j] == k)
		j++;
	w->pos_here = i - w->pos_below;
	w->neg_here = j - w->neg_below;
	return true;
}

/* Of n whole numbers: their sum and the sum of their squares, exact for any file that fits memory.
 */
struct moments {
	uint64_t sum;
	unsigned __int128 squares;
};

static void
moments_add(struct moments *m, uint64_t x, uint64_t times)
{
	m->sum += x * times;
	m->squares += (unsigned __int128)x * x * times;
}

/* The sample variance; n from 2. In whole numbers nothing cancels but what is truly equal. */
static double
moments_variance(const struct moments *m, size_t n)
{
	unsigned __int128 spread = m->squares * n - (unsigned __int128)m->sum * m->sum;
	return (double)spread / (double)n / (double)(n - 1);
}

static struct metric
auroc_sorted(struct walk w)
{
	/* For each positive twice the negatives it beats, for each negative twice the positives
	 * that beat it; a tie beats by half. */
	struct moments pos = { 0 }, neg = { 0 };
	while (walk_next(&w)) {
		moments_add(&pos, 2 * w.neg_below + w.neg_here, w.pos_here);
		moments_add(&neg, 2 * (w.n_pos - w.pos_below) - w.pos_here, w.neg_here);
	}
	double m = (double)w.n_pos, n = (double)w.n_neg;
	double value = (double)pos.sum / 2 / m / n;
	if (w.n_pos < 2 || w.n_neg < 2)
		return (struct metric){ value, 0, 1 };
	double var_pos = moments_variance(&pos, w.n_pos) / (4 * n * n);
	double var_neg = moments_variance(&neg, w.n_neg) / (4 * m * m);
	double se = sqrt(var_pos / m + var_neg / n);
	return (struct metric){ value, fmax(0, value - Z95 * se), fmin(1, value + Z95 * se) };
}

enum status
metric_auroc(struct arena *a, const double *label, const double *prediction, size_t n,
	struct metric *ret, struct err *e)
{
	uint64_t *pos = ARENA_ARRAY(a, n, uint64_t), *neg = ARENA_ARRAY(a, n, uint64_t);
	struct walk w = { 0 };
	for (size_t i = 0; i < n; i++) {
		bool is_pos = label[i] != 0;
		/* Both are written and one is kept: labels are no pattern a branch could learn. */
		pos[w.n_pos] = neg[w.n_neg] = key(prediction[i]);
		w.n_pos += is_pos;
		w.n_neg += !is_pos;
	}
	if (w.n_pos == 0 || w.n_neg == 0)
		return err_set(e, E_INPUT, "label",
			"All labels are %d, and AUROC compares rows of both outcomes.",
			w.n_pos > 0);
	w.pos = sorted(a, pos, w.n_pos);
	w.neg = sorted(a, neg, w.n_neg);
	*ret = auroc_sorted(w);
	return OK;
}
