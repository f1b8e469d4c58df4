/*
 * What a file is, by its bytes; its name only chooses among kinds of text.
 *
 * Pure. Thread rule: none.
 */
#ifndef CURATOR_AIRLOCK_SNIFF_H
#define CURATOR_AIRLOCK_SNIFF_H

#include "curator/airlock/airlock.h"

/* The ending after the last dot; "" when there is none. */
struct str sniff_ending(const char *name);

/*
 * AIR_PNG, AIR_JPEG, or AIR_TXT for text of any kind. Otherwise AIR_UNKNOWN, and *ret_why is a
 * sentence that says what it is and why that does not leave.
 */
enum airlock_type sniff_bytes(struct str bytes, const char **ret_why);

#endif
