/*
 * What scrub.c knows of words: a table of folded words with what was seen of each.
 *
 * words_free frees. Thread rule: one thread writes; reading is pure.
 */
#ifndef CURATOR_SCRUB_WORDS_H
#define CURATOR_SCRUB_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { WORD_LONGEST = 64, WORD_PATIENTS = 10 };

struct seen {
	uint32_t who[WORD_PATIENTS]; /* hashes of different patients */
	uint8_t n;
};

struct word {
	char text[WORD_LONGEST + 1]; /* folded */
	uint8_t len;                 /* 0: an empty place */
	bool name, allowed;
	uint32_t capitals;        /* times that it was capitalised */
	uint32_t inside;          /* of these, not at the beginning of a sentence */
	struct seen small, begin; /* patients who write it in small letters, at the beginning */
};

struct words {
	struct word *at;
	size_t n, cap, most;
};

/* NULL when the word is unknown; folds small and capital letters of Latin-1. */
const struct word *words_find(const struct words *, struct str);
/* NULL when it is too long or the table is full. */
struct word *words_add(struct words *, struct str);
void words_free(struct words *);
void seen_add(struct seen *, uint32_t who);

/* Folds into out, which has room for s.n bytes. */
void word_fold(struct str, char *out);
bool word_begins_capital(struct str);
/* Letters of any script; an apostrophe or hyphen between letters belongs to the word. */
size_t word_length(const char *p, const char *end);
bool word_letter(const char *p);

#endif
