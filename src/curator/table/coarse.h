/*
 * How exactly a number may be told: a sum no more exactly than to a tenth of its largest patient's
 * part, and than to ten neighbouring values of its parts; a mean, or a median, to that by its
 * number of rows.
 *
 * A tenth is the p-percent rule (Handbook on Statistical Disclosure Control, ESSnet, 4.2). Of parts
 * that are 0, 1 or 2 a tenth of 2 is no rounding at all, and whoever knows the others reads off
 * the one. With ten values to a step one value more or less changes what is told once in ten times.
 *
 * It goes up or down to a multiple of the step by a draw, up as likely as it is far above the lower
 * one: right on average, and there is no edge that a sum could be put at, to see on which side one
 * patient more brings it. The draw is fixed by the number itself (persons.h): the same patients
 * with the same parts give the same one whenever they are asked for, so that asking again tells
 * nothing (fixed random rounding, as in the tables of Statistics New Zealand).
 *
 * Pure. Thread rule: none.
 */
#ifndef CURATOR_TABLE_COARSE_H
#define CURATOR_TABLE_COARSE_H

#include <stdint.h>

/*
 * 1, 2 or 5 times a power of ten, or 0: as it is. largest: the absolute value of the largest part;
 * spacing: the middle one of the distances between neighbouring different parts. Either may be
 * NaN: unknown.
 */
double coarse_step(double largest, double spacing, int64_t p_percent);

/* draw: in [0, 1). step 0 leaves v. */
double coarse_round(double v, double step, double draw);

/* To the nearest decimal place that is no coarser than step; 0 leaves v. */
double coarse_digits(double v, double step);

#endif
