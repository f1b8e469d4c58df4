/*
 * Records that could not be taken into a table: counted all, and the first of them kept in a file
 * beside the table, so that somebody at the hospital can mend them. The file is the curator's, like
 * the table.
 *
 * rejects_close ends it. Thread rule: one thread.
 */
#ifndef CURATOR_IMPORT_REJECTS_H
#define CURATOR_IMPORT_REJECTS_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { REJECTS_KEPT = 10000, REJECTS_KEPT_BYTES = 64 << 20 };

struct rejects {
	int dir, fd; /* fd: -1 before the first */
	char file[160];
	uint64_t n, bytes;
	char first[200]; /* "line 7: this record has 3 fields, the header has 4." */
};

/* Lines go to dir/TABLE.rejected.txt; nothing is made while there are none. */
void rejects_open(struct rejects *, int dir, const char *table);
void rejects_add(struct rejects *, uint64_t line, const char *why, struct str raw);
void rejects_again(struct rejects *); /* forgets all, for another reading of the same lines */
void rejects_close(struct rejects *);
/* More bad than good, or nothing good: then the file was misread, not the lines. */
enum status rejects_check(const struct rejects *, const char *file, uint64_t rows, struct err *);

#endif
