/*
 * One person's browser: a cookie jar, pages with their forms, and nothing that a real browser does
 * not have. There is no back door: whatever a play does, it does by a page, a link or a form.
 *
 *	TRY(browser_open(b, "/e/spring/apply", &p, e));
 *	TRY(page_form(&p, "/e/spring/apply", &f, e));
 *	TRY(form_set(f, "level", "MSc", e));
 *	TRY(browser_send(b, f, &p, e));
 *
 * Names under localhost (w1.localhost:8081) always lead to 127.0.0.1; a base address under
 * localhost makes every name lead there, so that a play never leaves the machine.
 *
 * Pages belong to the arena given to browser_new, or to browser_use since. browser_free ends the
 * connection and forgets the cookies; pages stay.
 *
 * Thread rule: one thread per browser; any number of browsers at once.
 */
#ifndef REHEARSE_BROWSER_H
#define REHEARSE_BROWSER_H

#include "base/err.h"
#include "base/str.h"
#include "rehearse/html_form.h"

enum { BROWSER_BODY_MAX = 64 << 20, BROWSER_TIMEOUT_MS = 60000 };

struct browser;
struct json_t; /* of jansson, which base/json.h does not get on with in one file */

struct page {
	int status;          /* of HTTP, after redirects */
	const char *url;     /* where it ended up, absolute */
	const char *type;    /* media type without parameters, lower case, "" when none was said */
	const char *headers; /* as received, of the last answer */
	struct str body;
	struct html_doc doc; /* empty unless type is text/html */
	double ms;           /* from the first request of a redirect chain to the last byte */
};

/* base: "http://localhost:8080", no path. */
struct browser *browser_new(struct arena *, const char *base);
void browser_free(struct browser *); /* NULL is fine */
/* Later pages belong to this arena. */
void browser_use(struct browser *, struct arena *);
const char *browser_base(const struct browser *);

/*
 * Goes to an address, absolute or relative to the base, following redirects and a meta refresh of
 * zero seconds. Any HTTP answer is OK; page_good tells whether it was a good one. E_IO when there
 * was no answer.
 */
enum status browser_get(struct browser *, const char *url, struct page *ret, struct err *);
/* Sends a form as the browser would, files and all. */
enum status browser_submit(struct browser *, const struct form *, struct page *ret, struct err *);
/* Clicks the link of this text. */
enum status browser_click(
	struct browser *, const struct page *, const char *text, struct page *ret, struct err *);

/* OK for 2xx; else a sentence with address, status and what the page says is wrong. */
enum status page_good(const struct page *, struct err *);
/* browser_get and browser_submit, and page_good. */
enum status browser_open(struct browser *, const char *url, struct page *ret, struct err *);
enum status browser_send(struct browser *, const struct form *, struct page *ret, struct err *);

/* A form of the page by its id or action; E_ABSENT names page and form. */
enum status page_form(const struct page *, const char *key, struct form **ret, struct err *);
/* Whether a reader of the page sees these words. */
bool page_says(const struct page *, const char *words);
/* The value of the first header of this name, trimmed; NULL when there is none. */
const char *page_header(struct arena *, const struct page *, const char *name);

/*
 * A page's body as JSON, strictly parsed. An answer of 4xx or 5xx becomes the status that fits
 * (E_AUTH, E_DENIED, E_ABSENT, ...) with its "error" text. The caller calls json_decref.
 */
enum status page_json(const struct page *, struct json_t **ret, struct err *);
/* The JSON form of the page at this address, and what a form answers when asked for JSON. */
enum status browser_json(struct browser *, const char *url, struct json_t **ret, struct err *);
enum status browser_submit_json(
	struct browser *, const struct form *, struct json_t **ret, struct err *);

/*
 * Any request, as a script on a page of ours would send it, or as an attacker would. Redirects are
 * not followed. headers: "Name: value" each, NULL at the end, may be NULL itself.
 */
struct browser_request {
	const char *method;
	const char *url;
	struct str body;
	const char *const *headers;
	int64_t timeout_ms; /* 0: BROWSER_TIMEOUT_MS */
};
enum status browser_request(
	struct browser *, const struct browser_request *, struct page *ret, struct err *);

/* The present value of a cookie for this address; NULL when there is none. */
const char *browser_cookie(struct browser *, const char *url, const char *name);
/* All cookies for this address as a Cookie header's value, "" when there are none. */
const char *browser_cookies(struct browser *, const char *url);
/* Forgets everything, as a new private window would. */
void browser_forget(struct browser *);

/* "http://w1.localhost:8081" of any address below it. */
const char *url_origin(struct arena *, const char *url);
/* url relative to base, made absolute; base when url is "". NULL when it makes no sense. */
const char *url_resolve(struct arena *, const char *base, const char *url);

#endif
