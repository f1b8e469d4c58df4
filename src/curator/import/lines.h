/*
 * The lines of a text, one after another, in bounded memory.
 *
 * lines_close ends it; the text stays the caller's. Thread rule: one thread.
 */
#ifndef CURATOR_IMPORT_LINES_H
#define CURATOR_IMPORT_LINES_H

#include "base/str.h"
#include "curator/import/text.h"

enum { LINES_LONGEST = 64 << 20 };

struct lines {
	struct text *text;
	char *buf;
	size_t cap, at, end;
	bool eof;
	uint64_t number; /* of the line given last, from 1 */
};

void lines_open(struct lines *, struct text *);
void lines_close(struct lines *);
/* Without its end; p is NULL at the end of the text. Lives until the next call. */
enum status lines_next(struct lines *, struct str *ret, struct err *);

#endif
