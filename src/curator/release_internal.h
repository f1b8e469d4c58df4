/*
 * What the parts of a release share: release.c makes it, release_check.c looks for leaks,
 * release_text.c writes what people and programs read about it.
 *
 * release_end frees; memory is the job's arena. Thread rule: one thread.
 */
#ifndef CURATOR_RELEASE_INTERNAL_H
#define CURATOR_RELEASE_INTERNAL_H

#include "curator/dictionary.h"
#include "curator/engine.h"
#include "curator/image.h"
#include "curator/job.h"
#include "curator/keyed.h"
#include "curator/leak.h"
#include "curator/plan.h"

enum stage { STAGE_SAMPLE, STAGE_FULL, STAGE_HIDDEN, STAGES };

struct release {
	struct job *job;
	struct place place;
	struct engine *engine;
	struct plan plan;
	uint8_t key[KEYED_KEY]; /* the project's */
	char recipe_hash[65];
	uint64_t source_bytes, done, step, total; /* progress */
	char doing[120];
	int64_t patients, sample_patients, hidden_patients;
	int64_t answers;   /* hidden labels */
	int64_t rows;      /* of the full release */
	int64_t *left_out; /* of each table: rows without a patient */
	struct leak *leak; /* what must not be in the release */
	struct image images[STAGES];
	LIST(struct dictionary_table) dictionary;
};

void release_end(struct release *);
#define cleanup_release CLEANUP(release_end)

/* The next piece of work and its share of release.total. */
void release_step(struct release *, uint64_t weight, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* E_DENIED when an identifier of the source stands in the released tables: names table and column,
 * never the value. */
enum status release_check(struct release *, struct err *);
/* Dictionary, README and manifests into the folders of the images. */
enum status release_describe(struct release *, struct err *);
/* job->result and job->said. */
void release_result(struct release *);

#endif
