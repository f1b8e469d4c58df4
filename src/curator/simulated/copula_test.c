#include "curator/simulated/copula.h"

#include <math.h>

#include "base/tap.h"

static const uint8_t seed[16] = { 1, 2, 3 };

TEST(throws_repeat)
{
	struct dice a = dice_new(seed), b = dice_new(seed);
	for (int i = 0; i < 100; i++)
		CHECK(dice_next(&a) == dice_next(&b));
	static const uint8_t zero[16];
	struct dice z = dice_new(zero);
	CHECK(dice_next(&z) != dice_next(&z));
}

TEST(counts_have_their_mean)
{
	struct dice d = dice_new(seed);
	double sum = 0;
	for (int i = 0; i < 20000; i++)
		sum += (double)dice_count(&d, 3.5);
	CHECK(fabs(sum / 20000 - 3.5) < 0.15);
	CHECK(dice_count(&d, 0) == 0);
	CHECK(dice_count(&d, NAN) == 0);
}

TEST(correlations_come_back)
{
	enum { N = 3, ROWS = 40000 };
	double m[N * N] = { 1, 0.8, -0.3, 0.8, 1, 0, -0.3, 0, 1 };
	double z[N], scratch[N], sum[N * N] = { 0 };
	struct dice d = dice_new(seed);
	CHECK(copula_factor(m, N) == 1);
	for (int i = 0; i < ROWS; i++) {
		copula_draw(m, N, &d, scratch, z);
		for (int a = 0; a < N; a++)
			for (int b = 0; b < N; b++)
				sum[a * N + b] += z[a] * z[b] / ROWS;
	}
	CHECK(fabs(sum[0] - 1) < 0.03 && fabs(sum[1] - 0.8) < 0.03);
	CHECK(fabs(sum[2] + 0.3) < 0.03 && fabs(sum[5]) < 0.03);
}

TEST(figures_that_do_not_fit_are_drawn_together)
{
	double m[9] = { 1, 0.9, 0.9, 0.9, 1, -0.9, 0.9, -0.9, 1 };
	double by = copula_factor(m, 3);
	CHECK(by < 1 && by > 0.3);
	CHECK(m[0] == 1 && m[8] > 0);
}

TEST(quantiles_and_shares)
{
	static const double v[] = { 10, 20, 40 };
	CHECK(copula_quantile(v, 3, 0) == 10);
	CHECK(copula_quantile(v, 3, 0.25) == 15);
	CHECK(copula_quantile(v, 3, 0.75) == 30);
	CHECK(copula_quantile(v, 3, 1) == 40);
	CHECK(copula_quantile(v, 1, 0.5) == 10);
	CHECK(fabs(copula_share(0) - 0.5) < 1e-12 && copula_share(9) > 0.999999);
	CHECK(fabs(copula_of_rank(0.5) - 0.517638) < 1e-6 && copula_of_rank(0) == 0);
}
