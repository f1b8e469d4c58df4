/*
 * Everything that hides a patient comes from here: pseudonyms, date shifts and the choice of hidden
 * and sample patients, each a keyed BLAKE2b of the source id in a domain of its own. Who lacks the
 * key can neither invert one nor derive one from another.
 *
 * Pure and thread-safe. Keys are 32 bytes.
 */
#ifndef CURATOR_KEYED_H
#define CURATOR_KEYED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { KEYED_KEY = 32, KEYED_PSEUDONYM = 13 };

/* 64 uniform bits of value in domain. */
uint64_t keyed_bits(const uint8_t key[KEYED_KEY], struct str domain, struct str value);

/* prefix and 12 characters of Crockford's base 32 (60 bits): KEYED_PSEUDONYM bytes and a NUL. */
void keyed_pseudonym(const uint8_t key[KEYED_KEY], struct str domain, char prefix, struct str value,
	char out[KEYED_PSEUDONYM + 1]);

/*
 * A pseudonym with the prefix P or K as a number from 0, and back: in the same order as texts, and
 * of a size that sorts and joins move without looking. 0 for what is no pseudonym.
 */
int64_t keyed_number(struct str pseudonym);
void keyed_spell(int64_t number, char out[KEYED_PSEUDONYM + 1]);

/*
 * Days to add to every date of a patient, never 0. From -364 to 364; in whole weeks when weekdays
 * are kept; when the season is kept: one to four years of 365.25 days and up to 14 days more or
 * less, forth or back.
 */
struct keyed_dates {
	bool weekday, season;
};
int keyed_shift(const uint8_t key[KEYED_KEY], struct keyed_dates keep, struct str value);

/* Uniform in [0, 100): compare with a percentage. */
double keyed_percent(const uint8_t key[KEYED_KEY], struct str domain, struct str value);

#endif
