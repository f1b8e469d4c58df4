/*
 * The airlock's jobs, as the portal asks for them (wire/jobs.h): look at what wants to leave, hand
 * out what was voted on, clear away what nobody looks at any more.
 *
 * Thread rule: one thread a job.
 */
#ifndef CURATOR_AIRLOCK_DESK_H
#define CURATOR_AIRLOCK_DESK_H

#include "curator/airlock/batch.h"
#include "curator/job.h"

enum { DESK_FILES = 20 };

/* One file of a job's spec. */
struct desk_file {
	int64_t id, spool;
	const char *name, *role; /* role "" in a job that hands out */
	const char *digest;      /* of what may leave, hex; "" in a job that looks */
};

struct json_t;
/* The thresholds, and what the event allows. */
struct airlock_policy desk_policy(struct json_t *spec);
/* The spec's member "files". E_INPUT names what is wrong with it. */
enum status desk_files(struct arena *, struct json_t *spec, bool leaves,
	struct desk_file ret[DESK_FILES], size_t *ret_n, struct err *);

/* Its bytes from state/spool. */
enum status desk_spooled(struct job *, const struct desk_file *, struct str *ret, struct err *);

/* Fill job->result. spec: as JSON. */
enum status tidy_job(struct job *, struct json_t *spec, struct err *);
enum status check_job(struct job *, struct json_t *spec, struct err *);
enum status leave_job(struct job *, struct json_t *spec, struct err *);

#endif
