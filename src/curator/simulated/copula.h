/*
 * Drawing rows that hang together: a Gaussian copula. Columns are normal variables with the rank
 * correlations of the real ones; each is then turned into its own distribution by its quantiles.
 *
 * Pure. Thread rule: one thread per struct dice.
 */
#ifndef CURATOR_SIMULATED_COPULA_H
#define CURATOR_SIMULATED_COPULA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t state[2];
};

/* The same throws for the same seed. */
struct dice dice_new(const uint8_t seed[16]);
uint64_t dice_next(struct dice *);
double dice_uniform(struct dice *); /* [0, 1) */
double dice_normal(struct dice *);
/* 0, 1, 2, ... with this mean, each step as likely as the one before (geometric). */
uint64_t dice_count(struct dice *, double mean);

/* Rank correlation (Spearman) to that of the normal variables: 2 sin(pi r / 6), Pearson 1907. */
double copula_of_rank(double r);
/*
 * A symmetric n x n matrix of correlations becomes its lower factor (Cholesky). Rounded figures
 * need not fit together: then all are drawn towards 0 until they do. Gives what they were
 * multiplied by.
 */
double copula_factor(double *m, size_t n);
/* Correlated normals; independent is scratch of n. */
void copula_draw(const double *factor, size_t n, struct dice *, double *independent, double *ret);
/* Share of a normal variable below z. */
double copula_share(double z);
/* n >= 1 values at equal steps of share from 0 to 1, straight lines between. */
double copula_quantile(const double *values, size_t n, double share);

#endif
