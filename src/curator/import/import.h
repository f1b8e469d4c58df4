/*
 * An import: a folder of the hospital's files becomes the project's source, table by table. Values
 * stay text, exactly as written; what is learned of them on the way goes into source.json and the
 * job's result. source/ is replaced at once at the end, so that a stop at any moment leaves the old
 * one.
 *
 * Memory is the job's arena. Thread rule: one thread.
 */
#ifndef CURATOR_IMPORT_IMPORT_H
#define CURATOR_IMPORT_IMPORT_H

#include "base/json.h"
#include "curator/import/fhir.h"
#include "curator/import/folder.h"
#include "curator/import/layout.h"
#include "curator/import/lines.h"
#include "curator/pool.h"
#include "curator/import/profile.h"
#include "curator/import/rejects.h"
#include "curator/import/table.h"
#include "curator/job.h"
#include "curator/source.h"

struct problem {
	const char *file, *why;
};

struct import {
	struct job *job;
	const struct import_options *options;
	int dir; /* of the new source */
	const struct place *place;
	const char *path;
	struct folder folder;
	struct pool *pool;
	struct source source;
	uint64_t done;                 /* bytes of the files before this one */
	text_list empty;               /* tables with a header line only */
	LIST(struct problem) problems; /* files left out */
	struct layout layout;
	struct links links;
	profile_tests *tests; /* of each table */
};

/* One file becomes a table; hash gets 32 bytes of its contents. E_ABSENT when it has no rows. */
enum status import_csv(struct import *, const struct folder_file *, struct source_table *ret,
	uint8_t hash[32], struct err *);

enum status import_parquet(struct import *, const struct folder_file *, struct source_table *ret,
	uint8_t hash[32], struct err *);
/* The same of n files that are parts of one table; type tells which FHIR resource. */
enum status import_ndjson(struct import *, const struct folder_file *, size_t n,
	struct source_table *ret, uint8_t hash[32], struct err *);
/* Names the tables of all .ndjson files by the type of their first line. */
enum status import_look_into_ndjson(struct import *, struct err *);

/* After table_finish: the description of the columns, names as given. */
void import_describe(struct import *, struct source_table *, const struct table_out *,
	const char *const *names, size_t n);

/* Called for each row: tells progress, and fails when somebody ended the job. */
enum status import_tick(struct import *, const char *table, uint64_t taken, struct err *);

/* The same as the result, in a few words or, if the options ask for it, in detail. */
void import_say(struct import *);

/* The whole result object; exact: with small counts too, for the curator's own later jobs. */
void import_result(struct jsonw *, const struct import *, bool exact);

#endif
