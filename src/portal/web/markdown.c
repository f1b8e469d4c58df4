#include "portal/web/markdown.h"

#include <md4c.h>

#include "portal/web/html.h"

struct render {
	struct html h;
	struct str source;
	size_t limit;   /* of output: a table of N columns and M short rows is N * M cells */
	int images;     /* depth: within one only its text counts */
	unsigned level; /* of the heading we are in or have left */
};

static void
put(struct render *r, const char *s)
{
	buf_puts(&r->h.out, s);
}

/* &#106; and &#x6a; as the character; the few names that matter for addresses; NUL is dropped. */
static bool
decode(struct buf *b, struct str e)
{
	static const char *const names[][2] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" },
		{ "&quot;", "\"" }, { "&colon;", ":" }, { "&Tab;", "\t" }, { "&NewLine;", "\n" } };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (str_is(e, names[i][0])) {
			buf_puts(b, names[i][1]);
			return true;
		}
	}
	if (e.n < 4 || e.p[1] != '#')
		return false;
	bool hex = e.p[2] == 'x' || e.p[2] == 'X';
	uint32_t v = 0;
	for (size_t i = hex ? 3 : 2; i + 1 < e.n && v <= 0x10ffff; i++) {
		char c = e.p[i];
		uint32_t digit = c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 32) - 'a') + 10;
		v = v * (hex ? 16 : 10) + digit;
	}
	if (v == 0 || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return false;
	if (v < 0x80) {
		buf_putc(b, (char)v);
		return true;
	}
	int more = v < 0x800 ? 1 : v < 0x10000 ? 2 : 3;
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	buf_putc(b, (char)(lead[more] | v >> (6 * more)));
	while (more-- > 0)
		buf_putc(b, (char)(0x80 | (v >> (6 * more) & 0x3f)));
	return true;
}

static void
entity(struct render *r, struct str e)
{
	struct buf b = buf_new(r->h.arena);
	if (decode(&b, e))
		html_str(&r->h, buf_str(&b));
	else if (e.n > 1 && e.p[1] != '#')
		buf_put(&r->h.out, e.p, e.n); /* a name: letters and digits only, as md4c checked */
}

static struct str
attribute(struct arena *a, const MD_ATTRIBUTE *at)
{
	struct buf b = buf_new(a);
	for (unsigned i = 0; at->text && at->substr_offsets[i] < at->size; i++) {
		MD_OFFSET from = at->substr_offsets[i], to = at->substr_offsets[i + 1];
		struct str s = { at->text + from, to - from };
		if (at->substr_types[i] != MD_TEXT_ENTITY || !decode(&b, s))
			buf_put(&b, s.p, s.n);
	}
	return buf_str(&b);
}

static void
link_open(struct render *r, const MD_SPAN_A_DETAIL *d)
{
	struct str href = attribute(r->h.arena, &d->href);
	struct str title = attribute(r->h.arena, &d->title);
	put(r, "<a href=\"");
	if (html_url_ok(href))
		html_str(&r->h, href);
	else
		put(r, "#");
	if (title.n) {
		put(r, "\" title=\"");
		html_str(&r->h, title);
	}
	put(r, memchr(href.p, ':', href.n) || str_starts(href, "//")
			? "\" rel=\"noopener noreferrer nofollow\">"
			: "\">");
}

static const char *
cell(const struct render *r, MD_ALIGN align, MD_BLOCKTYPE type)
{
	bool right = align == MD_ALIGN_RIGHT;
	if (type == MD_BLOCK_TH)
		return right ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">";
	return right ? "<td class=\"n\">" : "<td>";
}

static int
enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	struct render *r = ctx;
	switch (type) {
	case MD_BLOCK_QUOTE:
		put(r, "<blockquote>");
		break;
	case MD_BLOCK_UL:
		put(r, "<ul>");
		break;
	case MD_BLOCK_OL: {
		unsigned start = ((MD_BLOCK_OL_DETAIL *)detail)->start;
		if (start == 1)
			put(r, "<ol>");
		else
			buf_printf(&r->h.out, "<ol start=\"%u\">", start);
		break;
	}
	case MD_BLOCK_LI:
		put(r, "<li>");
		break;
	case MD_BLOCK_HR:
		put(r, "<hr>");
		break;
	case MD_BLOCK_H: {
		unsigned before = r->level;
		unsigned level = ((MD_BLOCK_H_DETAIL *)detail)->level + 2;
		/* A reader who jumps from heading to heading must not miss a level. */
		r->level = level > 6 ? 6 : level;
		r->level = r->level > before + 1 ? before + 1 : r->level;
		buf_printf(&r->h.out, "<h%u>", r->level);
		break;
	}
	case MD_BLOCK_CODE:
		put(r, "<pre><code>");
		break;
	case MD_BLOCK_P:
		put(r, "<p>");
		break;
	case MD_BLOCK_TABLE:
		put(r, "<div class=\"scroll\" tabindex=\"0\"><table class=\"rows\">");
		break;
	case MD_BLOCK_THEAD:
		put(r, "<thead>");
		break;
	case MD_BLOCK_TBODY:
		put(r, "<tbody>");
		break;
	case MD_BLOCK_TR:
		put(r, "<tr>");
		break;
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		put(r, cell(r, ((MD_BLOCK_TD_DETAIL *)detail)->align, type));
		break;
	default:
		break;
	}
	return r->h.out.n > r->limit;
}

