/*
 * A finished file of a release against the set of identifiers, byte by byte, as somebody with grep
 * would look: pieces between commas, quotes, tabs and lines, whole and word by word.
 *
 * Dates and plain numbers without a leading zero are passed over here: counts, sizes and shifted
 * dates equal somebody's by chance. The columns that hold them are looked at one by one elsewhere
 * (release_check.c), where a share of rows tells chance from a leak. Of a Parquet file the footer
 * is looked at (names, smallest and largest values); its columns are compressed, and read
 * elsewhere.
 *
 * Memory: one part of LEAK_PART bytes. Thread rule: as leak_holds.
 */
#ifndef CURATOR_LEAK_FILE_H
#define CURATOR_LEAK_FILE_H

#include <stdint.h>

#include "base/err.h"
#include "curator/leak/leak.h"

enum { LEAK_PART = 1 << 20 };

/* *ret_line is the line of the first find, 1 in a Parquet file, and 0 when there is none; *ret_bytes
 * how much of the file was looked at. */
enum status leak_in_file(const struct leak *, const char *path, int64_t *ret_line,
	int64_t *ret_bytes, struct err *);
/* The same for a text in memory. */
bool leak_in_text(const struct leak *, struct str);

#endif
