#include "gate/meter.h"

int64_t
meter_add(struct meter_ring *r, int64_t now, int64_t n)
{
	int64_t part = now / METER_PART_SECONDS, sum = 0;
	int at = (int)(part % METER_PARTS);
	if (r->part[at] != part) {
		r->part[at] = part;
		r->n[at] = 0;
	}
	r->n[at] += n;
	/* A clock that was set back must not hide what was counted. */
	for (int i = 0; i < METER_PARTS; i++)
		if (r->part[i] > part - METER_PARTS)
			sum += r->n[i];
	return sum;
}
