#include "base/tap.h"
#include "rehearse/html_form.h"

static struct arena *a;
static struct html_doc d;
static struct err e;

static const struct html_doc *
scan(const char *html)
{
	arena_free(a);
	a = arena_new();
	html_scan(a, str_of(html), &d);
	return &d;
}

static const char *
sent(const char *html)
{
	scan(html);
	return d.forms.n ? str_dup(a, form_urlencoded(&d.forms.at[0])) : "(no form)";
}

TEST(reads_fields_with_their_present_values)
{
	CHECK_STR(sent("<form action=/x method=post><input type=hidden name=csrf value='a&amp;b'>"
		       "<input name=who value=\"Noa &quot;N&quot;\"><textarea name=t>\nOne\nTwo"
		       "</textarea><input type=checkbox name=c value=1 checked>"
		       "<input type=checkbox name=c value=2><input type=radio name=r value=x>"
		       "<input type=radio name=r value=y checked></form>"),
		"csrf=a%26b&who=Noa+%22N%22&t=One%0D%0ATwo&c=1&r=y");
	CHECK(d.forms.at[0].post);
	CHECK_STR(d.forms.at[0].action, "/x");
}

TEST(a_select_sends_its_first_option_or_the_selected_one)
{
	CHECK_STR(
		sent("<form><select name=a><option>one<option value=2>two</select>"
		     "<select name=b><option value=1>x</option><option value=2 selected>y</select>"
		     "<select name=m multiple><option>q</select></form>"),
		"a=one&b=2");
	CHECK_INT(form_set(&d.forms.at[0], "a", "2", &e), OK);
	CHECK_INT(form_set(&d.forms.at[0], "m", "q", &e), OK);
	CHECK_INT(form_set(&d.forms.at[0], "b", "9", &e), E_INPUT);
	CHECK_STR(e.field, "b");
	CHECK_STR(str_dup(a, form_urlencoded(&d.forms.at[0])), "a=2&b=2&m=q");
}

TEST(a_person_sets_what_a_person_can)
{
	scan("<form id=f><input name=n><input type=hidden name=h value=1><input type=radio name=r "
	     "value=a checked><input type=radio name=r value=b><input type=checkbox "
	     "name=c></form>");
	struct form *f = html_form(&d, "f");
	CHECK(f != NULL);
	CHECK_INT(form_set(f, "n", "x y", &e), OK);
	CHECK_INT(form_set(f, "r", "b", &e), OK);
	CHECK_INT(form_set(f, "c", "on", &e), OK);
	CHECK_INT(form_set(f, "h", "2", &e), E_INPUT);
	CHECK_INT(form_set(f, "nope", "2", &e), E_INPUT);
	CHECK_STR(str_dup(a, form_urlencoded(f)), "n=x+y&h=1&r=b&c=on");
	CHECK_INT(form_untick(f, "c", NULL, &e), OK);
	CHECK(form_value(f, "c") == NULL);
	CHECK_STR(form_value(f, "r"), "b");
	form_forge(f, "h", "2");
	CHECK_STR(form_value(f, "h"), "2");
}

TEST(the_pressed_button_is_sent_and_may_lead_elsewhere)
{
	CHECK_STR(sent("<form action=/a><input name=x value=1><button name=do "
		       "value=save>Save</button>"
		       "<button name=do value=drop formaction=/b>Drop <b>it</b></button>"
		       "<button type=button name=no>No</button></form>"),
		"x=1&do=save");
	struct form *f = &d.forms.at[0];
	CHECK_STR(form_target(f), "/a");
	CHECK_INT(form_press(f, NULL, "Drop it", &e), OK);
	CHECK_STR(str_dup(a, form_urlencoded(f)), "x=1&do=drop");
	CHECK_STR(form_target(f), "/b");
	CHECK_INT(form_press(f, NULL, "No", &e), E_INPUT);
}

TEST(fields_outside_belong_by_the_form_attribute)
{
	CHECK_STR(sent("<form id=one></form><input name=lost value=1>"
		       "<input form=one name=found value=2>"),
		"found=2");
}

TEST(disabled_and_nameless_fields_are_not_sent)
{
	CHECK_STR(sent("<form><input name=a disabled value=1><input value=2><input name=b></form>"),
		"b=");
}

TEST(a_file_needs_a_file_field)
{
	scan("<form id=u method=POST enctype=multipart/form-data action='/up?x=1'>"
	     "<input type=file name=doc></form>");
	struct form *f = html_form(&d, "/up");
	CHECK(f && f->multipart);
	CHECK_INT(form_file(f, "doc", "a.pdf", "application/pdf", STR("%PDF"), &e), OK);
	CHECK_INT(form_file(f, "other", "a.pdf", "application/pdf", STR("%PDF"), &e), E_INPUT);
	struct form_pairs p = form_pairs(f);
	CHECK_INT(p.n, 1);
	CHECK_STR(p.at[0].value, "a.pdf");
}

TEST(reads_links_title_text_and_alert)
{
	scan("<!doctype html><title> A &amp; B </title><style>p{}</style><body><a "
	     "href='/x?a=1&amp;b'>"
	     "Go <em>on</em></a><p>One</p><p>Two&nbsp;&#8211;&#x2013;</p><div role=alert><div>Not "
	     "good</div>.</div><script>if (a<b) '</p>'</script><!-- <a href=/no> -->after");
	CHECK_STR(d.title, "A & B");
	CHECK_INT(d.links.n, 1);
	CHECK_STR(d.links.at[0].href, "/x?a=1&b");
	CHECK(html_link_text(&d, "Go on") == &d.links.at[0]);
	CHECK(html_link_to(&d, "/x?") == &d.links.at[0]);
	CHECK_STR(d.alert, "Not good .");
	CHECK(strstr(d.text, "Go on One Two\u00a0\u2013\u2013 Not good . after") != NULL);
}

TEST(reads_a_meta_refresh)
{
	scan("<meta http-equiv=Refresh content='0; URL=/tree'>");
	CHECK(d.refresh && streq(d.refresh, "/tree"));
	CHECK_INT(d.refresh_seconds, 0);
	scan("<meta http-equiv=refresh content='never'>");
	CHECK(d.refresh == NULL);
}

TEST(nonsense_gives_less_and_no_error)
{
	static const char *const bad[] = { "", "<", "<<", "</", "<a", "<a href", "<a href='",
		"<!--", "<form", "<form><select name=a><option", "<textarea name=x>", "a < b && c",
		"<input name==\"\"/=>", "</option></select></button></form></a>",
		"&#;&#x;&#xffffffff;", "<option>x</option>", "<button>" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		scan(bad[i]);
	CHECK_STR(scan("a < b && c")->text, "a < b && c");
}
