/*
 * The two files of a scoring: the truth (columns id,label), which nobody may see, and a team's
 * predictions (columns id,prediction), which are checked whole before any of them counts.
 *
 * What is told about a bad file goes back to the team, so it is an exit: problems hold ids and line
 * numbers that the team itself sent, or ids that it was asked for. Never a label.
 *
 * Everything lives in the arena or points into the texts, which must outlive the results.
 * Thread rule: one thread per arena.
 */
#ifndef CURATOR_SCORE_PREDICTIONS_H
#define CURATOR_SCORE_PREDICTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"
#include "curator/score/ids.h"

enum score_task { SCORE_BINARY, SCORE_REGRESSION };

/* Labels and predictions of a regression lie within plus and minus this. */
#define SCORE_LIMIT 1e15

enum { PROBLEM_EXAMPLES = 20, PROBLEM_EXAMPLE_BYTES = 80 };

struct score_problem {
	const char *what;   /* "Missing ids" */
	int64_t count;      /* rows or ids concerned */
	text_list examples; /* the first PROBLEM_EXAMPLES; control characters replaced */
};
typedef LIST(struct score_problem) problem_list;
extern const struct field score_problem_fields[];

struct truth {
	size_t n; /* at least 1 */
	const struct str *id;
	const double *label; /* binary: 0 or 1 */
	struct ids index;
};

/* E_INPUT on the first thing that is wrong. The sentence names a line, so it is not for teams. */
enum status truth_read(
	struct arena *, struct str text, enum score_task, struct truth *ret, struct err *);

/*
 * *ret_values has truth->n predictions in the order of the truth. E_INPUT when there is a problem:
 * *ret_problems then tells all of them and err sums them up in a sentence. A file that cannot be
 * read as such a table (not UTF-8, wrong columns, broken quotes) has one problem of count 1, or
 * that one after the others. *ret_problems is empty on OK.
 */
enum status predictions_read(struct arena *, struct str text, enum score_task, const struct truth *,
	const double **ret_values, problem_list *ret_problems, struct err *);

#endif
