#include "portal/web/html.h"

#include <math.h>
#include <stdio.h>

struct html
html_new(struct arena *a)
{
	return (struct html){ .out = buf_new(a), .arena = a };
}

void
html_raw(struct html *h, const char *p, size_t n)
{
	buf_put(&h->out, p, n);
}

void
html_markup(struct html *h, struct html_safe s)
{
	if (s.markup)
		buf_puts(&h->out, s.markup);
}

void
html_csrf(struct html *h, const struct page *page)
{
	buf_puts(&h->out, "<input type=\"hidden\" name=\"csrf\" value=\"");
	html_text(h, page->csrf);
	buf_puts(&h->out, "\">");
}

void
html_error(struct html *h, const struct page *page, const char *name)
{
	const char *error = page_error(page, name);
	if (!error)
		return;
	buf_puts(&h->out, "<p class=\"error\" id=\"");
	html_text(h, name);
	buf_puts(&h->out, "-error\">");
	html_text(h, error);
	buf_puts(&h->out, "</p>");
}

void
html_invalid(struct html *h, const struct page *page, const char *name, const char *hint)
{
	bool bad = page_error(page, name) != NULL;
	if (bad)
		buf_puts(&h->out, " aria-invalid=\"true\"");
	if (!bad && !hint)
		return;
	buf_puts(&h->out, " aria-describedby=\"");
	html_text(h, hint);
	if (bad) {
		buf_puts(&h->out, hint ? " " : "");
		html_text(h, name);
		buf_puts(&h->out, "-error");
	}
	buf_putc(&h->out, '"');
}

/* One alphabet for text and attributes: what is safe between double quotes is safe outside. */
static const char *const entities[256] = {
	['&'] = "&amp;",
	['<'] = "&lt;",
	['>'] = "&gt;",
	['"'] = "&quot;",
	['\''] = "&#39;",
};

void
html_str(struct html *h, struct str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *e = entities[(unsigned char)s.p[i]];
		if (!e)
			continue;
		buf_put(&h->out, s.p + from, i - from);
		buf_puts(&h->out, e);
		from = i + 1;
	}
	buf_put(&h->out, s.p + from, s.n - from);
}

void
html_text(struct html *h, const char *s)
{
	if (s)
		html_str(h, str_of(s));
}

/* A number in decimal, without what printf costs: pages are full of them. */
struct digits {
	char text[20];
	unsigned char n; /* the last n bytes of text */
};

static struct digits
digits(uint64_t v)
{
	struct digits d = { .n = 0 };
	do
		d.text[sizeof d.text - ++d.n] = (char)('0' + v % 10);
	while (v /= 10);
	return d;
}

static uint64_t
size_of_int(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

void
html_uint(struct html *h, uint64_t v)
{
	struct digits d = digits(v);
	buf_put(&h->out, d.text + sizeof d.text - d.n, d.n);
}

void
html_int(struct html *h, int64_t v)
{
	if (v < 0)
		buf_putc(&h->out, '-');
	html_uint(h, size_of_int(v));
}

void
html_tenths(struct html *h, double v)
{
	int64_t tenths = isfinite(v) ? llround(10 * v) : 0;
	if (tenths < 0)
		buf_putc(&h->out, '-');
	html_uint(h, size_of_int(tenths) / 10);
	buf_putc(&h->out, '.');
	html_uint(h, size_of_int(tenths) % 10);
}

const char *
html_of_real(struct arena *a, double v)
{
	if (isnan(v))
		return "";
	if (isinf(v))
		return v < 0 ? "−∞" : "∞";
	char *s = arena_printf(a, "%.4f", v);
	size_t n = strlen(s);
	while (s[n - 1] == '0')
		n--;
	if (s[n - 1] == '.')
		n--;
	s[n] = '\0';
	return streq(s, "-0") ? "0" : s;
}

void
html_real(struct html *h, double v)
{
	buf_puts(&h->out, isnan(v) ? "–" : html_of_real(h->arena, v));
}

void
html_style_real(struct html *h, double v)
{
	buf_puts(&h->out, isfinite(v) ? html_of_real(h->arena, v) : "0");
}

void
html_bool(struct html *h, bool v)
{
	buf_puts(&h->out, v ? "yes" : "no");
}

/* The scheme as RFC 3986 3.1 has it, with the tabs and blanks that browsers skip refused. */
bool
html_url_ok(struct str url)
{
	for (size_t i = 0; i < url.n; i++) {
		if ((unsigned char)url.p[i] <= ' ')
			return false;
	}
	size_t n = 0;
	while (n < url.n && !strchr(":/?#\\", url.p[n]))
		n++;
	if (n == url.n || url.p[n] != ':')
		return true;
	struct str scheme = { url.p, n };
	return str_ieq(scheme, STR("https")) || str_ieq(scheme, STR("http")) ||
	       str_ieq(scheme, STR("mailto"));
}

bool
html_url_local_ok(struct str url)
{
	if (!html_url_ok(url) || (url.n && memchr(url.p, '\\', url.n)))
		return false;
	if (url.n >= 2 && url.p[0] == '/' && url.p[1] == '/')
		return false;
	for (size_t i = 0; i < url.n && !strchr("/?#", url.p[i]); i++) {
		if (url.p[i] == ':')
			return false;
	}
	return true;
}

void
html_url(struct html *h, const char *url)
{
	html_text(h, url && !html_url_ok(str_of(url)) ? "#" : url);
}

void
html_url_local(struct html *h, const char *url)
{
	html_text(h, url && !html_url_local_ok(str_of(url)) ? "#" : url);
}

void
html_url_part(struct html *h, const char *s)
{
	for (; s && *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || strchr("-._~", c);
		if (plain)
			buf_putc(&h->out, (char)c);
		else
			buf_printf(&h->out, "%%%02X", c);
	}
}

const char *
html_of_text(struct arena *a, const char *s)
{
	return s ? s : "";
}

const char *
html_of_str(struct arena *a, struct str s)
{
	return str_dup(a, s);
}

const char *
html_of_int(struct arena *a, int64_t v)
{
	struct digits d = digits(size_of_int(v));
	char *s = arena_bytes(a, d.n + 2u), *p = s;
	if (v < 0)
		*p++ = '-';
	memcpy(p, d.text + sizeof d.text - d.n, d.n);
	p[d.n] = '\0';
	return s;
}

const char *
html_of_uint(struct arena *a, uint64_t v)
{
	struct digits d = digits(v);
	return arena_strndup(a, d.text + sizeof d.text - d.n, d.n);
}

const char *
html_of_bool(struct arena *a, bool v)
{
	return v ? "yes" : "no";
}

bool
html_has_text(const char *s)
{
	return s && *s;
}

bool
html_has_str(struct str s)
{
	return s.n > 0;
}

bool
html_has_int(int64_t v)
{
	return v != 0;
}

bool
html_has_uint(uint64_t v)
{
	return v != 0;
}

bool
html_has_real(double v)
{
	return !isnan(v) && v != 0;
}

bool
html_has_bool(bool v)
{
	return v;
}

bool
html_has_markup(struct html_safe s)
{
	return html_has_text(s.markup);
}

bool
html_has_items(const struct field_list_value *list)
{
	return list->n > 0;
}

bool
html_equal_text(const char *a, const char *b)
{
	return streq(a ? a : "", b ? b : "");
}

bool
html_equal_int(int64_t a, int64_t b)
{
	return a == b;
}
