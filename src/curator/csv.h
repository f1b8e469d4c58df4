/*
 * A strict reader of one hospital table: comma, semicolon, tab or bar separated text with a header
 * line, RFC 4180 quotes, UTF-8. It reads the file once, front to back, in bounded memory, and its
 * errors name file, line and reason but never a value.
 *
 * The reader owns its buffers; csv_close frees them. The descriptor stays the caller's.
 * Thread rule: one thread per reader.
 */
#ifndef CURATOR_CSV_H
#define CURATOR_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { CSV_MAX_COLUMNS = 4096, CSV_MAX_RECORD = 8 << 20, CSV_MAX_NAME = 100 };

struct csv;

/*
 * Reads the header line. name is what errors call the file. E_INPUT when the file is empty, is
 * compressed or UTF-16, or when a column name is empty, too long, repeated (ASCII case is no
 * difference) or holds control characters or quotes.
 */
enum status csv_open(int fd, const char *name, struct csv **ret, struct err *);
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

/*
 * The next record: *ret_fields has csv_columns() views that live until the next call. At the end of
 * the file *ret_fields is NULL. Lines without any character are passed over.
 */
enum status csv_next(struct csv *, const struct str **ret_fields, struct err *);

uint64_t csv_bytes(const struct csv *); /* read so far */
uint64_t csv_rows(const struct csv *);  /* records after the header */
/* BLAKE2b-256 of all bytes of the file; call once, after the end. */
void csv_hash(struct csv *, uint8_t out[32]);

#endif
