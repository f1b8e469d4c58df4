#include "rehearse/play.h"

#include "rehearse/browser.h"

/* The first thing that must hold: the front page is there. */
enum status
play_run(struct arena *a, const struct play_options *o, struct err *e)
{
	struct browser *visitor = browser_new(a, o->url);
	struct page p;
	enum status s = browser_open(visitor, "/", &p, e);
	browser_free(visitor);
	return s;
}

enum status
play_links(struct arena *a, const struct play_options *o, struct err *e)
{
	return err_set(e, E_ABSENT, "", "No event was played on %s.", o->url);
}
