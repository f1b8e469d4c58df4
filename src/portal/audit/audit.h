/*
 * The audit trail: a chain of entries that can be added to and read, and that shows when anything
 * in it was changed, moved, or taken out.
 *
 * The hash of an entry is BLAKE2b-256 over, in this order: the hash of the entry before (32 zero
 * bytes before the first), then n, at, actor, actor_name, event, action, object, detail. Each of
 * these is its length in bytes (8 bytes, little endian) followed by its bytes; a number is 8 bytes,
 * little endian. So no choice of texts can make two different entries look the same.
 *
 * What the chain alone cannot show is a tail cut off, or a trail written anew from some entry on:
 * for that somebody outside the database keeps the head {n, hash} now and then (the warden does,
 * as a witness) and gives it to audit_verify.
 *
 * Thread rule: as the struct db that is given.
 */
#ifndef PORTAL_AUDIT_AUDIT_H
#define PORTAL_AUDIT_AUDIT_H

#include <stdint.h>

#include "base/err.h"
#include "portal/store/db.h"

enum { AUDIT_HASH = 32, AUDIT_TEXT_MAX = 64 << 10 };

/* Texts may hold any bytes but NUL, line breaks too; NULL means "". */
struct audit_entry {
	int64_t at;    /* unix seconds; 0 means now */
	int64_t actor; /* person; 0 for the server itself, and for root by a command: see the name
			*/
	const char *actor_name;
	int64_t event;      /* 0 when it concerns the whole server */
	const char *action; /* "team.rename" */
	const char *object; /* "team 7" */
	const char *detail; /* one sentence, or "" */
};

/* The newest entry's number and hash; n == 0 with a hash of zeros for an empty trail. */
struct audit_head {
	int64_t n;
	uint8_t hash[AUDIT_HASH];
};

/*
 * Adds one entry. Only inside a transaction, together with the change that it tells of: outside is
 * a bug. E_INPUT for a text longer than AUDIT_TEXT_MAX bytes.
 */
enum status audit_add(struct db *, const struct audit_entry *, struct err *);

enum status audit_read_head(struct db *, struct audit_head *ret, struct err *);

/*
 * Walks the whole chain; *ret is its head. witness may be NULL, or a head seen earlier: the trail
 * must still have that entry with that hash. E_CONFLICT with a sentence that names the first entry
 * that is wrong (err->field is "entry 17"). Some hundred thousand entries a second; memory does not
 * grow. Damage to the file below the entries is db_health's to find.
 */
enum status audit_verify(
	struct db *, const struct audit_head *witness, struct audit_head *ret, struct err *);

#endif
