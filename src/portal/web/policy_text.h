/*
 * The policy table in words, for the page, the command line and the API's description. Pure;
 * results are the arena's or constant. Free-threaded.
 */
#ifndef PORTAL_WEB_POLICY_TEXT_H
#define PORTAL_WEB_POLICY_TEXT_H

#include "base/arena.h"
#include "portal/web/policy.h"

/* "organiser, data steward"; bits of enum role. "nobody" for none. */
const char *policy_roles_text(struct arena *, unsigned roles);

/* "always", "from Teams", "until Setup", "Setup to Full data", "Call, Final"; bits (1 << phase). */
const char *policy_phases_text(struct arena *, unsigned phases);

/* "anywhere in the event" or "where one belongs". */
const char *policy_scope_text(enum scope);

/* Whether somebody who is not signed in may use it in some phase. */
bool policy_is_public(enum cap);

#endif
