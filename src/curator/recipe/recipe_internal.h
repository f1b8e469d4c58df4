/*
 * What the parts of the recipe's parser share: words (recipe_words.c), what happens to a column
 * (recipe_column.c), statements (recipe.c).
 *
 * Memory is the arena's. Thread rule: one thread per parser.
 */
#ifndef CURATOR_RECIPE_INTERNAL_H
#define CURATOR_RECIPE_INTERNAL_H

#include "curator/recipe/recipe.h"

enum { RECIPE_MAX_WORDS = 64 };

struct recipe_word {
	struct str text;
	int character;
	bool quoted;
};

struct recipe_parser {
	struct arena *a;
	struct recipe *r;
	int line;
	size_t n_columns; /* of all tables */
	size_t table_room, column_room, withhold_room, staff_room, allow_room, harmless_room,
		quasi_room, sensitive_room;
	bool csv_given;
	struct recipe_word words[RECIPE_MAX_WORDS];
	size_t n, at;
	int end; /* the character after the last word */
	struct err *e;
};

/* E_INPUT at the word that comes next, or at the one before it. */
enum status recipe_bad(struct recipe_parser *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
enum status recipe_bad_before(struct recipe_parser *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* For use with %.*s: never more than 60 bytes of what somebody wrote. */
#define RECIPE_SHOWN(w) (int)((w).n < 60 ? (w).n : 60), (w).p

bool recipe_blank(char);
/* One line into words. */
enum status recipe_split(struct recipe_parser *, struct str line);
bool recipe_more(const struct recipe_parser *);
/* Takes the next word when it is this one, unquoted. */
bool recipe_is_next(struct recipe_parser *, const char *word);
/* The next word, which is there and not empty. what completes "... is missing". */
enum status recipe_next(struct recipe_parser *, const char *what, const char **ret);
enum status recipe_next_real(struct recipe_parser *, const char *what, double *ret);
/* A whole number between least and most, both included. */
enum status recipe_next_int(
	struct recipe_parser *, const char *what, int64_t least, int64_t most, int64_t *ret);
/* "30 %", "30%" and "30" are the same. */
enum status recipe_next_percent(
	struct recipe_parser *, const char *what, double least, double most, double *ret);
/* table.column. */
enum status recipe_next_ref(struct recipe_parser *, const char *what, struct recipe_ref *ret);
/* Quoted text at the end: the meaning. "" when there is none. */
const char *recipe_meaning(struct recipe_parser *);
enum status recipe_end(struct recipe_parser *);
struct recipe_at recipe_here(const struct recipe_parser *);

/* The action of a column and what belongs to it. */
enum status recipe_action(struct recipe_parser *, struct recipe_column *);

#endif
