/*
 * How much somebody has loaded within the last hour, whichever minute it is: a ring of five-minute
 * parts. What is counted in the part that began an hour ago is forgotten with it.
 *
 * Owns nothing. Thread rule: the caller's lock.
 */
#ifndef GATE_METER_H
#define GATE_METER_H

#include <stdint.h>

enum { METER_PARTS = 12, METER_PART_SECONDS = 300 };

struct meter_ring {
	int64_t part[METER_PARTS]; /* number of the part since 1970 that the count is of */
	int64_t n[METER_PARTS];
};

/* Adds n (0 only asks) at `now`, unix seconds; returns the sum within the hour. */
int64_t meter_add(struct meter_ring *, int64_t now, int64_t n);

#endif
