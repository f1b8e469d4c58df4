/*
 * Passwords by Argon2id (INTERACTIVE: 64 MiB, about 0.1 s), of which two are computed at a time, so
 * that a crowd at the door cannot take all memory; nor, by waiting, all connections to the
 * database, or every thread.
 *
 * Thread rule: one thread per request.
 */
#ifndef PORTAL_WEB_PASSWORD_H
#define PORTAL_WEB_PASSWORD_H

#include "portal/web/req.h"

/*
 * All are slow. They give r->db back meanwhile and take another, so not within a transaction, and
 * refuse with E_BUSY when too many wait already.
 */
enum status password_hash(struct req *, const char *password, const char **ret, struct err *);
/* hash NULL: computes all the same, so that an unknown address takes as long, and says false. */
enum status password_check(
	struct req *, const char *hash, const char *password, bool *ret, struct err *);
/*
 * Is whoever sits there the person of r->me? A browser that was left open is not enough to sign
 * with, nor to change a password. E_INPUT at `field` when the password is another; guesses count.
 */
enum status password_mine(struct req *, const char *field, const char *password, struct err *);

/*
 * The same where two people must say so: one's mailbox must not be enough to be the second. A
 * password that was chosen by a sign-in link, without the one before, counts after
 * PASSWORD_WITNESS_SECONDS, in which those who would know were told by mail. E_CONFLICT, with the
 * time, until then.
 */
enum { PASSWORD_WITNESS_SECONDS = 24 * 3600 };
enum status password_witness(struct req *, const char *field, const char *password, struct err *);

/*
 * Any other work as dear as a password, done in the same way: fn(ctx) without r->db, two of all
 * these at a time. Its status is returned.
 */
enum status password_work(
	struct req *, enum status (*fn)(void *ctx, struct err *), void *ctx, struct err *);

#endif
