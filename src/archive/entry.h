/*
 * What an archive holds, once it is open: a list of entries that walks down and up a tree. A name
 * is one step and never a path, so that whoever reads the list cannot be led anywhere; a file's
 * bytes come in parts with their offsets, so that holes stay holes.
 *
 * The reader believes nothing. Names and texts it returns are its own, until the next call. Thread
 * rule: one thread a reader.
 */
#ifndef ARCHIVE_ENTRY_H
#define ARCHIVE_ENTRY_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum entry_kind {
	ENTRY_FOLDER = 'D', /* what follows is in it, until ENTRY_UP */
	ENTRY_UP = 'U',
	ENTRY_FILE = 'F',  /* its parts follow */
	ENTRY_AGAIN = 'H', /* another name of file `link` */
	ENTRY_LINK = 'L',  /* symbolic; text is where to */
	ENTRY_LEFT = 'X',  /* something that was left out; text says why */
	ENTRY_END = 'E',
};

enum {
	ENTRY_NAME_MAX = 255,
	ENTRY_TEXT_MAX = 4095,
	ENTRY_DEPTH_MAX = 400, /* folders in folders */
	ENTRY_HEAD = 27,
	ENTRY_MAX = ENTRY_HEAD + ENTRY_NAME_MAX + ENTRY_TEXT_MAX,
	ENTRY_PART_HEAD = 12,
	ENTRY_PART_MAX = 65536,
};

struct entry {
	enum entry_kind kind;
	uint32_t mode;         /* permission bits, for show: an opened file is its opener's alone */
	int64_t mtime;         /* unix seconds */
	uint64_t size;         /* of a file, with its holes */
	uint32_t link;         /* 1, 2, ...: of a file with several names; else 0 */
	struct str name, text; /* any bytes but NUL; name has no '/' and is not "." or ".." */
};

/* One step of a path. */
bool entry_name_ok(struct str);

/* Into out; returns its length. The entry must be one that entry_next would return. */
size_t entry_write(const struct entry *, uint8_t out[ENTRY_MAX]);
/* The head of a part of n bytes at offset; n 0 at the file's size ends it. */
void entry_write_part(uint64_t offset, uint32_t n, uint8_t out[ENTRY_PART_HEAD]);

struct entry_reader {
	/* Exactly n bytes, or why not. */
	enum status (*take)(void *ctx, void *p, size_t n, struct err *);
	void *ctx;
	uint32_t depth, links;
	bool in_file;
	uint64_t size, at;
	char name[ENTRY_NAME_MAX + 1], text[ENTRY_TEXT_MAX + 1];
};

/* E_INPUT for what is none. After ENTRY_FILE, entry_part until its end comes first. */
enum status entry_next(struct entry_reader *, struct entry *ret, struct err *);
/* The next part of a file: *ret_n bytes at *ret_offset; 0 at its end. */
enum status entry_part(struct entry_reader *, uint8_t p[ENTRY_PART_MAX], uint64_t *ret_offset,
	uint32_t *ret_n, struct err *);

#endif
