#include "curator/score/metric.h"

#include <math.h>
#include <stdint.h>

#include "base/random.h"

/* Errors that are drawn together; the number of rows is a double because it is only summed. */
struct hand {
	double sum, rows;
};

/* Deals the shuffled errors round and round, so that hands differ by one row at most. */
static struct hand *
deal(struct arena *a, struct random *r, double *error, size_t n, size_t hands)
{
	struct hand *h = ARENA_ARRAY(a, hands, struct hand);
	for (size_t i = n; hands < n && i > 1; i--) {
		size_t k = random_below(r, (uint32_t)i);
		double swap = error[i - 1];
		error[i - 1] = error[k];
		error[k] = swap;
	}
	for (size_t i = 0, k = 0; i < n; i++, k = k + 1 < hands ? k + 1 : 0) {
		h[k].sum += error[i];
		h[k].rows++;
	}
	return h;
}

static double
resampled(struct random *r, const struct hand *h, size_t hands)
{
	struct hand all = { 0 };
	for (size_t i = 0; i < hands; i++) {
		const struct hand *k = &h[random_below(r, (uint32_t)hands)];
		all.sum += k->sum;
		all.rows += k->rows;
	}
	return all.sum / all.rows;
}

static int
by_value(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;
	return (a > b) - (a < b);
}

/* Linear between the two nearest, as numpy and R (type 7) do. */
static double
quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t i = (size_t)at;
	double next = i + 1 < n ? sorted[i + 1] : sorted[i];
	return sorted[i] + (at - (double)i) * (next - sorted[i]);
}

struct metric
metric_mae(struct arena *a, const double *label, const double *prediction, size_t n)
{
	double *error = ARENA_ARRAY(a, n, double);
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		error[i] = fabs(prediction[i] - label[i]);
		sum += error[i];
	}
	size_t hands = n < MAE_HANDS ? n : MAE_HANDS;
	struct random r = { n };
	const struct hand *h = deal(a, &r, error, n, hands);
	double means[MAE_RESAMPLES];
	for (size_t i = 0; i < MAE_RESAMPLES; i++)
		means[i] = resampled(&r, h, hands);
	qsort(means, MAE_RESAMPLES, sizeof means[0], by_value);
	return (struct metric){ sum / (double)n, quantile(means, MAE_RESAMPLES, 0.025),
		quantile(means, MAE_RESAMPLES, 0.975) };
}
