/*
 * Characters that a reader does not see or takes for a blank: the check refuses them and the page
 * of a file spells them out, by one table, so that nothing is refused that is not shown.
 *
 * Thread rule: pure.
 */
#ifndef CURATOR_AIRLOCK_UNSEEN_H
#define CURATOR_AIRLOCK_UNSEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* One character of UTF-8 from s, which is valid and not empty. Returns its length in bytes. */
size_t unseen_next(struct str s, uint32_t *ret);
/* Tab, line feed and carriage return are controls too, but callers know where they may stand. */
bool unseen_is(uint32_t c);

#endif