static int
leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
	static const char *const ends[] = {
		[MD_BLOCK_QUOTE] = "</blockquote>\n",
		[MD_BLOCK_UL] = "</ul>\n",
		[MD_BLOCK_OL] = "</ol>\n",
		[MD_BLOCK_LI] = "</li>\n",
		[MD_BLOCK_CODE] = "</code></pre>\n",
		[MD_BLOCK_P] = "</p>\n",
		[MD_BLOCK_TABLE] = "</table></div>\n",
		[MD_BLOCK_THEAD] = "</thead>",
		[MD_BLOCK_TBODY] = "</tbody>",
		[MD_BLOCK_TR] = "</tr>\n",
		[MD_BLOCK_TH] = "</th>",
		[MD_BLOCK_TD] = "</td>",
	};
	struct render *r = ctx;
	if (type == MD_BLOCK_H) {
		buf_printf(&r->h.out, "</h%u>\n", r->level);
	} else if (type < sizeof ends / sizeof *ends && ends[type]) {
		put(r, ends[type]);
	}
	return r->h.out.n > r->limit;
}

static int
enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct render *r = ctx;
	if (type == MD_SPAN_IMG)
		r->images++;
	if (r->images)
		return 0;
	if (type == MD_SPAN_EM)
		put(r, "<em>");
	else if (type == MD_SPAN_STRONG)
		put(r, "<strong>");
	else if (type == MD_SPAN_CODE)
		put(r, "<code>");
	else if (type == MD_SPAN_DEL)
		put(r, "<del>");
	else if (type == MD_SPAN_A)
		link_open(r, detail);
	return r->h.out.n > r->limit;
}

static int
leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
	struct render *r = ctx;
	if (type == MD_SPAN_IMG)
		r->images--;
	if (r->images)
		return 0;
	if (type == MD_SPAN_EM)
		put(r, "</em>");
	else if (type == MD_SPAN_STRONG)
		put(r, "</strong>");
	else if (type == MD_SPAN_CODE)
		put(r, "</code>");
	else if (type == MD_SPAN_DEL)
		put(r, "</del>");
	else if (type == MD_SPAN_A)
		put(r, "</a>");
	return r->h.out.n > r->limit;
}

/*
 * md4c 0.4.8 may look at what follows a text that ends within a link, and give it out as a part of
 * the text: see the padding below.
 */
static struct str
within(const struct render *r, const char *p, size_t n)
{
	const char *end = r->source.p + r->source.n;
	if (p >= r->source.p && p <= end && n > (size_t)(end - p))
		n = (size_t)(end - p);
	return (struct str){ p, n };
}

static int
text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *ctx)
{
	struct render *r = ctx;
	if (type == MD_TEXT_NULLCHAR)
		put(r, "\xef\xbf\xbd");
	else if (type == MD_TEXT_BR)
		put(r, r->images ? " " : "<br>\n");
	else if (type == MD_TEXT_SOFTBR)
		put(r, "\n");
	else if (type == MD_TEXT_ENTITY)
		entity(r, (struct str){ p, n });
	else
		html_str(&r->h, within(r, p, n));
	return r->h.out.n > r->limit;
}

static struct html_safe
plain(struct arena *a, struct str s)
{
	struct html h = html_new(a);
	buf_puts(&h.out, "<p class=\"asis\">");
	html_str(&h, s);
	buf_puts(&h.out, "</p>\n");
	return (struct html_safe){ h.out.p };
}

struct html_safe
markdown_html_str(struct arena *a, struct str s)
{
	static const MD_PARSER parser = {
		.flags = MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH |
			 MD_FLAG_COLLAPSEWHITESPACE,
		.enter_block = enter_block,
		.leave_block = leave_block,
		.enter_span = enter_span,
		.leave_span = leave_span,
		.text = text,
	};
	if (s.n > MARKDOWN_MAX || !str_utf8(s))
		return plain(a, s);
	/* A line's end and zeros behind the text stop every look ahead. */
	char *padded = arena_alloc(a, s.n + 64);
	if (s.n)
		memcpy(padded, s.p, s.n);
	padded[s.n] = '\n';
	struct render r = { .level = 2,
		.h = html_new(a),
		.source = { padded, s.n + 1 },
		.limit = 16 * s.n + 4096 };
	if (md_parse(padded, (MD_SIZE)s.n + 1, &parser, &r) != 0)
		return plain(a, s);
	return (struct html_safe){ r.h.out.p };
}
