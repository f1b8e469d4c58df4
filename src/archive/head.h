/*
 * The head of an archive: lines of text that tell a person what the file is and a program what it
 * takes to open it. What follows the head is sealed; see docs/archive.md.
 *
 * Views and arrays, nothing owned. Thread rule: pure functions.
 */
#ifndef ARCHIVE_HEAD_H
#define ARCHIVE_HEAD_H

#include "archive/key.h"
#include "base/str.h"

enum {
	ARCHIVE_HEAD_MAX = 1024,
	ARCHIVE_WRAPPED = 80, /* the key of the stream, sealed to the public half */
	ARCHIVE_STREAM_HEAD = 24,
};

struct archive_head {
	char label[ARCHIVE_LABEL_MAX + 1]; /* archive_label_ok */
	int64_t made;                      /* unix seconds */
	struct archive_key key;
	uint8_t wrapped[ARCHIVE_WRAPPED];
	uint8_t stream[ARCHIVE_STREAM_HEAD];
};

/* Into out; returns its length. */
size_t archive_head_write(const struct archive_head *, char out[ARCHIVE_HEAD_MAX]);

/*
 * Reads the head that bytes begin with; *ret_n is its length. E_INPUT, naming the line, when it is
 * none or not whole within ARCHIVE_HEAD_MAX.
 */
enum status archive_head_read(
	struct str bytes, struct archive_head *ret, size_t *ret_n, struct err *);

#endif
