#include "base/tap.h"

#include "portal/sign/sign.sql.h"
#include "portal/sign/standing.h"

#define V(n, rest) "recipe heart version " #n "\n" rest

static struct sign_standing
of(struct arena *a, struct sign_recipes r)
{
	r.made = r.made ? r.made : "";
	r.held = r.held ? r.held : "";
	return sign_standing_of(a, &r, SIGN_YOU);
}

TEST(before_anything_is_signed)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_standing s = of(a, (struct sign_recipes){ .saved = "" });
	CHECK_INT(s.state, SIGN_NOTHING);
	CHECK_STR(s.sentence, "");
	s = of(a, (struct sign_recipes){ .saved = V(1, "k 5"), .made = V(1, "k 5") });
	CHECK_INT(s.state, SIGN_WAITS);
	CHECK_STR(s.sentence, "Teams have no data until you sign version 1.");
	/* Made of another version than the saved one, and never signed. */
	s = of(a, (struct sign_recipes){ .saved = V(2, "k 6"), .made = V(1, "k 5") });
	CHECK_INT(s.state, SIGN_NOTHING);
}

TEST(what_was_signed_stays_until_another_is)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_recipes r = { .saved = V(1, "k 5"),
		.made = V(1, "k 5"),
		.held = V(1, "k 5"),
		.made_held = true,
		.images = true };
	CHECK_INT(of(a, r).state, SIGN_SIGNED);
	CHECK_STR(of(a, r).sentence, "Version 1 is signed.");
	r.saved = V(2, "k 6");
	CHECK_INT(of(a, r).state, SIGN_CHANGED);
	CHECK_STR(of(a, r).sentence, "Teams keep version 1 until you sign version 2.");
	CHECK_STR(sign_standing_of(a, &r, SIGN_STEWARD).sentence,
		"Teams keep version 1 until a data steward signs version 2.");
	CHECK_STR(sign_standing_of(a, &r, SIGN_OVER).sentence,
		"Teams have version 1; version 2 was not signed.");
	r.made = V(2, "k 6");
	r.made_held = false;
	CHECK_INT(of(a, r).state, SIGN_WAITS);
	CHECK_STR(of(a, r).sentence, "Teams keep version 1 until you sign version 2.");
	/* Changed again: what waits is nothing that could be signed. */
	r.saved = V(3, "k 7");
	CHECK_INT(of(a, r).state, SIGN_CHANGED);
	CHECK_STR(of(a, r).sentence, "Teams keep version 1 until you sign version 3.");
}

TEST(an_earlier_version_taken_up_again_is_signed_already)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_recipes r = {
		.saved = V(4, "k 5"), .made = V(2, "k 6"), .held = V(1, "k 5"), .images = true
	};
	struct sign_standing s = of(a, r);
	CHECK_INT(s.state, SIGN_SIGNED);
	CHECK(s.same);
	CHECK_STR(s.sentence, "Version 4 is the same as the signed version 1: nothing to do.");
	/* What waits can be signed when the recipe says its words again. */
	r.saved = V(5, "k 6");
	s = of(a, r);
	CHECK_INT(s.state, SIGN_WAITS);
	CHECK_STR(s.sentence, "Teams keep version 1 until you sign version 2.");
}

TEST(revoked_images_are_nothing_that_teams_have)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_recipes r = { .saved = V(1, "k 5"), .made = V(1, "k 5"), .held = V(1, "k 5") };
	CHECK_INT(of(a, r).state, SIGN_WAITS);
	CHECK_STR(of(a, r).sentence, "Teams have no data until you sign the new release.");
	r.saved = V(2, "k 6");
	CHECK_INT(of(a, r).state, SIGN_CHANGED);
	CHECK_STR(of(a, r).sentence, "Teams have no data until you sign version 2.");
	r.saved = V(3, "k 5");
	r.made_held = true;
	CHECK_INT(of(a, r).state, SIGN_CHANGED);
	CHECK_STR(sign_standing_of(a, &r, SIGN_OVER).sentence, "Teams have no data any more.");
}

TEST(the_same_release_made_anew)
{
	cleanup_arena struct arena *a = arena_new();
	struct sign_recipes r = {
		.saved = V(1, "k 5"), .made = V(1, "k 5"), .held = V(1, "k 5"), .images = true
	};
	CHECK_INT(of(a, r).state, SIGN_WAITS);
	CHECK_STR(
		of(a, r).sentence, "Teams keep the release of before until you sign the new one.");
	/* A recipe without numbers. */
	r = (struct sign_recipes){
		.saved = "b", .made = "a", .held = "a", .made_held = true, .images = true
	};
	CHECK_STR(
		of(a, r).sentence, "Teams keep the signed release until you sign the new release.");
}
