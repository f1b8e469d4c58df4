/*
 * The gate's own answers: calm pages for people, a line of text for programs.
 *
 * Thread rule: pure functions.
 */
#ifndef GATE_PAGE_H
#define GATE_PAGE_H

#include <stdbool.h>

#include "base/str.h"

struct page {
	int code;
	const char *title, *text; /* plain text; escaped here */
	const char *link, *label; /* NULL: no link */
	const char *refresh;      /* NULL, or where to go by itself after `seconds` */
	int seconds;
	const char *cookie; /* NULL, or the value of a Set-Cookie line */
};

/*
 * A page that is written while something happens: its beginning, from title and cookie; lines
 * about what happens; and its end, with a sentence ("" for none), link and refresh. It ends with
 * the connection.
 */
void page_begin(struct buf *, const struct page *);
void page_step(struct buf *, const char *text, bool done);
void page_end(struct buf *, const struct page *);

/* The whole reply, head and body. html: the visitor reads pages; without a body for HEAD. */
void page_put(struct buf *, const struct page *, bool html, bool head_only);

#endif
