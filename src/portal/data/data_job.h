/*
 * What the curator's jobs about data leave in the database: where data came from, the dictionary,
 * counts, and the images of a release. Aggregates only.
 *
 * All of these run in the caller's transaction, with an audit entry by the server. Memory is the
 * db's arena. Thread rule: as db.h.
 */
#ifndef PORTAL_DATA_DATA_JOB_H
#define PORTAL_DATA_DATA_JOB_H

#include "portal/store/db.h"

/* A count of data_column that is withheld. */
enum { DATA_NOT_TOLD = -1 };

/*
 * Asks for a release: three images that are being built, and the job. `recipe` is the recipe's
 * text. The job's spec is that of wire/jobs.h.
 */
enum status data_job_release(struct db *, int64_t event, int64_t project, const char *recipe,
	int64_t now, int64_t *ret_job, struct err *);

/*
 * Asks for a release without one patient, in place of every image that the project has. Who it is
 * the caller tells the keeper (keeper_secret, member "patient"): it is not written here.
 */
enum status data_job_withdraw(struct db *, int64_t event, int64_t project, const char *recipe,
	int64_t now, int64_t *ret_job, struct err *);

/* The results of the jobs, as wire/jobs.h describes them. E_INPUT when they are not so. */
enum status data_imported(
	struct db *, int64_t event, int64_t project, const char *result, int64_t now, struct err *);
/* The images are made and wait for a signature; nothing else is told of them yet. */
enum status data_released(
	struct db *, int64_t event, int64_t project, const char *result, int64_t now, struct err *);
/* A steward has signed what that result is of: dictionary and counts become the data set's. */
enum status data_signed(struct db *, int64_t project, const char *result, struct err *);
/* As data_released, and the images of the spec's "old" are revoked. */
enum status data_withdrawn(struct db *, int64_t event, int64_t project, const char *spec,
	const char *result, int64_t now, struct err *);
enum status data_forgotten(
	struct db *, int64_t event, int64_t project, const char *result, int64_t now, struct err *);

/* A release job ended without images: those of its spec will never be. */
enum status data_release_failed(struct db *, int64_t event, int64_t project, const char *spec,
	const char *why, int64_t now, struct err *);

#endif
