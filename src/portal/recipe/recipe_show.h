/*
 * The columns of one table of a recipe, with what an import found in them, the actions that are
 * usual for such, and what the curator's preview makes of invented values.
 *
 * Pure; memory is the arena's. Free-threaded.
 */
#ifndef PORTAL_RECIPE_RECIPE_SHOW_H
#define PORTAL_RECIPE_RECIPE_SHOW_H

#include "portal/recipe/recipe.h"

struct recipe_show {
	const struct recipe_text *text;
	const struct recipe_now *now;
	const char *import;  /* the import job's result; "" when there is none */
	const char *task;    /* of the project: binary or regression */
	const char *risk;    /* the result of a job that measured this recipe's; "" without one */
	int64_t table, from; /* which table and column come first, both from 1; any number */
};

/* Fills tabs, table, columns, left_out and what is predicted. */
void recipe_show_columns(struct arena *, const struct recipe_show *, struct recipe_view *);

#endif
