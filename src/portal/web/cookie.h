/*
 * Cookies of ours: written as Set-Cookie lines, read from a Cookie header. With TLS their names
 * have the prefix __Host-, so that a neighbour such as a workspace cannot set them.
 *
 * All memory is the request's arena's. Thread rule: one thread per request.
 */
#ifndef PORTAL_WEB_COOKIE_H
#define PORTAL_WEB_COOKIE_H

#include "portal/web/req.h"

/* A Set-Cookie line; seconds 0 clears the cookie, -1 keeps it while the browser runs. */
const char *cookie_set(struct req *, const char *name, const char *value, int seconds);
/* The token (exactly 64 hex digits) of that name in a Cookie header; NULL when there is none. */
const char *cookie_token(struct req *, const char *header, const char *name);

/* A sentence for the next page: the line that carries it (NULL for NULL), and how it arrives. */
const char *cookie_set_flash(struct req *, const char *text);
/* What arrived, NULL when nothing did; *ret_clear is the line that clears it, else untouched. */
const char *cookie_flash(struct req *, const char *header, const char **ret_clear);

#endif
