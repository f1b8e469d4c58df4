/*
 * JSON out: from field tables, or piece by piece. No tree. Strings must be UTF-8; bytes that are
 * not become U+FFFD, so the output is always valid.
 *
 *	struct jsonw j = jsonw_new(&buf);
 *	jsonw_open(&j, '{'); jsonw_key(&j, "n"); jsonw_int(&j, 3); jsonw_close(&j, '}');
 *
 * Thread rule: one thread per struct jsonw.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/field.h"
#include "base/str.h"

struct jsonw {
	struct buf *out;
	bool comma;
};

static inline struct jsonw
jsonw_new(struct buf *out)
{
	return (struct jsonw){ out, false };
}

void jsonw_open(struct jsonw *, char bracket); /* '{' or '[' */
void jsonw_close(struct jsonw *, char bracket);
void jsonw_key(struct jsonw *, const char *key);
void jsonw_str(struct jsonw *, struct str);
void jsonw_text(struct jsonw *, const char *s); /* NULL gives null */
void jsonw_int(struct jsonw *, int64_t);
/* Shortest text that reads back as the same double; NaN and infinities give null. */
void jsonw_real(struct jsonw *, double);
void jsonw_bool(struct jsonw *, bool);
void jsonw_null(struct jsonw *);

/* One struct as an object, in the order of its table. */
void jsonw_row(struct jsonw *, const struct field *fields, const void *row);

#endif
