/*
 * Long text: notes about persons, and data in disguise (base64, hexadecimal).
 */
#include "curator/airlock/check.h"

enum { HEX_RUN = 40, BASE64_RUN = 64 };

static bool
hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool
base64(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '+' ||
	       c == '/' || c == '=' || c == '-' || c == '_';
}

/* A run of one character is a ruled line. */
static bool
varied(const char *p, size_t n)
{
	bool upper = false, lower = false, digit = false;
	for (size_t i = 0; i < n; i++) {
		upper |= p[i] >= 'A' && p[i] <= 'Z';
		lower |= p[i] >= 'a' && p[i] <= 'z';
		digit |= p[i] >= '0' && p[i] <= '9';
	}
	return digit + upper + lower >= 2;
}

static bool
holds_run(struct str s, bool (*is)(char), size_t least)
{
	for (size_t i = 0; i + least <= s.n;) {
		size_t n = 0;
		while (i + n < s.n && is(s.p[i + n]))
			n++;
		if (n >= least && varied(s.p + i, n))
			return true;
		i += n + 1;
	}
	return false;
}

static size_t
characters(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

static void
one(struct airlock_file *f, void *ctx, struct str s, int64_t row, int64_t column)
{
	const char *long_text = ctx;
	if ((int64_t)s.n > f->policy->text_max && (int64_t)characters(s) > f->policy->text_max)
		airlock_tell(f, f->type == AIR_TXT ? AIR_REVIEW : AIR_FAIL, row, column, long_text);
	if (holds_run(s, hex, HEX_RUN) || holds_run(s, base64, BASE64_RUN))
		airlock_tell(f, AIR_FAIL, row, column,
			"A long run of letters and digits looks like encoded data.");
}

enum status
check_long_text(struct airlock_file *f, struct err *e)
{
	const char *say =
		airlock_say(f, "A text of more than %lld characters may be about a person.",
			(long long)f->policy->text_max);
	airlock_each_text(f, one, (void *)say);
	return OK;
}
