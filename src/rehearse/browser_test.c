#include "base/tap.h"

#include <jansson.h>

#include "rehearse/browser.h"
#include "rehearse/test_server.h"

static struct err e;

/* A small site: a sign-in form with a token, a page behind it, an upload, a room elsewhere. */
static void
site(struct test_request *r, void *arg)
{
	const char *cookie = test_header(r, "Cookie"), *accept = test_header(r, "Accept");
	const char *from = test_header(r, "Sec-Fetch-Site");
	bool json = accept && strstr(accept, "application/json");
	const char *html = "Content-Type: text/html; charset=utf-8\r\n";
	if (streq(r->path, "/")) {
		test_page(r, "200 OK",
			"Content-Type: text/html\r\nSet-Cookie: sid=abc; HttpOnly; Path=/\r\n",
			"<title>Door</title><form id=in method=post action=/in><input type=hidden "
			"name=csrf value=t1><input name=mail></form><a href=/room>Enter</a>"
			"<form id=find action=/find?old=1><input name=q></form>");
	} else if (streq(r->path, "/in")) {
		bool good = cookie && streq(cookie, "sid=abc") && test_header(r, "Origin") &&
			    strstr(test_header(r, "Origin"), "http://localhost:") && from &&
			    streq(from, "same-origin") && str_is(r->body, "csrf=t1&mail=a%40b.org");
		if (!good)
			test_page(r, "403 Forbidden", html,
				"<p role=alert>Your form is too old.</p>");
		else if (json)
			test_page(r, "200 OK", "Content-Type: application/json\r\n",
				"{\"me\":\"Noa\"}");
		else
			test_page(r, "303 See Other",
				"Location: /home\r\nSet-Cookie: sid=def; Path=/\r\n", "");
	} else if (streq(r->path, "/home")) {
		bool good = cookie && streq(cookie, "sid=def") && streq(r->method, "GET") &&
			    !test_header(r, "Content-Type") && !test_header(r, "Origin");
		test_page(r, good ? "200 OK" : "500 No", html, "<h1>Welcome</h1>");
	} else if (str_starts(str_of(r->path), "/find")) {
		test_page(r, "200 OK", html, r->path);
	} else if (streq(r->path, "/room")) {
		test_page(r, "303 See Other",
			arena_printf(r->arena, "Location: http://w7.localhost:%d/enter\r\n",
				((struct test_server *)arg)->port),
			"");
	} else if (streq(r->path, "/enter")) {
		/* A cookie of the portal must not come here, and the hop tells where from. */
		bool good = !cookie && from && streq(from, "cross-site");
		test_page(r, good ? "200 OK" : "500 No",
			"Content-Type: text/html\r\nSet-Cookie: room=1; Path=/\r\n",
			"<meta http-equiv=refresh content='0;url=/tree'>");
	} else if (streq(r->path, "/tree")) {
		test_page(r, cookie && streq(cookie, "room=1") ? "200 OK" : "500 No", html, "Tree");
	} else if (streq(r->path, "/up")) {
		bool good = memmem(r->body.p, r->body.n, "name=\"doc\"; filename=\"a.pdf\"", 28) &&
			    memmem(r->body.p, r->body.n,
				    "Content-Type: application/pdf\r\n\r\n%PDF\r\n", 39);
		test_page(r, good ? "200 OK" : "400 No", html, "");
	} else if (streq(r->path, "/loop")) {
		test_page(r, "302 Found", "Location: /loop\r\n", "");
	} else if (streq(r->path, "/cut")) {
		test_answer(r, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
	} else {
		test_page(r, json ? "404 Not Found" : "404 Not Found",
			"Content-Type: application/json\r\n", "{\"error\":\"No such page.\"}");
	}
}

static struct test_server server;
static struct arena *a;

static struct browser *
begin(void)
{
	a = arena_new();
	test_server_start(&server, site, &server);
	return browser_new(a, arena_printf(a, "http://localhost:%d", server.port));
}

static void
end(struct browser *b)
{
	browser_free(b);
	test_server_stop(&server);
	arena_free(a);
}

TEST(fills_and_submits_a_form)
{
	struct browser *b = begin();
	struct page p;
	struct form *f;
	CHECK_INT(browser_open(b, "/", &p, &e), OK);
	CHECK_STR(p.doc.title, "Door");
	CHECK_INT(page_form(&p, "/in", &f, &e), OK);
	CHECK_INT(form_set(f, "mail", "a@b.org", &e), OK);
	CHECK_INT(browser_send(b, f, &p, &e), OK);
	CHECK(page_says(&p, "Welcome") && str_starts(str_of(strstr(p.url, "/home")), "/home"));
	CHECK_STR(browser_cookie(b, "/", "sid"), "def");
	CHECK_STR(browser_cookies(b, "/x"), "sid=def");
	CHECK(p.ms > 0);
	browser_forget(b);
	CHECK(browser_cookie(b, "/", "sid") == NULL);
	end(b);
}

TEST(a_refusal_is_told_in_the_words_of_the_page)
{
	struct browser *b = begin();
	struct page p;
	struct form *f;
	CHECK_INT(browser_open(b, "/", &p, &e), OK);
	CHECK_INT(page_form(&p, "in", &f, &e), OK);
	form_forge(f, "csrf", "forged");
	CHECK_INT(browser_send(b, f, &p, &e), E_DENIED);
	CHECK_STR(e.text, "/in answered 403: Your form is too old.");
	CHECK_INT(page_form(&p, "gone", &f, &e), E_ABSENT);
	end(b);
}

TEST(asks_for_json)
{
	struct browser *b = begin();
	struct page p;
	struct form *f;
	json_t *j = NULL;
	CHECK_INT(browser_open(b, "/", &p, &e), OK);
	CHECK_INT(page_form(&p, "in", &f, &e), OK);
	CHECK_INT(form_set(f, "mail", "a@b.org", &e), OK);
	CHECK_INT(browser_submit_json(b, f, &j, &e), OK);
	CHECK_STR(json_string_value(json_object_get(j, "me")), "Noa");
	json_decref(j);
	CHECK_INT(browser_json(b, "/none", &j, &e), E_ABSENT);
	CHECK_STR(e.text, "/none answered 404: No such page.");
	CHECK_INT(browser_json(b, "/home", &j, &e), E_BUG);
	end(b);
}

TEST(a_get_form_puts_its_fields_into_the_address)
{
	struct browser *b = begin();
	struct page p;
	struct form *f;
	CHECK_INT(browser_open(b, "/", &p, &e), OK);
	CHECK_INT(page_form(&p, "find", &f, &e), OK);
	CHECK_INT(form_set(f, "q", "a b", &e), OK);
	CHECK_INT(browser_send(b, f, &p, &e), OK);
	CHECK(page_says(&p, "/find?q=a+b"));
	end(b);
}

TEST(enters_another_origin_and_keeps_cookies_apart)
{
	struct browser *b = begin();
	struct page p;
	CHECK_INT(browser_open(b, "/", &p, &e), OK);
	CHECK_INT(browser_click(b, &p, "Enter", &p, &e), OK);
	CHECK_INT(p.status, 200);
	CHECK(page_says(&p, "Tree"));
	const char *room = url_origin(a, p.url);
	CHECK_STR(room, arena_printf(a, "http://w7.localhost:%d", server.port));
	CHECK_STR(browser_cookies(b, room), "room=1");
	CHECK_STR(browser_cookies(b, "/"), "sid=abc");
	end(b);
}

TEST(uploads_a_file)
{
	struct browser *b = begin();
	struct html_doc d;
	struct page p;
	html_scan(a,
		STR("<form action=/up method=post enctype=multipart/form-data><input type=file "
		    "name=doc></form>"),
		&d);
	struct form *f = html_form(&d, "/up");
	CHECK_INT(form_file(f, "doc", "a.pdf", "application/pdf", STR("%PDF"), &e), OK);
	CHECK_INT(browser_send(b, f, &p, &e), OK);
	end(b);
}

TEST(endless_redirects_cut_answers_and_closed_ports_are_errors)
{
	struct browser *b = begin();
	struct page p;
	CHECK_INT(browser_get(b, "/loop", &p, &e), E_BUG);
	CHECK_INT(browser_get(b, "/cut", &p, &e), E_IO);
	CHECK_INT(browser_get(b, "http://localhost:1/", &p, &e), E_IO);
	CHECK_INT(browser_get(b, "file:///etc/passwd", &p, &e), E_IO);
	CHECK_INT(browser_get(b, "http://[", &p, &e), E_INPUT);
	end(b);
}
