/*
 * Values of nobody, written as a hospital's tables are: to show people what a recipe does without
 * showing them anybody. Made of a column's name, type and of what an import may tell of it (see
 * wire/jobs.h), never of its rows. The same every time.
 *
 * Memory is the arena's. Pure.
 */
#ifndef CURATOR_INVENT_H
#define CURATOR_INVENT_H

#include "curator/source.h"

/* What a value stands for. Patients and keys are the same in every column. */
enum invent_as { INVENT_VALUE, INVENT_PATIENT, INVENT_KEY };

/* A text that next to nobody else has, for INVENT_VALUE of patient 1. */
#define INVENT_RARE "something rare"

/* Of the patient's row number `turn`, both from 0. NULL is a missing value. */
const char *invent_value(
	struct arena *, const struct source_column *, enum invent_as, size_t patient, size_t turn);

#endif
