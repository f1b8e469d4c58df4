/*
 * The leaderboard and a team's own submissions, as pages. The rank rule is pure: teams whose
 * intervals overlap the best one's value of their group share a rank (see board_ranks).
 */
#ifndef PORTAL_SCORE_BOARD_H
#define PORTAL_SCORE_BOARD_H

#include "portal/web/req.h"
#include "portal/web/route.h"

struct board_row {
	int64_t rank, number, tries, at;
	const char *team;
	double value, low, high;
	bool mine;
};

struct board {
	const char *project, *slug, *metric, *unit, *about; /* unit: of the values, "" for none */
	int64_t hidden_patients;
	struct html_safe picture;
	LIST(struct board_row) rows;
};

struct boards_view {
	LIST(struct board) boards;
};

/* What is wrong with a file, with its first ids; more: the others, "" when there are none. */
struct submission_problem {
	const char *text, *more;
};

struct submission_row {
	int64_t id, at, bytes, n;
	const char *person, *name, *state, *metric, *hash;
	double value, low, high;
	LIST(struct submission_problem) problems;
	bool best;
};

struct submissions_view {
	const char *team, *project, *unit;
	int64_t number, left; /* attempts left today */
	bool open;            /* files are taken now */
	LIST(struct submission_row) submissions;
};

/*
 * Ranks rows that are sorted best first: a row shares the rank of the leader of its group as long
 * as its interval still holds the leader's value; else it begins a group of its own, at its place.
 */
void board_ranks(struct board_row *rows, size_t n);

/* Sets ids beyond the third apart: "…: 37 (first: A, B, C, D)" is "…: 37 (first: A, B, C)" and D.
 * Pure. */
struct submission_problem board_fold(struct arena *, const char *problem);

extern const struct route score_routes[];

#endif
