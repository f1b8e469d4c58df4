#include "base/arena.h"
#include "base/tap.h"
#include "curator/text_set.h"

TEST(texts_are_numbered_once)
{
	cleanup_arena struct arena *a = arena_new();
	enum { N = 20000 };
	struct text_set *s = text_set_new(N);
	CHECK_INT(text_set_add(s, STR("")), 0);
	for (int again = 0; again < 2; again++)
		for (uint32_t i = 1; i < N; i++)
			if (text_set_add(s, str_of(arena_printf(a, "text %u", i))) != i)
				CHECK_INT(i, -1);
	CHECK_INT(text_set_size(s), N);
	CHECK(text_set_texts(s)[0].p && text_set_texts(s)[0].n == 0);
	CHECK(str_is(text_set_texts(s)[4711], "text 4711"));
	CHECK(text_set_add(s, STR("one more")) == TEXT_SET_FULL);
	CHECK_INT(text_set_add(s, STR("text 4711")), 4711);
	CHECK_INT(text_set_find(s, STR("text 17")), 17);
	CHECK(text_set_find(s, STR("one more")) == TEXT_SET_NONE);
	text_set_free(s);
}

TEST(many_at_once_are_as_one_after_another)
{
	enum { N = 5000 };
	cleanup_arena struct arena *a = arena_new();
	struct text_set *one = text_set_new(N), *all = text_set_new(N);
	struct str *texts = ARENA_ARRAY(a, N, struct str);
	uint32_t *numbers = ARENA_ARRAY(a, N, uint32_t);
	for (uint32_t i = 0; i < N; i++)
		texts[i] = str_of(arena_printf(a, "%u", i * i % 3001));
	for (size_t n = 0; n < 40; n++)
		text_set_add_all(all, texts, n, numbers);
	text_set_add_all(all, texts, N, numbers);
	for (uint32_t i = 0; i < N; i++)
		CHECK(text_set_add(one, texts[i]) == numbers[i]);
	CHECK_INT(text_set_size(one), text_set_size(all));
	texts[7] = STR("none");
	text_set_find_all(all, texts, N, numbers);
	for (uint32_t i = 0; i < N; i++)
		CHECK(text_set_find(one, texts[i]) == numbers[i]);
	CHECK(numbers[7] == TEXT_SET_NONE);
	text_set_free(one);
	text_set_free(all);
}

TEST(long_texts_and_near_ones_are_told_apart)
{
	static char big[3 << 20];
	struct text_set *s = text_set_new(100);
	memset(big, 'x', sizeof big);
	CHECK_INT(text_set_add(s, (struct str){ big, sizeof big }), 0);
	CHECK_INT(text_set_add(s, (struct str){ big, sizeof big - 1 }), 1);
	CHECK_INT(text_set_add(s, (struct str){ "a\0", 2 }), 2);
	CHECK_INT(text_set_add(s, (struct str){ "a", 1 }), 3);
	CHECK_INT(text_set_add(s, (struct str){ big, sizeof big }), 0);
	text_set_free(s);
}
