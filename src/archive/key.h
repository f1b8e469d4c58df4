/*
 * The key of an archive: a pair made from a passphrase by Argon2id. The public half seals, and may
 * be stored anywhere; the secret half opens, is made again from the passphrase when it is needed,
 * and is stored nowhere. So archives can be made, and made again after a power cut, by processes
 * that never see the passphrase.
 *
 * A struct archive_key holds no secret. Thread rule: pure functions; each takes as much memory as
 * the key says and as long as a password's check, or longer.
 */
#ifndef ARCHIVE_KEY_H
#define ARCHIVE_KEY_H

#include <stdint.h>

#include "base/err.h"
#include "wire/archive.h"

enum {
	ARCHIVE_SALT = 16,
	ARCHIVE_PUBLIC = 32,
	ARCHIVE_SECRET = 32,
	ARCHIVE_PASS_MIN = 12, /* bytes */
	ARCHIVE_PASS_MAX = 500,
	/* Argon2id (RFC 9106), as libsodium's MODERATE. */
	ARCHIVE_PASSES = 3,
	ARCHIVE_MEMORY_KB = 262144,
};

struct archive_key {
	uint32_t passes, memory_kb;
	uint8_t salt[ARCHIVE_SALT];
	uint8_t public[ARCHIVE_PUBLIC]; /* X25519 */
};

/* E_INPUT when the passphrase is too short or long; E_BUSY when there is no memory. */
enum status archive_key_new(const char *passphrase, struct archive_key *ret, struct err *);

/*
 * The secret half, which the caller wipes. E_AUTH when it is not this passphrase; E_INPUT when the
 * key's costs are out of range.
 */
enum status archive_key_open(const struct archive_key *, const char *passphrase,
	uint8_t ret_secret[ARCHIVE_SECRET], struct err *);

enum { ARCHIVE_MARK = 10 };
/*
 * For people to tell one key from another: "3f2a 91bc", the first four bytes of the public half, as
 * they stand in the head of each archive that is sealed to it.
 */
void archive_key_mark(const uint8_t public[ARCHIVE_PUBLIC], char ret[ARCHIVE_MARK]);

#endif
