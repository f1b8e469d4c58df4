/*
 * Strings: struct str is a view (not owned, not terminated), struct buf grows in an arena.
 * Parsers here are strict: the whole view must be the number, no spaces, no overflow.
 *
 * Thread rule: one thread per buf.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/field.h"

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){ "" lit, sizeof(lit) - 1 })

static inline struct str
str_of(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}

bool str_eq(struct str, struct str);
bool str_is(struct str, const char *);
/* ASCII only, as protocol words are. */
bool str_ieq(struct str, struct str);
bool str_starts(struct str, const char *prefix);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str);
/* Cuts *s at the first sep: returns what is before, *s keeps what follows; without sep takes all.
 */
struct str str_cut(struct str *s, char sep);

/* Decimal, optional '-'. */
bool str_int(struct str, int64_t *ret);
/* A finite decimal number as strtod reads it in the C locale; NaN, infinities, hex are refused. */
bool str_real(struct str, double *ret);
bool str_utf8(struct str); /* valid UTF-8, no NUL, no surrogates, no overlong form */
/*
 * Does it begin with a character that nobody sees, or that turns the direction of what follows? A
 * name of such ones would not be read by the person who decides about it. At s.p, which is UTF-8.
 */
bool str_unseen(struct str);
size_t str_utf8_prefix(struct str); /* how many of the first bytes are so */
/* Removes, in place, what is no UTF-8: for texts that were cut to a length. */
void str_mend(char *);
/* [a-z0-9] first, then [a-z0-9-], 1 to 40 bytes: what may stand in a URL of ours. */
bool str_slug(struct str);

char *str_dup(struct arena *, struct str); /* terminated */

static inline bool
streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* The lines of a text that are not empty. */
text_list str_lines(struct arena *, const char *text);

/* A growing byte string. Always terminated by a NUL that n does not count. */
struct buf {
	struct arena *arena;
	char *p;
	size_t n, cap;
};

struct buf buf_new(struct arena *);
/* Makes room for n more bytes and the NUL. */
void buf_room(struct buf *, size_t n);

/* A page is put together of many small pieces: these are the same as a copy where there is room. */
static inline void
buf_put(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	if (b->cap - b->n <= n)
		buf_room(b, n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

static inline void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static inline void
buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_printf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

/* Lower-case hex of n bytes into out, which holds 2n + 1. */
void hex_encode(char *out, const void *p, size_t n);
/* False unless s is exactly 2n hex digits. */
bool hex_decode(struct str s, void *out, size_t n);

#endif
