#include "portal/keeper/result.h"

#include "base/str.h"
#include "base/tap.h"

static json_t *
parse(const char *text)
{
	json_t *j = NULL;
	struct err e = { 0 };
	CHECK_INT(result_parse(text, &j, &e), OK);
	return j;
}

TEST(reads_members)
{
	cleanup_arena struct arena *a = arena_new();
	cleanup_result json_t *j =
		parse("{\"t\":\"a\\u001b[31m\\nb\",\"n\":7,\"r\":0.5,\"z\":null,\"l\":[1,2]}");
	int64_t n;
	double r;
	json_t *list;
	CHECK_STR(result_text(a, j, "t", 100), "a [31m b");
	CHECK_STR(result_text(a, j, "n", 100), "7");
	CHECK_STR(result_text(a, j, "z", 100), "");
	CHECK_STR(result_text(a, j, "absent", 100), "");
	CHECK_INT(result_count(j, "n", &n, NULL), OK);
	CHECK_INT(n, 7);
	CHECK_INT(result_real(j, "r", &r, NULL), OK);
	CHECK(r == 0.5);
	CHECK_INT(result_list(j, "l", 2, &list, NULL), OK);
	CHECK_INT(result_list(j, "l", 1, &list, NULL), E_INPUT);
	CHECK_INT(result_list(j, "n", 9, &list, NULL), E_INPUT);
	CHECK_INT(result_count(j, "r", &n, NULL), E_INPUT);
	CHECK_INT(result_real(j, "t", &r, NULL), E_INPUT);
}

TEST(names_what_is_missing)
{
	cleanup_result json_t *j = parse("{\"n\":-1}");
	struct err e = { 0 };
	int64_t n = 5;
	CHECK_INT(result_count(j, "n", &n, &e), E_INPUT);
	CHECK_INT(n, 5);
	CHECK_STR(e.field, "n");
}

TEST(cuts_between_characters)
{
	cleanup_arena struct arena *a = arena_new();
	cleanup_result json_t *j = parse("{\"t\":\"aéb\"}");
	CHECK_STR(result_text(a, j, "t", 2), "a");
	CHECK_STR(result_text(a, j, "t", 3), "aé");
}

TEST(refuses_what_is_no_object)
{
	static const char *const bad[] = { "", "{", "[]", "1", "{\"a\":1,\"a\":2}", "{} x",
		"{\"a\":NaN}", "{\"a\":\"\xff\"}" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		json_t *j = NULL;
		struct err e = { 0 };
		CHECK_INT(result_parse(bad[i], &j, &e), E_INPUT);
		CHECK(!j && e.text[0]);
	}
}
