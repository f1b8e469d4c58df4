/*
 * The way of a data set from a folder to teams, as a steward walks it: six steps, and the one thing
 * to do next.
 *
 * Pure; memory is the arena's. Free-threaded.
 */
#ifndef PORTAL_DATA_WAY_H
#define PORTAL_DATA_WAY_H

#include "base/arena.h"
#include "base/field.h"
#include "portal/sign/standing.h"

struct way_facts {
	const char *page;    /* the address of the data set: "/e/carmel/data/heart" */
	const char *project; /* where its ethics approval is entered */
	const char *ethics;  /* in words */
	const char *folder;
	bool past;     /* the event is too far for changes */
	bool approved; /* the approval is valid today */
	bool imported;
	bool understood; /* the steward has confirmed what was found in this source */
	bool recipe_saved, recipe_wrong, recipe_checking;
	int64_t recipe_version, tables, patients;
	bool measuring, measured,
		lowered; /* the risk of this recipe, or of the same by another number */
	int64_t group;   /* patients in the smallest group, when lowered */
	int64_t rooms;   /* workspaces that hold patients of it now */
	struct sign_standing standing;
};

struct data_step {
	const char *title, *text, *state; /* done, now, later, stop */
	const char *href;                 /* NULL: nothing to open yet */
};

struct data_next {
	const char *title, *text, *button, *href;
	const char *tone; /* "" waits for the steward, stop, quiet */
	bool post;        /* the button asks for it at once */
};

enum { WAY_STEPS = 6 };

/* May releases be made of the recipe as it is? Only once its risk is known. */
bool way_may_make(const struct way_facts *);

/* steps holds WAY_STEPS. */
void way_steps(struct arena *, const struct way_facts *, struct data_step *steps);
struct data_next way_next(struct arena *, const struct way_facts *);

#endif
