#include "base/handshake.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

/* SHA-1 (FIPS 180-4), which the handshake prescribes; it protects nothing here. Messages of at most
 * 119 bytes: two blocks. */
static uint32_t
rotl(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

static void
sha1_block(uint32_t h[5], const uint8_t *p)
{
	uint32_t w[80];
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
		       (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (int i = 16; i < 80; i++)
		w[i] = rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
	for (int i = 0; i < 80; i++) {
		uint32_t f = b ^ c ^ d, k = i < 40 ? 0x6ed9eba1 : 0xca62c1d6;
		if (i < 20) {
			f = (b & c) | (~b & d);
			k = 0x5a827999;
		} else if (i >= 40 && i < 60) {
			f = (b & c) | (b & d) | (c & d);
			k = 0x8f1bbcdc;
		}
		uint32_t t = rotl(a, 5) + f + e + k + w[i];
		e = d;
		d = c;
		c = rotl(b, 30);
		b = a;
		a = t;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

static void
sha1(const char *s, size_t n, uint8_t out[20])
{
	uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	uint8_t block[128] = { 0 };
	size_t blocks = n < 56 ? 1 : 2;
	if (n > 119)
		BUG("sha1 of %zu bytes", n);
	memcpy(block, s, n);
	block[n] = 0x80;
	block[blocks * 64 - 2] = (uint8_t)(n * 8 >> 8);
	block[blocks * 64 - 1] = (uint8_t)(n * 8);
	for (size_t i = 0; i < blocks; i++)
		sha1_block(h, block + 64 * i);
	for (int i = 0; i < 20; i++)
		out[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

void
handshake_accept(const char *key, char out[HANDSHAKE_BYTES])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char text[120];
	uint8_t sum[21] = { 0 };
	int n = snprintf(text, sizeof text, "%.60s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	sha1(text, (size_t)n, sum);
	for (size_t i = 0, at = 0; i < 20; i += 3) {
		uint32_t three = (uint32_t)sum[i] << 16 | (uint32_t)sum[i + 1] << 8 | sum[i + 2];
		for (int shift = 18; shift >= 0; shift -= 6)
			out[at++] = digits[three >> shift & 63];
	}
	/* Twenty bytes are six groups of three, and two that end with one sign of padding. */
	out[27] = '=';
	out[28] = '\0';
}
