/*
 * JSON out: from field tables, or piece by piece. No tree. Strings must be UTF-8; bytes that are
 * not become U+FFFD, so the output is always valid.
 *
 *	struct json j = json_new(&buf);
 *	json_open(&j, '{'); json_key(&j, "n"); json_int(&j, 3); json_close(&j, '}');
 *
 * Thread rule: one thread per struct json.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/field.h"
#include "base/str.h"

struct json {
	struct buf *out;
	bool comma;
};

static inline struct json
json_new(struct buf *out)
{
	return (struct json){ out, false };
}

void json_open(struct json *, char bracket); /* '{' or '[' */
void json_close(struct json *, char bracket);
void json_key(struct json *, const char *key);
void json_str(struct json *, struct str);
void json_text(struct json *, const char *s); /* NULL gives null */
void json_int(struct json *, int64_t);
/* Shortest text that reads back as the same double; NaN and infinities give null. */
void json_real(struct json *, double);
void json_bool(struct json *, bool);
void json_null(struct json *);

/* One struct as an object, in the order of its table. */
void json_row(struct json *, const struct field *fields, const void *row);

#endif
