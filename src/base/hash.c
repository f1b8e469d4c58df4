#include "base/hash.h"

#include <sodium.h>

enum { HASH = 32 };

static void
digest(struct str s, char hex[2 * HASH + 1])
{
	uint8_t hash[HASH];
	crypto_generichash(hash, sizeof hash, (const uint8_t *)s.p, s.n, NULL, 0);
	hex_encode(hex, hash, sizeof hash);
}

const char *
hash_hex(struct arena *a, struct str s)
{
	char *hex = arena_alloc(a, 2 * HASH + 1);
	digest(s, hex);
	return hex;
}

void
hash_json(struct jsonw *j, struct str s)
{
	char hex[2 * HASH + 1];
	digest(s, hex);
	jsonw_key(j, "bytes"), jsonw_int(j, (int64_t)s.n);
	jsonw_key(j, "blake2b"), jsonw_text(j, hex);
}
