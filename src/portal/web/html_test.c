#include "portal/web/html.h"

#include <math.h>

#include "base/tap.h"
#include "portal/web/filters.h"
#include "portal/web/html_test.h"
#include "portal/web/html_test.html.h"
#include "portal/web/static.h"

static struct arena *
arena(void)
{
	static struct arena *a;
	return a ? a : (a = arena_new());
}

static struct html_test_view
view(void)
{
	static const char *words[] = { "a<b", "c" };
	static struct html_test_person people[] = { { "Noa & Ido", 3 }, { "Tal", 4 } };
	return (struct html_test_view){ .text = "<\"'&>/\n",
		.url = "javascript:alert(1)",
		.array = "abc",
		.n = 7,
		.real = 0.25,
		.nan = NAN,
		.yes = true,
		.safe = { "<em>ok</em>" },
		.words = { words, 2 },
		.people = { people, 2 },
		.lead = { "Lina", 9 } };
}

static const char *
rendered(struct page *page)
{
	struct html h = html_new(arena());
	struct html_test_view v = view();
	page->csrf = "tok\"en";
	page_html_test(&h, page, &v);
	return h.out.p;
}

static bool
has(const char *text, const char *what)
{
	bool found = strstr(text, what) != NULL;
	if (!found)
		printf("# want %s in:\n# %s\n", what, text);
	return found;
}

TEST(escapes_by_type_and_context)
{
	const char *s = rendered(&(struct page){ 0 });
	CHECK(has(s, "<p title=\"&lt;&quot;&#39;&amp;&gt;/\n\" data-n='7'>"));
	CHECK(has(s, ">&lt;&quot;&#39;&amp;&gt;/\n||abc|7|0.25|–|yes|<em>ok</em></p>"));
	CHECK(has(s, "<a href=\"#\">1</a>"));
	CHECK(has(s, "<a href=\"/x/%3C%22%27%26%3E%2F%0A?q=7\">2</a><a href=\"\">3</a>"));
	CHECK(has(s, "style=\"inline-size:0.25%;order:0\""));
}

TEST(loops_and_branches)
{
	const char *s = rendered(&(struct page){ 0 });
	CHECK(has(s, "<b>1 Noa &amp; Ido of 7</b>\n<b>2 Tal of 7</b>\n"));
	CHECK(has(s, "nobody but &lt;"));
	CHECK(has(s, "[a&lt;b][c]"));
	CHECK(has(s, "<u>9: Lina</u>"));
	CHECK(has(s, "\nTWERS\n"));
	CHECK(has(s, "\neqgtem\n"));
	CHECK(has(s, "7 teams 25 % – 7\n"));
}

TEST(fills_a_fresh_form)
{
	const char *s = rendered(&(struct page){ 0 });
	CHECK(has(s, "action=\"#\"><input type=\"hidden\" name=\"csrf\" value=\"tok&quot;en\">"));
	CHECK(has(s, "name=\"title\" aria-describedby=\"hint\" value=\"&lt;"));
	CHECK(has(s, "value=\"a\" checked>"));
	CHECK(has(s, "value=\"b\" >"));
	CHECK(has(s, "<option value=\"7\" selected>"));
	CHECK(has(s, "<textarea name=\"t\">\n&lt;"));
}

TEST(shows_a_form_again)
{
	struct page_field sent[] = { { "title", "x\"y", "too <short>" }, { "box", "b", NULL },
		{ "pick", NULL, NULL } };
	const char *s = rendered(&(struct page){ .form = { sent, 3 } });
	CHECK(has(s, "aria-invalid=\"true\" aria-describedby=\"hint title-error\" "
		     "value=\"x&quot;y\">"));
	CHECK(has(s, "<p class=\"error\" id=\"title-error\">too &lt;short&gt;</p>"));
	CHECK(has(s, "value=\"a\">"));
	CHECK(has(s, "value=\"b\"  checked>"));
	CHECK(has(s, "<option value=\"7\">"));
}

TEST(remembers_what_was_sent)
{
	struct page_field sent[] = { { "a", NULL, "missing" }, { "b", "1", NULL },
		{ "b", "2", NULL } };
	struct page fresh = { 0 }, again = { .form = { sent, 3 } };
	CHECK_STR(page_kept(&fresh, "a", "old"), "old");
	CHECK_STR(page_kept(&again, "b", "old"), "1");
	CHECK_STR(page_kept(&again, "c", "old"), "old");
	CHECK(page_kept_has(&fresh, "b", "2", true));
	CHECK(page_kept_has(&again, "b", "2", false));
	CHECK(!page_kept_has(&again, "b", "3", true));
	/* Of the form that was sent, and not sent; of another form of the page. */
	CHECK(!page_kept_has(&again, "a", "1", true));
	CHECK(page_kept_has(&again, "of another form", "1", true));
	CHECK_STR(page_error(&again, "a"), "missing");
	CHECK(!page_error(&again, "b"));
	CHECK(!page_error(&fresh, "a"));
}

