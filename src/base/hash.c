#include "base/hash.h"

#include <sodium.h>

const char *
hash_hex(struct arena *a, struct str s)
{
	uint8_t hash[32];
	char *hex = arena_alloc(a, 2 * sizeof hash + 1);
	crypto_generichash(hash, sizeof hash, (const uint8_t *)s.p, s.n, NULL, 0);
	hex_encode(hex, hash, sizeof hash);
	return hex;
}
