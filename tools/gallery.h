/* What the gallery shows: one of every part of the style sheet, for eyes and for browser tests. */
#ifndef TOOLS_GALLERY_H
#define TOOLS_GALLERY_H

#include "base/field.h"

struct gallery_row {
	const char *team, *state, *kind;
	double value, low, high;
	int64_t tries;
	bool mine;
};

struct gallery {
	int64_t due, applied, selected;
	struct html_safe bars, intervals, lines, markdown;
	LIST(struct gallery_row) rows;
	LIST(struct gallery_row) nothing;
	text_list skills, levels, scores;
	const char *chosen;
};

#endif
