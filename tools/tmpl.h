/*
 * The compiler of HTML templates: reads one template, gives C.
 *
 * A file holds pages and parts, each opened by a line that names the struct it shows:
 *
 *	{{page team_list: struct team_list from portal/team/team.h}}
 *		-> void page_team_list(struct html *, const struct page *, const void *view);
 *	{{part team_card: struct team_card from portal/team/team.h}}
 *		-> void part_team_card(struct html *, const struct page *, const struct team_card
 **);
 *
 * Without ": struct ... from ..." the scope is the struct page itself.
 *
 *	{{name}} {{a.b}} {{a->b}}	a member of the scope, printed by its C type, escaped by
 *context
 *	{{page.title}} {{../name}}	of the page; of the scope around the present loop
 *	{{.}} {{@}}			the item of a loop over texts; its number, from 1
 *	{{"word"}} {{name|filter}}	a literal; through filter_FILTER of portal/web/filters.h,
 *	{{n|plural "team" "teams"}}	with texts as further arguments
 *	{{#list}}…{{:}}…{{/list}}	once for each item; after {{:}} what to print for none
 *	{{?x}}…{{:}}…{{/?}}		if x is a text that is not empty, a number other than 0 or
 *NaN,
 *	{{?!x}} {{?x == "text"}}	true, or a list with items; negated; compared with == != < >
 *	{{>card}} {{>card leader}}	a part of this file or of card.html in this folder, given
 *the
 *	{{>portal/team/card}}		scope or a member struct; a part of another room
 *	{{kept name x}}			what was sent for the field, or x
 *	{{checked name "value" x}}	" checked" when sent or, in a fresh form, when x is true
 *	{{selected name "value" x}}	" selected" when sent or, in a fresh form, when x is value
 *	{{error name}} {{invalid name "hint-id"}}	the error paragraph; aria attributes for it
 *	{{! comment}}
 *
 * In the last five, a field whose name is itself a value is written =x: {{kept =key value}}.
 *
 * Values may stand in text and in quoted attributes. href, src, action, formaction, cite and poster
 * are URLs: a value that opens one must have a harmless scheme (a form's target must be of this
 * server), values further on are percent-encoded. style takes numbers only. Refused: on*, srcset,
 * srcdoc and http-equiv, script, style, comments, tag and attribute names, unquoted attributes.
 * Every POST form gets its token by itself. Indentation is dropped, but within pre and textarea.
 */
#ifndef TOOLS_TMPL_H
#define TOOLS_TMPL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * path: as #line directives shall name the template; base: its file name ("team_list.html").
 * On success *ret_c and *ret_h are the texts of base.c and base.h, in the arena.
 * E_INPUT: "path:line: sentence".
 */
enum status tmpl_compile(struct arena *, const char *path, const char *base, struct str src,
	struct str *ret_c, struct str *ret_h, struct err *);

#endif
