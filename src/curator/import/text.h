/*
 * The bytes of a table as UTF-8, whatever they were written in: UTF-8 or UTF-16 with or without a
 * byte order mark, or Windows-1252 (which Latin-1 is a part of). Nothing is read twice: a file is
 * taken for UTF-8 until a byte contradicts it. Was everything before plain ASCII, then the rest is
 * Windows-1252; otherwise the byte is a mistake in a UTF-8 file, is passed on as it is, and
 * text_unsure says from then on that readers must look.
 *
 * text_close ends it; the stream stays the caller's. Thread rule: one thread per text.
 */
#ifndef CURATOR_IMPORT_TEXT_H
#define CURATOR_IMPORT_TEXT_H

#include "curator/import/stream.h"

enum { TEXT_LEAST = 64 }; /* room that text_read needs */

struct text;

enum status text_open(struct stream *, struct text **ret, struct err *);
void text_close(struct text *); /* NULL is fine */

static inline void
cleanup_text_fn(struct text **t)
{
	text_close(*t);
}
#define cleanup_text CLEANUP(cleanup_text_fn)

/* At most n >= TEXT_LEAST bytes; *ret_n is 0 at the end only. */
enum status text_read(struct text *, char *p, size_t n, size_t *ret_n, struct err *);

bool text_unsure(const struct text *);
/* "UTF-8", "UTF-16", "Windows-1252": for people; final at the end. */
const char *text_encoding(const struct text *);
struct stream *text_stream(const struct text *);

#endif
