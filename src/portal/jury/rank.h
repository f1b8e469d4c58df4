/*
 * From jurors' scores to a ranking that is fair to teams with strict jurors, and how sure it is.
 *
 * A juror's cell for a team is the weighted mean of the criteria. Cells are explained as a team's
 * worth plus a juror's leniency by least squares over the cells that exist (the two-way additive
 * model; Houston, Raymond and Svec, Applied Psychological Measurement 1991), and a team's adjusted
 * score is its worth plus the mean leniency: what all jurors together would have given. A missing
 * cell (recusal, absence) is left out and never counts as zero. Where every juror scored every
 * team, the adjusted score is the plain mean.
 *
 * Pure functions. Results live in the arena. Thread rule: one thread per arena.
 */
#ifndef PORTAL_JURY_RANK_H
#define PORTAL_JURY_RANK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum { RANK_MAX_TEAMS = 128, RANK_MAX_JURORS = 128, RANK_MAX_CRITERIA = 32 };

struct rank_problem {
	size_t n_teams, n_jurors, n_criteria;
	const double *weight; /* of each criterion, from 0; not all 0 */
	/* [(team * n_jurors + juror) * n_criteria + criterion], NaN where none was given. A cell
	 * counts once all its criteria with a weight are given. */
	const double *score;
	const char *const *team_name; /* for sentences */
	size_t shortlist;             /* how many teams go on; 0: none is asked for */
};

struct rank_team {
	double adjusted;     /* in points of the scale */
	double mean;         /* plain, of the cells */
	double disagreement; /* standard deviation of the cells; NaN with fewer than two */
	size_t jurors;       /* cells */
	size_t rank;         /* from 1; equal scores share the better rank */
	size_t best, worst;  /* rank over all rankings that leave out one juror, and this one */
	bool shortlisted;
};

struct rank_juror {
	size_t teams;      /* cells */
	size_t incomplete; /* teams with some criteria scored and some not: not counted */
	double strictness; /* points below the mean of jurors for the same teams; NaN: no cells */
	/* Correlation with the ranking of the others; NaN: flat, or fewer than three teams. */
	double agreement;
};

struct rank_result {
	struct rank_team *teams;   /* as in the problem */
	struct rank_juror *jurors; /* as in the problem */
	size_t *order;             /* teams, best first; equal ones in the order of the problem */
	/*
	 * Sentences why the shortlist does not follow from the scores alone; NULL when it does. A
	 * tie at the cut, another shortlist when one juror is left out, or a comparison that hangs
	 * on one juror. The jury then deliberates; a tie must never be broken by a decimal.
	 */
	const char *unclear;
};

/*
 * E_INPUT: a weight or a score is no number, or there are too many of something. E_CONFLICT: the
 * scores given so far do not suffice: a team has none, or two groups of teams share no juror, so
 * that strict jurors cannot be told from weak teams.
 */
enum status rank_teams(
	struct arena *, const struct rank_problem *, struct rank_result *ret, struct err *);

#endif
