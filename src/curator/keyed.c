#include "curator/keyed.h"

#include <sodium.h>

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

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { DIGIT_BITS = 5, DIGITS = KEYED_PSEUDONYM - 1, PREFIX_BIT = DIGIT_BITS * DIGITS };

void
keyed_pseudonym(const uint8_t key[KEYED_KEY], struct str domain, char prefix, struct str value,
	char out[KEYED_PSEUDONYM + 1])
{
	uint64_t bits = keyed_bits(key, domain, value);
	out[0] = prefix;
	for (int i = 1; i < KEYED_PSEUDONYM; i++, bits >>= 5)
		out[i] = alphabet[bits & 31];
	out[KEYED_PSEUDONYM] = '\0';
}

/* The place in the alphabet, or -1. A release asks for millions of them. */
static int
place_of(char c)
{
	static const int8_t letters[] = { 10, 11, 12, 13, 14, 15, 16, 17, -1, 18, 19, -1, 20, 21,
		-1, 22, 23, 24, 25, 26, -1, 27, 28, 29, 30, 31 };
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? letters[c - 'A'] : -1;
}

int64_t
keyed_number(struct str s)
{
	if (s.n != KEYED_PSEUDONYM || (s.p[0] != 'P' && s.p[0] != 'K'))
		return 0;
	int64_t n = s.p[0] == 'P';
	for (size_t i = 1; i < s.n; i++) {
		int place = place_of(s.p[i]);
		if (place < 0)
			return 0;
		n = n << DIGIT_BITS | place;
	}
	return n;
}

void
keyed_spell(int64_t n, char out[KEYED_PSEUDONYM + 1])
{
	out[0] = n >> PREFIX_BIT ? 'P' : 'K';
	for (int i = DIGITS; i > 0; i--, n >>= DIGIT_BITS)
		out[i] = alphabet[n & 31];
	out[KEYED_PSEUDONYM] = '\0';
}

int
keyed_shift(const uint8_t key[KEYED_KEY], struct keyed_dates keep, struct str value)
{
	uint64_t bits = keyed_bits(key, STR("shift"), value);
	int days = 0, sign = bits & 1 ? 1 : -1;
	bits >>= 1;
	if (keep.season)
		days = (int)((double)(bits % 4 + 1) * 365.25) + (int)(bits / 4 % 29) - 14;
	else
		days = (int)(bits % 364) + 1;
	if (keep.weekday)
		days = days < 7 ? 7 : days / 7 * 7;
	return sign * days;
}

double
keyed_percent(const uint8_t key[KEYED_KEY], struct str domain, struct str value)
{
	return (double)(keyed_bits(key, domain, value) >> 11) * 0x1p-53 * 100;
}
