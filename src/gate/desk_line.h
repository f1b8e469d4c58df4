/*
 * The desk's request line and its answers: what wire/desk.h says, read strictly.
 *
 * Thread rule: pure functions.
 */
#ifndef GATE_DESK_LINE_H
#define GATE_DESK_LINE_H

#include "base/str.h"
#include "wire/desk.h"
#include "wire/portal_gate.h"

struct desk_line {
	enum desk_verb verb;
	int64_t bytes;
	char name[256]; /* "" unless a file is handed in */
};

/* The line without its line feed. E_INPUT with a sentence for the member's terminal. */
enum status desk_line_parse(struct str, struct desk_line *ret, struct err *);

/*
 * UTF-8 text made harmless for a terminal, in place: control characters other than line feed and
 * tab become '?', those of two bytes (U+0080 to U+009F) two of them.
 */
void desk_text_tame(char *text, size_t n);

#endif
