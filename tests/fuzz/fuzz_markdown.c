/*
 * Markdown: whatever it is given, the markup has no tag but those the renderer writes, no
 * dangerous address, and stays within its bound.
 */
#include <stdlib.h>

#include "portal/web/markdown.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_tag(const char *s)
{
	static const char *const tags[] = { "p", "p class=\"asis\"", "h2", "h3", "h4", "h5", "h6",
		"ul", "ol", "li", "hr", "br", "pre", "code", "em", "strong", "del", "a",
		"blockquote", "table class=\"rows\"", "thead", "tbody", "tr", "td",
		"td class=\"n\"", "th scope=\"col\"", "th scope=\"col\" class=\"n\"",
		"div class=\"scroll\" tabindex=\"0\"", "div", "table", "td", "th", NULL };
	size_t n = strcspn(s, ">");
	if (s[n] != '>')
		abort();
	bool link = strncmp(s, "a href=\"", 8) == 0, list = strncmp(s, "ol start=\"", 10) == 0;
	static const char *const bad[] = { "javascript:", "data:", "vbscript:", "file:", NULL };
	for (const char *const *b = bad; link && *b; b++) {
		if (strncasecmp(s + 8, *b, strlen(*b)) == 0)
			abort();
	}
	if (link || list)
		return;
	s += *s == '/', n = strcspn(s, ">");
	for (const char *const *t = tags; *t; t++) {
		if (strlen(*t) == n && memcmp(*t, s, n) == 0)
			return;
	}
	abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	cleanup_arena struct arena *a = arena_new();
	struct html_safe s = markdown_html_str(a, (struct str){ (const char *)p, n });
	if (strlen(s.markup) > 16 * n + 70000)
		abort();
	for (const char *at = s.markup; (at = strchr(at, '<')); at++)
		check_tag(at + 1);
	return 0;
}
