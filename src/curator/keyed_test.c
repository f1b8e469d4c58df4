#include "curator/keyed.h"

#include <math.h>

#include "base/tap.h"

static const uint8_t key[KEYED_KEY] = { 7 };

static struct str
number(int i)
{
	static char text[16];
	snprintf(text, sizeof text, "%d", i);
	return str_of(text);
}

TEST(pseudonyms)
{
	char a[KEYED_PSEUDONYM + 1], b[KEYED_PSEUDONYM + 1];
	static const uint8_t other[KEYED_KEY] = { 8 };
	keyed_pseudonym(key, STR("patient"), 'P', STR("0017"), a);
	keyed_pseudonym(key, STR("patient"), 'P', STR("0017"), b);
	CHECK_STR(a, b);
	CHECK_INT(strlen(a), KEYED_PSEUDONYM);
	CHECK(a[0] == 'P');
	keyed_pseudonym(key, STR("patient"), 'P', STR("17"), b);
	CHECK(strcmp(a, b) != 0);
	keyed_pseudonym(key, STR("key id"), 'P', STR("0017"), b);
	CHECK(strcmp(a, b) != 0);
	keyed_pseudonym(other, STR("patient"), 'P', STR("0017"), b);
	CHECK(strcmp(a, b) != 0);
	/* "ab" in domain "c" is not "b" in domain "ca". */
	CHECK(keyed_bits(key, STR("c"), STR("ab")) != keyed_bits(key, STR("ca"), STR("b")));
}

TEST(pseudonyms_are_numbers_in_the_same_order)
{
	char last[KEYED_PSEUDONYM + 1] = "", text[KEYED_PSEUDONYM + 1], again[KEYED_PSEUDONYM + 1];
	for (int i = 0; i < 2000; i++) {
		keyed_pseudonym(key, STR("x"), i % 2 ? 'P' : 'K', number(i), text);
		int64_t n = keyed_number(str_of(text));
		keyed_spell(n, again);
		CHECK_STR(again, text);
		if (last[0])
			CHECK((strcmp(last, text) < 0) == (keyed_number(str_of(last)) < n));
		memcpy(last, text, sizeof last);
	}
	CHECK_INT(keyed_number(STR("P000000000000")), (int64_t)1 << 60);
	CHECK_INT(keyed_number(STR("X000000000000")), 0);
	CHECK_INT(keyed_number(STR("P00000000000u")), 0);
	CHECK_INT(keyed_number(STR("P00")), 0);
}

TEST(shifts_are_never_zero_and_reach_both_ends)
{
	int low = 0, high = 0;
	for (int i = 0; i < 20000; i++) {
		int d = keyed_shift(key, (struct keyed_dates){ 0 }, number(i));
		CHECK(d != 0 && d >= -364 && d <= 364);
		low = d < low ? d : low;
		high = d > high ? d : high;
	}
	CHECK_INT(low, -364);
	CHECK_INT(high, 364);
}

TEST(shifts_keep_weekday_and_season_when_asked)
{
	bool seen[8] = { 0 };
	for (int i = 0; i < 20000; i++) {
		int week = keyed_shift(key, (struct keyed_dates){ .weekday = true }, number(i));
		int year = keyed_shift(key, (struct keyed_dates){ .season = true }, number(i));
		int both = keyed_shift(key, (struct keyed_dates){ true, true }, number(i));
		CHECK(week != 0 && week % 7 == 0 && abs(week) <= 364);
		double years = abs(year) / 365.25;
		CHECK(fabs(years - round(years)) * 365.25 < 15.5 && abs(year) > 300);
		years = abs(both) / 365.25;
		CHECK(both % 7 == 0 && fabs(years - round(years)) * 365.25 < 22);
		seen[(year > 0) * 4 + (int)round(abs(year) / 365.25) - 1] = true;
	}
	for (int i = 0; i < 8; i++)
		CHECK(seen[i]);
}

TEST(shares_are_what_was_asked_for)
{
	int hidden = 0, both = 0, sample = 0;
	for (int i = 0; i < 20000; i++) {
		bool h = keyed_percent(key, STR("hidden"), number(i)) < 30;
		bool s = keyed_percent(key, STR("sample"), number(i)) < 10;
		hidden += h;
		sample += s;
		both += h && s;
	}
	CHECK(hidden > 5700 && hidden < 6300);
	CHECK(sample > 1850 && sample < 2150);
	/* Independent: 3 percent. */
	CHECK(both > 500 && both < 700);
}