TEST(lets_harmless_addresses_through)
{
	CHECK(html_url_ok(STR("/e/x")));
	CHECK(html_url_ok(STR("HTTPS://x.org/a:b")));
	CHECK(html_url_ok(STR("mailto:a@b.c")));
	CHECK(html_url_ok(STR("?next=javascript:x")));
	CHECK(!html_url_ok(STR("javascript:alert(1)")));
	CHECK(!html_url_ok(STR("JaVaScript:alert(1)")));
	CHECK(!html_url_ok(STR("java\tscript:alert(1)")));
	CHECK(!html_url_ok(STR(" javascript:alert(1)")));
	CHECK(!html_url_ok(STR("data:text/html,x")));
	CHECK(!html_url_ok(STR(":x")));
	CHECK(html_url_local_ok(STR("/e/x?y=a:b")));
	CHECK(html_url_local_ok(STR("")));
	CHECK(!html_url_local_ok(STR("//evil.org/")));
	CHECK(!html_url_local_ok(STR("/\\evil.org/")));
	CHECK(!html_url_local_ok(STR("https://evil.org/")));
}

TEST(numbers)
{
	CHECK_STR(html_of_real(arena(), 0.68125), "0.6813");
	CHECK_STR(html_of_real(arena(), 1236.5), "1236.5");
	CHECK_STR(html_of_real(arena(), -0.00001), "0");
	CHECK_STR(html_of_real(arena(), 100), "100");
	CHECK_STR(html_of_int(arena(), INT64_MIN), "-9223372036854775808");
	struct html h = html_new(arena());
	html_int(&h, INT64_MIN);
	CHECK_STR(h.out.p, "-9223372036854775808");
}

TEST(filters)
{
	CHECK_STR(filter_count(arena(), 1236), "1,236");
	CHECK_STR(filter_count(arena(), -1234567), "-1,234,567");
	CHECK_STR(filter_count(arena(), 0), "0");
	CHECK_STR(filter_cell(arena(), 9), "fewer than 10");
	CHECK_STR(filter_bytes(arena(), 999), "999 B");
	CHECK_STR(filter_bytes(arena(), 11200000000), "11.2 GB");
	CHECK_STR(filter_bytes(arena(), 999999), "1 MB");
	CHECK_STR(filter_percent(arena(), 0.364), "36 %");
	CHECK_STR(filter_fixed3(arena(), NAN), "–");
	CHECK_STR(filter_score(arena(), 0.6814), "0.681");
	CHECK_STR(filter_score(arena(), 9.9996), "10.00");
	CHECK_STR(filter_score(arena(), -635.774), "-635.8");
	CHECK_STR(filter_score(arena(), 1204.2), "1204");
	CHECK_STR(filter_score(arena(), NAN), "–");
	CHECK_STR(filter_plural(arena(), 1, "team", "teams"), "1 team");
	CHECK_STR(filter_date(arena(), 0), "–");
	CHECK_STR(filter_input(arena(), 60), "1970-01-01T00:01");
	CHECK_STR(filter_capital(arena(), "data"), "Data");
}

static void
body(struct html *h, const struct page *page, const void *view)
{
	html_text(h, view);
}

TEST(frames_a_page)
{
	struct page_link nav[] = { { "/e/x", "Today", true }, { "/e/x/t", "Team", false } };
	struct page_phase phases[] = { { "Setup", "sealed", "done" }, { "Full", "now", "now" } };
	struct page page = { .title = "A<b",
		.event = "x",
		.event_name = "Carmel",
		.me = "Noa",
		.my_role = "participant",
		.flash = "Saved.",
		.inside = true,
		.nav = { nav, 2 },
		.phases = { phases, 2 } };
	struct html h = html_new(arena());
	html_page(&h, &page, body, "hello");
	const char *s = h.out.p;
	CHECK(has(s, "<!doctype html>"));
	CHECK(has(s, "<title>A&lt;b · Carmel · Wardroom</title>"));
	CHECK(has(s, "<body class=\"inside\">"));
	CHECK(has(s, "<a href=\"/e/x\" aria-current=\"page\">Today</a>"));
	CHECK(has(s, "<li class=\"now\" aria-current=\"step\">"));
	CHECK(has(s, "action=\"/sign-out\"><input type=\"hidden\" name=\"csrf\""));
	CHECK(has(s, "role=\"status\">Saved."));
	CHECK(has(s, "hello</main>"));
	CHECK(!strstr(s, "role=\"alert\""));
}

TEST(finds_static_files)
{
	const struct static_file *css = static_find("wardroom.css");
	CHECK(css && css->n > 1000 && strlen(css->hash) == 16);
	CHECK(!static_find("../wardroom.css"));
	CHECK(has(filter_asset(arena(), "wardroom.css"), "/static/wardroom.css?v="));
}

TEST(tenths_of_a_pixel)
{
	struct html h = html_new(arena());
	const double values[] = { 0, 12.34, 12.36, -0.5, -7, 720, NAN, INFINITY, 0.96 };
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		html_tenths(&h, values[i]);
		buf_putc(&h.out, ' ');
	}
	CHECK_STR(h.out.p, "0.0 12.3 12.4 -0.5 -7.0 720.0 0.0 0.0 1.0 ");
	CHECK_STR(html_of_int(arena(), INT64_MIN), "-9223372036854775808");
	CHECK_STR(html_of_int(arena(), 0), "0");
	CHECK_STR(html_of_uint(arena(), UINT64_MAX), "18446744073709551615");
}
