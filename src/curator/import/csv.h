/*
 * A strict reader of one hospital table: comma, semicolon, tab or bar separated text with a header
 * line and RFC 4180 quotes; lines end as Unix, Windows or old Macs end them. It reads once, front
 * to back, in bounded memory, and its errors name file, line and reason but never a value.
 *
 * A record that cannot be right (another number of fields than the header, a broken quote, bytes
 * that are no text) is an error, or is handed to a function of the caller and passed over.
 *
 * The reader owns its buffers; csv_close frees them. The text stays the caller's.
 * Thread rule: one thread per reader.
 */
#ifndef CURATOR_IMPORT_CSV_H
#define CURATOR_IMPORT_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "curator/import/text.h"

enum { CSV_MAX_COLUMNS = 4096, CSV_MAX_RECORD = 8 << 20, CSV_MAX_NAME = 100 };

struct csv;

/*
 * Reads the header line. E_INPUT when the file is empty, is a workbook or an archive, or when a
 * column name is empty, too long, repeated (ASCII case is no difference) or holds control
 * characters or quotes. Two habits of programs are understood: a first column without a name (row
 * names) is called "row_name", and a delimiter at the end of every line makes no column.
 */
enum status csv_open(struct text *, struct csv **ret, struct err *);
/* The same of a plain or gzip file; the descriptor stays the caller's. */
enum status csv_open_fd(int fd, const char *name, struct csv **ret, struct err *);
void csv_close(struct csv *); /* NULL is fine */

static inline void
cleanup_csv_fn(struct csv **c)
{
	csv_close(*c);
}
#define cleanup_csv CLEANUP(cleanup_csv_fn)

size_t csv_columns(const struct csv *);
const char *csv_column(const struct csv *, size_t i); /* lives as long as the reader */
char csv_delimiter(const struct csv *);

/* From now on bad records go to fn: the line they begin at, a sentence, their bytes. */
typedef void (*csv_bad_fn)(void *ctx, uint64_t line, const char *why, struct str raw);
void csv_on_bad(struct csv *, csv_bad_fn, void *ctx);

/*
 * The next record: *ret_fields has csv_columns() views that live until the next call. At the end of
 * the file *ret_fields is NULL. Lines without any character are passed over. A field with p == NULL
 * has nothing between its delimiters; one with p and n == 0 is written "".
 */
enum status csv_next(struct csv *, const struct str **ret_fields, struct err *);

uint64_t csv_rows(const struct csv *); /* records given */
uint64_t csv_bad(const struct csv *);  /* records passed over */

#endif
