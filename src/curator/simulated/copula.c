#include "curator/simulated/copula.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"

struct dice
dice_new(const uint8_t seed[16])
{
	struct dice d;
	memcpy(d.state, seed, sizeof d.state);
	/* All zero would stay so. */
	d.state[0] |= 1;
	for (int i = 0; i < 16; i++)
		dice_next(&d);
	return d;
}

/* xoroshiro128+ (Blackman and Vigna 2018). */
uint64_t
dice_next(struct dice *d)
{
	uint64_t a = d->state[0], b = d->state[1], sum = a + b;
	b ^= a;
	d->state[0] = (a << 24 | a >> 40) ^ b ^ (b << 16);
	d->state[1] = b << 37 | b >> 27;
	return sum;
}

double
dice_uniform(struct dice *d)
{
	return (double)(dice_next(d) >> 11) * 0x1p-53;
}

double
dice_normal(struct dice *d)
{
	double u = 1 - dice_uniform(d);
	return sqrt(-2 * log(u)) * cos(2 * M_PI * dice_uniform(d));
}

uint64_t
dice_count(struct dice *d, double mean)
{
	if (!(mean > 0))
		return 0;
	double n = floor(log(1 - dice_uniform(d)) / log(mean / (1 + mean)));
	return n < 0 ? 0 : n > 1e6 ? 1000000 : (uint64_t)n;
}

double
copula_of_rank(double r)
{
	return 2 * sin(M_PI * r / 6);
}

/* False when the matrix is not positive definite; then it is half overwritten. */
static bool
factor(double *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k <= i; k++) {
			double sum = m[i * n + k];
			for (size_t j = 0; j < k; j++)
				sum -= m[i * n + j] * m[k * n + j];
			if (i == k && sum < 1e-6)
				return false;
			m[i * n + k] = i == k ? sqrt(sum) : sum / m[k * n + k];
		}
	return true;
}

double
copula_factor(double *m, size_t n)
{
	cleanup_free double *copy = malloc((n ? n * n : 1) * sizeof *copy);
	if (!copy)
		BUG("out of memory");
	for (double by = 1;; by *= 0.9) {
		for (size_t i = 0; i < n * n; i++)
			copy[i] = i / n == i % n ? 1 : m[i] * by;
		if (!factor(copy, n))
			continue;
		memcpy(m, copy, n * n * sizeof *m);
		return by;
	}
}

void
copula_draw(const double *f, size_t n, struct dice *d, double *independent, double *ret)
{
	for (size_t i = 0; i < n; i++)
		independent[i] = dice_normal(d);
	for (size_t i = 0; i < n; i++) {
		double sum = 0;
		for (size_t k = 0; k <= i; k++)
			sum += f[i * n + k] * independent[k];
		ret[i] = sum;
	}
}

double
copula_share(double z)
{
	return 0.5 * erfc(-z / M_SQRT2);
}

double
copula_quantile(const double *values, size_t n, double share)
{
	if (n == 1 || share <= 0)
		return values[0];
	double at = share * (double)(n - 1);
	size_t i = (size_t)at;
	if (i + 1 >= n)
		return values[n - 1];
	return values[i] + (at - (double)i) * (values[i + 1] - values[i]);
}
