/*
 * One run of the curator: where its things are, how far it is, and what came out. The same code
 * serves the warden (spec on a descriptor, progress and result in a folder) and a person at a
 * terminal (options, progress on standard error, result on standard output).
 *
 * Thread rule: one thread, except that job_progress is not called by engine threads at once.
 */
#ifndef CURATOR_JOB_H
#define CURATOR_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"

struct job {
	struct arena *a;
	const struct config *config;
	int dir;           /* the job's folder; -1 at a terminal */
	bool quiet;        /* at a terminal: no progress */
	int64_t memory_mb; /* for the data engine */
	int64_t told_ms;   /* when progress was last told */
	struct buf result; /* the JSON object that the job makes */
	struct buf said;   /* the same in a sentence or two, for people */
};

/* At most every 200 ms something is written; calling often is fine. 0 <= done <= total. */
void job_progress(struct job *, uint64_t done, uint64_t total, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* SIGTERM and SIGINT ask a job to end: from then on job_go_on is E_BUSY, and the job leaves as
 * after any other failure. Jobs that do not ask should not listen. */
void job_listen(void);
enum status job_go_on(struct err *);

/* {"ok":false,...} takes the place of what the result held. */
void job_failed(struct job *, const struct err *);

/* A number of the job's spec. E_INPUT names it unless it is a whole number from 1. */
enum status job_whole(const json_t *spec, const char *key, int64_t *ret, struct err *);

/* The folders and locks of one project. */
struct place {
	int64_t project;
	const char *data;     /* state/data */
	const char *dir;      /* state/data/<project> */
	const char *source;   /* its imported tables */
	const char *temp;     /* state/data/tmp/<project>: spill files, empty at start */
	const char *releases; /* state/releases */
	const char *trouble;  /* where the data engine's own words go */
	int fd;               /* of dir */
	int lock;             /* held until place_leave */
};

/*
 * Makes the folders (0700) where they are missing, takes the project's lock (E_BUSY when another
 * job has it) and removes what an interrupted job left behind.
 */
enum status place_enter(struct job *, int64_t project, struct place *ret, struct err *);
void place_leave(struct place *);

static inline void
cleanup_place_fn(struct place *p)
{
	place_leave(p);
}
#define cleanup_place CLEANUP(cleanup_place_fn)

/* The key of an event, made at its first use: 32 random bytes in state/data/keys, 0600. */
enum status place_event_key(const struct place *, int64_t event, uint8_t ret[32], struct err *);

/*
 * The lock of a project's data: alone to change them, else together with others that read. Who
 * changes waits PLACE_WAIT_MS, for checks at the airlock; who reads ten times that, for a release.
 * E_BUSY: still held then.
 */
enum { PLACE_WAIT_MS = 12000 };
enum status place_lock(int fd, bool alone, int64_t project, struct err *);

/* Remembers that this project has something of that kind, so that it can be forgotten later. */
enum ledger { LEDGER_EVENT, LEDGER_IMAGE };
enum status place_note(const struct place *, enum ledger, int64_t id, struct err *);

/*
 * What images are called behind their id. Simulated ones have a name of their own: a workspace that
 * still reaches a package mirror can be given those and no others.
 */
#define PLACE_IMAGE ".erofs"
#define PLACE_SIMULATED ".simulated.erofs"
/* The folder of the scorer's labels, a CSV for each image of them: <id>.csv. */
#define PLACE_LABELS "hidden"
/* Removes an image of either kind and its labels; *ret_removed is 0 when there was none. */
enum status place_destroy_image(const struct place *, int64_t id, int *ret_removed, struct err *);

/* Its lines: "event N" and "image N". */
enum status place_ledger(struct arena *, const struct place *, struct str *ret, struct err *);

/* Durably: the files of a folder, then the folder. */
enum status place_sync(int dirfd, const char *name, struct err *);
/* dirfd/fresh takes the place of dirfd/name at once; what was there is removed. */
enum status place_swap(int dirfd, const char *fresh, const char *name, struct err *);

/* The jobs. Each fills job->result with {"ok":true,...} and job->said. */
enum status inbox_run(struct job *, struct err *);
struct import_options {
	bool go_on;  /* bad lines and files are set aside, the rest is taken; else they stop it */
	bool detail; /* job->said tells every column */
	int century_end; /* of two-digit years, see types.h; 0: this year */
};
/* path: a folder of tables, or one file; folder: how errors call it. */
enum status import_run(struct job *, int64_t project, const char *path, const char *folder,
	const struct import_options *, struct err *);
/* What a withdrawal took out of the source. */
struct withdrawn {
	int64_t rows, tables;
	int64_t patients;    /* withdrawn so far, this one included */
	text_list unreached; /* tables kept whole, because nothing leads from them to a patient */
};
/* The same for a look only: nothing of it stays. By hand; the result is that of an import. */
enum status profile_run(
	struct job *, const char *path, const struct import_options *, struct err *);
struct release_spec {
	int64_t event, project;
	struct str recipe;
	int64_t sample, full, hidden; /* ids of the images to make */
	int64_t simulated;            /* 0: none */
	LIST(int64_t) old; /* images that these take the place of: destroyed at the end */
	const struct withdrawn *withdrawn; /* for the result */
	const struct said *said;           /* of variables, by people; NULL: nothing */
};
enum status release_run(struct job *, const struct release_spec *, struct err *);
/*
 * A patient objects: every row of theirs leaves the source, their pseudonym is remembered so that a
 * later import does not bring them back, and the release is made anew. patient is the hospital's
 * number or the pseudonym. Done half, it can be run again.
 */
enum status withdraw_run(struct job *, struct release_spec *, struct str patient, struct err *);
/* Two files, of which only both together are the key of an event; and back again. */
enum status key_export(
	struct job *, int64_t event, const char *first, const char *second, struct err *);
enum status key_import(
	struct job *, int64_t event, const char *first, const char *second, struct err *);
/* Writes both into a folder of the keys' for this number, anew each time; or removes it. */
enum status key_shares_run(struct job *, int64_t event, int64_t export, bool remove, struct err *);
/* Of an event that is forgotten: with its key go the shares of it. */
enum status key_shares_forget(struct job *, int64_t event, struct err *);
/* A first recipe for what was imported; of a folder: without keeping anything. {"recipe":text} */
enum status suggest_run(struct job *, int64_t project, const char *title, struct err *);
enum status suggest_folder(struct job *, const char *folder, struct err *);
/* A recipe against the tables that exist, and what it makes of invented rows. Opens no data. */
enum status preview_run(struct job *, int64_t project, struct str recipe, struct err *);
/* The risk of a release with that recipe, without making one. */
enum status measure_run(
	struct job *, int64_t event, int64_t project, struct str recipe, struct err *);
enum status forget_run(struct job *, int64_t project, struct err *);

/* Only letters, digits, '_', '.' and '-', not beginning with '.' or '-', 1 to 100 bytes. */
bool job_name_ok(const char *);

/* The command `simulate`: a hospital that never was; see simulate.c. */
int simulate_main(int argc, char **argv);

#endif
