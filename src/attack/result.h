/*
 * What came of the attacks: a list, a table for people and JSON for programs.
 *
 * Texts belong to the arena given to result_new. Thread rule: one thread.
 */
#ifndef ATTACK_RESULT_H
#define ATTACK_RESULT_H

#include <stdbool.h>

#include "base/str.h"

enum verdict { R_DEFEATED, R_THROUGH, R_NOT_HERE, R_UNCLEAR, R_RESIDUAL };

struct result {
	const char *id, *what, *detail;
	enum verdict verdict;
	bool control;
	const char *control_detail; /* why it failed */
	const char *residual;       /* the reason for R_RESIDUAL */
};

struct results {
	struct arena *arena;
	struct result at[1000];
	size_t n, planned;
};

struct results *results_new(struct arena *);
/* Texts are copied; characters a terminal could obey become '?'. More than 1000 are not taken. */
void results_add(struct results *, const struct result *);
/* One line of the inside program: an object, or the plan. False when it is neither. */
bool results_line(struct results *, struct str line);

/* All that was planned was tried; all tried were defeated or residual; all controls passed. */
bool results_good(const struct results *);
void results_table(const struct results *);
void results_json(const struct results *);
/* Adds what results_json of another program printed. False when it is not that. */
bool results_merge(struct results *, struct str json);

/* How many came out so. */
size_t results_count(const struct results *, enum verdict);
size_t results_controls_bad(const struct results *);
/* "defeated", "through", ... */
const char *verdict_word(enum verdict);
/* Name of the group that an id's letter stands for; NULL when there is none. */
const char *results_group(char letter);
/* The letters of all groups, in the order of the table. */
extern const char results_letters[];
/* The same as results_json as text, and for programs. */
void results_write(struct buf *, const struct results *);

#endif
