#include "curator/types.h"

#include "base/tap.h"

static const char *
guess(const char *const *values)
{
	struct type_guess g = type_guess_new();
	for (; *values; values++)
		type_guess_add(&g, str_of(*values));
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
	GUESS("text", "2022-03-14T05:54:13+01:00");
	GUESS("dmy", "14.03.2022", "1.2.2022");
	GUESS("dmy", "14/3/2022", "1/2/2022");
	GUESS("mdy", "3/14/2022", "1/2/2022");
	GUESS("text", "1/2/2022", "3/4/2022");
	GUESS("text", "14/3/2022", "3/14/2022");
	GUESS("text", "3/5/94");
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
