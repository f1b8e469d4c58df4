/*
 * What the step of risk makes of a column that others could know, in words: the pages of the recipe
 * and of the risk tell it alike.
 *
 * Pure; memory is the arena's. Free-threaded.
 */
#ifndef PORTAL_RECIPE_COARSER_H
#define PORTAL_RECIPE_COARSER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct coarser {
	const char *column; /* "births.age" */
	const char *what;   /* "told as ranges of 10", "stays as it is" */
	double loss;        /* 0 to 1 */
	bool same;          /* nothing was done to it */
	bool lost;          /* the same for all patients: it tells nothing any more */
};

/* One element of "levels" in the result of JOB_MEASURE or JOB_RELEASE (wire/jobs.h); E_INPUT when
 * it is none. */
enum status coarser_read(struct arena *, const json_t *level, struct coarser *ret, struct err *);

/*
 * What becomes of that column after what the recipe says, as a sentence; "" when nothing does.
 * risk: "risk" of such a result, NULL while this recipe is not measured; text: the recipe.
 */
const char *coarser_after(struct arena *, const json_t *risk, const char *text, const char *column);

#endif
