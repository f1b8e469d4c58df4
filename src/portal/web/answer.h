/*
 * How the router answers: a view as page or JSON, a change that was taken, a problem. Fills a
 * response whose bytes are the request's. Thread rule: as the request.
 */
#ifndef PORTAL_WEB_ANSWER_H
#define PORTAL_WEB_ANSWER_H

#include "portal/web/route.h"

/* The HTTP code of an outcome. */
int answer_code(enum status);

/* The view of a GET, or what the handler put into req->raw. */
void answer_view(struct req *, const struct route *, void *view, struct response *ret);
/* A POST that was taken: where to go, or the same as JSON. */
void answer_taken(struct req *, const struct route *, const void *view, struct response *ret);
/*
 * Why not. A visitor without a sign-in is led to it; what broke on our side is logged and not told.
 * With ret->allow set the method was the wrong one: 405.
 */
void answer_problem(struct req *, struct err *, struct response *ret);

/* A route's path with the request's parameters filled in. */
const char *answer_path(struct req *, const char *pattern);

#endif
