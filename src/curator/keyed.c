#include "curator/keyed.h"

#include <sodium.h>

void
keyed_project(const uint8_t event_key[KEYED_KEY], int64_t project, uint8_t out[KEYED_KEY])
{
	char text[40];
	int n = snprintf(text, sizeof text, "project %lld", (long long)project);
	crypto_generichash(out, KEYED_KEY, (const uint8_t *)text, (size_t)n, event_key, KEYED_KEY);
}

uint64_t
keyed_bits(const uint8_t key[KEYED_KEY], struct str domain, struct str value)
{
	crypto_generichash_state st;
	uint8_t out[16];
	uint64_t bits = 0;
	crypto_generichash_init(&st, key, KEYED_KEY, sizeof out);
	crypto_generichash_update(&st, (const uint8_t *)domain.p, domain.n);
	/* No domain holds a NUL, so that no pair of domain and value reads like another. */
	crypto_generichash_update(&st, (const uint8_t *)"", 1);
	crypto_generichash_update(&st, (const uint8_t *)value.p, value.n);
	crypto_generichash_final(&st, out, sizeof out);
	for (int i = 0; i < 8; i++)
		bits = bits << 8 | out[i];
	return bits;
}

void
keyed_pseudonym(const uint8_t key[KEYED_KEY], struct str domain, char prefix, struct str value,
	char out[KEYED_PSEUDONYM + 1])
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t bits = keyed_bits(key, domain, value);
	out[0] = prefix;
	for (int i = 1; i < KEYED_PSEUDONYM; i++, bits >>= 5)
		out[i] = alphabet[bits & 31];
	out[KEYED_PSEUDONYM] = '\0';
}

int
keyed_shift(const uint8_t key[KEYED_KEY], struct str value)
{
	int d = (int)(keyed_bits(key, STR("shift"), value) % 728);
	return d < 364 ? d - 364 : d - 363;
}

double
keyed_percent(const uint8_t key[KEYED_KEY], struct str domain, struct str value)
{
	return (double)(keyed_bits(key, domain, value) >> 11) * 0x1p-53 * 100;
}
