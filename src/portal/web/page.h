/*
 * What every page shows around its own content. Filled by the router for each request; templates
 * reach it as {{page.…}}. All memory is the request's.
 * Thread rule: as the request, one thread.
 */
#ifndef PORTAL_WEB_PAGE_H
#define PORTAL_WEB_PAGE_H

#include "base/field.h"
#include "base/str.h"

struct page_link {
	const char *href;
	const char *label;
	bool current;
};

struct page_phase {
	const char *name;
	const char *when;  /* "until 6 Nov, 09:00 UTC" */
	const char *state; /* "done", "now", "later" */
};

/*
 * One field of a form as it was sent: its value comes back after an error. A field that the form
 * has and that was not sent, such as a box that is not ticked, stands here too: what was stored
 * before must not tick it again. Fields of the page's other forms do not.
 */
struct page_field {
	const char *name;
	const char *value; /* NULL: not sent */
	const char *error; /* NULL when it was good */
};

struct page {
	const char *title;
	const char *csrf;  /* of this session; every POST form carries it */
	const char *event; /* slug, NULL outside an event */
	const char *event_name;
	const char *me;      /* "Noa Levi", NULL when nobody is signed in */
	const char *my_role; /* "participant" */
	const char *flash;   /* a sentence about what has just been done, NULL when none */
	const char *problem; /* a sentence about what went wrong, NULL when nothing did */
	bool inside;         /* shows something from inside the wall */
	LIST(struct page_link) nav;
	LIST(struct page_phase) phases;
	LIST(struct page_field) form; /* as it was sent, when a form is shown again */
};

/* The text sent for `name`, or `otherwise` when this is no form shown again. */
const char *page_kept(const struct page *, const char *name, const char *otherwise);
/* Whether `value` was sent among the values of `name` (checkboxes, selects); `otherwise` when the
 * form that was sent has no such field. */
bool page_kept_has(const struct page *, const char *name, const char *value, bool otherwise);
/* What is wrong with `name`, NULL when nothing is. */
const char *page_error(const struct page *, const char *name);

#endif
