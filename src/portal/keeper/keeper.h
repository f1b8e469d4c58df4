/*
 * The keeper makes true what the database says: it starts jobs and brings in their results, opens,
 * closes and destroys workspaces, cuts what ended sign-ins have open, begins phases when their time
 * comes, and shows the audit trail's head to the warden. It is the only one that writes
 * workspace.state and job.state.
 *
 * It owns one thread that decides, a few workers for what is slow (opening, closing and destroying
 * workspaces, archives, packages installed again), and a few that keep notebooks ready.
 *
 * Thread rule: every function may be called by any thread, inside a transaction or not; none waits.
 */
#ifndef PORTAL_KEEPER_KEEPER_H
#define PORTAL_KEEPER_KEEPER_H

#include "portal/web/req.h"
#include "wire/portal_warden.h"

struct keeper;

/* server->store and server->gate must be there; server->warden before keeper_run. */
struct keeper *keeper_new(struct server *);
/* Starts its threads. E_IO when there are none to be had. */
enum status keeper_run(struct keeper *, struct err *);
/* Ends its threads and frees. Close the warden first, so that nobody waits for it. NULL is fine. */
void keeper_free(struct keeper *);

/* Something has changed: look now. For req_after; the numbers mean nothing. */
void keeper_nudge(struct server *, int64_t unused, int64_t unused2, int64_t unused3);

/* Tries a workspace again at once, whatever went wrong before. */
void keeper_retry(struct keeper *, int64_t ws);

/* Has this member's programs ready in this workspace; for `soon` see warm.h. NULL is fine. */
void keeper_warm(struct keeper *, int64_t ws, int64_t person, bool soon);

/*
 * What a job is told besides its spec and nobody writes down; see secret.h. Before the commit that
 * makes the job; dropped again when that fails. A keeper of NULL is fine.
 */
void keeper_secret(struct keeper *, int64_t job, const char *name, const char *text);
void keeper_secret_drop(struct keeper *, int64_t job);
/*
 * The secret half of a key of archives (archive/key.h), for the trials that are asked for in the
 * database: called in the transaction that asks, before its commit. Kept in memory until no archive
 * of that key waits for its trial. Any thread.
 */
void keeper_archive_secret(struct keeper *, int64_t key, const uint8_t secret[32]);

/* What the warden tells; ctx is the keeper. */
void keeper_job_ended(void *ctx, const struct pw_job_ended *);
void keeper_ws_ended(void *ctx, const struct pw_ws_ended *);

#endif
