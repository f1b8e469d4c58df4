/*
 * A distribution of numbers as counts in steps: a step is the sign, the exponent and the first bits
 * of the fraction of a double. When there are too many steps, one bit less counts for all of them,
 * so that memory stays bounded and the result does not depend on the order.
 *
 * steps_free ends it. Thread rule: one thread per struct steps.
 */
#ifndef CURATOR_IMPORT_STEPS_H
#define CURATOR_IMPORT_STEPS_H

#include <stddef.h>
#include <stdint.h>

enum { STEPS_MAX = 16384 };

struct steps {
	struct step {
		uint64_t key, n;
	} * at; /* open addressing; n == 0 is free */
	size_t used, cap;
	int bits; /* of the fraction that count */
};

struct steps steps_new(int bits);
void steps_free(struct steps *);
void steps_add(struct steps *, double v, uint64_t n);
/* The lower end of a step. */
double steps_value(const struct steps *, const struct step *);

#endif
