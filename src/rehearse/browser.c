#include "rehearse/browser.h"

#include <curl/curl.h>
#include <pthread.h>

#include "base/clock.h"

enum { REDIRECTS = 10, REFRESHES = 4, CONNECT_TIMEOUT_MS = 10000 };

struct browser {
	struct arena *arena; /* of the pages */
	struct arena *own;   /* of the browser itself */
	CURL *curl;
	const char *base;
	const char *at; /* the page a person is looking at; the referrer of the next request */
	struct curl_slist *connect_to;
};

struct sink {
	struct buf body, headers;
	bool too_big;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		BUG("libcurl does not start");
}

static bool
is_local(struct arena *a, const char *url)
{
	const char *origin = url_origin(a, url);
	const char *host = strstr(origin, "://");
	if (!host)
		return false;
	host += 3;
	size_t n = strcspn(host, ":/");
	return n >= 9 && memcmp(host + n - 9, "localhost", 9) == 0 &&
	       (n == 9 || host[n - 10] == '.');
}

struct browser *
browser_new(struct arena *a, const char *base)
{
	pthread_once(&once, init);
	struct arena *own = arena_new();
	struct browser *b = ARENA_NEW(own, struct browser);
	*b = (struct browser){ .arena = a, .own = own, .at = "" };
	b->base = url_origin(own, base);
	b->curl = curl_easy_init();
	if (!b->curl)
		BUG("libcurl gives no handle");
	if (is_local(own, b->base))
		b->connect_to = curl_slist_append(NULL, "::127.0.0.1:");
	/* A first cookie makes the jar; the usual way, an empty CURLOPT_COOKIEFILE, is leaked by
	 * curl_easy_reset. */
	curl_easy_setopt(b->curl, CURLOPT_COOKIELIST, "Set-Cookie: a=b; Domain=none.invalid");
	curl_easy_setopt(b->curl, CURLOPT_COOKIELIST, "ALL");
	return b;
}

void
browser_free(struct browser *b)
{
	if (!b)
		return;
	curl_easy_cleanup(b->curl);
	curl_slist_free_all(b->connect_to);
	arena_free(b->own);
}

void
browser_use(struct browser *b, struct arena *a)
{
	b->arena = a;
}

const char *
browser_base(const struct browser *b)
{
	return b->base;
}

static size_t
take_body(char *p, size_t size, size_t n, void *to)
{
	struct sink *s = to;
	if (s->body.n + size * n > BROWSER_BODY_MAX) {
		s->too_big = true;
		return 0;
	}
	buf_put(&s->body, p, size * n);
	return size * n;
}

static size_t
take_header(char *p, size_t size, size_t n, void *to)
{
	struct sink *s = to;
	if (s->headers.n + size * n > BROWSER_BODY_MAX)
		return 0;
	/* A redirect begins anew: only the last answer counts. */
	if (size * n > 5 && memcmp(p, "HTTP/", 5) == 0)
		s->headers.n = 0;
	buf_put(&s->headers, p, size * n);
	return size * n;
}

const char *
url_resolve(struct arena *a, const char *base, const char *url)
{
	CURLU *u = curl_url();
	char *text = NULL;
	const char *r = NULL;
	bool good = u && curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK &&
		    (!url[0] || curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK) &&
		    curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_URL, &text, 0) == CURLUE_OK;
	if (good)
		r = arena_strdup(a, text);
	curl_free(text);
	curl_url_cleanup(u);
	return r;
}

const char *
url_origin(struct arena *a, const char *url)
{
	const char *host = strstr(url, "://");
	size_t n = host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : 0;
	return arena_strndup(a, url, n);
}

/* What a browser tells about where a request comes from. */
static struct curl_slist *
context_headers(struct browser *b, const char *url, bool navigation, bool writes)
{
	const char *from = url_origin(b->arena, b->at), *to = url_origin(b->arena, url);
	const char *site = !from[0] ? "none" : streq(from, to) ? "same-origin" : "cross-site";
	struct curl_slist *h = NULL;
	h = curl_slist_append(h, arena_printf(b->arena, "Sec-Fetch-Site: %s", site));
	h = curl_slist_append(h, navigation ? "Sec-Fetch-Mode: navigate" : "Sec-Fetch-Mode: cors");
	h = curl_slist_append(h, navigation ? "Sec-Fetch-Dest: document" : "Sec-Fetch-Dest: empty");
	if (writes && from[0])
		h = curl_slist_append(h, arena_printf(b->arena, "Origin: %s", from));
	/* No wait for "100 Continue": browsers do not ask for it. */
	return curl_slist_append(h, "Expect:");
}

