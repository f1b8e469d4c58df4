/*
 * What stands around a page's content: navigation and the phase ribbon, by role and phase. Memory
 * is the request's. Thread rule: as the request, one thread.
 */
#ifndef PORTAL_WEB_FRAME_H
#define PORTAL_WEB_FRAME_H

#include "portal/web/req.h"

/* Fills r->page but for title, flash, problem, form and inside. */
enum status frame_fill(struct req *, struct err *);

#endif
