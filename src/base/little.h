/* Whole numbers in files of other programs: the lowest byte first. */
#ifndef BASE_LITTLE_H
#define BASE_LITTLE_H

#include <stdint.h>

/* bytes: 1 to 8, all of which must be there. */
static inline uint64_t
little(const uint8_t *p, int bytes)
{
	uint64_t v = 0;
	for (int i = bytes; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

#endif
