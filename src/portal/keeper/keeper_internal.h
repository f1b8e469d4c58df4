/* What the files of the keeper share. */
#ifndef PORTAL_KEEPER_KEEPER_INTERNAL_H
#define PORTAL_KEEPER_KEEPER_INTERNAL_H

#include <pthread.h>

#include "portal/keeper/keeper.h"
#include "portal/keeper/secret.h"
#include "portal/keeper/warm.h"
#include "portal/store/db.h"

enum { KEEPER_WORKERS = 3 };

/* Something that the warden told. */
struct keeper_event {
	struct keeper_event *next;
	enum { EVENT_JOB, EVENT_WS } kind;
	int64_t id;
	int exit_code;
	char reason[sizeof((struct pw_ws_ended *)0)->reason];
};

/* What is remembered of a workspace between two looks, and not worth the database. */
struct room_note {
	struct room_note *next;
	int64_t ws;
	int fails;       /* in a row */
	int64_t next_ms; /* not before this */
	bool busy;       /* in the queue, or a worker has it */
	bool queued;
	bool cut;       /* its visitors were sent away already */
	bool ended;     /* it was told so while busy: whether it is up must be asked */
	int64_t ledger; /* bytes of its packages' ledger that are in the database */
};

struct keeper {
	struct server *server;
	pthread_mutex_t lock; /* of all that follows, but what is marked */
	pthread_cond_t wake;  /* of the thread that decides */
	pthread_cond_t work;  /* of those that open and close */
	pthread_t thread, workers[KEEPER_WORKERS];
	bool replay_due, replaying;  /* packages to install again; one at a time */
	bool archive_due, archiving; /* archives to make; one at a time */
	int64_t archive_retry_ms;
	bool running, stop, nudged;
	struct keeper_event *first, **last;
	struct room_note *rooms;
	struct warm *warm;       /* has a lock of its own */
	struct secrets *secrets; /* the same */
	/* Of the deciding thread alone. */
	int64_t jobs_retry_ms, jobs_checked_ms, clock_retry_ms, told_ms, prune_ms, usage_ms,
		usage_prune_ms, spool_ms;
	int64_t swept_from; /* when this process first looked for strays */
	int64_t told;       /* the newest audit entry that the warden knows */
};

/* Called with the lock held; made when there is none yet. */
struct room_note *keeper_note(struct keeper *, int64_t ws);

/* ---- jobs.c: called by the deciding thread ---- */

/* Starts what may be started. */
void jobs_start(struct keeper *, struct db *);
/* Ends what somebody asked to be stopped. */
void jobs_stop(struct keeper *, struct db *);
/* A job has ended. exit_code as in struct pw_job_ended, or -1 when nobody knows. */
void jobs_ended(struct keeper *, struct db *, int64_t job, int exit_code);
/* Looks after every job that should be running: after a restart, and now and then. */
void jobs_check(struct keeper *, struct db *);

/* ---- sessions.c: called by the deciding thread ---- */

/* Cuts what ended sign-ins have open. */
void sessions_cut(struct keeper *, struct db *);
/* Once an hour: sign-ins, links and tickets that were over 30 days ago are removed. */
void sessions_prune(struct keeper *, struct db *);

/* ---- usage.c: called by the deciding thread ---- */

/* Some times a minute: what every open workspace uses is written down. */
void usage_watch(struct keeper *, struct db *);

/* ---- rooms.c ---- */

/* At the start: what became of the workspaces while we were away. */
void rooms_learn(struct keeper *, struct db *);
/* Hands workspaces that need something to the workers, and sends their visitors away. */
void rooms_look(struct keeper *, struct db *);
/* ---- replay.c: a team's packages into another's workspace ---- */

/* Looks whether one waits, and hands it to a worker. */
void replay_look(struct keeper *, struct db *);
/* Those that were under way when the server stopped are over. */
void replay_learn(struct db *);
/* One of them to its end; by a worker. */
void replay_work(struct keeper *);

/* ---- archive.c: what teams made, sealed; archive_trial.c: and read whole on trial ---- */

/* Is there one to be read? */
bool archive_trial_due(struct db *);
/* Reads one of them, if there is one; waits for the warden. Without a database connection of its
 * own. */
void archive_trial_work(struct keeper *);
/* At the start: those that were asked for are lost. */
void archive_trial_learn(struct db *);
/* Wipes the keys of which no archive waits for its trial any more. */
void archive_trial_forget(struct keeper *, struct db *);

/* Looks whether one waits, and hands it to a worker. */
void archive_look(struct keeper *, struct db *);
/* Those that were under way when the server stopped are made again. */
void archive_learn(struct db *);
/* One of them to its end; by a worker. */
void archive_work(struct keeper *);

/* Takes over what workspaces fetched. */
void rooms_packages(struct keeper *, struct db *);
/* It stopped by itself. */
void rooms_ended(struct keeper *, struct db *, int64_t ws, const char *reason);
/* Cuts every connection into the workspaces of an event; does not wait. */
void rooms_cut_event(struct keeper *, struct db *, int64_t event);
/* The life of a worker. */
void *rooms_work(void *keeper);

#endif