static void
fill_page(struct browser *b, struct sink *s, double ms, struct page *p)
{
	long status = 0;
	char *url = NULL, *type = NULL;
	curl_easy_getinfo(b->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(b->curl, CURLINFO_EFFECTIVE_URL, &url);
	curl_easy_getinfo(b->curl, CURLINFO_CONTENT_TYPE, &type);
	*p = (struct page){ .status = (int)status, .url = arena_strdup(b->arena, url), .ms = ms };
	struct str media = str_of(type);
	char *name = str_dup(b->arena, str_trim(str_cut(&media, ';')));
	for (char *c = name; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
	p->type = name;
	p->headers = arena_strndup(b->arena, s->headers.p, s->headers.n);
	p->body = buf_str(&s->body);
	bool html = streq(p->type, "text/html");
	html_scan(b->arena, html ? p->body : (struct str){ "", 0 }, &p->doc);
	for (size_t i = 0; i < p->doc.forms.n; i++)
		p->doc.forms.at[i].page = p->url;
}

/* Sends what has been set up in b->curl. headers are freed. */
static enum status
perform(struct browser *b, const char *url, struct curl_slist *headers, int64_t timeout_ms,
	struct page *ret, struct err *e)
{
	struct sink s = { .body = buf_new(b->arena), .headers = buf_new(b->arena) };
	char why[CURL_ERROR_SIZE] = "";
	CURL *c = b->curl;
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_CONNECT_TO, b->connect_to);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "Wardroom rehearsal");
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &s);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, &s);
	if (b->at[0])
		curl_easy_setopt(c, CURLOPT_REFERER, url_origin(b->arena, b->at));
	CURLcode code = curl_easy_perform(c);
	double seconds = 0;
	curl_easy_getinfo(c, CURLINFO_TOTAL_TIME, &seconds);
	if (code == CURLE_OK)
		fill_page(b, &s, seconds * 1000, ret);
	/* Keeps cookies and connections, drops every option, so that none leaks into the next. */
	curl_easy_reset(c);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return err_set(e, E_IO, "", "%s: %s.", url,
			s.too_big ? "the answer is too big"
			: why[0]  ? why
				  : curl_easy_strerror(code));
	return OK;
}

/* One hop of a navigation. */
static enum status
hop(struct browser *b, const char *url, const char *accept, struct page *ret, struct err *e)
{
	struct curl_slist *h = context_headers(b, url, true, false);
	return perform(b, url, curl_slist_append(h, accept), BROWSER_TIMEOUT_MS, ret, e);
}

/* Redirects one by one, because what a browser tells about itself changes with each. p is the
 * first answer, and then the last. */
static enum status
redirect(struct browser *b, const char *accept, struct page *p, struct err *e)
{
	for (int i = 0; p->status >= 301 && p->status <= 308 && p->status != 304; i++) {
		const char *to = page_header(b->arena, p, "Location");
		const char *url = to ? url_resolve(b->arena, p->url, to) : NULL;
		double ms = p->ms;
		if (!url)
			return err_set(e, E_BUG, "", "%s redirects to no address.", p->url);
		if (i == REDIRECTS)
			return err_set(e, E_BUG, "", "%s redirects without end.", p->url);
		TRY(hop(b, url, accept, p, e));
		p->ms += ms;
	}
	return OK;
}

static enum status
get(struct browser *b, const char *url, const char *accept, struct page *ret, struct err *e)
{
	const char *full = url_resolve(b->arena, b->base, url);
	if (!full)
		return err_set(e, E_INPUT, "", "\"%.200s\" is no address.", url);
	TRY(hop(b, full, accept, ret, e));
	return redirect(b, accept, ret, e);
}

static const char accept_html[] = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";
static const char accept_json[] = "Accept: application/json";

static void
look_at(struct browser *b, const struct page *p)
{
	b->at = arena_strdup(b->own, p->url);
}

