/*
 * Writing HTML. Templates (see tools/tmpl.h) compile to calls of what is declared here, so that the
 * context of every value (text, attribute, URL) is chosen by the compiler of templates and the
 * escaping by the C type; nobody escapes by hand.
 *
 * All memory is the arena's, which is the request's. One thread per struct html.
 */
#ifndef PORTAL_WEB_HTML_H
#define PORTAL_WEB_HTML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/field.h"
#include "base/str.h"
#include "portal/web/page.h"

struct html {
	struct buf out;
	struct arena *arena;
};

/* The content of a page; every {{page name: ...}} template becomes one, called page_name. */
typedef void (*page_fn)(struct html *, const struct page *, const void *view);

struct html html_new(struct arena *);

/* A whole page: the frame of layout.html with body(view) as its main part. */
void html_page(struct html *, const struct page *, page_fn body, const void *view);

/* ---- pieces that are markup already ---- */

void html_raw(struct html *, const char *p, size_t n); /* literal text of a template only */
void html_markup(struct html *, struct html_safe);     /* NULL prints nothing */
/* The hidden input with the session's token; templates put it into every POST form. */
void html_csrf(struct html *, const struct page *);
/* <p class="error" id="NAME-error">, when page_error(name) says so. */
void html_error(struct html *, const struct page *, const char *name);
/* aria-invalid and aria-describedby of the input NAME; hint is the id of its hint or NULL. */
void html_invalid(struct html *, const struct page *, const char *name, const char *hint);

/* ---- values, escaped for text and for quoted attributes alike ---- */

void html_text(struct html *, const char *); /* NULL prints nothing */
void html_str(struct html *, struct str);
void html_int(struct html *, int64_t);
void html_tenths(struct html *, double); /* one decimal, for pictures; what is not finite is 0.0 */
void html_uint(struct html *, uint64_t);
void html_real(struct html *, double); /* at most four decimals, no idle zeros; NaN is "–" */
void html_bool(struct html *, bool);   /* yes, no */

/* A number within a style attribute: NaN and infinities become 0. */
void html_style_real(struct html *, double);

/*
 * A whole URL, or the beginning of one: http, https, mailto or no scheme; anything else becomes
 * "#", so that no stored text can turn into a script.
 */
void html_url(struct html *, const char *);
/* As html_url for the target of a form, which carries a token: only a path of this server. */
void html_url_local(struct html *, const char *);
/* Within a URL: everything but letters, digits and -._~ is percent-encoded. */
void html_url_part(struct html *, const char *);
bool html_url_ok(struct str);       /* what html_url lets through */
bool html_url_local_ok(struct str); /* what html_url_local lets through */

/* ---- the same values as texts, for fields that a form shows again ---- */

const char *html_of_text(struct arena *, const char *); /* NULL gives "" */
const char *html_of_str(struct arena *, struct str);
const char *html_of_int(struct arena *, int64_t);
const char *html_of_uint(struct arena *, uint64_t);
const char *html_of_real(struct arena *, double); /* NaN gives "": an empty field */
const char *html_of_bool(struct arena *, bool);

/* ---- truth, for {{?x}} ---- */

bool html_has_text(const char *);
bool html_has_str(struct str);
bool html_has_int(int64_t);
bool html_has_uint(uint64_t);
bool html_has_real(double); /* neither 0 nor NaN */
bool html_has_bool(bool);
bool html_has_markup(struct html_safe);
bool html_has_items(const struct field_list_value *);
bool html_equal_text(const char *, const char *); /* NULL equals "" */
bool html_equal_int(int64_t, int64_t);

/* ---- what generated code says: one function for each C type, chosen by the compiler ---- */

#define HTML_TYPES(text_, str_, bool_, int_, uint_, real_)                                         \
	const char * : text_,                                                                      \
		       char * : text_,                                                             \
				struct str : str_,                                                 \
					     bool : bool_,                                         \
						    int : int_,                                    \
							  long : int_,                             \
								 long long : int_,                 \
									     unsigned              \
	    : uint_,                                                                               \
	      unsigned long : uint_,                                                               \
			      double : real_
#define HTML_ATTR(h, x)                                                                            \
	_Generic((x), HTML_TYPES(html_text, html_str, html_bool, html_int, html_uint, html_real))( \
		(h), (x))
#define HTML_TEXT(h, x)                                                                            \
	_Generic((x), struct html_safe                                                             \
		 : html_markup, HTML_TYPES(html_text, html_str, html_bool, html_int, html_uint,    \
					html_real))((h), (x))
#define HTML_STYLE(h, x)                                                                           \
	_Generic((x), int                                                                          \
		 : html_int, long                                                                  \
		 : html_int, long long                                                             \
		 : html_int, unsigned                                                              \
		 : html_uint, unsigned long                                                        \
		 : html_uint, double                                                               \
		 : html_style_real)((h), (x))
#define HTML_AS_TEXT(h, x)                                                                         \
	_Generic((x), HTML_TYPES(html_of_text, html_of_str, html_of_bool, html_of_int,             \
			      html_of_uint, html_of_real))((h)->arena, (x))
#define HTML_EQUAL(a, b)                                                                           \
	_Generic((a),                                                                              \
		const char *: html_equal_text,                                                     \
		char *: html_equal_text,                                                           \
		default: html_equal_int)((a), (b))

/* Lists are structs without a name: they go by address, and their size vouches for them. */
#define HTML_IS_VALUE(x)                                                                           \
	_Generic((x), struct html_safe : 1, HTML_TYPES(1, 1, 1, 1, 1, 1), default : 0)
#define HTML_TRUE(x)                                                                               \
	({                                                                                         \
		_Static_assert(HTML_IS_VALUE(x) || sizeof(x) == sizeof(struct field_list_value),   \
			"only texts, numbers, booleans, markup and lists are true or false");      \
		_Generic((x), struct html_safe                                                     \
			 : html_has_markup,                                                        \
			 HTML_TYPES(html_has_text, html_has_str, html_has_bool, html_has_int,      \
				 html_has_uint, html_has_real),                                    \
			 default                                                                   \
			 : html_has_items)(                                                        \
			_Generic((x), struct html_safe                                             \
				 : (x), HTML_TYPES((x), (x), (x), (x), (x), (x)), default          \
				 : (const void *)&(x)));                                           \
	})

#endif
