/*
 * What teams have of a data set, and what must be signed before they get another: decided here, for
 * every page that speaks of it.
 *
 * Three recipes are compared: the one that is saved, that of the newest release that was made, and
 * that of the newest one that a steward signed. Two are the same when they differ in nothing but
 * the number of their version, so an earlier version that is taken up again finds the state again
 * that was signed for it. Nothing is mounted or told because of this: the signature stays bound to
 * the very text, and its hash, by which its images were made.
 *
 * Pure; memory is the arena's. Free-threaded.
 */
#ifndef PORTAL_SIGN_STANDING_H
#define PORTAL_SIGN_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct sign_recipes; /* a row of sign.sql */

enum sign_state {
	SIGN_NOTHING, /* no release was ever signed, and none is made of what is saved */
	SIGN_WAITS,   /* a release is made of what is saved, and waits for a signature */
	SIGN_CHANGED, /* what is saved is neither what was signed nor made */
	SIGN_SIGNED,  /* what is saved is what was signed, and teams have it */
};

/* Who reads the sentence. */
enum sign_reader {
	SIGN_YOU,     /* may sign */
	SIGN_STEWARD, /* somebody else, while a steward may sign */
	SIGN_OVER,    /* the time for signatures is past */
};

struct sign_standing {
	enum sign_state state;
	/* Versions of the recipe: the saved one, the signed one, and the one to be signed next. 0:
	 * there is none, or its text tells none. */
	int64_t saved, held, next;
	bool same;            /* SIGN_SIGNED under another number than it was signed by */
	bool undescribed;     /* nobody has written its entry in the catalogue */
	const char *sentence; /* "" for SIGN_NOTHING */
};

/* Nothing of it waits for a data steward: teams have what is saved, and the catalogue tells of it.
 */
bool sign_settled(const struct sign_standing *);

struct sign_standing sign_standing_of(
	struct arena *, const struct sign_recipes *, enum sign_reader);

#endif
