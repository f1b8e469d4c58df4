/*
 * The two halves of the template compiler that know no C: where in HTML a value stands, and how an
 * expression becomes C. Private to tools/tmpl*.c. All memory is the arena's.
 */
#ifndef TOOLS_TMPL_PARSE_H
#define TOOLS_TMPL_PARSE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* ---- tmpl_html.c: where a value stands ---- */

enum where {
	IN_TEXT,
	IN_TAG_START, /* after '<' */
	IN_TAG_NAME,
	IN_TAG,  /* between attributes */
	TAG_GAP, /* where a blank or the end of the tag must follow */
	IN_NAME, /* of an attribute */
	AFTER_NAME,
	BEFORE_VALUE, /* after '=' */
	IN_VALUE,     /* quoted */
	UNQUOTED,
	IN_COMMENT,
	IN_RAW, /* script, style */
};

enum attr { ATTR_PLAIN, ATTR_URL, ATTR_TARGET, ATTR_STYLE, ATTR_REFUSED };

/* How much of a URL's beginning is settled: only a literal beginning settles the scheme. */
enum url { URL_EMPTY, URL_VALUE, URL_LITERAL, URL_UNSURE };

struct place {
	enum where where;
	enum attr attr;
	enum url url;
	char quote;
	bool closing;      /* within </...> */
	bool post;         /* within a <form> whose method is post */
	bool absolute;     /* and whose action is an address elsewhere */
	char element[16];  /* the tag being read, or the raw element */
	char verbatim[16]; /* pre or textarea: white space counts */
	char name[24];     /* of the attribute, lower case */
	char value[24];    /* the literal beginning of its value, or of a comment, lower case */
	char tail[2];      /* the last bytes of a comment */
};

/*
 * Moves over one literal byte. Returns NULL or what is wrong with it. *ret_form is set when the
 * byte closed the tag of a POST form.
 */
const char *place_literal(struct place *, char c, bool *ret_form);
/* A value is printed here: NULL, or why it may not be. */
const char *place_value(struct place *);
/* {{…}} that prints nothing by itself stands here: a name cannot run on behind it. */
void place_pause(struct place *);
/* Whether two branches that begin alike end alike; *a then stands for both. */
bool place_merge(struct place *a, const struct place *b);
const char *place_describe(const struct place *); /* "an attribute", for sentences */

/* ---- tmpl_expr.c: expressions ---- */

struct expr {
	const char *c; /* C */
	bool call;     /* a filter's result or a literal: a text that is no lvalue */
	bool number;   /* an integer that is no lvalue */
};

/*
 * Each reads from the front of *s, moves *s on, and returns NULL or a sentence.
 * depth: of the innermost scope, s0 being the outermost.
 */
const char *expr_read(struct arena *, struct str *s, int depth, struct expr *ret);
/* [!]expr [op expr] as a C condition. */
const char *expr_condition(struct arena *, struct str *s, int depth, const char **ret);
/* A field's name: a word, which becomes a C literal, or =expr. */
const char *expr_field(struct arena *, struct str *s, int depth, const char **ret);
/* Letters, digits and underscores. */
bool expr_word(struct str *s, struct str *ret);
void expr_blanks(struct str *s);
/* Appends s as a C string literal. */
void expr_quote(struct buf *, struct str s);

#endif
