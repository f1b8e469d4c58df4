#include "curator/types.h"

#include <math.h>

#include "base/tap.h"

static const char *
guess(const char *const *values)
{
	struct type_guess g = type_guess_new();
	struct type_value v;
	for (; *values; values++)
		type_guess_add(&g, str_of(*values), 1, &v);
	return type_code(type_guess_end(&g));
}

#define GUESS(want, ...) CHECK_STR(guess((const char *const[]){ __VA_ARGS__, NULL }), want)

TEST(numbers)
{
	GUESS("integer", "1", "-5", "0", "123456789012345678");
	GUESS("integer", "1", "NA", "", "2");
	GUESS("real", "1", "2.5", "-0.5", "1e5", "2.5E-3");
	GUESS("text", "007", "12");
	GUESS("text", "1234567890123456789");
	GUESS("text", "1", "2 ", "3");
	GUESS("text", "+5");
	GUESS("text", "1e999");
	GUESS("text", "1", "-");
	GUESS("text", "", "");
	GUESS("text", "NA", "x");
}

TEST(decimal_commas)
{
	GUESS("comma", "1,5", "12", "-0,25");
	/* Could be thousands. */
	GUESS("text", "1,500", "2,750");
	GUESS("comma", "1,500", "2,75");
	GUESS("text", "1,5", "1.5");
}

TEST(dates)
{
	GUESS("date", "2022-03-14", "2020-02-29");
	GUESS("text", "2022-03-14", "2021-02-29");
	GUESS("timestamp", "2022-03-14 05:54", "2022-03-14T05:54:13Z", "2022-03-14");
	GUESS("text", "2022-03-14 25:00");
	GUESS("zoned", "2022-03-14T05:54:13+01:00", "2022-03-14 05:54Z", "2022-03-14");
	GUESS("text", "2022-03-14T05:54:13+1");
	GUESS("ymd", "2022/03/14", "2022/1/2");
	GUESS("month", "14-MAR-2022", "1 June 2021");
	GUESS("text", "14-MRZ-2022");
	GUESS("dmyt", "14.03.2022 05:54:13", "1.2.2022");
	GUESS("mdyt", "3/14/2022 5:54 AM", "3/1/2022 17:54");
	GUESS("mdyt2", "10/23/64 21:09", "1/2/03 0:00");
	GUESS("dmy2", "23.10.64", "1.2.03");
	GUESS("dmy", "14.03.2022", "1.2.2022");
	GUESS("dmy", "14/3/2022", "1/2/2022");
	GUESS("mdy", "3/14/2022", "1/2/2022");
	GUESS("text", "1/2/2022", "3/4/2022");
	GUESS("text", "14/3/2022", "3/14/2022");
	GUESS("text", "3/5/94");
}

static int64_t
year_of(const char *text, enum col_type t, int century_end)
{
	struct type_value v;
	int64_t days;
	type_read(str_of(text), &v);
	return type_days(&v, t, century_end, &days) ? 1970 + (int64_t)floor((double)days / 365.2425)
						    : 0;
}

TEST(short_years)
{
	CHECK_INT(year_of("6/6/94", TYPE_DMY2, 2026), 1994);
	CHECK_INT(year_of("6/6/26", TYPE_DMY2, 2026), 2026);
	CHECK_INT(year_of("6/6/27", TYPE_DMY2, 2026), 1927);
	CHECK_INT(year_of("6/6/64", TYPE_MDY2, 2199), 2164);
	CHECK_INT(year_of("2022-06-06", TYPE_DATE, 0), 2022);
	CHECK_INT(year_of("x", TYPE_DATE, 0), 0);
}

TEST(names)
{
	enum col_type t;
	CHECK_STR(type_name(TYPE_COMMA), "real");
	CHECK_STR(type_name(TYPE_MDY), "date");
	CHECK(type_of_code(STR("mdy"), &t) && t == TYPE_MDY);
	CHECK(!type_of_code(STR("x"), &t));
	CHECK(type_is_date(TYPE_TIME) && !type_is_date(TYPE_INTEGER));
}
