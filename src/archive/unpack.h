/*
 * Makes an open archive a folder again, as harmless files: every file and folder belongs to whoever
 * opens it and to nobody else, nothing can be executed, no link is made that leads anywhere, and no
 * name holds what a terminal or a program would take for more than a name. What was changed for
 * that, and what was left out, is told in ARCHIVE.txt.
 *
 * Nothing is owned afterwards. Thread rule: one thread of the process.
 */
#ifndef ARCHIVE_UNPACK_H
#define ARCHIVE_UNPACK_H

#include "archive/entry.h"

struct unpacked {
	uint64_t files, folders, bytes;
	uint64_t notes; /* lines in ARCHIVE.txt */
};

#define UNPACK_NOTES "ARCHIVE.txt"

/*
 * Reads to the end of the list. into is an empty folder that nobody else can enter; after a failure
 * it holds a part, for the caller to remove.
 */
enum status unpack_tree(struct entry_reader *, int into, struct unpacked *ret, struct err *);

/*
 * A name fit for any file system and any terminal: control characters, bytes that are no UTF-8,
 * marks that turn the direction of writing, a leading '-', and '%' before two hex digits become
 * "%XX", so that two names never become one. What is then longer than ENTRY_NAME_MAX is cut and
 * ends with "~" and the number. True when it is the same as before.
 */
bool unpack_name(struct str name, uint64_t number, char out[ENTRY_NAME_MAX + 1]);

#endif
