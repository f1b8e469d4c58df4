/*
 * Reading what a job wrote: a JSON object, strictly, with members that may be missing or of another
 * kind. Texts come out fit to be shown: valid UTF-8 without control characters, cut at a length.
 *
 * The tree belongs to whoever parsed it; texts are copied to the arena. Thread rule: one thread.
 */
#ifndef PORTAL_KEEPER_RESULT_H
#define PORTAL_KEEPER_RESULT_H

#include <jansson.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"

/* One object; anything else is E_INPUT, with line and reason. The tree is freed by cleanup_result.
 */
enum status result_parse(const char *text, json_t **ret, struct err *);

/* A text member, cut at max bytes; "" when there is none. A number is written out. */
const char *result_text(struct arena *, const json_t *object, const char *name, size_t max);
/* The same of a value that stands alone; NULL gives "". */
const char *result_value(struct arena *, const json_t *value, size_t max);
/* The texts of an array member, ", " between them, cut at max bytes or a little more; "" when there
 * is none. */
const char *result_names(struct arena *, const json_t *object, const char *name, size_t max);
/* A whole number from 0 up; E_INPUT naming it otherwise. */
enum status result_count(const json_t *object, const char *name, int64_t *ret, struct err *);
/* A finite number; E_INPUT naming it otherwise. */
enum status result_real(const json_t *object, const char *name, double *ret, struct err *);
/* An array member; E_INPUT naming it when it is none or has more than max elements. */
enum status result_list(
	const json_t *object, const char *name, size_t max, json_t **ret, struct err *);

static inline void
cleanup_result_fn(json_t **j)
{
	json_decref(*j);
}
#define cleanup_result CLEANUP(cleanup_result_fn)

#endif
