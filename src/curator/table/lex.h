/*
 * Words of the small language in which a member asks for a table: names (bare, or in double
 * quotes), texts in single quotes, numbers, and signs. A quote inside quotes is written twice.
 *
 * Pure. Memory is the arena's. Thread rule: none.
 */
#ifndef CURATOR_TABLE_LEX_H
#define CURATOR_TABLE_LEX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum lex_kind { LEX_END, LEX_NAME, LEX_TEXT, LEX_NUMBER, LEX_SIGN };

struct lex {
	struct arena *a;
	const char *what; /* "where": how errors call it */
	struct str s;
	size_t at;          /* behind the present word */
	size_t from;        /* where it begins */
	enum lex_kind kind; /* of the present word */
	bool quoted;        /* a name in quotes: never a keyword */
	const char *text;   /* of a name, a text or a sign: "<=" */
	double real;        /* of a number */
};

/* On the first word. E_INPUT says what cannot be read, and at which character. */
enum status lex_begin(
	struct arena *, const char *what, struct str s, struct lex *ret, struct err *);
/* On to the next word. */
enum status lex_next(struct lex *, struct err *);

/* Is the present word this sign, or this keyword (a bare name, in any case)? */
bool lex_is(const struct lex *, const char *word);
/* E_INPUT: "where, character 7: a value is expected." */
enum status lex_expected(const struct lex *, const char *what, struct err *);

#endif
