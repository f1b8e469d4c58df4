/*
 * The distinct values of one column, numbered in the order of their first appearance.
 *
 * The dictionary owns copies of the values; dict_free frees everything.
 * Thread rule: one thread per dictionary.
 */
#ifndef CURATOR_RISK_DICT_H
#define CURATOR_RISK_DICT_H

#include <stdint.h>

#include "base/str.h"
#include "curator/risk/budget.h"

#define DICT_NONE UINT32_MAX

struct dict;

struct dict *dict_new(struct budget *); /* the budget may be NULL */
void dict_free(struct dict *);          /* NULL is fine */

/* The value's code, a new one if need be. The value holds no NUL byte. */
enum status dict_add(struct dict *, struct str value, uint32_t *ret, struct err *);
/* DICT_NONE when it is not there. */
uint32_t dict_find(const struct dict *, struct str value);

size_t dict_n(const struct dict *);
struct str dict_value(const struct dict *, uint32_t code); /* lives as long as the dictionary */

#endif
