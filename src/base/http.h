/*
 * What HTTP request heads and reply heads have in common: where a head ends, and its header lines.
 * The gate and the mirror read strangers' heads with it.
 *
 * Strict on purpose: whoever is laxer than we are sits behind us, and a head that two readers could
 * understand differently is refused here. Everything is a view into the caller's bytes; nothing is
 * copied or owned.
 *
 * Thread rule: pure functions.
 */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { HTTP_HEAD_MAX = 16384, HTTP_LINES_MAX = 128 };

struct http_line {
	struct str name, value;
};

struct http_lines {
	struct http_line at[HTTP_LINES_MAX];
	size_t n;
};

/*
 * Looks for the blank line. *ret is the head's length with that line, or 0 when more bytes are
 * needed. E_INPUT as soon as a byte is seen that no head may hold: NUL, a line feed without its
 * carriage return, or the other way round.
 */
enum status http_head_length(struct str, size_t *ret, struct err *);

/*
 * Cuts *head at the first line end: the start line. False when there is none.
 */
bool http_start_line(struct str *head, struct str *ret_line);

/*
 * The lines after the start line, up to the blank one. E_INPUT for a folded line, a line without a
 * name, white space in or after a name, control characters, or more than HTTP_LINES_MAX lines.
 */
enum status http_lines_parse(struct str, struct http_lines *ret, struct err *);

/* How many lines have this name (any case), and the first one's value. */
size_t http_lines_count(const struct http_lines *, const char *name);
bool http_lines_find(const struct http_lines *, const char *name, struct str *ret);

/* Is the word (any case) in the comma-separated list? */
bool http_list_has(struct str list, const char *word);

/* Digits only, at most 15 of them: a Content-Length. */
bool http_length(struct str, int64_t *ret);

bool http_is_token(struct str);

/*
 * Undoes percent escapes, once; plus: and '+' for a space, as forms and queries have it. NUL follows
 * the bytes. False for a broken escape.
 */
bool http_unescape(struct arena *, struct str, bool plus, struct str *ret);

#endif
