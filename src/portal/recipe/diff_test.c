#include "base/tap.h"

#include "portal/recipe/diff.h"

#include "base/str.h"

/* "-b +c ... =d" */
static const char *
told(struct arena *a, const char *before, const char *after)
{
	struct buf b = buf_new(a);
	diff_lines d;
	diff_make(a, before, after, &d);
	for (size_t i = 0; i < d.n; i++)
		buf_printf(&b, "%s%s%s", b.n ? " " : "",
			streq(d.at[i].kind, "gone")   ? "-"
			: streq(d.at[i].kind, "come") ? "+"
			: streq(d.at[i].kind, "gap")  ? "..."
						      : "=",
			d.at[i].text);
	return b.p ? b.p : "";
}

TEST(what_went_and_what_came)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(told(a, "a\nb\n", "a\nb\n"), "");
	CHECK_STR(told(a, "", ""), "");
	CHECK_STR(told(a, "", "a\nb\n"), "+a +b");
	CHECK_STR(told(a, "a\n", ""), "-a");
	CHECK_STR(told(a, "a\nb\nc\n", "a\nx\nc\n"), "=a -b +x =c");
	CHECK_STR(told(a, "a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n"),
		"-a -b =c +b =a =b -b =a +c");
	CHECK_STR(told(a, "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n5\n6\n7\n8\n9\n"),
		"... =3 =4 +x =5 =6 ...");
}

TEST(numbers_of_both_sides)
{
	cleanup_arena struct arena *a = arena_new();
	diff_lines d;
	diff_make(a, "a\nb\nc\n", "a\nc\n", &d);
	CHECK_INT(d.n, 3);
	CHECK_INT(d.at[1].before, 2);
	CHECK_INT(d.at[1].after, 0);
	CHECK_INT(d.at[2].before, 3);
	CHECK_INT(d.at[2].after, 2);
}

/* Applying what is told to the first text gives the second, for any two. */
TEST(what_is_told_is_true)
{
	cleanup_arena struct arena *a = arena_new();
	uint64_t r = 42;
	for (int round = 0; round < 300; round++) {
		struct buf x = buf_new(a), y = buf_new(a), z = buf_new(a);
		for (int i = 0; i < 30; i++) {
			r = r * 6364136223846793005u + 1442695040888963407u;
			if (r >> 62)
				buf_printf(&x, "%d\n", (int)(r >> 40) % 4);
			if ((r >> 50) % 3)
				buf_printf(&y, "%d\n", (int)(r >> 30) % 4);
		}
		diff_lines d;
		const char *from = x.p ? x.p : "", *to = y.p ? y.p : "";
		diff_make(a, from, to, &d);
		int64_t at = 1;
		struct str rest = str_of(from);
		for (size_t i = 0; i < d.n; i++) {
			const struct diff_line *l = &d.at[i];
			int64_t until = l->before ? l->before : at;
			if (streq(l->kind, "gap")) {
				until = i + 1 < d.n ? d.at[i + 1].before : INT64_MAX;
				if (i + 1 < d.n && !until)
					until = at + d.at[i + 1].after -
						(i ? d.at[i - 1].after + 1 : 1);
			}
			for (; at < until && rest.n; at++) {
				struct str line = str_cut(&rest, '\n');
				buf_printf(&z, "%.*s\n", (int)line.n, line.p);
			}
			if (l->before && rest.n)
				str_cut(&rest, '\n'), at++;
			if (l->after)
				buf_printf(&z, "%s\n", l->text);
		}
		CHECK_STR(d.n ? (z.p ? z.p : "") : from, to);
	}
}

TEST(very_different_texts_are_told_as_a_whole)
{
	cleanup_arena struct arena *a = arena_new();
	struct buf x = buf_new(a), y = buf_new(a);
	diff_lines d;
	for (int i = 0; i < 3 * DIFF_MOST; i++) {
		buf_printf(&x, "x%d\n", i);
		buf_printf(&y, "y%d\n", i);
	}
	diff_make(a, x.p, y.p, &d);
	CHECK_INT(d.n, 6 * DIFF_MOST);
}
