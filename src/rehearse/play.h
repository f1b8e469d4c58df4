/*
 * The play: a whole event acted by its people, each with a browser of their own.
 *
 * The one thing given from outside is a sign-in link for the server's first administrator, which an
 * operator makes on the command line. Everything else goes through pages, links and forms.
 *
 * Thread rule: play_run is called once, by main; it starts threads of its own.
 */
#ifndef REHEARSE_PLAY_H
#define REHEARSE_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"

struct play_options {
	const char *url;             /* of the portal: "http://localhost:8080" */
	const char *config_path;     /* of the server that is played on */
	const struct config *config; /* the same, read */
	const char *link;  /* signs the organiser in; NULL: asks the command line for one */
	const char *until; /* "full" or "closed" */
	const char *links; /* a file for the sign-in links, NULL for none */
	int64_t seed;      /* of everything that is invented */
	bool json;         /* the result as one JSON object on standard output */
};

/* OK when all of it held. Progress goes to standard error. */
enum status play_run(struct arena *, const struct play_options *, struct err *);

/* Prints one new sign-in link per role of a played event on standard output. */
enum status play_links(struct arena *, const struct play_options *, struct err *);

#endif
