/*
 * Reads from an HTML page what a person's browser would act on: forms with their fields and present
 * values, links, the title, and the visible text. No tree, no scripts: one forgiving pass, linear
 * in the size of the page, that never fails; nonsense gives less, not an error.
 *
 * Everything belongs to the arena given to html_scan. A struct form may be filled by form_set and
 * its sisters before it is sent.
 *
 * Thread rule: one thread per document.
 */
#ifndef REHEARSE_HTML_FORM_H
#define REHEARSE_HTML_FORM_H

#include "base/err.h"
#include "base/field.h"
#include "base/str.h"

enum form_kind {
	FORM_TEXT, /* every input that a person types into, and textarea */
	FORM_HIDDEN,
	FORM_CHECK,
	FORM_RADIO,
	FORM_SELECT,
	FORM_FILE,
	FORM_BUTTON, /* a submit button; sent only when pressed */
};

struct form_choice {
	const char *value;
	const char *text; /* as the page shows it */
	bool on;
};

struct form_field {
	const char *name; /* never "" but for a button */
	enum form_kind kind;
	const char *value;  /* of a select see choices; of a button what it sends */
	const char *text;   /* what a button says */
	const char *action; /* formaction of a button, NULL when it has none */
	bool on;            /* a ticked box, a chosen radio, a pressed button */
	bool required, multiple, multiline;
	LIST(struct form_choice) choices;  /* of a select */
	const char *file_name, *file_type; /* of a file that form_file has put there */
	struct str file;
};

struct form {
	struct arena *arena;
	const char *id;     /* "" when it has none */
	const char *action; /* as written; "" means the page's own address */
	const char *page;   /* address of the page it was on; set by whoever fetched it */
	bool post, multipart;
	LIST(struct form_field) fields;
};

struct html_link {
	const char *href;
	const char *text;
};

struct html_doc {
	const char *title;
	const char *text;  /* what a reader sees, white space collapsed */
	const char *alert; /* text of the first element with role="alert", "" when there is none */
	const char *refresh;     /* address of a meta refresh, NULL when there is none */
	int64_t refresh_seconds; /* 0 to 86400 */
	LIST(struct form) forms;
	LIST(struct html_link) links;
};

void html_scan(struct arena *, struct str html, struct html_doc *ret);

/* The first form whose id is `key`, or whose action is, query aside; NULL when there is none. */
struct form *html_form(const struct html_doc *, const char *key);
/* The first link that shows exactly `text`, NULL when none does. */
const struct html_link *html_link_text(const struct html_doc *, const char *text);
/* The first link whose address begins with `prefix`, NULL when none does. */
const struct html_link *html_link_to(const struct html_doc *, const char *prefix);

/*
 * Enters a value as a person would: types into a text, ticks the box or radio of that value,
 * chooses the option of that value. Boxes of other values stay as they are. E_INPUT names the
 * field when it is not there, is hidden, or offers no such choice.
 */
enum status form_set(struct form *, const char *name, const char *value, struct err *);
/* Unticks a box. value NULL: every box of that name. */
enum status form_untick(struct form *, const char *name, const char *value, struct err *);
/* Chooses a file to be uploaded. The bytes are not copied. */
enum status form_file(struct form *, const char *name, const char *file_name, const char *type,
	struct str bytes, struct err *);
/* The button that will be pressed: by its name and value, or by what it says (name NULL). Without
 * this the first button is pressed, as Enter does. */
enum status form_press(struct form *, const char *name, const char *value, struct err *);
/* What a person cannot do: sets any field, even a hidden one, or adds one. For attacks. */
void form_forge(struct form *, const char *name, const char *value);

/* The present value: of a box or radio the ticked one's, of a select the chosen one's. NULL when
 * the field is not there or nothing is chosen. */
const char *form_value(const struct form *, const char *name);

/* The pairs that would be sent, in order, line ends as browsers send them. Files are pairs with
 * field set and kind FORM_FILE. */
struct form_pair {
	const char *name, *value;
	const struct form_field *field;
};
struct form_pairs {
	struct form_pair *at;
	size_t n;
};
struct form_pairs form_pairs(const struct form *);
/* The same as application/x-www-form-urlencoded; a file is sent as its name. */
struct str form_urlencoded(const struct form *);
/* Where it goes: the pressed button's address or the form's. */
const char *form_target(const struct form *);

#endif
