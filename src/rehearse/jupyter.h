/*
 * What a member does in a workspace: enters by the link on the portal's page, writes files in the
 * notebook, and types commands into its terminal, all through the gate, with the member's own
 * browser.
 *
 * A struct jupyter belongs to the arena given to jupyter_enter; terminals are closed by
 * jupyter_close. Thread rule: as the browser's.
 */
#ifndef REHEARSE_JUPYTER_H
#define REHEARSE_JUPYTER_H

#include "rehearse/browser.h"
#include "rehearse/websocket.h"

struct jupyter {
	struct browser *browser;
	struct arena *arena;
	const char *origin; /* "http://w1.localhost:8081" */
	double open_ms;     /* from the click to the notebook's first answer */
};

struct jupyter_terminal {
	struct jupyter *jupyter;
	struct websocket *socket;
	const char *name;
	int64_t commands; /* run so far; makes each command's mark its own */
	struct buf seen;  /* output not yet given away */
};

/*
 * Goes to `url` on the portal (which answers with a ticket), or, with url NULL, starts from `page`,
 * the answer to a form that gave one; then waits until the notebook answers, at most timeout_ms.
 */
enum status jupyter_enter(struct browser *, struct arena *, const char *url,
	const struct page *page, int64_t timeout_ms, struct jupyter *ret, struct err *);

/* Any request of the notebook's own page, with its XSRF token: path "/api/contents/x". The answer's
 * status is for the caller to judge. */
enum status jupyter_request(struct jupyter *, const char *method, const char *path, struct str body,
	struct page *ret, struct err *);

/* Writes a text file below the member's home. The folder must be there. */
enum status jupyter_put(struct jupyter *, const char *path, struct str text, struct err *);

enum status jupyter_open_terminal(
	struct jupyter *, int64_t timeout_ms, struct jupyter_terminal *ret, struct err *);
void jupyter_close_terminal(struct jupyter_terminal *);

/*
 * Types one command line into the shell and waits for its end. Output is what the terminal showed,
 * without escape sequences and carriage returns, at most 16 MiB. E_BUSY after timeout_ms (the
 * command goes on), E_ABSENT when the connection was cut. A line break in the command is refused:
 * put a script there with jupyter_put and run that.
 */
enum status jupyter_run(struct jupyter_terminal *, const char *command, int64_t timeout_ms,
	struct str *ret_output, int *ret_exit, struct err *);

/* Output of a terminal as a reader sees it: control sequences (ECMA-48) and carriage returns gone.
 */
struct str terminal_plain(struct arena *, struct str raw);

#endif
