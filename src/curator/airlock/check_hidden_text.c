/*
 * Hidden text: what a reader does not see or a program would act on. Characters without width,
 * blanks other than the space, what turns the direction of writing, digits of other scripts (which
 * no check would read as numbers), and markup.
 */
#include "curator/airlock/check.h"
#include "curator/airlock/unseen.h"

/* First digits of ten, of the scripts in daily use and of the ornamented Latin ones. */
static bool
foreign_digit(uint32_t c)
{
	static const uint32_t zero[] = { 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6,
		0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0,
		0x1810, 0xff10 };
	for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
		if (c >= zero[i] && c < zero[i] + 10)
			return true;
	return (c >= 0x2460 && c <= 0x249b) || (c >= 0x1d7ce && c <= 0x1d7ff);
}

static bool
markup(struct str s)
{
	static const char *const tags[] = { "<script", "<svg", "<html", "<iframe", "<img",
		"<object", "<embed", "<!doctype", "<?xml", "javascript:" };
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '<' && (s.p[i] | 0x20) != 'j')
			continue;
		for (size_t k = 0; k < sizeof tags / sizeof *tags; k++) {
			size_t n = strlen(tags[k]);
			if (n <= s.n - i && str_ieq((struct str){ s.p + i, n }, str_of(tags[k])))
				return true;
		}
	}
	return false;
}

static void
one(struct airlock_file *f, void *ctx, struct str s, int64_t row, int64_t column)
{
	bool hidden = false, digits = false;
	for (size_t i = 0, n; i < s.n; i += n) {
		n = 1;
		if ((s.p[i] & 0x80) == 0)
			continue;
		uint32_t c;
		n = unseen_next((struct str){ s.p + i, s.n - i }, &c);
		hidden |= unseen_is(c);
		digits |= foreign_digit(c);
	}
	if (hidden)
		airlock_tell(f, AIR_FAIL, row, column,
			"Characters that cannot be seen or that are not the blanks they look like "
			"stand here.");
	if (digits)
		airlock_tell(f, AIR_FAIL, row, column,
			"Digits of another script stand here. Write numbers with 0 to 9.");
	if (markup(s))
		airlock_tell(f, AIR_FAIL, row, column,
			"Markup that a browser would act on stands here.");
}

enum status
check_hidden_text(struct airlock_file *f, struct err *e)
{
	airlock_each_text(f, one, NULL);
	return OK;
}