static enum status
refresh(struct browser *b, struct page *p, struct err *e)
{
	look_at(b, p);
	for (int i = 0; i < REFRESHES && p->doc.refresh && p->doc.refresh_seconds == 0; i++) {
		const char *url = url_resolve(b->arena, p->url, p->doc.refresh);
		double ms = p->ms;
		if (!url)
			return err_set(e, E_INPUT, "", "%s refreshes to no address.", p->url);
		TRY(get(b, url, accept_html, p, e));
		p->ms += ms;
		look_at(b, p);
	}
	return OK;
}

enum status
browser_get(struct browser *b, const char *url, struct page *ret, struct err *e)
{
	struct page p;
	TRY(get(b, url, accept_html, &p, e));
	TRY(refresh(b, &p, e));
	*ret = p;
	return OK;
}

static curl_mime *
multipart(struct browser *b, const struct form *f)
{
	struct form_pairs pairs = form_pairs(f);
	curl_mime *m = curl_mime_init(b->curl);
	for (size_t i = 0; i < pairs.n; i++) {
		const struct form_pair *p = &pairs.at[i];
		curl_mimepart *part = curl_mime_addpart(m);
		curl_mime_name(part, p->name);
		if (p->field->kind != FORM_FILE) {
			curl_mime_data(part, p->value, CURL_ZERO_TERMINATED);
			continue;
		}
		const char *type = p->field->file_type;
		curl_mime_data(part, p->field->file.n ? p->field->file.p : "", p->field->file.n);
		curl_mime_filename(part, p->value);
		curl_mime_type(part, type ? type : "application/octet-stream");
	}
	return m;
}

