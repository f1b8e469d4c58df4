#include "base/tap.h"

#include "portal/data/way.h"

#include "base/str.h"

static const char *
states(struct arena *a, const struct way_facts *f)
{
	struct data_step s[WAY_STEPS];
	struct buf b = buf_new(a);
	way_steps(a, f, s);
	for (int i = 0; i < WAY_STEPS; i++)
		buf_printf(&b, "%s%s", i ? " " : "", s[i].state);
	return b.p;
}

static struct sign_standing
standing(enum sign_state state)
{
	return (struct sign_standing){ .state = state,
		.held = state == SIGN_NOTHING ? 0 : 1,
		.sentence = state == SIGN_NOTHING ? "" : "Teams keep version 1." };
}

TEST(one_step_after_another)
{
	cleanup_arena struct arena *a = arena_new();
	struct way_facts f = { .page = "/d",
		.project = "/p",
		.ethics = "missing",
		.folder = "x",
		.standing = standing(SIGN_NOTHING) };
	CHECK_STR(states(a, &f), "now later later later later later");
	CHECK_STR(way_next(a, &f).tone, "stop");
	CHECK_STR(way_next(a, &f).href, "/p");
	f.approved = true;
	CHECK_STR(way_next(a, &f).href, "/d#import");
	f.imported = true;
	CHECK_STR(states(a, &f), "done now later later later later");
	CHECK_STR(way_next(a, &f).href, "/d/profile");
	f.understood = true;
	CHECK_STR(way_next(a, &f).href, "/d/recipe");
	f.recipe_saved = f.recipe_wrong = true;
	CHECK_STR(states(a, &f), "done done stop later later later");
	CHECK_STR(way_next(a, &f).tone, "stop");
	f.recipe_wrong = false;
	CHECK_STR(states(a, &f), "done done done now later later");
	CHECK_STR(way_next(a, &f).href, "/d/risk");
	CHECK(!way_may_make(&f));
	f.measuring = true;
	CHECK_STR(way_next(a, &f).title, "The risk is being measured");
	f.measuring = false;
	f.measured = true;
	CHECK_STR(way_next(a, &f).href, "/d/release");
	CHECK(way_next(a, &f).post && way_may_make(&f));
	f.standing = standing(SIGN_WAITS);
	CHECK_STR(states(a, &f), "done done done done now later");
	CHECK_STR(way_next(a, &f).href, "/d/sign");
	f.standing = standing(SIGN_SIGNED);
	CHECK_STR(states(a, &f), "done done done done done done");
	CHECK_STR(way_next(a, &f).tone, "quiet");
}

TEST(a_changed_recipe_begins_again)
{
	cleanup_arena struct arena *a = arena_new();
	struct way_facts f = { .page = "/d",
		.approved = true,
		.imported = true,
		.understood = true,
		.recipe_saved = true,
		.recipe_version = 2,
		.standing = standing(SIGN_CHANGED),
		.folder = "x" };
	/* First its risk: until then there is nothing to be made. */
	CHECK_STR(states(a, &f), "done done done now later later");
	CHECK_STR(way_next(a, &f).title, "Measure the risk of version 2");
	CHECK(!way_next(a, &f).post && !way_may_make(&f));
	f.measured = true;
	CHECK_STR(states(a, &f), "done done done done now later");
	CHECK_STR(way_next(a, &f).title, "Make the releases again");
	CHECK(strncmp(way_next(a, &f).text, "Teams keep version 1. ", 22) == 0);
	f.recipe_checking = true;
	CHECK(!way_may_make(&f));
	f.recipe_checking = false;
	f.standing = standing(SIGN_SIGNED);
	f.standing.same = true;
	f.standing.sentence = "Version 3 is the same as the signed version 1: nothing to do.";
	CHECK_STR(states(a, &f), "done done done done done done");
	CHECK_STR(way_next(a, &f).text, f.standing.sentence);
}

TEST(what_was_passed_over_does_not_nag)
{
	cleanup_arena struct arena *a = arena_new();
	struct way_facts f = { .page = "/d",
		.approved = true,
		.imported = true,
		.recipe_saved = true,
		.standing = standing(SIGN_SIGNED),
		.folder = "x" };
	CHECK_STR(states(a, &f), "done later done later done done");
	CHECK_STR(way_next(a, &f).tone, "quiet");
}

TEST(who_has_it_already_is_counted)
{
	cleanup_arena struct arena *a = arena_new();
	struct way_facts f = { .page = "/d",
		.approved = true,
		.recipe_saved = true,
		.standing = standing(SIGN_SIGNED),
		.folder = "x" };
	f.standing.sentence = "Version 2 is signed.";
	CHECK(strstr(way_next(a, &f).text, "with the phases of the event"));
	f.rooms = 2;
	CHECK_STR(way_next(a, &f).text,
		"Version 2 is signed. 2 workspaces hold it. Nothing waits for you here.");
}

TEST(data_that_are_out_want_an_entry_in_the_catalogue)
{
	cleanup_arena struct arena *a = arena_new();
	struct way_facts f = { .page = "/d",
		.approved = true,
		.imported = true,
		.recipe_saved = true,
		.standing = standing(SIGN_WAITS),
		.folder = "x" };
	f.standing.undescribed = true;
	CHECK_STR(way_next(a, &f).href, "/d/sign");
	f.standing = standing(SIGN_SIGNED);
	f.standing.undescribed = true;
	CHECK_STR(way_next(a, &f).href, "/d/catalogue");
	CHECK_STR(way_next(a, &f).tone, "");
	CHECK_STR(states(a, &f), "done later done later done done");
	f.past = true;
	CHECK_STR(way_next(a, &f).tone, "quiet");
}

TEST(afterwards_it_is_for_reading)
{
	cleanup_arena struct arena *a = arena_new();
	struct way_facts f = { .page = "/d",
		.past = true,
		.imported = true,
		.measured = true,
		.folder = "x",
		.standing = standing(SIGN_NOTHING) };
	struct data_step steps[WAY_STEPS];
	way_steps(a, &f, steps);
	CHECK_STR(steps[2].href, "/d/recipe/versions");
	CHECK_STR(steps[3].href, "/d/sign");
	CHECK_STR(way_next(a, &f).title, "The time for changes is over");
}
