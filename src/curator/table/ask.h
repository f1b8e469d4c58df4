/*
 * What a member asks a table of: the lines that the command inside a workspace sends, read
 * strictly. There is no SQL in it, and none is made here.
 *
 *	table NAME | file NAME     a table of the release, or the CSV that follows the empty line
 *	rows NAME[,NAME...]        at most ASK_ROWS
 *	columns NAME               may be left out
 *	value count | mean NAME | sum NAME | median NAME | share NAME=VALUE
 *	where CONDITION            may be left out
 *	min N                      10 when left out; less is refused
 *	round N                    5, 6, 10; 0 when left out: counts as they are
 *	(an empty line, then the bytes of the file)
 *
 *	CONDITION:  AND {or AND}      AND: NOT {and NOT}      NOT: [not] ( CONDITION ) | [not] TEST
 *	TEST:       NAME (= | != | <> | < | <= | > | >=) VALUE | NAME [not] in (VALUE, ...) |
 *	            NAME is [not] missing
 *	NAME: letters, digits, '_' and '.', or anything "in quotes"; VALUE: 'text' or a number
 *
 * Pure. Memory is the arena's; texts are copies. Thread rule: none.
 */
#ifndef CURATOR_TABLE_ASK_H
#define CURATOR_TABLE_ASK_H

#include "curator/table/lex.h"

enum { ASK_MAX = 8192, ASK_ROWS = 4, ASK_DEPTH = 32, ASK_TESTS = 100 };

struct ask_literal {
	bool number;
	double real;
	const char *text;
};

enum where_kind { WHERE_AND, WHERE_OR, WHERE_NOT, WHERE_COMPARE, WHERE_IN, WHERE_MISSING };

struct where {
	enum where_kind kind;
	struct where *left, *right; /* of AND and OR; NOT has left alone */
	const char *column;
	const char *sign; /* of COMPARE: "=", "<>", "<", "<=", ">", ">=" */
	LIST(struct ask_literal) values;
};

enum ask_value { ASK_COUNT, ASK_MEAN, ASK_SUM, ASK_MEDIAN, ASK_SHARE };

struct table_ask {
	const char *source; /* of the table, or the file as the member calls it */
	bool is_file;
	text_list rows;
	const char *columns; /* NULL: none */
	enum ask_value value;
	const char *value_column; /* NULL for count */
	struct ask_literal equals;
	const struct where *where;           /* NULL: all rows */
	const char *value_text, *where_text; /* as they were asked, "" when not */
	int64_t min, round;
};

/*
 * *ret_file is what follows the empty line. E_INPUT names the line's keyword. least: the smallest
 * number for min.
 */
enum status ask_parse(struct arena *, struct str, int64_t least, struct table_ask *ret,
	struct str *ret_file, struct err *);

/* The condition alone: where.c. */
enum status where_parse(struct arena *, struct str, const struct where **ret, struct err *);

/* Calls fn with every column that the condition names. */
typedef enum status (*where_column_fn)(void *ctx, const char *column, struct err *);
enum status where_columns(const struct where *, where_column_fn, void *ctx, struct err *);

const char *ask_value_name(enum ask_value); /* "count", ... */

#endif
