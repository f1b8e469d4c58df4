/* What a person reads off a page, and the shorter ways through a browser. */
#include <jansson.h>

#include "rehearse/browser.h"

static enum status
status_of(int http)
{
	switch (http) {
	case 401:
		return E_AUTH;
	case 403:
		return E_DENIED;
	case 404:
	case 410:
		return E_ABSENT;
	case 409:
		return E_CONFLICT;
	case 429:
	case 503:
		return E_BUSY;
	default:
		return http >= 500 ? E_BUG : E_INPUT;
	}
}

/* The address without origin and query: enough to say which page, and no ticket in a log. */
static struct str
path_of(const struct page *p)
{
	const char *host = strstr(p->url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	path = path ? path : "/";
	return (struct str){ path, strcspn(path, "?#") };
}

enum status
page_good(const struct page *p, struct err *e)
{
	if (p->status >= 200 && p->status < 300)
		return OK;
	struct str path = path_of(p);
	const char *says = p->doc.alert[0] ? p->doc.alert : p->doc.text;
	if (!says[0] && p->body.n && str_utf8(p->body))
		says = p->body.p;
	return err_set(e, status_of(p->status), "", "%.*s answered %d: %.250s",
		path.n < 80 ? (int)path.n : 80, path.p, p->status, says);
}

enum status
browser_open(struct browser *b, const char *url, struct page *ret, struct err *e)
{
	struct page p;
	TRY(browser_get(b, url, &p, e));
	TRY(page_good(&p, e));
	*ret = p;
	return OK;
}

enum status
browser_send(struct browser *b, const struct form *f, struct page *ret, struct err *e)
{
	struct page p;
	TRY(browser_submit(b, f, &p, e));
	TRY(page_good(&p, e));
	*ret = p;
	return OK;
}

enum status
page_form(const struct page *p, const char *key, struct form **ret, struct err *e)
{
	struct form *f = html_form(&p->doc, key);
	struct str path = path_of(p);
	if (!f)
		return err_set(e, E_ABSENT, "", "%.*s (status %d, \"%.80s\") has no form \"%s\".",
			path.n < 80 ? (int)path.n : 80, path.p, p->status, p->doc.title, key);
	*ret = f;
	return OK;
}

bool
page_says(const struct page *p, const char *words)
{
	return strstr(p->doc.text, words) != NULL;
}

const char *
page_header(struct arena *a, const struct page *p, const char *name)
{
	struct str all = str_of(p->headers);
	while (all.n) {
		struct str line = str_cut(&all, '\n');
		struct str key = str_cut(&line, ':');
		if (str_ieq(key, str_of(name)))
			return str_dup(a, str_trim(line));
	}
	return NULL;
}

enum status
page_json(const struct page *p, struct json_t **ret, struct err *e)
{
	json_error_t why;
	struct str path = path_of(p);
	int cut = path.n < 80 ? (int)path.n : 80;
	json_t *j = NULL;
	bool said =
		streq(p->type, "application/json") || streq(p->type, "application/problem+json");
	if (said)
		j = json_loadb(
			p->body.p, p->body.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (p->status >= 200 && p->status < 300 && j) {
		*ret = j;
		return OK;
	}
	enum status s;
	if (p->status >= 200 && p->status < 300) {
		s = err_set(e, E_BUG, "", "%.*s is no JSON: %.120s", cut, path.p,
			said ? why.text : p->type);
	} else {
		const char *text = json_string_value(json_object_get(j, "error"));
		const char *field = json_string_value(json_object_get(j, "field"));
		s = err_set(e, status_of(p->status), field ? field : "", "%.*s answered %d: %.250s",
			cut, path.p, p->status, text ? text : "(no reason given)");
	}
	json_decref(j);
	return s;
}

enum status
browser_json(struct browser *b, const char *url, struct json_t **ret, struct err *e)
{
	static const char *const headers[] = { "Accept: application/json", NULL };
	struct page p;
	TRY(browser_request(b,
		&(struct browser_request){ .method = "GET", .url = url, .headers = headers }, &p,
		e));
	return page_json(&p, ret, e);
}
