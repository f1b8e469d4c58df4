/*
 * The digest by which a text or a file is named all over the house: BLAKE2b-256.
 *
 * Thread rule: pure.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

/* 64 lower-case hex digits, from the arena. */
const char *hash_hex(struct arena *, struct str);
/* The members "bytes" and "blake2b" of what is described. */
void hash_json(struct jsonw *, struct str);

#endif
