/*
 * Scoring a team's predictions on labels that nobody sees: as a job of the curator and by hand.
 *
 * A score is an exit: what a job writes is n, value and interval, rounded to SCORE_DECIMALS so that
 * repeated submissions learn little about single labels, or what is wrong with the team's own file.
 * What is wrong with the labels is for the steward and goes to the log only.
 *
 * Results live in the arena. Thread rule: one thread per arena.
 */
#ifndef CURATOR_SCORE_SCORE_H
#define CURATOR_SCORE_SCORE_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "base/str.h"
#include "curator/score/metric.h"
#include "curator/score/predictions.h"

enum { SCORE_DECIMALS = 4, SCORE_FILE_MAX = 64 << 20 };

struct score {
	const char *error; /* NULL: scored; else why not, and problems says more */
	problem_list problems;
	size_t n;
	const char *name; /* "AUROC" or "MAE" */
	struct metric metric;
};

/*
 * OK when there is a verdict, good or bad (see score.error). E_INPUT when the truth is not usable;
 * the sentence is for those who may see the truth.
 */
enum status score_texts(struct arena *, enum score_task, struct str truth, struct str predictions,
	struct score *ret, struct err *);

/*
 * JOB_SCORE of wire/jobs.h: spec is the JSON text. On OK result.json stands in job_dirfd and holds
 * the verdict: {"ok":true,"n","metric","value","low","high"}, or {"ok":false,"error","field",
 * "problems"} for a file that was refused; the caller writes no other. On failure (bad spec, no
 * labels, no such file in the spool) nothing was written and err has a sentence fit for the team.
 */
enum status score_job(
	struct arena *, struct str spec, int job_dirfd, const struct config *, struct err *);

/*
 * `wardroom-curator score ...`; argv[0] is "score". Answers on standard output. Exit code 0 scored,
 * 1 not scored, 2 wrong use.
 */
int score_main(int argc, char **argv);

#endif
