/*
 * The part of a withdrawal that speaks jansson, apart from what speaks base/json.h.
 *
 * Memory is the arena's. Thread rule: one thread.
 */
#ifndef CURATOR_WITHDRAW_H
#define CURATOR_WITHDRAW_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* rows: of each of the n tables, in the order of source.json. */
enum status withdraw_source_json(struct arena *, struct str text, const int64_t *rows, size_t n,
	struct str pseudonym, struct str *ret, struct err *);

#endif
