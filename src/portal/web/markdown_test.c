#include "portal/web/markdown.h"

#include <pthread.h>

#include "base/tap.h"

static struct arena *
arena(void)
{
	static struct arena *a;
	return a ? a : (a = arena_new());
}

static const char *
md(const char *s)
{
	return markdown_html(arena(), s).markup;
}

TEST(renders)
{
	CHECK_STR(md("# A\n\n*b* **c** `d<`"),
		"<h3>A</h3>\n<p><em>b</em> <strong>c</strong> <code>d&lt;</code></p>\n");
	CHECK_STR(md("- a\n- b"), "<ul><li>a</li>\n<li>b</li>\n</ul>\n");
	CHECK_STR(md("3. a"), "<ol start=\"3\"><li>a</li>\n</ol>\n");
	CHECK_STR(md("###### x"), "<h3>x</h3>\n");
	CHECK_STR(md("# a\n\n### b\n\n# c"), "<h3>a</h3>\n<h4>b</h4>\n<h3>c</h3>\n");
	CHECK_STR(md("a &amp; b &eacute; &#233;"), "<p>a &amp; b &eacute; \u00e9</p>\n");
	CHECK(strstr(md("|a|b|\n|---|--:|\n|1|2|"), "<td class=\"n\">2</td>") != NULL);
	CHECK_STR(md(NULL), "");
	CHECK_STR(md(""), "");
}

TEST(links_only_where_harmless)
{
	CHECK_STR(md("[a](/x \"t\\\"\")"), "<p><a href=\"/x\" title=\"t&quot;\">a</a></p>\n");
	CHECK(strstr(md("<https://a.b/?c=1&d>"), "href=\"https://a.b/?c=1&amp;d\" rel=") != NULL);
	const char *const bad[] = { "[a](javascript:alert(1))", "[a](JAVASCRIPT:alert(1))",
		"[a](javascript&colon;alert(1))", "[a](&#106;avascript:alert(1))",
		"[a](&#x6A;avascript&#58;alert(1))", "[a](<java\tscript:alert(1)>)",
		"[a](java&Tab;script:alert(1))", "[a](data:text/html,x)", "[a](vbscript:x)",
		"[a]: javascript:x\n\n[a]", "<javascript:alert(1)>" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *s = md(bad[i]);
		CHECK(strstr(s, "href=\"#\"") != NULL);
		if (!strstr(s, "href=\"#\""))
			printf("# %s -> %s\n", bad[i], s);
	}
}

TEST(no_markup_of_others)
{
	CHECK_STR(md("<script>x</script>"), "<p>&lt;script&gt;x&lt;/script&gt;</p>\n");
	CHECK_STR(md("a <b onclick=\"x\">c"), "<p>a &lt;b onclick=&quot;x&quot;&gt;c</p>\n");
	CHECK_STR(md("![a *b*](https://spy/x.png)"), "<p>a b</p>\n");
	CHECK_STR(md("```\"><script>\nx\n```"), "<pre><code>x\n</code></pre>\n");
}

TEST(huge_or_broken_is_shown_as_typed)
{
	char *big = arena_alloc(arena(), MARKDOWN_MAX + 2);
	memset(big, '*', MARKDOWN_MAX + 1);
	CHECK(strncmp(md(big), "<p class=\"asis\">***", 19) == 0);
	CHECK_STR(md("\xff<"), "<p class=\"asis\">\xff&lt;</p>\n");
	/* A wide head over many short rows must not become a page of gigabytes. */
	struct buf b = buf_new(arena());
	for (int i = 0; i < 8000; i++)
		buf_puts(&b, "|a");
	buf_puts(&b, "\n");
	for (int i = 0; i < 8000; i++)
		buf_puts(&b, "|---");
	for (int i = 0; i < 8000; i++)
		buf_puts(&b, "\n|b");
	CHECK(strlen(md(b.p)) < 20 * b.n + 8192);
}

TEST(a_text_shown_again_says_the_same)
{
	enum { TEXTS = 500 }; /* far more than are kept, so that they share places */
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < TEXTS; i++) {
			const char *text = arena_printf(arena(), "*a* %d", i % (round ? 7 : TEXTS));
			CHECK_STR(md(text), markdown_html_str(arena(), str_of(text)).markup);
		}
	}
	char *long_text = arena_alloc(arena(), 20001);
	memset(long_text, 'a', 20000);
	CHECK_INT(strlen(md(long_text)), 20000 + strlen("<p></p>\n"));
	CHECK_STR(md(long_text), md(long_text));
	CHECK_STR(md(""), "");
	CHECK_STR(md(NULL), "");
}

static void *
read_often(void *ctx)
{
	cleanup_arena struct arena *a = arena_new();
	size_t *wrong = ctx;
	for (int i = 0; i < 3000; i++) {
		const char *text = arena_printf(a, "**b** %d", i % 90);
		if (strcmp(markdown_html(a, text).markup,
			    arena_printf(a, "<p><strong>b</strong> %d</p>\n", i % 90)) != 0)
			++*wrong;
	}
	return NULL;
}

TEST(threads_share_what_is_kept)
{
	pthread_t threads[4];
	size_t wrong[4] = { 0 };
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, read_often, &wrong[i]);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		CHECK_INT(wrong[i], 0);
	}
}
