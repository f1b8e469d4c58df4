#include "base/tap.h"

#include "portal/risk/risk.h"

#define SIZES(a, b)                                                                                \
	"\"sizes\":[{\"from\":1,\"to\":1,\"classes\":1,\"rows\":" a                                \
	"},{\"from\":20,\"to\":0,\"classes\":1,\"rows\":" b "}]"
#define BEFORE                                                                                     \
	"\"before\":{\"rows\":189,\"classes\":57,\"k\":1,\"average\":0.3016,\"highest\":1,"        \
	"\"uniques\":0.0899,\"journalist\":1," SIZES(                                              \
		"17", "172") ",\"columns\":[{\"name\":"                                            \
			     "\"p.age\",\"distinct\":24,\"alone\":0.01,\"without\":0,"             \
			     "\"contribution\":0.0899}]}"
#define AFTER                                                                                      \
	"\"after\":{\"rows\":186,\"classes\":8,\"k\":6,\"average\":0.043,\"highest\":0.1667,"      \
	"\"uniques\":0," SIZES("0", "186") "}"
#define CANDIDATES                                                                                 \
	"\"candidates\":[{\"column\":\"p.age\",\"treatment\":\"kept\",\"distinct\":24,"            \
	"\"suggested\":true}]"

TEST(a_measurement_is_told_before_and_after)
{
	cleanup_arena struct arena *a = arena_new();
	struct risk_found f;
	struct err e;
	CHECK_INT(risk_read(a,
			  "{\"patients\":189," CANDIDATES ",\"risk\":{\"k\":5,\"l\":0," BEFORE
			  "," AFTER ",\"suppressed\":3,\"levels\":[{\"column\":\"p.age\","
			  "\"level\":2,\"of\":4,\"kind\":\"numbers\",\"loss\":0.337}]}}",
			  &f, &e),
		OK);
	CHECK(f.measured && f.lowered && f.candidates.at[0].suggested);
	CHECK_STR(f.figures.at[0].before, "1");
	CHECK_STR(f.figures.at[0].after, "6");
	CHECK_STR(f.figures.at[1].before, "9.0 %");
	CHECK_STR(f.figures.at[1].after, "0.0 %");
	CHECK_STR(f.figures.at[3].after, "16.7 %");
	CHECK_STR(f.levels.at[0].what, "made coarser, 2 of 4 steps");
	CHECK_STR(f.headline, "Groups of 6 or more");
	CHECK_STR(f.columns.at[0].with_others, "9.0 %");
	CHECK(strstr(f.sentence, "at least 5 others") && strstr(f.sentence, "3 patients"));
	CHECK(f.before.markup && strstr(f.before.markup, "alone"));
}

#define LOWERED(levels)                                                                            \
	"{\"patients\":189,\"risk\":{\"k\":5,\"l\":0," BEFORE "," AFTER                            \
	",\"suppressed\":0,\"levels\":[" levels "]}}"

TEST(a_column_that_is_lost_stands_in_the_headline)
{
	cleanup_arena struct arena *a = arena_new();
	struct risk_candidate known = { .column = "p.age" };
	struct risk_found f = { .candidates = { &known, 1 } };
	struct err e;
	CHECK_INT(risk_read_release(a,
			  LOWERED("{\"column\":\"p.age\",\"level\":2,\"of\":4,\"kind\":\"numbers\","
				  "\"into\":\"ranges of 10\",\"loss\":0.337},"
				  "{\"column\":\"p.sex\",\"level\":0,\"of\":0,\"loss\":0}"),
			  &f, &e),
		OK);
	CHECK_STR(f.levels.at[0].what, "told as ranges of 10");
	CHECK_STR(f.headline, "Groups of 6 or more");
	CHECK_INT(f.candidates.n, 1);
	CHECK(strstr(f.sentence, "Nobody's were taken out") && !strstr(f.sentence, "learn"));
#define LOST(name) "{\"column\":\"" name "\",\"level\":4,\"of\":4,\"into\":\"x\",\"loss\":1}"
	CHECK_INT(risk_read_release(a, LOWERED(LOST("p.lwt")), &f, &e), OK);
	CHECK_STR(f.headline, "Groups of 6 or more, but p.lwt is lost");
	CHECK(strstr(f.sentence, "For this, p.lwt becomes the same for all patients") != NULL);
	CHECK(strstr(f.levels.at[0].what, "the same for all") != NULL);
	CHECK_INT(
		risk_read_release(a, LOWERED(LOST("p.a") "," LOST("p.b") "," LOST("p.c")), &f, &e),
		OK);
	CHECK_STR(f.headline, "Groups of 6 or more, but p.a, p.b and p.c are lost");
	CHECK_INT(risk_read(a, LOWERED(LOST("p.a")), &f, &e), E_INPUT);
}

