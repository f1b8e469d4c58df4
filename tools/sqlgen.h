/*
 * The statement files of the rooms, as text becomes structs. Which keys a statement may have is
 * told in sqlgen_parse.c; what is made of them in sqlgen.c.
 *
 * Everything parsed belongs to the arena. Thread rule: one thread.
 */
#ifndef TOOLS_SQLGEN_H
#define TOOLS_SQLGEN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { SQLGEN_ARGS = 64, SQLGEN_NAME = 40 };

enum sqlgen_kind { KIND_NONE, KIND_ONE, KIND_MANY, KIND_EXEC };

enum sqlgen_type { TYPE_INT, TYPE_REAL, TYPE_BOOL, TYPE_TIME, TYPE_TEXT, TYPE_BLOB, TYPES };

/* A parameter, or a column of the result. */
struct sqlgen_arg {
	const char *name;
	enum sqlgen_type type;
	bool optional; /* int?, real?, time?: 0 or NaN means NULL */
	int line;
};

struct sqlgen_args {
	struct sqlgen_arg at[SQLGEN_ARGS];
	int n;
};

struct sqlgen_statement {
	const char *name;
	const char *row; /* of the struct; the name unless several statements share one */
	enum sqlgen_kind kind;
	const char *doc;      /* NULL when none */
	const char *absent;   /* sentence for no row, NULL when none */
	const char *conflict; /* sentence for a broken UNIQUE, NULL when none */
	struct sqlgen_args in, out;
	struct str sql; /* without the ';' */
	int line;       /* of "-- name:" */
	int sql_line;   /* of the first line of sql */
};

struct sqlgen_file {
	const char *path;
	struct sqlgen_statement *at;
	size_t n;
};

/*
 * path is for messages only: "path:line: sentence", which editors understand. Names are checked to
 * be fit for C and unique in the file; the SQL itself is not looked at. E_INPUT on any mistake.
 */
enum status sqlgen_parse(
	struct arena *, const char *path, struct str text, struct sqlgen_file *ret, struct err *);

/* "int", "time": as statement files call it. */
extern const char *const sqlgen_type_words[TYPES];

/* Can it be the name of a C variable and struct member here? [a-z][a-z0-9_]*, not a C word. */
bool sqlgen_name_ok(struct str);

#endif
