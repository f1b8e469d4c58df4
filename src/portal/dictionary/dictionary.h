/*
 * The dictionary of a data set: each variable with its type and range (safe aggregates), what it
 * means, and what was asked and answered about it. Filled from the layout and the recipe;
 * clinicians write entries, each of which makes the dictionary's next version; participants ask,
 * from the page or from inside a workspace.
 *
 * Rules take a struct db, inside a transaction when they write; memory is its arena. Thread rule:
 * as db.
 */
#ifndef PORTAL_DICTIONARY_DICTIONARY_H
#define PORTAL_DICTIONARY_DICTIONARY_H

#include "portal/dictionary/dictionary.sql.h"
#include "portal/store/db.h"
#include "portal/web/route.h"

enum {
	DICTIONARY_MEANING = 2000, /* bytes */
	DICTIONARY_UNIT = 40,
	DICTIONARY_QUESTION = 500,
	DICTIONARY_QUESTIONS = 20, /* of one person in a day */
};

/* The released variables; before there are any, those of the source when `source` says so. */
enum status dictionary_rows(
	struct db *, int64_t project, bool source, struct dictionary_list_rows *ret, struct err *);

/* A count, or "not told" where it is withheld; "fewer than 10 rows". Pure. */
const char *dictionary_count(struct arena *, int64_t n);
const char *dictionary_size(struct arena *, int64_t rows);

/* The row of "table.column", case aside; NULL when there is none. Pure. */
const struct dictionary_list *dictionary_find(
	const struct dictionary_list_rows *, const char *variable);

/*
 * For the terminal of a workspace: all tables for "-", the variables of "labs", or all about
 * "labs.value". E_ABSENT names what is not there.
 */
enum status dictionary_words(
	struct db *, int64_t project, const char *what, const char **ret, struct err *);

/* Who asks: their name is told to whoever answers. */
struct dictionary_asker {
	int64_t event, project, person;
	const char *name;
	int64_t now;
};
/* E_ABSENT: no such variable; E_BUSY: too many in a day. The caller audits. */
enum status dictionary_ask(struct db *, const struct dictionary_asker *, const char *variable,
	const char *question, const char **ret_variable, struct err *);

/*
 * "labs.value unit": which variable, and the question that the word stands for. E_INPUT for a
 * missing part or a word that is none. Pure.
 */
enum status dictionary_part(struct arena *, const char *words, const char **ret_variable,
	const char **ret_question, struct err *);

/* ---- views ---- */

struct variable_row {
	const char *name, *variable, *type, *meaning, *unit, *low, *high, *examples;
	const char *missing, *distinct_values; /* counts, or "not told" */
	int64_t questions, open;
};

struct variable_table {
	const char *name, *rows; /* "1,000 rows", "fewer than 10 rows" */
	LIST(struct variable_row) columns;
};

struct answer_row {
	int64_t at;
	const char *by, *answer;
};

struct question_view {
	int64_t id, at, answered;
	const char *variable, *by, *question, *answer, *answered_by;
	LIST(struct answer_row) before; /* what was answered before that, newest first */
	bool again;                     /* an answer to it was sent and is shown again */
};

struct entry_row {
	int64_t n, at;
	const char *meaning, *unit, *by;
};

struct dictionary_view {
	const char *slug, *title;
	int64_t version, at;
	bool released, may_edit, may_ask, may_answer;
	LIST(struct variable_table) tables;
	LIST(struct question_view) open;
};

struct variable_view {
	const char *slug, *title;
	struct variable_row it;
	bool may_edit, may_ask, may_answer;
	struct entry_row said; /* what holds now; at is 0 when nobody wrote it in the page */
	LIST(struct question_view) questions;
	LIST(struct entry_row) history; /* what was said before that, newest first */
};

extern const struct route dictionary_routes[];

#endif
