/*
 * Keeps a notebook and a terminal ready for members who are about to want them: who opens the page
 * of their workspace, and who is signed in when it opens. A click then finds a program that
 * answers.
 *
 * A few start at a time, and only while the host and the workspace have memory to spare; nothing is
 * lost by leaving one out, since a click starts it too. Idle notebooks end by themselves after
 * hours.
 *
 * It owns its queue and a few threads. Thread rule: warm_ask may be called by any thread and never
 * waits; the rest as keeper.h.
 */
#ifndef PORTAL_KEEPER_WARM_H
#define PORTAL_KEEPER_WARM_H

#include <stdbool.h>

#include "portal/web/req.h"

struct warm;

struct warm *warm_new(struct server *);
/* server->warden must be there. E_IO when no thread can be started. */
enum status warm_run(struct warm *, struct err *);
/* Close the warden first, so that nobody waits for it. NULL is fine. */
void warm_free(struct warm *);

/*
 * soon: the person looks at the page already, and goes before who is only signed in. Forgotten when
 * too many wait, or when the same was asked for a moment ago.
 */
void warm_ask(struct warm *, int64_t ws, int64_t person, bool soon);

/* Bytes: of the host and of the workspace. 0 for what is not known. */
struct warm_facts {
	uint64_t available, total;
	uint64_t used, limit;
};

/* Whether there is memory to spare for one more notebook. Pure. */
bool warm_allowed(const struct warm_facts *);

/* MemAvailable and MemTotal from the text of /proc/meminfo; 0 for what is not in it. */
void warm_read_memory(struct str meminfo, struct warm_facts *);

#endif
