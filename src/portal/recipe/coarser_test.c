#include "base/tap.h"

#include "portal/recipe/coarser.h"

#define TEXT "quasi p.age \"p.place of birth\"\nk 5 suppress 2 %\n"

static const char *
after(struct arena *a, const char *risk, const char *text, const char *column)
{
	json_t *j = risk ? json_loads(risk, 0, NULL) : NULL;
	const char *words = coarser_after(a, j, text, column);
	json_decref(j);
	return words;
}

TEST(what_was_measured_is_told)
{
	cleanup_arena struct arena *a = arena_new();
	const char *risk =
		"{\"levels\":[{\"column\":\"p.age\",\"level\":2,\"of\":4,\"into\":\"ranges of "
		"10\",\"loss\":0.3},{\"column\":\"p.race\",\"level\":0,\"of\":4,\"loss\":0},"
		"{\"column\":\"p.zip\",\"level\":3,\"of\":3,\"into\":\"x\",\"loss\":1}]}";
	CHECK_STR(
		after(a, risk, TEXT, "P.Age"), "Then, by the step of risk: told as ranges of 10.");
	CHECK_STR(after(a, risk, TEXT, "p.race"), "The step of risk leaves it so.");
	CHECK(strstr(after(a, risk, TEXT, "p.zip"), "the same for all"));
	CHECK_STR(after(a, risk, TEXT, "p.weight"), "");
}

TEST(before_it_is_measured_the_recipe_says_what_may_come)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK(strstr(after(a, NULL, TEXT, "p.age"), "groups of 5 patients"));
	CHECK(strstr(after(a, NULL, TEXT, "p.place of birth"), "groups of 5 patients"));
	CHECK_STR(after(a, NULL, TEXT, "p.weight"), "");
	CHECK_STR(after(a, NULL, "quasi p.age\n", "p.age"), "");
	CHECK_STR(after(a, NULL, "", "p.age"), "");
	/* Measured without a group size: nothing is made coarser. */
	CHECK_STR(after(a, "{\"before\":{}}", TEXT, "p.age"), "");
}

TEST(what_is_no_level_is_refused)
{
	cleanup_arena struct arena *a = arena_new();
	struct coarser c;
	struct err e;
	json_t *j = json_loads("{\"column\":\"p.age\",\"level\":\"two\"}", 0, NULL);
	CHECK_INT(coarser_read(a, j, &c, &e), E_INPUT);
	json_decref(j);
	CHECK_STR(after(a, "{\"levels\":[{\"column\":\"p.age\"},7]}", TEXT, "p.age"), "");
}
