/*
 * What the parts of a release share: release.c makes it; release_patients.c says who is in it;
 * release_scrub.c prepares free text; release_check.c looks for leaks; release_text.c writes what
 * people and programs read about it.
 *
 * release_end frees; memory is the job's arena. Thread rule: one thread.
 */
#ifndef CURATOR_RELEASE_INTERNAL_H
#define CURATOR_RELEASE_INTERNAL_H

#include "curator/release/dictionary.h"
#include "curator/engine.h"
#include "curator/release/image.h"
#include "curator/job.h"
#include "curator/keyed.h"
#include "curator/leak/leak.h"
#include "curator/release/plan.h"
#include "curator/release/said.h"
#include "curator/scrub/scrub.h"

/* An image with id 0 was not asked for. */
enum stage { STAGE_SAMPLE, STAGE_FULL, STAGE_HIDDEN, STAGE_SIMULATED, STAGES };

struct release_risk;

struct release {
	struct job *job;
	struct place place;
	struct engine *engine;
	struct plan plan;
	uint8_t key[KEYED_KEY]; /* the event's: patients are the same in all its projects */
	const char *recipe_hash;
	uint64_t source_bytes, done, step, total; /* progress */
	char doing[120];
	int64_t patients, sample_patients, hidden_patients;
	int64_t answers; /* hidden labels */
	int64_t rows;    /* of the full release */
	int64_t simulated_rows, simulated_blurred, simulated_alike;
	int64_t *left_out;                 /* of each table: rows without a patient */
	const int64_t **missing;           /* of each table, see dictionary_make */
	struct release_risk *risk;         /* NULL: the recipe names no quasi-identifiers */
	struct scrub *scrub;               /* NULL: no text is scrubbed */
	int64_t review;                    /* words in the review queue */
	int64_t destroyed;                 /* old images */
	const struct withdrawn *withdrawn; /* NULL: nobody was */
	struct said said;                  /* in the dictionary's page */
	int64_t searched;                  /* columns of finished tables, for identifiers */
	int64_t scanned;                   /* bytes of finished files, for the same */
	struct leak *leak;                 /* what must not be in the release */
	struct image images[STAGES];
	LIST(struct dictionary_table) dictionary;
};

void release_end(struct release *);
#define cleanup_release CLEANUP(release_end)

/* The next piece of work and its share of release.total. */
void release_step(struct release *, uint64_t weight, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* How much of that piece is done, from 0 to 1. */
void release_tick(struct release *, double part);

/* Place, plan, key and engine, with a view of every table. */
enum status release_open(struct release *, const struct release_spec *, struct err *);
/* The engine with the functions that statements of a plan call, and no tables. */
enum status release_engine(struct release *, struct err *);
/* The crosswalks k0, k1, ... of keys other than the patients'. */
enum status release_keys(struct release *, struct err *);
/* Whose the rows of tables are that are linked by another. */
enum status release_links(struct release *, struct err *);
/* Crosswalks and what else plan_select needs: release_patients.c. */
enum status release_patients(struct release *, struct err *);
/* Notes rows of a table whose patient nobody knows; E_INPUT when all of them are such. */
enum status release_left_out(
	struct release *, const struct plan_table *, int64_t rows, struct err *);
/* What scrubbing needs to know, and the review queue: release_scrub.c. */
enum status release_scrub(struct release *, struct err *);
/* Risk on the joined patient view, and generalisation to the recipe's k: release_risk.c. */
enum status release_risk(struct release *, struct err *);
/* Its member "risk" of the result, see wire/jobs.h. */
void release_risk_tell(const struct release *, struct jsonw *);
/* E_DENIED when an identifier of the source stands in the tables of a stage: names table and column,
 * never the value. Searched are words, and where everybody is whole numbers. */
enum status release_check(struct release *, struct err *);
/* The same of every finished file of every image, after release_check; of Parquet the footers. */
enum status release_scan(struct release *, struct err *);
/* Is the table written as CSV beside Parquet? */
bool release_csv(const struct release *, const struct plan_table *);
/* Dictionary, README and manifests into the folders of the images. */
enum status release_describe(struct release *, struct err *);
/* job->result and job->said. */
void release_result(struct release *);

#endif
