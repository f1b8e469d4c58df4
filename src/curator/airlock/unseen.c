#include "curator/airlock/unseen.h"

size_t
unseen_next(struct str s, uint32_t *ret)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	uint32_t v = n == 1 ? c : c & (0xffu >> (n + 1));
	if (n > s.n)
		n = s.n;
	for (size_t i = 1; i < n; i++)
		v = v << 6 | ((unsigned char)s.p[i] & 0x3f);
	*ret = v;
	return n;
}

/*
 * Of Unicode 15: the categories Cc, Cf, Co, Cs, Zl, Zp and Zs but the space, and what is
 * Default_Ignorable_Code_Point; without the few of Cf that are drawn (Prepended_Concatenation_Mark,
 * as U+06DD). Added are drawn blanks of other categories (the Braille pattern without dots, a note
 * without a head, the Khitan filler), the unassigned and the replacement of objects before U+FFFD,
 * and all from the fourteenth plane on. In ascending order.
 */
bool
unseen_is(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = { { 0, 0x1f }, { 0x7f, 0xa0 }, { 0xad, 0xad }, { 0x34f, 0x34f },
		{ 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x1680, 0x1680 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f }, { 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f },
		{ 0x2800, 0x2800 }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xd800, 0xf8ff },
		{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffc },
		{ 0xfffe, 0xffff }, { 0x13430, 0x1343f }, { 0x16fe4, 0x16fe4 },
		{ 0x1bca0, 0x1bca3 }, { 0x1d159, 0x1d159 }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0x10ffff } };
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges && c >= ranges[i].from; i++)
		if (c <= ranges[i].to)
			return true;
	return false;
}
