/*
 * Tables for a spreadsheet: RFC 4180, CRLF at line ends. A text that a spreadsheet would take for a
 * formula (it begins with = + - @ or a control character) gets an apostrophe in front, so that what
 * a stranger typed is never run on the reader's machine.
 *
 * Thread rule: one thread per buf.
 */
#ifndef PORTAL_WEB_CSV_H
#define PORTAL_WEB_CSV_H

#include "base/str.h"

struct csv {
	struct buf *out;
	bool begun; /* a cell of this row is written */
};

static inline struct csv
csv_new(struct buf *out)
{
	return (struct csv){ out, false };
}

void csv_text(struct csv *, const char *); /* NULL gives an empty cell */
void csv_int(struct csv *, int64_t);
void csv_real(struct csv *, double);    /* at most 6 significant digits; NaN gives an empty cell */
void csv_time(struct csv *, int64_t t); /* ISO 8601 in UTC; 0 gives an empty cell */
void csv_end(struct csv *);             /* of a row */
/* A whole row of texts; ends at NULL. */
void csv_row(struct csv *, const char *const *cells);

#endif
