#include "tmpl.h"

#include "base/tap.h"

#define HEAD "{{page p: struct v from a/v.h}}\n"

static struct arena *arena;
static struct err err;

/* The C of a template, or the sentence that refuses it. */
static const char *
made(const char *src)
{
	struct str c, h;
	if (!arena)
		arena = arena_new();
	err = (struct err){ 0 };
	if (tmpl_compile(arena, "x/t.html", "t.html", str_of(src), &c, &h, &err) != OK)
		return err.text;
	return c.p;
}

static bool
has(const char *src, const char *what)
{
	const char *text = made(src);
	bool found = strstr(text, what) != NULL;
	if (!found)
		printf("# want %s in: %s\n", what, text);
	return found;
}

TEST(prints_by_context)
{
	CHECK(has(HEAD "<p>{{a.b}}", "HTML_TEXT(h, s0->a.b);"));
	CHECK(has(HEAD "<p id=\"x-{{a}}\">", "HTML_ATTR(h, s0->a);"));
	CHECK(has(HEAD "<a href=\"{{a}}\">", "html_url(h, HTML_AS_TEXT(h, s0->a));"));
	CHECK(has(HEAD "<a href=\"/e/{{a}}\">", "html_url_part(h, HTML_AS_TEXT(h, s0->a));"));
	CHECK(has(HEAD "<a href=\"{{a}}/t/{{b}}\">", "html_url_part(h, HTML_AS_TEXT(h, s0->b));"));
	CHECK(has(HEAD "<form action='{{a}}'>", "html_url_local(h, HTML_AS_TEXT(h, s0->a));"));
	CHECK(has(HEAD "<i style=\"width:{{a}}%\">", "HTML_STYLE(h, s0->a);"));
	CHECK(has(HEAD "<textarea>{{a}}</textarea>", "<textarea>\\n"));
	CHECK(has(HEAD "<textarea>{{a}}</textarea>", "HTML_ATTR(h, s0->a);"));
	CHECK(has(HEAD "<li{{?a}} class=\"on\"{{/?}}>{{b}}", "HTML_TEXT(h, s0->b);"));
	CHECK(has(HEAD "<!-- a > b --><p>{{b}}", "HTML_TEXT(h, s0->b);"));
	CHECK(has(HEAD "<script src=\"/x\"></script>{{b}}", "HTML_TEXT(h, s0->b);"));
}

TEST(reads_expressions)
{
	CHECK(has(HEAD "{{page.title}}", "HTML_TEXT(h, page->title);"));
	CHECK(has(HEAD "{{#l}}{{../a}}{{.}}{{@}}{{/l}}", "HTML_TEXT(h, s0->a);"));
	CHECK(has(HEAD "{{#l}}{{../a}}{{.}}{{@}}{{/l}}", "HTML_TEXT(h, (*s1));"));
	CHECK(has(HEAD "{{n|plural \"te?m\" \"teams\"}}",
		"filter_plural(h->arena, s0->n, \"te\\077m\", \"teams\")"));
	CHECK(has(HEAD "{{a|date|or \"x\"}}",
		"filter_or(h->arena, filter_date(h->arena, s0->a), \"x\")"));
	CHECK(has(HEAD "{{?a == \"x\"}}y{{/?}}", "if (HTML_EQUAL(s0->a, \"x\")) {"));
	CHECK(has(HEAD "{{?!a != STATE_A}}y{{/?}}", "if (!!HTML_EQUAL(s0->a, STATE_A)) {"));
	CHECK(has(HEAD "{{?a > 3}}y{{/?}}", "if (((s0->a) > (3))) {"));
	CHECK(has(HEAD "{{#l}}x{{:}}none {{a}}{{/l}}", "} if ((s0->l).n == 0) {"));
	CHECK(has(HEAD "{{#l}}x{{:}}none {{a}}{{/l}}", "HTML_TEXT(h, s0->a);"));
	CHECK(has(HEAD "{{>card}}", "part_card(h, page, s0);"));
	CHECK(has(HEAD "{{>card}}", "#include \"card.html.h\""));
	CHECK(has(HEAD "{{>portal/team/card a.b}}", "part_card(h, page, &s0->a.b);"));
	CHECK(!strstr(made(HEAD "{{>c}}{{part c: struct v from v.h}}x"), "c.html.h"));
	CHECK(has("{{part c}}{{title}}", "HTML_TEXT(h, s0->title);"));
}

