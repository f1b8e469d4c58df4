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

TEST(one_step_after_another)
{
	cleanup_arena struct arena *a = arena_new();
	struct way_facts f = { .page = "/d", .project = "/p", .ethics = "missing", .folder = "x" };
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
	f.measured = true;
	CHECK_STR(way_next(a, &f).href, "/d/release");
	CHECK(way_next(a, &f).post);
	f.made = f.waits = true;
	CHECK_STR(states(a, &f), "done done done done now later");
	CHECK_STR(way_next(a, &f).href, "/d/sign");
	f.waits = false;
	f.released = true;
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
		.measured = true,
		.released = true,
		.folder = "x" };
	CHECK_STR(states(a, &f), "done done done done now later");
	CHECK_STR(way_next(a, &f).title, "Make the releases again");
}

TEST(what_was_passed_over_does_not_nag)
{
	cleanup_arena struct arena *a = arena_new();
	struct way_facts f = { .page = "/d",
		.approved = true,
		.imported = true,
		.recipe_saved = true,
		.made = true,
		.released = true,
		.folder = "x" };
	CHECK_STR(states(a, &f), "done later done later done done");
	CHECK_STR(way_next(a, &f).tone, "quiet");
}

TEST(afterwards_it_is_for_reading)
{
	cleanup_arena struct arena *a = arena_new();
	struct way_facts f = {
		.page = "/d", .past = true, .imported = true, .measured = true, .folder = "x"
	};
	struct data_step steps[WAY_STEPS];
	way_steps(a, &f, steps);
	CHECK_STR(steps[2].href, "/d/recipe/versions");
	CHECK_STR(steps[3].href, "/d/sign");
	CHECK_STR(way_next(a, &f).title, "The time for changes is over");
}
