/*
 * A recipe's text as the pages change it: which line says what of which column, and single lines
 * exchanged while all others, comments and blanks stay as people wrote them. What the words mean is
 * the curator's to say (docs/de-identification.md); nothing here refuses a text.
 *
 * Pure; memory is the arena's. Free-threaded.
 */
#ifndef PORTAL_RECIPE_RECIPE_TEXT_H
#define PORTAL_RECIPE_RECIPE_TEXT_H

#include "base/arena.h"
#include "base/field.h"
#include "base/str.h"

/* One indented line. */
struct recipe_line {
	const char *name;
	const char *action; /* "cap" */
	const char *option; /* what follows it: "89 as age_capped" */
	const char *meaning;
	int64_t line; /* from 1 */
};

struct recipe_part {
	const char *table;
	const char *way; /* "by patient_id", "shared", "" */
	LIST(struct recipe_line) columns;
};

struct recipe_text {
	LIST(struct recipe_part) tables;
};

void recipe_text_read(struct arena *, const char *text, struct recipe_text *ret);

/* The text in which that line says `action option`. */
const char *recipe_text_change(
	struct arena *, const char *text, int64_t line, const char *action, const char *option);

/* What stands behind the first statement of that word: "births.age births.race". "" when there is
 * none. */
const char *recipe_text_statement(struct arena *, const char *text, const char *word);
/* The text in which the statement `word` says `rest`; none of it when rest is "". A new one goes to
 * the end. */
const char *recipe_text_state(struct arena *, const char *text, const char *word, const char *rest);

/* Does the first statement of that word name that column ("births.age")? Case does not count. */
bool recipe_text_names(struct arena *, const char *text, const char *word, const char *column);
/* The text in which it does, or does not. */
const char *recipe_text_name_put(
	struct arena *, const char *text, const char *word, const char *column, bool names);

/* The text whose first statement names that version: recipe "Heart" version 3. */
const char *recipe_text_number(struct arena *, const char *text, int64_t version);

/* The version that the first statement names; 0 when it names none. */
int64_t recipe_text_version(const char *text);
/* Do they differ in nothing but that number? */
bool recipe_text_same(struct arena *, const char *text, const char *other);

/* A name as a recipe writes it: in quotes when it needs them. */
const char *recipe_text_name(struct arena *, const char *name);

/* The line of a text, from 1, without its end; "" when there is none. */
const char *recipe_text_line(struct arena *, const char *text, int64_t line);

/* The line that the curator complains of ("Recipe line 12, character 5: ..."), 0 when it names
 * none. */
int64_t recipe_text_wrong(const char *sentence);

#endif