TEST(writes_forms)
{
	CHECK(has(HEAD "<form method=\"post\" action=\"/x\">", "html_csrf(h, page);"));
	CHECK(has(HEAD "<form method=POST>", "html_csrf(h, page);"));
	CHECK(!strstr(made(HEAD "<form method=\"get\"></form><p id=\"post\">"), "html_csrf"));
	CHECK(has(HEAD "<input value=\"{{kept a b}}\">",
		"html_text(h, page_kept(page, \"a\", HTML_AS_TEXT(h, s0->b)));"));
	CHECK(has(HEAD "<input {{checked a \"x\" b == \"x\"}}>",
		"if (page_kept_has(page, \"a\", HTML_AS_TEXT(h, \"x\"), HTML_EQUAL(s0->b, "
		"\"x\")))"));
	CHECK(has(HEAD "<option value=\"1\"{{selected =k v w}}>",
		"page_kept_has(page, HTML_AS_TEXT(h, s0->k), HTML_AS_TEXT(h, s0->v), "
		"html_equal_text(HTML_AS_TEXT(h, s0->w), HTML_AS_TEXT(h, s0->v)))"));
	CHECK(has(
		HEAD "<input{{invalid a \"a-hint\"}}>{{error a}}", "html_error(h, page, \"a\");"));
}

TEST(refuses_dangerous_places)
{
	CHECK(has(HEAD "<a href={{a}}>", "x/t.html:2: an attribute that holds a value must be"));
	CHECK(has(HEAD "<a onclick=\"{{a}}\">", "no value may stand in this attribute"));
	CHECK(has(HEAD "<a OnClick=\"{{a}}\">", "no value may stand in this attribute"));
	CHECK(has(HEAD "<script>{{a}}</script>", "no value may stand in script or style"));
	CHECK(has(HEAD "<script>\"</p>\"{{a}}</script>", "no value may stand in script or style"));
	CHECK(has(HEAD "<style>{{a}}</style>", "no value may stand in script or style"));
	CHECK(has(HEAD "<!-- {{a}} -->", "no value may stand in a comment"));
	CHECK(has(HEAD "<{{a}}>", "name of a tag"));
	CHECK(has(HEAD "<p {{a}}>", "name of a tag or attribute"));
	CHECK(has(HEAD "<p x{{a}}=\"1\">", "name of a tag or attribute"));
	CHECK(has(HEAD "<a href=\"javascript:{{a}}\">", "a scheme other than"));
	CHECK(has(HEAD "<a href=\"{{a}}:x\">", "only /, ? or # can follow"));
	CHECK(has(HEAD "<a href=\"{{a}}{{b}}\">", "only /, ? or # can follow"));
	CHECK(has(HEAD "<a href=\"{{?a}}/x{{/?}}{{b}}\">", "put the whole address"));
	CHECK(has(HEAD "<form method=\"{{a}}\">", "no value may stand"));
	CHECK(has(HEAD "<form method=\"{{?a}}post{{/?}}\">", "no block within this attribute"));
	CHECK(has(HEAD "<form method=\"post\" action=\"https://b/\">", "must not leave"));
	CHECK(has(HEAD "<button formmethod=\"post\">", "lack its token"));
	CHECK(has(HEAD "<li{{?a}}x{{/?}}>", "a name that runs on"));
	CHECK(has(HEAD "<p{{?a}} on{{/?}}click=\"{{b}}\">", "a name that runs on"));
	CHECK(has(HEAD "<textarea>{{>c}}", "the template ends within pre or textarea"));
}

TEST(refuses_what_does_not_balance)
{
	CHECK(has(HEAD "\n{{?a}}\n", "{{?}} of line 3 has no {{/?}}"));
	CHECK(has(HEAD "{{#a}}{{/b}}", "{{/b}} where {{/a}} of line 2 must come first"));
	CHECK(has(HEAD "{{#a}}{{?b}}{{/a}}{{/?}}", "{{/a}} where {{/?}} of line 2"));
	CHECK(has(HEAD "{{/?}}", "{{/?}} ends nothing"));
	CHECK(has(HEAD "{{:}}", "{{:}} outside of"));
	CHECK(has(HEAD "{{?a}}{{:}}{{:}}{{/?}}", "a second {{:}}"));
	CHECK(has(HEAD "{{?a}}<p class=\"{{/?}}\">", "begins in text and ends in an attribute's"));
	CHECK(has(HEAD "<p class=\"", "the template ends within an attribute's value"));
	CHECK(has(HEAD "{{../a}}", "there is no scope further out"));
	CHECK(has(HEAD "{{@}}", "this is in none"));
	CHECK(has(HEAD "{{a b}}", "cannot read 'b'"));
	CHECK(has(HEAD "{{a|}}", "the name of a filter"));
	CHECK(has(HEAD "{{}}", "a name is expected"));
	CHECK(has(HEAD "{{a", "{{ without }}"));
	CHECK(has("<p>", "the first line must be"));
	CHECK(has("", "no {{page ...}} or {{part ...}}"));
	CHECK(has("{{page p: int from x.h}}", "expected {{page NAME"));
}

TEST(names_lines)
{
	CHECK(has(HEAD "<p>\n\n{{a}}", "#line 4 \"x/t.html\"\n\tHTML_TEXT(h, s0->a);"));
	CHECK(has(HEAD "<p>\n\n<{{a}}", "x/t.html:4: "));
}