TEST(without_a_choice_there_are_only_candidates)
{
	cleanup_arena struct arena *a = arena_new();
	struct risk_found f;
	struct err e;
	CHECK_INT(risk_read(a, "{\"patients\":189," CANDIDATES "}", &f, &e), OK);
	CHECK(!f.measured && f.figures.n == 0);
	CHECK_INT(risk_read(a,
			  "{\"patients\":189," CANDIDATES ",\"risk\":{\"k\":0,\"l\":0," BEFORE "}}",
			  &f, &e),
		OK);
	CHECK(f.measured && !f.lowered);
	CHECK_STR(f.figures.at[0].after, "");
	CHECK_INT(risk_read(a, "{}", &f, &e), E_INPUT);
	CHECK_INT(risk_read(a, "{\"patients\":189," CANDIDATES ",\"risk\":{}}", &f, &e), E_INPUT);
}

TEST(a_choice_becomes_statements_and_back)
{
	cleanup_arena struct arena *a = arena_new();
	const char *columns[] = { "p.age", "p.birth place" }, *text;
	struct risk_choice c = { { columns, 2 }, 5, 2.5, 2, "p.ill" }, d;
	struct err e;
	CHECK_INT(risk_choose(a, "table p\n# mine\n", &c, &text, &e), OK);
	CHECK_STR(text, "table p\n# mine\nquasi p.age \"p.birth place\"\nk 5 suppress 2.5 %\n"
			"l 2 p.ill\n");
	risk_chosen(a, text, &d);
	CHECK_INT(d.quasi.n, 2);
	CHECK_STR(d.quasi.at[1], "p.birth place");
	CHECK(d.k == 5 && d.l == 2 && d.suppress > 2.4 && d.suppress < 2.6);
	CHECK_STR(d.sensitive, "p.ill");
	struct risk_choice none = { .sensitive = "" };
	CHECK_INT(risk_choose(a, text, &none, &text, &e), OK);
	CHECK_STR(text, "table p\n# mine\n");
}

TEST(a_choice_must_make_sense)
{
	cleanup_arena struct arena *a = arena_new();
	const char *age[] = { "p.age" }, *bad[] = { "p.age\nk 2" }, *text = NULL;
	struct err e;
	struct risk_choice no_columns = { .k = 5, .sensitive = "" };
	CHECK_INT(risk_choose(a, "", &no_columns, &text, &e), E_INPUT);
	CHECK_STR(e.field, "quasi");
	struct risk_choice no_k = { .quasi = { age, 1 }, .l = 2, .sensitive = "p.ill" };
	CHECK_INT(risk_choose(a, "", &no_k, &text, &e), E_INPUT);
	struct risk_choice same = { .quasi = { age, 1 }, .k = 5, .l = 2, .sensitive = "p.age" };
	CHECK_INT(risk_choose(a, "", &same, &text, &e), E_INPUT);
	CHECK_STR(e.field, "sensitive");
	struct risk_choice hostile = { .quasi = { bad, 1 }, .k = 5, .sensitive = "" };
	CHECK_INT(risk_choose(a, "", &hostile, &text, &e), E_INPUT);
	CHECK(text == NULL);
}
