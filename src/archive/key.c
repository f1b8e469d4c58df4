#include "archive/key.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

_Static_assert(ARCHIVE_SALT == crypto_pwhash_SALTBYTES, "salt");
_Static_assert(ARCHIVE_PUBLIC == crypto_box_PUBLICKEYBYTES, "public half");
_Static_assert(ARCHIVE_SECRET == crypto_box_SECRETKEYBYTES, "secret half");

/* Both halves, from the salt and costs that the key names. */
static enum status
derive(const struct archive_key *k, const char *passphrase, uint8_t ret_public[ARCHIVE_PUBLIC],
	uint8_t ret_secret[ARCHIVE_SECRET], struct err *e)
{
	uint8_t seed[crypto_box_SEEDBYTES];
	int bad = crypto_pwhash(seed, sizeof seed, passphrase, strlen(passphrase), k->salt,
		k->passes, (size_t)k->memory_kb << 10, crypto_pwhash_ALG_ARGON2ID13);
	if (!bad)
		crypto_box_seed_keypair(ret_public, ret_secret, seed);
	sodium_memzero(seed, sizeof seed);
	return bad ? err_set(e, E_BUSY, "passphrase",
			     "Working on the passphrase takes %u MB of memory, which are not to be "
			     "had now.",
			     k->memory_kb >> 10)
		   : OK;
}

enum status
archive_key_new(const char *passphrase, struct archive_key *ret, struct err *e)
{
	struct archive_key k = { .passes = ARCHIVE_PASSES, .memory_kb = ARCHIVE_MEMORY_KB };
	uint8_t secret[ARCHIVE_SECRET];
	size_t n = strlen(passphrase);
	if (n < ARCHIVE_PASS_MIN)
		return err_set(e, E_INPUT, "passphrase",
			"The passphrase must have %d characters or more; a few words will do.",
			ARCHIVE_PASS_MIN);
	if (n > ARCHIVE_PASS_MAX)
		return err_set(e, E_INPUT, "passphrase",
			"The passphrase must have %d bytes or fewer.", ARCHIVE_PASS_MAX);
	randombytes_buf(k.salt, sizeof k.salt);
	TRY(derive(&k, passphrase, k.public, secret, e));
	sodium_memzero(secret, sizeof secret);
	*ret = k;
	return OK;
}

enum status
archive_key_open(const struct archive_key *k, const char *passphrase,
	uint8_t ret_secret[ARCHIVE_SECRET], struct err *e)
{
	uint8_t public[ARCHIVE_PUBLIC], secret[ARCHIVE_SECRET];
	if (!archive_costs_ok(k->passes, k->memory_kb))
		return err_set(e, E_INPUT, "",
			"The archive asks for %u passes over %u MB, which no archive of ours does.",
			k->passes, k->memory_kb >> 10);
	TRY(derive(k, passphrase, public, secret, e));
	bool same = sodium_memcmp(public, k->public, sizeof public) == 0;
	if (same)
		memcpy(ret_secret, secret, sizeof secret);
	sodium_memzero(secret, sizeof secret);
	return same ? OK
		    : err_set(e, E_AUTH, "passphrase",
			      "This is not the passphrase of this archive.");
}

void
archive_key_mark(const uint8_t public[ARCHIVE_PUBLIC], char ret[ARCHIVE_MARK])
{
	snprintf(
		ret, ARCHIVE_MARK, "%02x%02x %02x%02x", public[0], public[1], public[2], public[3]);
}
