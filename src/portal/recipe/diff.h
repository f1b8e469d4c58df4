/*
 * Two texts, line by line: what went, what came, and a few lines around it. The shortest way from
 * one to the other (Myers, 1986); when they differ in more than DIFF_MOST lines, all that lies
 * between their common beginning and end is told as gone and come.
 *
 * Pure; memory is the arena's. Free-threaded.
 */
#ifndef PORTAL_RECIPE_DIFF_H
#define PORTAL_RECIPE_DIFF_H

#include "base/arena.h"
#include "base/field.h"

enum { DIFF_MOST = 1000, DIFF_AROUND = 2 };

struct diff_line {
	const char *kind;      /* "same", "gone", "come", or "gap": lines left out */
	int64_t before, after; /* its number in either text, from 1; 0: in the other only */
	const char *text;
};

typedef LIST(struct diff_line) diff_lines;

/* No lines when the texts are the same. */
void diff_make(struct arena *, const char *before, const char *after, diff_lines *ret);

#endif
