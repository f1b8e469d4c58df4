#include "base/tap.h"

#include "portal/recipe/recipe.h"

static const struct recipe_line cap = { "age", "cap", "89", "", 7 };

TEST(what_is_left_over_of_another_action_goes)
{
	cleanup_arena struct arena *a = arena_new();
	struct recipe_wish w = { "drop", "89" };
	struct err e;
	CHECK_INT(recipe_wish_mend(a, "with.1", &cap, &w, &e), OK);
	CHECK_STR(w.option, "");
	w = (struct recipe_wish){ "group", "89" };
	CHECK_INT(recipe_wish_mend(a, "with.1", &cap, &w, &e), OK);
	CHECK_STR(w.option, "10");
	w = (struct recipe_wish){ "cap", "  80 " };
	CHECK_INT(recipe_wish_mend(a, "with.1", &cap, &w, &e), OK);
	CHECK_STR(w.option, "80");
	w = (struct recipe_wish){ "keep", "as years" };
	CHECK_INT(recipe_wish_mend(a, "with.1", &cap, &w, &e), OK);
	CHECK_STR(w.option, "as years");
}

TEST(what_is_missing_is_told_at_its_field)
{
	cleanup_arena struct arena *a = arena_new();
	struct recipe_wish w = { "round", "" };
	struct err e;
	CHECK_INT(recipe_wish_mend(a, "with.3", &cap, &w, &e), E_INPUT);
	CHECK_STR(e.field, "with.3");
	CHECK(strstr(e.text, "age") != NULL);
	w = (struct recipe_wish){ "burn", "" };
	CHECK_INT(recipe_wish_mend(a, "with.3", &cap, &w, &e), E_INPUT);
	w = (struct recipe_wish){ "cap", "89 # and more" };
	CHECK_INT(recipe_wish_mend(a, "with.3", &cap, &w, &e), E_INPUT);
	w = (struct recipe_wish){ "cap", "89\n\tname keep" };
	CHECK_INT(recipe_wish_mend(a, "with.3", &cap, &w, &e), E_INPUT);
	w = (struct recipe_wish){ "cap", "89 \"half" };
	CHECK_INT(recipe_wish_mend(a, "with.3", &cap, &w, &e), E_INPUT);
}

TEST(what_is_predicted_is_read_and_written)
{
	cleanup_arena struct arena *a = arena_new();
	static const char *const texts[] = {
		"births.bwt regression \"birth weight in grams\"",
		"adm.severe each adm.id binary positive 1 \"needed intensive care\"",
		"\"a b.c d\" binary positive \"very ill\"",
	};
	struct recipe_goal g;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		recipe_goal_read(a, texts[i], &g);
		CHECK_STR(recipe_goal_text(a, &g), texts[i]);
	}
	recipe_goal_read(a, "", &g);
	CHECK_STR(g.column, "");
	CHECK(!g.binary);
	recipe_goal_read(a, "a.b binary positive", &g);
	CHECK_STR(g.positive, "");
}

TEST(shares_are_asked_for_and_not_promised)
{
	cleanup_arena struct arena *a = arena_new();
	const char *words = recipe_lot_words(a, "hidden 30%\nsample 7.5 % # few\n");
	CHECK(strstr(words, "30 % hidden") && strstr(words, "7.5 % in the sample"));
	CHECK(strstr(recipe_lot_words(a, "hidden 30 %\n"), "than the recipe asks for"));
	CHECK(!strchr(recipe_lot_words(a, ""), '%'));
}
