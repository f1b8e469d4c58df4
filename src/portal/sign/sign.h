/*
 * The steward's signature under a release: what is put before them, and when it may be signed.
 *
 * The images of a release job are built, but mounted nowhere until a steward has signed for exactly
 * these: the approval, the recipe, the risk, the scan, the counts and the images' own hashes make
 * one text, and its hash is what is signed. Nothing of it can change under the signature, and what
 * was signed is shown ever after as it was read then.
 *
 * Pure; memory is the arena's. Free-threaded.
 */
#ifndef PORTAL_SIGN_SIGN_H
#define PORTAL_SIGN_SIGN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"

struct sign_fact {
	const char *label, *text;
	const char *tone; /* good, due (worth a second look), stop (cannot be signed) */
};

struct sign_facts {
	const char *title, *ethics_number, *ethics_committee;
	int64_t ethics_expires, now;
	const char *recipe; /* as it is on file now */
	const char *spec;   /* of the release job: holds the recipe that was used */
	const char *result; /* of the release job; see wire/jobs.h */
	int64_t dictionary; /* its newest version now; 0: nobody wrote an entry */
};

struct sign_paper {
	LIST(struct sign_fact) facts;
	const char *stop;      /* why it cannot be signed, as a sentence; NULL when it can */
	bool unmeasured;       /* the risk was not measured: a reason is asked for */
	const char *statement; /* the facts as text, a line each */
	const char *hash;      /* BLAKE2b-256 of the statement, in hex */
};

/* E_INPUT when the job's spec or result is not what wire/jobs.h describes. */
enum status sign_paper_make(
	struct arena *, const struct sign_facts *, struct sign_paper *ret, struct err *);

/* The facts of a statement that was signed: tone is "" for each. */
void sign_paper_read(struct arena *, const char *statement, struct sign_paper *ret);

/*
 * May this paper be signed, having been read as `hash` and with that reason? E_CONFLICT when it
 * says stop or has changed since it was read, E_INPUT naming "why" when a reason is missing.
 */
enum status sign_ok(const struct sign_paper *, const char *hash, const char *why, struct err *);

#endif
