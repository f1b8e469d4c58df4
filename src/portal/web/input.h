/*
 * What a stranger sends, made into structs: percent-decoding, urlencoded and multipart bodies, JSON
 * bodies, and the decoding of all of them by an input table.
 *
 * Everything is bounded: 200 fields, 64 KiB a text unless the table says more. All results are in
 * the arena. Free-threaded.
 */
#ifndef PORTAL_WEB_INPUT_H
#define PORTAL_WEB_INPUT_H

#include "portal/web/req.h"

enum { INPUT_FIELDS = 400 };

/* %XX and, with plus, '+' as space. False on bad escapes, NUL, or bytes that are not UTF-8. */
bool input_unescape(struct arena *, struct str, bool plus, const char **ret);
/* a=1&b=2 into pairs. */
enum status input_urlencoded(struct arena *, struct str body, pair_list *ret, struct err *);
/* multipart/form-data; fields into pairs, files into uploads. */
enum status input_multipart(struct arena *, struct str body, const char *content_type,
	pair_list *ret, struct upload **ret_uploads, size_t *ret_n_uploads, struct err *);
/* A JSON object into pairs: texts, numbers, booleans ("yes"/""), lists of texts (repeated). */
enum status input_json(struct arena *, struct str body, pair_list *ret, struct err *);

/*
 * Pairs into the struct that `table` describes. Unknown names other than "csrf" are refused for
 * JSON (strict) and ignored for forms. All wrong fields are reported: the first in err, each in
 * ret_errors (field name and sentence).
 */
enum status input_decode(struct arena *, const struct field *table, const pair_list *, bool strict,
	void *ret, pair_list *ret_errors, struct err *);

#endif
