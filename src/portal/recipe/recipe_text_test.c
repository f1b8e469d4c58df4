#include "base/tap.h"

#include "portal/recipe/recipe_text.h"

static const char text[] =
	"recipe \"Heart \" version 1\n"
	"\n"
	"patient p.id\n"
	"table p  # the patients\n"
	"\tid    pseudonym   \"the patient\"   # a number\n"
	"\t\"birth date\"  age at labs.taken cap 89 as \"age now\" \"in years\"\n"
	"\tname drop\n"
	"\tempty\n"
	"table labs by id via p\n"
	"\n"
	"\ttaken shift dmy\n"
	"hidden 30 % # a third\n";

TEST(a_text_is_read_by_table_and_column)
{
	cleanup_arena struct arena *a = arena_new();
	struct recipe_text r;
	recipe_text_read(a, text, &r);
	CHECK_INT(r.tables.n, 2);
	CHECK_STR(r.tables.at[0].table, "p");
	CHECK_STR(r.tables.at[0].way, "");
	CHECK_STR(r.tables.at[1].way, "by id via p");
	CHECK_INT(r.tables.at[0].columns.n, 4);
	const struct recipe_line *c = r.tables.at[0].columns.at;
	CHECK_STR(c[0].action, "pseudonym");
	CHECK_STR(c[0].option, "");
	CHECK_STR(c[0].meaning, "the patient");
	CHECK_INT(c[0].line, 5);
	CHECK_STR(c[1].name, "birth date");
	CHECK_STR(c[1].action, "age");
	CHECK_STR(c[1].option, "at labs.taken cap 89 as \"age now\"");
	CHECK_STR(c[1].meaning, "in years");
	CHECK_STR(c[3].action, "");
	CHECK_INT(r.tables.at[1].columns.n, 1);
	CHECK_STR(r.tables.at[1].columns.at[0].option, "dmy");
	recipe_text_read(a, "", &r);
	CHECK_INT(r.tables.n, 0);
	recipe_text_read(a, "\tstray keep\ntable", &r);
	CHECK_INT(r.tables.n, 1);
	CHECK_STR(r.tables.at[0].table, "");
}

TEST(one_line_is_changed_and_no_other)
{
	cleanup_arena struct arena *a = arena_new();
	const char *t = recipe_text_change(a, text, 5, "drop", "");
	CHECK_STR(recipe_text_line(a, t, 5), "\tid    drop   \"the patient\"   # a number");
	CHECK_STR(recipe_text_line(a, t, 6), recipe_text_line(a, text, 6));
	CHECK_INT(strlen(t), strlen(text) - strlen("pseudonym") + strlen("drop"));
	t = recipe_text_change(a, text, 6, "age", "at labs.taken cap 80");
	CHECK_STR(recipe_text_line(a, t, 6),
		"\t\"birth date\"  age at labs.taken cap 80 \"in years\"");
	t = recipe_text_change(a, text, 8, "cap", "89");
	CHECK_STR(recipe_text_line(a, t, 8), "\tempty cap 89");
	CHECK_STR(recipe_text_change(a, text, 99, "drop", ""), text);
	CHECK_STR(recipe_text_change(a, text, 0, "drop", ""), text);
}

TEST(statements_are_changed_added_and_removed)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(recipe_text_statement(a, text, "hidden"), "30 %");
	CHECK_STR(recipe_text_statement(a, text, "quasi"), "");
	const char *t = recipe_text_state(a, text, "hidden", "20 %");
	CHECK(strstr(t, "\nhidden 20 % # a third\n") != NULL);
	t = recipe_text_state(a, text, "quasi", "p.age p.sex");
	CHECK(strstr(t, "# a third\nquasi p.age p.sex\n") != NULL);
	CHECK_STR(recipe_text_statement(a, t, "quasi"), "p.age p.sex");
	CHECK_STR(recipe_text_state(a, t, "quasi", ""), text);
	CHECK_STR(recipe_text_state(a, text, "quasi", ""), text);
	CHECK_STR(recipe_text_state(a, "k 5", "k", "3"), "k 3");
	CHECK_STR(recipe_text_state(a, "k 5", "l", "2 a.b"), "k 5\nl 2 a.b\n");
	CHECK_STR(recipe_text_state(a, "k 5", "k", ""), "");
}

TEST(versions_are_numbered)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(recipe_text_line(a, recipe_text_number(a, text, 12), 1),
		"recipe \"Heart \" version 12");
	CHECK_STR(recipe_text_number(a, "table x\n", 2), "table x\n");
	CHECK_STR(recipe_text_number(a, "recipe version", 2), "recipe version");
	CHECK_INT(recipe_text_version(text), 1);
	CHECK_INT(recipe_text_version("recipe x version 40 # forty\n"), 40);
	CHECK_INT(recipe_text_version("recipe x version many\n"), 0);
	CHECK_INT(recipe_text_version("table version 3\n"), 0);
}

TEST(versions_that_do_the_same_differ_in_their_number_alone)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK(recipe_text_same(a, text, recipe_text_number(a, text, 7)));
	CHECK(!recipe_text_same(a, text, recipe_text_change(a, text, 5, "drop", "")));
	CHECK(!recipe_text_same(a, "recipe a version 1\n", "recipe b version 1\n"));
	/* A number anywhere else does something. */
	CHECK(!recipe_text_same(a, "recipe a version 1\nk 5\n", "recipe a version 1\nk 6\n"));
	CHECK(!recipe_text_same(a, "recipe a version 1\nrecipe a version 2\n",
		"recipe a version 1\nrecipe a version 3\n"));
	CHECK(!recipe_text_same(a, "recipe a version \"1\"x\n", "recipe a version 1\n"));
	CHECK(recipe_text_same(a, "r", "r") && !recipe_text_same(a, "r", "s"));
}

TEST(the_line_of_a_complaint)
{
	CHECK_INT(recipe_text_wrong("Recipe line 12, character 5: no."), 12);
	CHECK_INT(recipe_text_wrong("Recipe line x, character 5: no."), 0);
	CHECK_INT(recipe_text_wrong("The recipe lacks a statement."), 0);
}

TEST(names_with_blanks_stand_in_quotes)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(recipe_text_name(a, "age"), "age");
	CHECK_STR(recipe_text_name(a, "p.birth date"), "\"p.birth date\"");
	CHECK_STR(recipe_text_name(a, "#no"), "\"#no\"");
}

TEST(a_statement_names_columns)
{
	cleanup_arena struct arena *a = arena_new();
	const char *said = "recipe r version 1\nharmless p.ward_name \"p.room no\" # asked\nk 5\n";
	CHECK(recipe_text_names(a, said, "harmless", "P.room NO"));
	CHECK(!recipe_text_names(a, said, "harmless", "p.room"));
	CHECK(!recipe_text_names(a, said, "quasi", "p.ward_name"));
	CHECK_STR(recipe_text_name_put(a, said, "harmless", "p.ward_name", false),
		"recipe r version 1\nharmless \"p.room no\" # asked\nk 5\n");
	CHECK_STR(recipe_text_name_put(a, "k 5\n", "harmless", "p.room no", true),
		"k 5\nharmless \"p.room no\"\n");
	CHECK_STR(recipe_text_name_put(a, "harmless p.a\nk 5\n", "harmless", "p.b", true),
		"harmless p.a p.b\nk 5\n");
	CHECK_STR(
		recipe_text_name_put(a, "harmless p.a\nk 5\n", "harmless", "p.a", false), "k 5\n");
	CHECK(recipe_text_name_put(a, said, "harmless", "p.ward_name", true) == said);
}
