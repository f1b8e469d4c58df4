/*
 * The HTTP engine: libmicrohttpd, a thread a connection, behind route_answer. This is the only file
 * that knows it, so that it can be replaced.
 *
 * Thread rule: start and stop from the main thread.
 */
#ifndef PORTAL_WEB_MHD_H
#define PORTAL_WEB_MHD_H

#include "portal/web/req.h"

struct web;

/* Serves on a listening socket, which becomes the web's. The server must outlive it. */
enum status web_start(struct server *, int listen_fd, struct web **ret, struct err *);
void web_stop(struct web *); /* waits for requests in hand */

#endif
