/*
 * Jobs of the curator, as the rooms see them: ask for one, see how far it is. The keeper starts
 * them, one data job, two scorings, one of the airlock's and one table at a time, in the order in
 * which they were asked for, and brings their results into the database. A job survives every
 * restart: it ends as done or failed.
 *
 * Thread rule: as the struct db or the arena that is given.
 */
#ifndef PORTAL_KEEPER_JOB_H
#define PORTAL_KEEPER_JOB_H

#include "base/config.h"
#include "base/str.h"
#include "portal/store/db.h"

/* A job that is killed this often is given up. */
enum { JOB_STARTS = 3 };

/*
 * Queues a job in the caller's transaction. kind is one of wire/jobs.h; project and submission are
 * 0 where there is none; spec is JSON as that header says. Let keeper_nudge run after the commit.
 * For a release see data_job_release, which makes its images too.
 */
enum status job_add(struct db *, const char *kind, int64_t event, int64_t project,
	int64_t submission, const char *spec, int64_t now, int64_t *ret_job, struct err *);

/* How far a running job is. */
struct job_progress {
	int64_t done, total; /* of an unnamed unit; total 0 when it is not known */
	int64_t percent;     /* 0 to 100 */
	const char *text;    /* what it does now, a sentence */
};

/* E_ABSENT while the job has said nothing yet. */
enum status job_progress(
	struct arena *, const struct config *, int64_t job, struct job_progress *ret, struct err *);

/* "<done> <total> <sentence>\n"; false for anything else. Exposed for tests. */
bool job_progress_parse(struct arena *, struct str line, struct job_progress *ret);

#endif
