/*
 * What an event came to, for everybody: the results page; and for those who answer for it: the
 * audit trail, the policy, the API's description.
 *
 * Everything on the results page is public, so counts of people below SMALL_LEAST are not told,
 * nor can they be computed from what is told. Rules here are pure; memory is the arena's.
 */
#ifndef PORTAL_REPORT_REPORT_H
#define PORTAL_REPORT_REPORT_H

#include "portal/web/req.h"
#include "portal/web/route.h"
#include "portal/web/small.h"

/* How many of a kind took part. */
struct report_share {
	const char *label;
	int64_t took_part; /* 0 when small */
	bool small;        /* fewer than SMALL_LEAST: not told */
};

/*
 * Folds kinds together ("PhD or alumni") until each is SMALL_LEAST or more. Sums stay what they
 * are, so that totals published beside the kinds reveal nothing. When even all together are too
 * few, one row is left, marked small. Works in place; returns how many rows are left.
 */
size_t report_fold(struct arena *, struct report_share *, size_t n);

/* One team's submissions to its project. */
struct report_rank {
	int64_t team; /* number in the event */
	const char *name;
	double value, low, high; /* the best scored one; NaN without */
	int64_t rank;            /* from 1, equal for a tie; 0 without a score */
	int64_t scored, refused; /* how many */
};

/*
 * Sorts best first and numbers the ranks; within noise they tie, as on the leaderboard (see
 * score_shares_rank). Teams without a score come last, rank 0, in the order of their numbers.
 */
void report_rank(struct report_rank *, size_t n, bool larger_is_better);

extern const struct route report_routes[];

/* ---- views ---- */

struct report_figure {
	const char *label;
	int64_t n;  /* 0 when small */
	bool small; /* fewer than SMALL_LEAST people: not told */
};

struct report_project {
	const char *slug, *title, *lead, *source, *ethics, *metric, *recipe_hash;
	int64_t patients, sample_patients, hidden_patients; /* 0 when small */
	bool small, has_data;
	int64_t tables, rows, scored, refused;
	LIST(struct report_rank) board;
	struct html_safe picture;
};

struct report_team {
	int64_t number;
	const char *name, *project, *presentation;
};

struct report_place {
	int64_t place, team;
	const char *name, *project;
	double mean, adjusted;
	bool unclear;
};

struct report_phase {
	const char *title;
	int64_t begun;
};

struct results_view {
	const char *name, *place, *mode;
	int64_t starts, ends;
	bool closed;
	LIST(struct report_figure) figures;
	LIST(struct report_share) levels, specialties;
	struct html_safe level_picture, specialty_picture;
	LIST(struct report_project) projects;
	LIST(struct report_team) teams;
	int64_t submissions, refused;
	const char *winner, *winner_project; /* NULL until the final is decided */
	LIST(struct report_place) shortlist, first, final;
	LIST(struct report_phase) phases;
};

struct audit_row {
	int64_t n, at, person;
	const char *name, *action, *object, *detail;
	const char *title, *means, *about, *more; /* the same in words */
};

struct audit_view {
	const char *action, *person, *words; /* the filter */
	text_list actions;                   /* that this event has seen */
	LIST(struct audit_row) entries;
	int64_t older;       /* number to go on before; 0 at the end */
	bool checked;        /* the chain was walked for this page */
	bool sound;          /* and nothing in it is wrong */
	int64_t head;        /* number of the newest entry of this server */
	const char *hash;    /* and its hash, hex */
	const char *finding; /* in words */
};

struct policy_line {
	const char *capability, *doc, *roles, *phases, *scope;
};

struct policy_view {
	LIST(struct policy_line) rules;
};

struct api_line {
	const char *method, *path, *doc, *capability, *roles;
};

struct api_view {
	LIST(struct api_line) routes;
};

struct health_view {
	bool ok;
	const char *version;
};

/* Handlers in the other files of this room; report_web.c holds the table. */
enum status audit_show(struct req *, const void *in, void *view, struct err *);
enum status audit_csv(struct req *, const void *in, void *view, struct err *);
enum status results_show(struct req *, const void *in, void *view, struct err *);
enum status results_csv(struct req *, const void *in, void *view, struct err *);
extern const struct field audit_fields[], results_fields[];

#endif
