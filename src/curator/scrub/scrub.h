/*
 * Free text with what tells who a person is taken out by rules: numbers, dates, contacts, names of
 * the patient's own record, of staff and of other patients, and every capitalised word that nobody
 * knows to be harmless. What is taken out leaves a word in brackets: [name], [date], [number],
 * [contact], [age], [word].
 *
 * A capitalised word is harmless when patients' texts write it in small letters too, or when it
 * begins sentences (and only those), each in the texts of SCRUB_COMMON patients or more, or when
 * somebody allowed it. All others become [word] and stand in the review queue.
 *
 * No rules find everything: the recall on a corpus of invented texts is measured by scrub_test.c.
 *
 * scrub_free ends it. Filling is for one thread; scrub_text is pure and thread-safe after
 * scrub_learned.
 */
#ifndef CURATOR_SCRUB_H
#define CURATOR_SCRUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/str.h"

enum { SCRUB_COMMON = 10, SCRUB_MAX_WORDS = 1 << 19 };

struct scrub;

struct scrub *scrub_new(void);
void scrub_free(struct scrub *);

static inline void
cleanup_scrub_fn(struct scrub **s)
{
	scrub_free(*s);
}
#define cleanup_scrub CLEANUP(cleanup_scrub_fn)

/* A person's name of a list: its words of three letters or more are names. */
void scrub_name(struct scrub *, struct str name);
/* A word that may stay. */
void scrub_allow(struct scrub *, struct str word);
/* One text of one patient: which words do patients share? */
void scrub_learn(struct scrub *, struct str patient, struct str text);
/* The capitalised words that are taken out though no list names them, the most frequent first. */
void scrub_learned(
	struct scrub *, void (*suspect)(void *ctx, struct str word, uint64_t times), void *ctx);

/* own: the patient's own identifiers, one a line. The text is appended to out. */
void scrub_text(const struct scrub *, struct str text, struct str own, struct buf *out);

#endif
