/*
 * What the generated db_NAME() functions stand on. Only generated code includes this.
 *
 * A struct db_statement is static in the generated source and lives for ever; each connection
 * prepares it once, at its first use. Thread rule: as db.h.
 */
#ifndef PORTAL_STORE_STATEMENT_H
#define PORTAL_STORE_STATEMENT_H

#include <math.h>
#include <stdatomic.h>
#include <stddef.h>

#include "base/str.h"
#include "portal/store/db.h"

enum db_type { DB_INT, DB_REAL, DB_BOOL, DB_TIME, DB_TEXT, DB_BLOB };

/* Where a column of the result goes in the row's struct. */
struct db_column {
	enum db_type type;
	size_t offset;
};

struct db_statement {
	const char *name;
	const char *sql;
	const char *absent;   /* sentence when there is no row; NULL for a general one */
	const char *conflict; /* sentence when a UNIQUE is broken; NULL for a general one */
	const struct db_column *columns;
	int n_columns;
	int n_in;
	size_t row_size;
	atomic_int slot; /* its place in every connection, from 1; 0 until its first use */
};

struct db_in {
	enum { DB_IN_NULL, DB_IN_INT, DB_IN_REAL, DB_IN_TEXT, DB_IN_BLOB } type;
	union {
		int64_t i;
		double r;
		struct str s;
	};
};

static inline struct db_in
db_in_int(int64_t v)
{
	return (struct db_in){ .type = DB_IN_INT, .i = v };
}

static inline struct db_in
db_in_int_or_null(int64_t v)
{
	return (struct db_in){ .type = v ? DB_IN_INT : DB_IN_NULL, .i = v };
}

static inline struct db_in
db_in_real(double v)
{
	return (struct db_in){ .type = isnan(v) ? DB_IN_NULL : DB_IN_REAL, .r = v };
}

static inline struct db_in
db_in_text(const char *v)
{
	return (struct db_in){ .type = v ? DB_IN_TEXT : DB_IN_NULL, .s = str_of(v) };
}

static inline struct db_in
db_in_blob(struct str v)
{
	return (struct db_in){ .type = v.p ? DB_IN_BLOB : DB_IN_NULL, .s = v };
}

struct db_rows {
	void *at;
	size_t n;
};

/*
 * in: n_in values in SQLite's numbering. Errors of all three: E_CONFLICT for UNIQUE, CHECK, foreign
 * key or a trigger's refusal, E_INPUT for a missing or too long value (field names the column),
 * E_BUSY, E_IO, and E_BUG for a statement that does not fit the schema.
 * db_one: the first row; none is E_ABSENT. db_many: all rows, none is OK.
 */
enum status db_one(
	struct db *, struct db_statement *, const struct db_in *in, void *ret_row, struct err *);
enum status db_many(struct db *, struct db_statement *, const struct db_in *in, struct db_rows *ret,
	struct err *);
enum status db_exec(struct db *, struct db_statement *, const struct db_in *in, struct err *);

#endif
