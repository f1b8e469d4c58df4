/*
 * The warden's loop and what hangs in it. One thread, one epoll; nothing in it waits: slow work is
 * done by workers, forked children that report through a pipe.
 *
 * Rooms, jobs, asks and workers are malloc'd and belong to the lists of struct warden.
 */
#ifndef WARDEN_WARDEN_H
#define WARDEN_WARDEN_H

#include "warden/message.h"
#include "warden/room.h"
#include "warden/witness.h"

struct warden;

/* A descriptor in the epoll set; fn is called when it has something to say. */
struct source {
	int fd; /* -1 when not in the set */
	void (*fn)(struct warden *, struct source *);
};

struct daemon {
	const char *name, *program;
	const struct account *user;
	pid_t pid; /* 0 when it does not run */
	struct source socket;
	int64_t started, restart_at; /* milliseconds of clock_mono_ms */
	int delay;                   /* before the next start */
};

struct job {
	struct job *next;
	uint64_t id;
	pid_t pid;
	int64_t deadline;
	bool told; /* asked to end; the next deadline kills */
};

/* A step that nobody asked for: a kind beside enum pw_type. */
enum { ASK_INSTALLER = 1000 };

/* One question of the portal about a room, waiting or in work. */
struct ask {
	struct ask *next;
	uint32_t seq;
	uint32_t type;        /* enum pw_type */
	unsigned portal;      /* which portal asked; 0 for ourselves */
	struct pw_member out; /* PW_WS_EVICT: who is put out, back in when it fails */
	uint32_t slot;
	struct pw_ws ws; /* the settled wish for PW_WS_OPEN, else what the room is */
	uint64_t person;
	bool update;               /* an open that changes a running room */
	int fd;                    /* PW_WS_REPLAY: the lock file, ours; else -1 */
	struct ask *also;          /* the same question, asked again while this one is in work */
	struct pw_archive archive; /* PW_WS_ARCHIVE */
	struct pw_try trial;       /* PW_WS_TRY; wiped when it is over */
};

/* The mirror of a workspace in setup; see mirror.c. */
struct mirror {
	pid_t pid;                   /* 0 when it does not run */
	int listen, ledger;          /* -1 when this workspace has none */
	int64_t started, restart_at; /* milliseconds of clock_mono_ms */
	int delay;
};

/* The helper that installs programs; see helper.c. */
struct helper {
	struct source life;          /* of its process; -1 when it is not watched */
	int64_t started, restart_at; /* milliseconds of clock_mono_ms; 0: nothing is planned */
	int delay;
};

struct room {
	struct room *next;
	uint64_t ws;
	bool open;
	struct pw_ws is; /* while open */
	struct source life;
	int desk, sock;
	struct mirror mirror;
	struct helper helper;
	bool exclusive, evicting; /* a worker does this now */
	bool lasting;             /* the same: installing again or archiving, which takes minutes */
	unsigned shared;
	struct ask *first;
	unsigned waiting;
};

/* What a worker writes into its pipe, at once. */
struct report {
	uint32_t status;
	bool lost; /* it was ended and could undo nothing; set by who reads the pipe */
	int32_t pid;
	uint64_t value;
	char text[400];
};

struct worker {
	struct source source;
	struct worker *next;
	pid_t pid;
	int64_t deadline, started;
	struct room *room;
	struct ask *ask;
};

struct warden {
	struct site site;
	int epoll, lock;
	struct source signals;
	struct daemon portal, gate;
	unsigned portal_no; /* rises with each start */
	bool portal_ready, stopping;
	int listen_portal, listen_rooms, spool;
	struct witness witness;
	struct room *rooms;
	struct job *jobs;
	struct worker *workers;
	unsigned n_jobs, n_workers;
};

/* loop.c */
void source_add(struct warden *, struct source *);
void source_close(struct warden *, struct source *); /* out of the set, closed */
enum status warden_start(struct arena *, struct warden *, struct err *);
/* Until SIGTERM or SIGINT; everything is stopped when it returns. */
void warden_loop(struct warden *);

/* daemons.c */
void daemons_start(struct warden *);
/* A child ended: true when it was one of the two. */
bool daemons_ended(struct warden *, pid_t);
void daemons_tick(struct warden *, int64_t now);
void daemons_stop(struct warden *, int sig);
void portal_send(struct warden *, const void *msg, size_t n);
void gate_send(struct warden *, const void *msg, size_t n, const int *fds, int n_fds);
/* Ends the portal because of what it sent. */
void portal_refuse(struct warden *, const char *why);
/* PW_DONE to the portal that asked, if it is still the same. */
void portal_done(struct warden *, unsigned portal, uint32_t seq, const struct err *, enum status,
	uint64_t value);

/* ask.c */
void ask_receive(struct warden *, struct source *);

/* mirror.c */
/* For a workspace in setup whose process 1 is pid; for others nothing is done. */
enum status mirror_open(struct warden *, struct room *, pid_t pid, struct err *);
/* Ends it at once and closes its sockets. No mirror is OK. */
void mirror_shut(struct room *);
/* Starts those that should run and do not. */
void mirrors_tick(struct warden *, int64_t now);
/* A child ended: true when it was a mirror. */
bool mirrors_ended(struct warden *, pid_t);

/* helper.c */
/* A worker has started it, or could not; pid 0: this workspace has none. */
void helper_started(struct warden *, struct room *, enum status, pid_t pid);
/* No longer wanted. */
void helper_shut(struct warden *, struct room *);
/* True once when it is time to start it again. */
bool helper_due(struct room *, int64_t now);

/* jobs.c */
void job_start(struct warden *, const void *msg, int fd);
void job_stop(struct warden *, const void *msg, int fd);
void job_state(struct warden *, const void *msg, int fd);
bool jobs_ended(struct warden *, pid_t, int wait_status);
void jobs_tick(struct warden *, int64_t now);
void jobs_stop(struct warden *, int sig);

/* rooms.c */
void rooms_ask(struct warden *, const void *msg, int fd); /* all PW_WS_* but PW_WS_STATE */
void rooms_state(struct warden *, const void *msg, int fd);
/* Starts what can start, forgets what is over; after every event. */
void rooms_tick(struct warden *, int64_t now);
void rooms_tell_gate(struct warden *); /* every open room, to a new gate */
/* Takes over what an earlier warden left running and cleans the rest. Blocks. */
void rooms_adopt(struct warden *);
/* Closes every room. Blocks. */
void rooms_close_all(struct warden *);

/* worker.c */
void worker_start(struct warden *, struct room *, struct ask *);
void workers_tick(struct warden *, int64_t now);
/* rooms.c, called when a worker has reported or died. Takes the ask. */
void room_done(struct warden *, struct room *, struct ask *, const struct report *);

#endif