static enum status
submit(struct browser *b, const struct form *f, const char *accept, struct page *ret, struct err *e)
{
	const char *page = f->page[0] ? f->page : b->base;
	const char *url = url_resolve(b->arena, page, form_target(f));
	if (!url)
		return err_set(e, E_INPUT, "", "\"%.200s\" is no address.", form_target(f));
	/* The form may be on a page that is not the last one seen: another tab. */
	b->at = arena_strdup(b->own, page);
	struct str body = form_urlencoded(f);
	if (!f->post) {
		size_t n = strcspn(url, "?");
		const char *query = arena_printf(
			b->arena, "%.*s?%.*s", (int)n, url, (int)body.n, body.n ? body.p : "");
		return get(b, query, accept, ret, e);
	}
	struct curl_slist *h = context_headers(b, url, true, true);
	curl_mime *m = NULL;
	if (f->multipart) {
		m = multipart(b, f);
		curl_easy_setopt(b->curl, CURLOPT_MIMEPOST, m);
	} else {
		curl_easy_setopt(b->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(b->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
		curl_easy_setopt(b->curl, CURLOPT_POSTFIELDS, body.n ? body.p : "");
	}
	enum status s = perform(b, url, curl_slist_append(h, accept), BROWSER_TIMEOUT_MS, ret, e);
	curl_mime_free(m);
	return s == OK ? redirect(b, accept, ret, e) : s;
}

enum status
browser_submit(struct browser *b, const struct form *f, struct page *ret, struct err *e)
{
	struct page p;
	TRY(submit(b, f, accept_html, &p, e));
	TRY(refresh(b, &p, e));
	*ret = p;
	return OK;
}

enum status
browser_click(
	struct browser *b, const struct page *p, const char *text, struct page *ret, struct err *e)
{
	const struct html_link *l = html_link_text(&p->doc, text);
	if (!l)
		return err_set(e, E_ABSENT, "", "%s has no link \"%s\".", p->url, text);
	const char *url = url_resolve(b->arena, p->url, l->href);
	if (!url)
		return err_set(e, E_INPUT, "", "%s: the link \"%s\" leads nowhere.", p->url, text);
	b->at = arena_strdup(b->own, p->url);
	return browser_get(b, url, ret, e);
}

enum status
browser_request(struct browser *b, const struct browser_request *r, struct page *ret, struct err *e)
{
	const char *url = url_resolve(b->arena, b->base, r->url);
	if (!url)
		return err_set(e, E_INPUT, "", "\"%.200s\" is no address.", r->url);
	bool writes = !streq(r->method, "GET") && !streq(r->method, "HEAD");
	struct curl_slist *h = context_headers(b, url, false, writes);
	for (const char *const *p = r->headers; p && *p; p++)
		h = curl_slist_append(h, *p);
	int64_t ms = r->timeout_ms ? r->timeout_ms : BROWSER_TIMEOUT_MS;
	if (streq(r->method, "HEAD"))
		curl_easy_setopt(b->curl, CURLOPT_NOBODY, 1L);
	else if (writes || r->body.n) {
		curl_easy_setopt(b->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
		curl_easy_setopt(b->curl, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "");
	}
	curl_easy_setopt(b->curl, CURLOPT_CUSTOMREQUEST, r->method);
	struct page p;
	TRY(perform(b, url, h, ms, &p, e));
	*ret = p;
	return OK;
}

enum status
browser_submit_json(struct browser *b, const struct form *f, struct json_t **ret, struct err *e)
{
	struct page p;
	TRY(submit(b, f, accept_json, &p, e));
	return page_json(&p, ret, e);
}

/* A cookie as libcurl lists it: host, whether for names below, path, secure, expiry, name, value,
 * parted by tabs. */
struct cookie {
	struct str host, path, name, value;
	bool below;
};

static bool
cookie_read(struct str line, struct cookie *c)
{
	static const char http_only[] = "#HttpOnly_";
	if (str_starts(line, http_only)) {
		line.p += sizeof http_only - 1;
		line.n -= sizeof http_only - 1;
	}
	c->host = str_cut(&line, '\t');
	c->below = str_is(str_cut(&line, '\t'), "TRUE");
	c->path = str_cut(&line, '\t');
	str_cut(&line, '\t');
	str_cut(&line, '\t');
	c->name = str_cut(&line, '\t');
	c->value = line;
	if (c->host.n && c->host.p[0] == '.') {
		c->host.p++;
		c->host.n--;
	}
	return c->name.n > 0;
}

static bool
cookie_fits(const struct cookie *c, struct str host, struct str path)
{
	struct str end = host;
	if (c->below && host.n > c->host.n && host.p[host.n - c->host.n - 1] == '.')
		end = (struct str){ host.p + host.n - c->host.n, c->host.n };
	if (!str_ieq(end, c->host) || path.n < c->path.n ||
		memcmp(path.p, c->path.p, c->path.n) != 0)
		return false;
	return path.n == c->path.n || (c->path.n && c->path.p[c->path.n - 1] == '/') ||
	       path.p[c->path.n] == '/';
}

/* All that fit (name NULL: "a=1; b=2"), or the value of one; NULL when none does. */
static const char *
cookies(struct browser *b, const char *url, const char *name)
{
	const char *full = url_resolve(b->arena, b->base, url);
	struct curl_slist *all = NULL;
	struct buf out = buf_new(b->arena);
	const char *found = NULL;
	if (!full)
		return NULL;
	struct str rest = str_of(strstr(full, "://") + 3);
	struct str host = { rest.p, strcspn(rest.p, ":/?#") };
	struct str path = { rest.p + strcspn(rest.p, "/?#"), 0 };
	path.n = strcspn(path.p, "?#");
	curl_easy_getinfo(b->curl, CURLINFO_COOKIELIST, &all);
	for (struct curl_slist *l = all; l; l = l->next) {
		struct cookie c;
		if (!cookie_read(str_of(l->data), &c) || !cookie_fits(&c, host, path))
			continue;
		if (name && str_is(c.name, name))
			found = str_dup(b->arena, c.value);
		buf_printf(&out, "%s%.*s=%.*s", out.n ? "; " : "", (int)c.name.n, c.name.p,
			(int)c.value.n, c.value.p);
	}
	curl_slist_free_all(all);
	return name ? found : out.p;
}

const char *
browser_cookie(struct browser *b, const char *url, const char *name)
{
	return cookies(b, url, name);
}

const char *
browser_cookies(struct browser *b, const char *url)
{
	const char *all = cookies(b, url, NULL);
	return all ? all : "";
}

void
browser_forget(struct browser *b)
{
	curl_easy_setopt(b->curl, CURLOPT_COOKIELIST, "ALL");
	b->at = "";
}
