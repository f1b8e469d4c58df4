/*
 * Pictures of numbers as SVG: readable without colour, printable, and with every number in words
 * for a screen reader. Each is drawn twice, for a wide and for a narrow column; the style sheet
 * shows the one that fits.
 *
 * Free-threaded; results are the arena's. Labels may hold any text: they are escaped.
 */
#ifndef PORTAL_WEB_CHART_H
#define PORTAL_WEB_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/field.h"

struct chart_bar {
	const char *label;
	int64_t value; /* at least 0 */
	int64_t of;    /* the whole behind it, drawn faint; 0 when there is none */
};

/*
 * Horizontal bars from zero. small_below: counts under it are printed as "fewer than N" and drawn
 * alike, so that nobody can be told from a picture that is published; 0 shows every count.
 * title: what is counted, in words. No bars gives a sentence instead of a picture.
 */
struct html_safe chart_bars(struct arena *, const char *title, const struct chart_bar *bars,
	size_t n, int64_t small_below);

struct chart_interval {
	const char *label;
	double value;     /* NaN: no result yet */
	double low, high; /* NaN: no interval */
	int64_t rank;     /* 0: none, as for a baseline; equal ranks are a tie */
	bool mine;        /* the reader's own */
	bool baseline;
};

/* Dots with their intervals over one axis; metric ("AUROC") names the axis. In the order given. */
struct html_safe chart_intervals(struct arena *, const char *title, const char *metric,
	const struct chart_interval *rows, size_t n);

struct chart_point {
	double x, y;
};

struct chart_series {
	const char *label;
	LIST(struct chart_point) points; /* x rising; points that are not finite leave a gap */
};

enum chart_axis { CHART_NUMBER, CHART_DAY /* unix seconds */ };

struct chart_line {
	const char *title;
	const char *x_label, *y_label;
	enum chart_axis x_axis;
	bool diagonal; /* draws y = x, as calibration needs */
	LIST(struct chart_series) series;
};

/* Lines over time or over a number; up to four series, told apart by dashes and by their labels. */
struct html_safe chart_lines(struct arena *, const struct chart_line *);

/*
 * A small picture beside a number: n values from 0 to most (of equal distance), NaN leaves a gap.
 * The same size in every column; the words beside it carry the number.
 */
struct html_safe chart_spark(
	struct arena *, const char *title, const double *values, size_t n, double most);

struct chart_bin {
	const char *label; /* "0", "20 to 40" */
	double count;      /* at least 0; NaN: withheld, drawn as a low dashed outline */
};

/*
 * The same for a distribution: upright bars side by side, in the order given, with every count in
 * words. No bins give no picture: markup NULL.
 */
struct html_safe chart_histogram(
	struct arena *, const char *title, const struct chart_bin *bins, size_t n);

/*
 * Up to max (at least 2) round numbers (1, 2, 2.5, 5 times a power of ten) that enclose low to
 * high: the first and last are *ret_first and *ret_first + (n - 1) * *ret_step. Returns n >= 2.
 */
int chart_ticks(double low, double high, int max, double *ret_first, double *ret_step);

#endif
