/*
 * What teams hand in lies in the spool, and pages for reviewers lie in the curator's folder, for as
 * long as somebody needs them and no longer: predictions until they are scored, files for the
 * airlock until their request is decided or they are taken out.
 *
 * The rows say what is needed; this finds what is not. The gate, whose the spool is, removes files
 * and says so; the curator removes pages in a job, and tells what lies in the spool for a day, of
 * which the portal knows whether it is anybody's. That job runs when pages are to go, after the
 * start, after something was forgotten or destroyed, and every six hours.
 *
 * Thread rule: spool_look by the deciding thread; spool_tidied in its transaction; spool_dropped by
 * any thread with its own struct db.
 */
#ifndef PORTAL_KEEPER_SPOOL_H
#define PORTAL_KEEPER_SPOOL_H

#include "portal/store/db.h"

struct keeper;

/* Some times a minute: asks the gate to remove files, and the curator for pages. */
void spool_look(struct keeper *, struct db *);

/* A job "tidy" has done what its spec says. In a transaction. */
enum status spool_tidied(
	struct db *, const char *spec, const char *result, int64_t now, struct err *);

/* The gate has removed a file, or it was not there. */
enum status spool_dropped(struct db *, int64_t spool, int64_t now, struct err *);

#endif
