/*
 * Equivalence classes: which tuples agree in some of their columns, as they are or generalised.
 *
 * classes_free frees everything; a zeroed struct may be freed. Thread rule: one thread.
 */
#ifndef CURATOR_RISK_CLASSES_H
#define CURATOR_RISK_CLASSES_H

#include "curator/risk/index.h"
#include "curator/risk/tuples.h"

struct class_column {
	size_t column;       /* of the tuples */
	const uint32_t *map; /* code -> what stands for it; NULL: the code itself */
	uint32_t values;     /* codes, or what stands for them, are below this */
};

struct classes {
	uint32_t *of; /* tuple -> its class */
	size_t n_tuples;
	uint32_t *rows; /* class -> how many rows */
	size_t n, cap;
	struct budget *budget;
};

/* Numbers the classes in the order of their first tuple. The index is scratch, with its budget. */
enum status classes_make(const struct tuples *, const struct class_column *, size_t n_columns,
	struct index *scratch, struct classes *ret, struct err *);
void classes_free(struct classes *);

/* How many distinct codes of a column each class holds (distinct l-diversity): k->n numbers. */
enum status classes_diversity(const struct tuples *, const struct classes *, size_t column,
	struct index *scratch, uint32_t *ret_of_class, struct err *);

#endif
