/*
 * The job "table" (wire/jobs.h): a member's request from the spool becomes a table and its
 * evidence.
 *
 * What is for the member goes into views/table-<spool>, which the gate hands into the workspace,
 * and never into the job's result: the portal, outside the wall, hears numbers alone.
 *
 * Thread rule: one thread a job.
 */
#ifndef CURATOR_TABLE_JOB_H
#define CURATOR_TABLE_JOB_H

#include "curator/job.h"

struct json_t;
enum status table_job(struct job *, struct json_t *spec, struct err *);

/* Removes parcels that nobody fetched, for fifteen minutes, from the folder of views. */
void table_sweep(int views);

#endif
