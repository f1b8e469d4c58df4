#include "base/arena.h"
#include "base/tap.h"
#include "wire/places.h"

static const char *
say(struct arena *a, const struct spot *at, size_t n, int64_t count)
{
	struct buf b = buf_new(a);
	places_say(&b, at, n, count);
	return b.n ? b.p : "";
}

TEST(single_places)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(say(a, NULL, 0, 0), "");
	CHECK_STR(say(a, (struct spot[]){ { 0, 0 } }, 1, 1), "");
	CHECK_STR(say(a, (struct spot[]){ { 3, 2 } }, 1, 1), "row 3 of column 2");
	CHECK_STR(say(a, (struct spot[]){ { 0, 2 } }, 1, 1), "column 2");
	CHECK_STR(say(a, (struct spot[]){ { 9, 0 }, { 3, 2 } }, 2, 6),
		"row 9; row 3 of column 2; and 4 more");
	CHECK_STR(say(a, (struct spot[]){ { 3, 2 }, { 3, 2 } }, 2, 2), "row 3 of column 2");
}

TEST(many_are_ranges)
{
	cleanup_arena struct arena *a = arena_new();
	struct spot at[PLACES_MOST + 5];
	for (int i = 0; i < 20; i++)
		at[i] = (struct spot){ 21 - i, 5 };
	CHECK_STR(say(a, at, 20, 360), "rows 2 to 21 of column 5, and 340 more");
	for (int i = 0; i < 12; i++)
		at[i] = (struct spot){ 2 + i / 3, 5 + i % 3 };
	CHECK_STR(say(a, at, 12, 12), "rows 2 to 5 of columns 5 to 7");
	CHECK_STR(say(a, (struct spot[]){ { 2, 1 }, { 3, 1 }, { 7, 1 } }, 3, 3),
		"rows 2 and 3 of column 1; row 7 of column 1");
	CHECK_STR(say(a, (struct spot[]){ { 0, 1 }, { 0, 2 }, { 0, 3 } }, 3, 3), "columns 1 to 3");
	for (int i = 0; i < PLACES_MOST + 5; i++)
		at[i] = (struct spot){ 2 + i, 0 };
	CHECK_STR(say(a, at, PLACES_MOST + 5, PLACES_MOST + 5), "rows 2 to 41, and 5 more");
}
