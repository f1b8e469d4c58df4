/*
 * The data engine, DuckDB, held in one place: the only includer of duckdb.h. A database lives in
 * memory, spills to a folder of its own, and may touch files below one folder only.
 *
 * Errors of the engine can quote values of patients. They never leave this file: callers get a
 * sentence that says what was being done and of which kind the failure was; the engine's own words
 * go to error_path, readable by the data user alone.
 *
 * engine_close ends it. Thread rule: one thread calls; functions that are added are called by the
 * engine's threads.
 */
#ifndef CURATOR_ENGINE_H
#define CURATOR_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct engine;

struct engine_options {
	const char *folder;     /* the only place that statements may read and write */
	const char *temp;       /* spill files; must exist below folder or beside it */
	const char *error_path; /* see above */
	int64_t memory_mb;      /* the engine uses about 200 MB more */
};

enum status engine_open(const struct engine_options *, struct engine **ret, struct err *);
void engine_close(struct engine *); /* NULL is fine */

static inline void
cleanup_engine_fn(struct engine **g)
{
	engine_close(*g);
}
#define cleanup_engine CLEANUP(cleanup_engine_fn)

const char *engine_version(void); /* "v1.4.4" */

/* Called now and then while a statement runs; part is from 0 to 1. */
void engine_on_progress(struct engine *, void (*tick)(void *ctx, double part), void *ctx);

/* One statement without rows. doing completes "The data engine failed while ...". */
enum status engine_run(struct engine *, struct err *, const char *doing, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

struct engine_rows {
	size_t n, columns;
	const char **at; /* row by row; NULL is a missing value */
};
static inline const char *
engine_at(const struct engine_rows *r, size_t row, size_t column)
{
	if (row >= r->n || column >= r->columns)
		BUG("an answer of the data engine has no row %zu, column %zu", row, column);
	return r->at[row * r->columns + column];
}
/* The same as a whole number; 0 when it is missing or none. */
static inline int64_t
engine_int_at(const struct engine_rows *r, size_t row, size_t column)
{
	int64_t v = 0;
	const char *text = engine_at(r, row, column);
	return text && str_int(str_of(text), &v) ? v : 0;
}

/* One statement with rows, all as text in the arena: for small answers. */
enum status engine_rows(struct engine *, struct arena *, struct engine_rows *ret, struct err *,
	const char *doing, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* The first column of the first row; a missing value is 0. */
enum status engine_int(struct engine *, int64_t *ret, struct err *, const char *doing,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Calls each with every value of the first column, a text. Streams. */
enum status engine_each(struct engine *, void (*each)(void *ctx, struct str value), void *ctx,
	struct err *, const char *doing, const char *sql);
/* Calls each with every row; all columns must be texts, p is NULL where one is missing. Streams. */
enum status engine_each_row(struct engine *, void (*each)(void *ctx, const struct str *row),
	void *ctx, struct err *, const char *doing, const char *sql);

/* Calls each with the fields of every row, as text (p == NULL: missing). Streams; what is not OK
 * ends it and is returned. */
typedef enum status (*engine_row_fn)(void *ctx, const struct str *fields, struct err *);
enum status engine_scan(struct engine *, engine_row_fn each, void *ctx, struct err *,
	const char *doing, const char *sql);

/* CREATE TABLE name(i, v): n texts with their places from 0. The caller drops it. */
enum status engine_put_texts(struct engine *, const char *name, const struct str *, size_t n,
	const char *doing, struct err *);

/* A value as the engine holds it. Numbers: a whole one, the bits of a double, days or microseconds
 * since 1970. */
enum engine_kind {
	ENGINE_KIND_TEXT,
	ENGINE_KIND_INTEGER,
	ENGINE_KIND_REAL,
	ENGINE_KIND_DAY,
	ENGINE_KIND_TIME,
	ENGINE_KIND_OTHER
};
struct engine_cell {
	enum engine_kind kind;
	bool missing;
	struct str text;
	int64_t number;
};
/* Of a statement that selects (i, v), i a whole number: calls each with every row, and says of
 * which kind v is; of another kind nothing is called. Streams. */
typedef void (*engine_cell_fn)(void *ctx, int64_t i, const struct engine_cell *);
enum status engine_each_value(struct engine *, engine_cell_fn each, void *ctx,
	enum engine_kind *ret_kind, const char *doing, const char *sql, struct err *);

/* A function of one or two texts for use in statements; a missing argument gives a missing result.
 * fn must be pure and thread-safe. */
enum engine_result { ENGINE_TEXT, ENGINE_INT, ENGINE_REAL, ENGINE_LONG };
struct engine_value {
	char text[32];
	size_t n;        /* of text */
	struct buf *out; /* ENGINE_LONG: a text of any length goes here; empty at first */
	int64_t integer;
	double real;
};
typedef void (*engine_fn)(const void *ctx, const struct str *args, struct engine_value *ret);
enum status engine_add_function(struct engine *, const char *name, int n_args, enum engine_result,
	engine_fn, const void *ctx, struct err *);

/* A function that writes a whole number as a text of at most ENGINE_SPELT bytes; missing stays
 * missing. Pure and thread-safe; of equal neighbours it is called for the first. */
enum { ENGINE_SPELT = 31 };
enum status engine_add_speller(struct engine *, const char *name,
	void (*fn)(int64_t, char out[ENGINE_SPELT + 1]), struct err *);

/* "a ""b""" and 'it''s', for use in statements. */
const char *sql_name(struct arena *, const char *name);
const char *sql_text(struct arena *, const char *text);

#endif
