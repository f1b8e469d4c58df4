/*
 * Markdown of people (summaries, notices, programme texts) as markup that is safe to print.
 *
 * CommonMark with tables and strikethrough; a bare link is written <https://...>. Raw HTML is shown
 * as the text it is; links go to http, https, mailto and paths only; an image becomes its
 * description, so that no reader's browser calls elsewhere; headings start at h3, since every
 * text stands under a heading of the page, and never skip a level.
 *
 * Free-threaded; the result is the arena's.
 */
#ifndef PORTAL_WEB_MARKDOWN_H
#define PORTAL_WEB_MARKDOWN_H

#include "base/arena.h"
#include "base/field.h"
#include "base/str.h"

enum { MARKDOWN_MAX = 64 << 10 }; /* bytes; a longer text is shown as it was typed */

/* Never fails: what cannot be rendered is shown as plain text. */
struct html_safe markdown_html_str(struct arena *, struct str text);
/* The same, kept for the next time: for the texts of pages. NULL gives "". */
struct html_safe markdown_html(struct arena *, const char *text);

#endif
