/*
 * Files that want to leave together: each is checked on its own, beside what was released before,
 * beside those before it in the batch, and (batch_compare) beside the patients' data.
 *
 * Memory is the arena's of the run. Thread rule: one thread.
 */
#ifndef CURATOR_AIRLOCK_BATCH_H
#define CURATOR_AIRLOCK_BATCH_H

#include "base/config.h"
#include "curator/airlock/airlock.h"
#include "curator/airlock/proof.h"

/* So many earlier releases are compared; they are all in memory. */
enum { BATCH_EARLIER = 2000 };

struct batch {
	struct arena *a;
	struct airlock_policy policy;
	struct airlock_file *files;
	size_t n, n_earlier;
	struct airlock_policy before;      /* what was let out under another rule stays readable */
	size_t left_out;                   /* earlier releases that nothing is compared with */
	LIST(struct airlock_other) others; /* the earlier ones first, then those of this run */
	size_t max_others;
	LIST(struct airlock_evidence) evidence;
	LIST(struct airlock_proof) proofs;
	size_t max_proofs;
	const char *unread; /* an earlier release that could not be read: why nothing passes */
};

/* Room for `max` files. */
struct batch batch_new(struct arena *, struct airlock_policy, size_t max);

/* A plain file of at most 16 MiB; anything else is E_INPUT with the reason. Links are refused. */
enum status batch_slurp(struct arena *, int dirfd, const char *path, struct str *ret, struct err *);

/* A release of before. bytes.p NULL: it could not be read, and no file of the batch passes. */
void batch_earlier(struct batch *, const char *name, struct str bytes);

/* n more releases of before, too many to be compared: no file passes without a person's reason. */
void batch_left_out(struct batch *, size_t n);

/* What the author tells about the cells; before the files. See airlock_evidence_read. */
enum status batch_evidence(struct batch *, const char *name, struct str text, struct err *);

/* Signed evidence, opened before (proof_open): it speaks of the file with its digest. At most `max`
 * of batch_new; before the files. */
void batch_proof(struct batch *, const struct airlock_proof *);

/*
 * The next file, checked. excepted: see struct airlock_file. bytes.p NULL: it could not be read,
 * because of `why`.
 */
struct airlock_file *batch_add(
	struct batch *, const char *name, struct str bytes, bool excepted, const struct err *why);

/* With the project's data: every file is compared, or says why it was not. */
void batch_compare(struct batch *, const struct config *, int64_t project, int64_t memory_mb);

#endif
