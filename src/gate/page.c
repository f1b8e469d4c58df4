#include "gate/page.h"

static const char style[] =
	":root{color-scheme:light dark;--paper:#faf9f6;--card:#fff;--ink:#1d2a2f;--soft:#5c6b70;"
	"--line:#e2e0d8;--brand:#0f5c5c;--on:#fff;--wall:#2b2a55}"
	"@media(prefers-color-scheme:dark){:root{--paper:#12181a;--card:#1a2225;--ink:#e7ecea;"
	"--soft:#9db0b1;--line:#2c373a;--brand:#5cc0b3;--on:#08211f;--wall:#a9a6f0}}"
	"*{box-sizing:border-box}"
	"html{font:100%/1.55 Inter,system-ui,-apple-system,'Segoe UI','Noto Sans',sans-serif;"
	"background:var(--paper);color:var(--ink)}"
	"body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;"
	"border-top:6px solid var(--wall)}"
	"main{background:var(--card);border:1px solid var(--line);border-radius:.625rem;"
	"padding:2.25rem;max-width:34rem;width:100%}"
	"h1{font-size:1.6rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 .75rem;"
	"font-weight:650}p{margin:0;color:var(--soft)}p+p{margin-top:1.5rem}"
	"a{display:inline-block;background:var(--brand);color:var(--on);border-radius:.5rem;"
	"padding:.7rem 1.15rem;font-weight:600;text-decoration:none}"
	"a:focus-visible{outline:3px solid var(--brand);outline-offset:2px}"
	".wait{height:.3rem;border-radius:99px;background:var(--line);overflow:hidden;"
	"margin-top:1.5rem}.wait i{display:block;height:100%;width:35%;background:var(--brand);"
	"border-radius:inherit;animation:w 1.6s ease-in-out infinite alternate}"
	"ul{list-style:none;padding:0;margin:1.25rem 0 0;color:var(--soft);font-size:.95rem}"
	"li{padding-inline-start:1.5rem;text-indent:-1.5rem;margin-top:.4rem}"
	"li::before{content:'\\2713';color:var(--brand);display:inline-block;width:1.5rem;"
	"text-indent:0}.now::before{content:'\\2026'}ul~p{margin-top:1.25rem}"
	"@keyframes w{to{margin-left:65%}}"
	"@media(prefers-reduced-motion:reduce){.wait i{animation:none;width:100%;opacity:.4}}";

static const char *
reason(int code)
{
	static const struct {
		int code;
		const char *text;
	} all[] = { { 200, "OK" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 408, "Request Timeout" }, { 411, "Length Required" },
		{ 413, "Content Too Large" }, { 417, "Expectation Failed" },
		{ 421, "Misdirected Request" }, { 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" }, { 502, "Bad Gateway" },
		{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" } };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].code == code)
			return all[i].text;
	return "Refused";
}

static void
put_escaped(struct buf *b, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '&':
			buf_puts(b, "&amp;");
			break;
		case '<':
			buf_puts(b, "&lt;");
			break;
		case '>':
			buf_puts(b, "&gt;");
			break;
		case '"':
			buf_puts(b, "&quot;");
			break;
		case '\'':
			buf_puts(b, "&#39;");
			break;
		default:
			buf_putc(b, *s);
		}
}

static void
put_start(struct buf *b, const char *title, const char *refresh, int seconds)
{
	buf_puts(b, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
		    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
	if (refresh) {
		buf_printf(b, "<meta http-equiv=\"refresh\" content=\"%d;url=", seconds);
		put_escaped(b, refresh);
		buf_puts(b, "\">");
	}
	buf_puts(b, "<title>");
	put_escaped(b, title);
	buf_puts(b, "</title><style>");
	buf_puts(b, style);
	buf_puts(b, "</style><main><h1>");
	put_escaped(b, title);
	buf_puts(b, "</h1>");
}

static void
put_text(struct buf *b, const char *text)
{
	buf_puts(b, "<p role=\"status\">");
	put_escaped(b, text);
	buf_puts(b, "</p>");
}

static void
put_bar(struct buf *b)
{
	buf_puts(b, "<div class=\"wait\" aria-hidden=\"true\"><i></i></div>");
}

static void
put_link(struct buf *b, const struct page *p)
{
	if (!p->link)
		return;
	buf_puts(b, "<p><a href=\"");
	put_escaped(b, p->link);
	buf_puts(b, "\">");
	put_escaped(b, p->label);
	buf_puts(b, "</a></p>");
}

static void
put_html(struct buf *b, const struct page *p)
{
	put_start(b, p->title, p->refresh, p->seconds);
	put_text(b, p->text);
	if (p->refresh)
		put_bar(b);
	put_link(b, p);
	buf_puts(b, "</main></html>\n");
}

static void
put_head(struct buf *out, const struct page *p, bool html)
{
	buf_printf(out, "HTTP/1.1 %d %s\r\n", p->code, reason(p->code));
	buf_printf(out, "Content-Type: text/%s; charset=utf-8\r\n", html ? "html" : "plain");
	buf_puts(out, "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
		      "X-Content-Type-Options: nosniff\r\nX-Frame-Options: SAMEORIGIN\r\n"
		      "Cross-Origin-Opener-Policy: same-origin\r\n"
		      "Cross-Origin-Resource-Policy: same-origin\r\n"
		      "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
		      "base-uri 'none'; form-action 'none'; frame-ancestors 'self'\r\n");
	if (p->cookie)
		buf_printf(out, "Set-Cookie: %s\r\n", p->cookie);
	if (p->code == 503)
		buf_puts(out, "Retry-After: 1\r\n");
	if (p->code == 405)
		buf_puts(out, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
	buf_puts(out, "Connection: close\r\n");
}

void
page_put(struct buf *out, const struct page *p, bool html, bool head_only)
{
	struct buf body = buf_new(out->arena);
	if (html)
		put_html(&body, p);
	else
		buf_printf(&body, "%s\n%s\n", p->title, p->text);
	put_head(out, p, html);
	buf_printf(out, "Content-Length: %zu\r\n\r\n", body.n);
	if (!head_only)
		buf_put(out, body.p, body.n);
}

void
page_begin(struct buf *out, const struct page *p)
{
	put_head(out, p, true);
	/* A proxy on the way must not keep it until it is whole. */
	buf_puts(out, "X-Accel-Buffering: no\r\n\r\n");
	put_start(out, p->title, NULL, 0);
	put_bar(out);
	buf_puts(out, "<ul role=\"log\">");
}

void
page_step(struct buf *out, const char *text, bool done)
{
	buf_puts(out, done ? "<li>" : "<li class=\"now\">");
	put_escaped(out, text);
	buf_puts(out, "</li>\n");
}

void
page_end(struct buf *out, const struct page *p)
{
	buf_puts(out, "</ul>");
	if (!p->refresh)
		buf_puts(out, "<style>.wait{display:none}</style>");
	if (p->text[0])
		put_text(out, p->text);
	if (p->refresh) {
		buf_printf(out, "<meta http-equiv=\"refresh\" content=\"%d;url=", p->seconds);
		put_escaped(out, p->refresh);
		buf_puts(out, "\">");
	}
	put_link(out, p);
	buf_puts(out, "</main></html>\n");
}
