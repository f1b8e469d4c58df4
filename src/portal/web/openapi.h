/*
 * The API's description (OpenAPI 3.1), written from the route and field tables that the router
 * itself works by, so that the two cannot differ. Pure; free-threaded.
 */
#ifndef PORTAL_WEB_OPENAPI_H
#define PORTAL_WEB_OPENAPI_H

#include "base/str.h"
#include "portal/web/route.h"

/* tables: as all_routes. version of the program, site as browsers see it. Writes one JSON object.
 */
void openapi_write(
	struct buf *, const struct route *const *tables, const char *version, const char *site);

#endif
