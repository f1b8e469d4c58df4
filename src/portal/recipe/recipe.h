/*
 * The recipe of a project, as the pages show and change it: the newest saved version, or the
 * curator's suggestion when there is none; what the curator says of it; and all versions. The
 * curator alone understands recipes; the pages change lines of a text and ask for a preview on
 * invented rows.
 *
 * Rules take a struct db inside a transaction; memory is its arena. Thread rule: as db.
 */
#ifndef PORTAL_RECIPE_RECIPE_H
#define PORTAL_RECIPE_RECIPE_H

#include "portal/recipe/diff.h"
#include "portal/recipe/recipe_text.h"
#include "portal/store/db.h"
#include "portal/web/route.h"

enum { RECIPE_COLUMNS = 100 /* on one page */ };

enum recipe_standing {
	RECIPE_NOTHING,    /* neither saved nor suggested */
	RECIPE_SUGGESTING, /* the curator looks for a first one */
	RECIPE_DRAFT,      /* suggested, not saved */
	RECIPE_CHECKING,
	RECIPE_WRONG,
	RECIPE_GOOD,
};

struct recipe_now {
	enum recipe_standing standing;
	const char *text, *hash;
	int64_t version; /* 0: not saved */
	const char *by;  /* who saved it; "" */
	int64_t at;
	const char *problem; /* RECIPE_WRONG: the curator's sentence */
	const char *preview; /* RECIPE_GOOD: its result */
};

/* "nothing", "suggesting", "draft", "checking", "wrong", "good". */
const char *recipe_standing_word(enum recipe_standing);

/* `saved` is project.recipe. */
enum status recipe_load(
	struct db *, int64_t project, const char *saved, struct recipe_now *ret, struct err *);

/* After an import: the curator suggests a recipe, and checks a saved one anew. */
enum status recipe_ask(struct db *, int64_t event, int64_t project, const char *title,
	const char *saved, int64_t now, struct err *);

/*
 * Saves a text as the next version, whose number it then carries, and asks the curator for a
 * preview when tables are imported. A text that says what the newest version says is none:
 * *ret_version is 0.
 */
struct recipe_author {
	int64_t event, project, person;
	const char *name;
	bool imported;
	int64_t now;
};
enum status recipe_put(struct db *, const struct recipe_author *, const char *text,
	int64_t *ret_version, struct err *);

/* Is this spec of a job of that recipe, or of the same by another number? Pure. */
bool recipe_is_of(struct arena *, const char *spec, const char *recipe);

/* BLAKE2b-256 in hex, as the curator computes it. */
const char *recipe_hash_of(struct arena *, const char *text);

/* What a column's form sent, made one: a left-over option of another action goes, a usual one
 * comes. E_INPUT with a sentence when something is missing; `field` is the form's. Pure. */
struct recipe_wish {
	const char *action, *option;
};
enum status recipe_wish_mend(struct arena *, const char *field, const struct recipe_line *old,
	struct recipe_wish *, struct err *);

/* What is predicted, as the statement "outcome" says it. Pure. */
struct recipe_goal {
	const char *column, *each, *positive, *meaning; /* "" when not given */
	bool binary;
};
void recipe_goal_read(struct arena *, const char *statement, struct recipe_goal *ret);
const char *recipe_goal_text(struct arena *, const struct recipe_goal *);

/* How many patients are hidden and in the sample is asked for, not promised: a sentence that says
 * so, with the shares of that recipe where its text tells them. Pure. */
const char *recipe_lot_words(struct arena *, const char *text);

/* ---- views ---- */

struct recipe_choice {
	const char *value, *label;
	bool chosen;
};

struct recipe_pair {
	const char *before, *after;
	const char *when; /* what decides that it is so; "" when nothing does */
	bool released;
};

struct recipe_field {
	const char *name, *meaning, *type, *values, *action, *option, *treatment;
	bool identifier;            /* looks like one */
	bool harmless;              /* the recipe says that it tells of nobody */
	bool markable;              /* somebody may say so: it does not name the patient */
	const char *marked, *tells; /* the form's fields for that */
	const char *does, *with;    /* names of the form's fields */
	const char *hint;           /* what the option is */
	const char *then;           /* what the step of risk makes of that; "" when nothing */
	LIST(struct recipe_choice) choices;
	LIST(struct recipe_pair) pairs;
};

struct recipe_tab {
	const char *label;
	int64_t table, from; /* both from 1 */
	bool current;
};

struct recipe_view {
	const char *slug, *title, *standing, *problem, *wrong_text, *hash, *by;
	int64_t version, at, wrong_line;
	bool imported, saved;
	LIST(struct recipe_tab) tabs;
	const char *table, *way;
	int64_t number, from; /* of the table and of its first column shown; number 0: none */
	LIST(struct recipe_field) columns;
	text_list left_out;
	const char *outcome, *each, *positive, *outcome_meaning, *hidden, *sample, *task;
	const char *came; /* what the newest release drew; "" when there is none */
	LIST(struct recipe_choice) outcomes;
	const char *text;
};

struct recipe_version_row {
	int64_t n, at;
	const char *hash, *by;
	bool from, to, newest;
};

struct recipe_versions_view {
	const char *slug, *title, *standing;
	const char *base;
	int64_t version, from, to;
	bool may_again;
	LIST(struct recipe_version_row) versions;
	diff_lines lines;
};

extern const struct route recipe_routes[];

#endif
