/*
 * Memory under a limit that the person chose: arrays that grow with the data ask here first, so
 * that too little is told in a sentence rather than by the kernel.
 *
 * An array made here is freed here, by who made it. A struct budget * may be NULL: no limit.
 * Thread rule: one thread per budget.
 */
#ifndef CURATOR_RISK_BUDGET_H
#define CURATOR_RISK_BUDGET_H

#include <stddef.h>

#include "base/err.h"

struct budget {
	size_t used, peak, limit; /* bytes */
};

/*
 * *array is a pointer to an array of old elements (or to NULL, old 0), size bytes each; it becomes
 * one of n elements, the new ones undefined. E_BUSY when the limit forbids it, naming the limit;
 * the array is then as before.
 */
enum status budget_resize(
	struct budget *, void *array, size_t old, size_t n, size_t size, struct err *);

/* Frees *array of n elements and makes it NULL; *array may be NULL. */
void budget_free(struct budget *, void *array, size_t n, size_t size);

#endif
