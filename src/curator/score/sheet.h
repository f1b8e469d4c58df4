/*
 * A strict and fast reader of a two-column CSV that lies whole in memory: RFC 4180 quotes, commas
 * only, LF or CRLF, UTF-8 with or without a byte order mark, a header line that names exactly the
 * two columns in either order.
 *
 * Unlike the reader of hospital tables it goes on after a ragged line, so that a team hears of all
 * its mistakes at once.
 *
 * The text stays the caller's and must outlive what the rows point to; cells that hold a doubled
 * quote are copied into the arena. Thread rule: one thread per struct sheet.
 */
#ifndef CURATOR_SCORE_SHEET_H
#define CURATOR_SCORE_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct sheet {
	struct arena *arena;
	const char *p, *end;
	int64_t line; /* of the row that begins at p, from 1 */
	bool swapped; /* the value stands before the id */
};

struct sheet_row {
	struct str id, value;
	int64_t line;
	size_t cells; /* 2, unless the line is ragged; then id and value are not set */
};

enum sheet_got { SHEET_ROW, SHEET_RAGGED, SHEET_END, SHEET_BROKEN };

/*
 * Checks the whole text for UTF-8 and reads the header, which must be `id` and `value_name`.
 * E_INPUT says what is wrong in one sentence that begins "The file" or "Line"; it quotes the header
 * and no other part of the text.
 */
enum status sheet_open(
	struct sheet *ret, struct arena *, struct str text, const char *value_name, struct err *);

/* SHEET_BROKEN means that the quoting is wrong and no further row can be told; the err says why. */
enum sheet_got sheet_next(struct sheet *, struct sheet_row *ret, struct err *);

#endif
