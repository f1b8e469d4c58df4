/*
 * Different texts, numbered from 0 in the order in which they came.
 *
 * text_set_free ends it; the texts live until then. Thread rule: one thread per set.
 */
#ifndef CURATOR_TEXT_SET_H
#define CURATOR_TEXT_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define TEXT_SET_FULL UINT32_MAX
#define TEXT_SET_NONE UINT32_MAX

struct text_set;

struct text_set *text_set_new(size_t most); /* texts that it takes, below TEXT_SET_FULL */
void text_set_free(struct text_set *);      /* NULL is fine */

/* The number of the text, new or not; TEXT_SET_FULL when there is no place for another. */
uint32_t text_set_add(struct text_set *, struct str);
/* The number of the text, or TEXT_SET_NONE. */
uint32_t text_set_find(const struct text_set *, struct str);
/* The same of n texts, in less time where the set is large. */
void text_set_add_all(struct text_set *, const struct str *, size_t n, uint32_t *ret);
void text_set_find_all(const struct text_set *, const struct str *, size_t n, uint32_t *ret);
size_t text_set_size(const struct text_set *);
/* All of them; until the next text_set_add. */
const struct str *text_set_texts(const struct text_set *);

#endif
