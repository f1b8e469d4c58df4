#include "curator/import/text.h"

#include <stdlib.h>

#include "base/str.h"

enum { RAW = 64 << 10 };
enum form { UTF8, UTF16LE, UTF16BE, CP1252 };

struct text {
	struct stream *stream;
	enum form form;
	bool unsure;  /* bytes that are no UTF-8 are passed on */
	bool foreign; /* code points above ASCII were seen */
	bool eof;
	uint8_t *raw; /* RAW bytes: read and not given yet are [at, end) */
	size_t at, end;
};

/* Keeps what is left and reads more behind it. */
static enum status
fill(struct text *t, struct err *e)
{
	size_t got = 0;
	memmove(t->raw, t->raw + t->at, t->end - t->at);
	t->end -= t->at;
	t->at = 0;
	TRY(stream_read(t->stream, t->raw + t->end, RAW - t->end, &got, e));
	t->eof = got == 0;
	t->end += got;
	return OK;
}

/* Text of Europe and America in UTF-16 has a zero in every second byte. */
static enum form
sniff(struct text *t)
{
	const uint8_t *p = t->raw;
	size_t n = t->end < 4096 ? t->end & ~(size_t)1 : 4096, zeros[2] = { 0, 0 };
	if (n >= 2 && p[0] == 0xff && p[1] == 0xfe)
		return t->at = 2, UTF16LE;
	if (n >= 2 && p[0] == 0xfe && p[1] == 0xff)
		return t->at = 2, UTF16BE;
	if (t->end >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		return t->at = 3, UTF8;
	for (size_t i = 0; i < n; i++)
		zeros[i & 1] += p[i] == 0;
	if (n >= 4 && zeros[1] * 10 > n * 4 && zeros[0] * 20 < n)
		return UTF16LE;
	if (n >= 4 && zeros[0] * 10 > n * 4 && zeros[1] * 20 < n)
		return UTF16BE;
	return UTF8;
}

enum status
text_open(struct stream *stream, struct text **ret, struct err *e)
{
	cleanup_text struct text *t = calloc(1, sizeof *t);
	if (!t || !(t->raw = malloc(RAW)))
		BUG("out of memory");
	t->stream = stream;
	do
		TRY(fill(t, e));
	while (!t->eof && t->end < 4096);
	t->form = sniff(t);
	*ret = steal_ptr(&t);
	return OK;
}

void
text_close(struct text *t)
{
	if (!t)
		return;
	free(t->raw);
	free(t);
}

static size_t
put(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		p[i] = (char)(0x80 | (c & 0x3f));
	p[0] = (char)((0xf00u >> n) | c);
	return n;
}

static size_t
from_1252(struct text *t, char *p, size_t n)
{
	/* 0x80 to 0x9f; where Windows-1252 has nothing stands what Latin-1 has. */
	static const uint16_t high[] = { 0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020,
		0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018,
		0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153,
		0x9d, 0x17e, 0x178 };
	size_t o = 0;
	for (; t->at < t->end && o + 3 <= n; t->at++) {
		uint8_t c = t->raw[t->at];
		t->unsure |= c == 0;
		o += put(p + o, c >= 0x80 && c <= 0x9f ? high[c - 0x80] : c);
	}
	return o;
}

/* Halves of a pair that stand alone, and zeros, become U+FFFD. */
static size_t
from_utf16(struct text *t, char *p, size_t n)
{
	size_t o = 0, hi = t->form == UTF16BE ? 0 : 1, lo = 1 - hi;
	while (t->end - t->at >= 2 && o + 4 <= n) {
		const uint8_t *r = t->raw + t->at;
		uint32_t c = (uint32_t)r[hi] << 8 | r[lo];
		size_t used = 2;
		if (c >= 0xd800 && c < 0xdc00) {
			if (t->end - t->at < 4 && !t->eof)
				break;
			uint32_t low =
				t->end - t->at < 4 ? 0 : (uint32_t)r[2 + hi] << 8 | r[2 + lo];
			bool pair = low >= 0xdc00 && low < 0xe000;
			c = pair ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
			used = pair ? 4 : 2;
		} else if (c == 0 || (c >= 0xdc00 && c < 0xe000)) {
			c = 0xfffd;
		}
		o += put(p + o, c);
		t->at += used;
	}
	if (o == 0 && t->eof && t->end - t->at == 1) {
		t->at = t->end;
		o = put(p, 0xfffd);
	}
	return o;
}

static bool
has_foreign(const uint8_t *p, size_t n)
{
	uint64_t all = 0, w = 0;
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		all |= w;
	}
	for (; n > 0; p++, n--)
		all |= *p;
	return (all & 0x8080808080808080u) != 0;
}

/* At a byte that is no UTF-8: do the code points that follow speak for UTF-8 all the same? */
static bool
mostly_utf8(const uint8_t *p, size_t n)
{
	size_t good = 0, bad = 0;
	for (size_t i = 0; i < n;) {
		size_t more = str_utf8_prefix((struct str){ (const char *)p + i, n - i });
		for (size_t k = i; k < i + more; k++)
			good += p[k] >= 0xc0;
		i += more;
		bad += i < n;
		i++;
	}
	return good > bad;
}

static size_t
from_utf8(struct text *t, char *p, size_t n)
{
	size_t have = t->end - t->at;
	const uint8_t *raw = t->raw + t->at;
	if (have > n)
		have = n;
	size_t good = t->unsure ? have : str_utf8_prefix((struct str){ (const char *)raw, have });
	/* A code point may be cut in two by the end of what was read, or of the room. */
	bool cut = have - good < 4 && (have < t->end - t->at || !t->eof);
	if (good < have && !cut) {
		if (!t->foreign)
			t->foreign = has_foreign(raw, good);
		if (raw[good] != 0 && !t->foreign && !mostly_utf8(raw + good, have - good))
			t->form = CP1252;
		else
			t->unsure = true;
		if (good == 0)
			return t->unsure ? from_utf8(t, p, n) : from_1252(t, p, n);
	}
	if (!t->foreign)
		t->foreign = has_foreign(raw, good);
	memcpy(p, raw, good);
	t->at += good;
	return good;
}

enum status
text_read(struct text *t, char *p, size_t n, size_t *ret_n, struct err *e)
{
	for (;;) {
		size_t o = t->form == UTF8     ? from_utf8(t, p, n)
			   : t->form == CP1252 ? from_1252(t, p, n)
					       : from_utf16(t, p, n);
		if (o > 0 || (t->eof && t->at == t->end)) {
			*ret_n = o;
			return OK;
		}
		TRY(fill(t, e));
	}
}

bool
text_unsure(const struct text *t)
{
	return t->unsure;
}

const char *
text_encoding(const struct text *t)
{
	return t->form == UTF8 ? "UTF-8" : t->form == CP1252 ? "Windows-1252" : "UTF-16";
}

struct stream *
text_stream(const struct text *t)
{
	return t->stream;
}
