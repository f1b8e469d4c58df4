#include "curator/score/number.h"

#include <float.h>

/* A decimal number m * 10^e, m exact. */
struct decimal {
	uint64_t m;
	int e;
	bool minus;
};

/* False when it is not so written or has more digits than m can hold. */
static bool
decimal_read(struct str s, struct decimal *ret)
{
	const char *p = s.p, *end = s.p + s.n;
	struct decimal d = { 0, 0, false };
	if (p < end && (*p == '-' || *p == '+'))
		d.minus = *p++ == '-';
	int digits = 0;
	bool any = false;
	for (; p < end && *p >= '0' && *p <= '9'; p++, any = true)
		if (digits += d.m > 0 || *p != '0', digits <= 19)
			d.m = d.m * 10 + (uint64_t)(*p - '0');
	if (p < end && *p == '.')
		for (p++; p < end && *p >= '0' && *p <= '9'; p++, any = true, d.e--)
			if (digits += d.m > 0 || *p != '0', digits <= 19)
				d.m = d.m * 10 + (uint64_t)(*p - '0');
	if (!any || digits > 19)
		return false;
	if (p < end && (*p == 'e' || *p == 'E')) {
		bool minus = ++p < end && *p == '-';
		p += p < end && (*p == '-' || *p == '+');
		int e = 0, n = 0;
		for (; p < end && *p >= '0' && *p <= '9' && n < 4; p++, n++)
			e = e * 10 + (*p - '0');
		if (n == 0)
			return false;
		d.e += minus ? -e : e;
	}
	*ret = d;
	return p == end;
}

/*
 * Exact where one operation on exact operands gives the answer: both m and the power of ten fit
 * their format, so the quotient or product is rounded once (Clinger, PLDI 1990). Python prints
 * 17 digits, which 53 bits do not hold but the 64 bits of the x87 format do; there the quotient is
 * rounded twice, which is harmless unless the first rounding landed exactly between two doubles.
 */
static bool
decimal_exact(const struct decimal *d, double *ret)
{
	static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	double v;
	if (d->m == 0) {
		v = 0;
	} else if (d->m <= 1ull << 53 && d->e >= -22 && d->e <= 22) {
		v = d->e < 0 ? (double)d->m / tens[-d->e] : (double)d->m * tens[d->e];
#if LDBL_MANT_DIG == 64
	} else if (d->e < 0 && d->e >= -22) {
		long double q = (long double)d->m / (long double)tens[-d->e];
		uint64_t mantissa;
		memcpy(&mantissa, &q, sizeof mantissa);
		if ((mantissa & 0x7ff) == 0x400)
			return false;
		v = (double)q;
#endif
	} else {
		return false;
	}
	*ret = d->minus && d->m ? -v : v;
	return true;
}

static bool
not_finite_word(struct str s)
{
	static const char *const words[] = { "nan", "inf", "infinity" };
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = (struct str){ s.p + 1, s.n - 1 };
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_ieq(s, str_of(words[i])))
			return true;
	return false;
}

enum number_kind
number_read(struct str s, double *ret)
{
	struct decimal d;
	if (decimal_read(s, &d) && decimal_exact(&d, ret))
		return NUMBER_GOOD;
	s = str_trim(s);
	double v;
	if (str_real(s, &v)) {
		*ret = v == 0 ? 0 : v;
		return NUMBER_GOOD;
	}
	return not_finite_word(s) ? NUMBER_NOT_FINITE : NUMBER_BAD;
}
