/*
 * The risk of patients being found again, as the curator measured it for a recipe: read from the
 * job's result into words, figures and pictures, and the choice of quasi-identifiers as statements
 * of the recipe.
 *
 * Pure but for the route table; memory is the arena's. Free-threaded.
 */
#ifndef PORTAL_RISK_RISK_H
#define PORTAL_RISK_RISK_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "portal/web/route.h"

struct risk_candidate {
	const char *column, *treatment;
	const char *why; /* it may be known; "" when nobody said */
	int64_t distinct;
	bool suggested, chosen;
};

/* One row of the table of figures. */
struct risk_figure {
	const char *label, *hint, *before, *after; /* after "" when no k is asked for */
};

struct risk_column_row {
	const char *name, *alone, *with_others;
	int64_t distinct;
};

struct risk_level_row {
	const char *column, *what, *lost;
};

struct risk_found {
	bool measured, lowered; /* quasi-identifiers were named; k was asked for */
	int64_t patients, k, l, reached, suppressed;
	LIST(struct risk_candidate) candidates;
	LIST(struct risk_figure) figures;
	struct html_safe before, after;       /* patients by the size of their group */
	LIST(struct risk_column_row) columns; /* the riskiest first */
	LIST(struct risk_level_row) levels;
	text_list lost;       /* columns that become the same for all patients */
	const char *headline; /* what all of it comes to, in a few words */
	const char *sentence;
};

/* E_INPUT when it is no result of JOB_MEASURE (wire/jobs.h). */
enum status risk_read(struct arena *, const char *result, struct risk_found *ret, struct err *);

/* As risk_read, of the result of JOB_RELEASE, which tells no candidates: ret keeps those it has. */
enum status risk_read_release(
	struct arena *, const char *result, struct risk_found *ret, struct err *);

/* Before anything is measured: what the preview of this recipe says of each column. Those that may
 * not be known, with the reason, go to *ret_not. */
void risk_possible(struct arena *, const char *preview, struct risk_found *ret, text_list *ret_not);

/* What the form asks for. */
struct risk_choice {
	text_list quasi;
	int64_t k; /* 0: measured only */
	double suppress;
	int64_t l; /* 0: not asked for */
	const char *sensitive;
};
/* The recipe's text with this choice in the place of its statements quasi, k and l. */
enum status risk_choose(struct arena *, const char *text, const struct risk_choice *,
	const char **ret, struct err *);
/* The choice that a text holds. */
void risk_chosen(struct arena *, const char *text, struct risk_choice *ret);

struct risk_view {
	const char *slug, *title;
	const char *standing;  /* nothing, unmeasured, measuring, wrong, measured, passed (signed
				* without) */
	const char *meanwhile; /* what teams have, while this version is not signed */
	const char *of;        /* which version the figures are of, in words */
	bool made;             /* a release was made with these figures */
	const char *problem, *working, *hash;
	int64_t progress, version;
	struct risk_found found;
	text_list not_known; /* "labs.taken: a date that was moved" */
	int64_t k, l;
	const char *suppress, *sensitive;
};

extern const struct route risk_routes[];

#endif
