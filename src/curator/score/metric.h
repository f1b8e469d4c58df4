/*
 * What a set of predictions is worth, with a 95 % interval. Pure functions; work space comes from
 * the arena. Thread rule: one thread per arena.
 */
#ifndef CURATOR_SCORE_METRIC_H
#define CURATOR_SCORE_METRIC_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct metric {
	double value, low, high; /* low <= value <= high except for a bootstrap of few rows */
};

/*
 * Area under the ROC curve with the interval of DeLong, DeLong and Clarke-Pearson (Biometrics
 * 1988), value -+ 1.96 standard errors cut to 0..1, computed from midranks in n log n steps as Sun
 * and Xu (IEEE Signal Processing Letters 2014) show. A tie counts one half.
 *
 * label holds 0 and 1, prediction finite numbers, n of each. E_INPUT when one outcome does not
 * occur, for then there is no such area. With a single row of one outcome its spread cannot be
 * known and the interval is 0 to 1. Where no positive overlaps a negative, or all predictions are
 * equal, the method's variance is 0 and the interval is the value itself.
 */
enum status metric_auroc(struct arena *, const double *label, const double *prediction, size_t n,
	struct metric *ret, struct err *);

enum { MAE_RESAMPLES = 2000, MAE_HANDS = 10000 };

/*
 * Mean absolute error, in the unit of the label, with the percentile interval of a bootstrap
 * (Efron and Tibshirani 1993, ch. 13) of MAE_RESAMPLES resamples, seeded: the same rows in the same
 * order give the same interval.
 *
 * Up to MAE_HANDS rows it resamples rows. Above that, the rows are dealt at random into MAE_HANDS
 * hands of equal size (or one more) and hands are resampled instead: the mean of hands has the
 * same variance and skewness as the mean of rows, the width of the interval is known to about one
 * part in a hundred (1 / sqrt(2 * MAE_HANDS)), less than what 2000 resamples leave open, and a
 * million rows take no longer than ten thousand.
 *
 * n from 1; |label| and |prediction| at most 1e15.
 */
struct metric metric_mae(struct arena *, const double *label, const double *prediction, size_t n);

#endif
