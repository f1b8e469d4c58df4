/*
 * The report for the data controller: what was tried on which server and what came of it, as
 * Markdown that people read, with the same as JSON at its end, and a signature under all of it.
 *
 * The last two lines are "key: HEX" and "signature: HEX": Ed25519 over every byte before the last
 * line. The server's key is made once, state/proof.key, readable by root alone; a report can be
 * checked wherever its public half is known.
 *
 * Texts belong to the arena. Thread rule: one thread.
 */
#ifndef ATTACK_PROOF_REPORT_H
#define ATTACK_PROOF_REPORT_H

#include "attack/result.h"
#include "base/config.h"
#include "base/err.h"

enum { REPORT_MAX = 16 << 20 };

/* Of the server of this configuration, for signing; made when there is none yet. Needs root. */
enum status report_key(
	struct arena *, const struct config *, unsigned char ret_secret[64], struct err *);
/* Its public half, for checking: E_ABSENT when there is none yet, and none is made. Needs root. */
enum status report_public(
	struct arena *, const struct config *, unsigned char ret_public[32], struct err *);

/* The text without key and signature. checked: what `host check` says of the host. */
const char *report_text(struct arena *, const struct config *, const struct results *,
	int64_t began, int64_t ended, const char *checked);
/* The text with both. */
const char *report_sign(struct arena *, const char *text, const unsigned char secret[64]);
/* OK when the file ends as a report does, whoever signed it; else E_INPUT. */
enum status report_is(struct str text, struct err *);
/*
 * OK when the report is as it was signed; *ret_key is the public key's hex. want: the key it must
 * be, NULL for any. E_INPUT: no report. E_CONFLICT: changed, or by another key.
 */
enum status report_verify(
	struct arena *, struct str text, const char *want, const char **ret_key, struct err *);

#endif
