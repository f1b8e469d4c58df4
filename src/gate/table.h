/*
 * What the gate knows: workspaces, who may enter them (passes), open connections (visits), what has
 * been carried out (meters), and questions that wait for the portal (asks).
 *
 * The table owns the descriptors of workspaces and visits. Everything is guarded by one lock; a
 * pass is taken and a cut is made under it, so that no visit can slip between the two. Only the
 * main thread adds and removes workspaces and passes, replaces the portal, and receives from it; it
 * does both in the order the portal spoke.
 *
 * Thread rule: any thread, unless a function says main.
 */
#ifndef GATE_TABLE_H
#define GATE_TABLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "gate/apps.h"
#include "gate/meter.h"
#include "gate/request.h"
#include "gate/share.h"
#include "wire/portal_gate.h"
#include "wire/slots.h"

enum {
	PASSES_MAX = 4096,
	CHECK_MS = 20000,   /* how often the portal is asked about a pass */
	SILENCE_MS = 60000, /* a pass without an answer for so long ends */
	MISSED_MS = 3000    /* how often a program that is not there is asked for */
};
/* When the portal names no budget: bytes an hour for one person in one workspace, and the same for
 * a desktop's pictures. */
#define METER_MAX ((int64_t)200 << 20)
#define PIXELS_MAX ((int64_t)2 << 30)

struct room {
	uint64_t ws;
	uint32_t uid_base;
	int folder; /* O_PATH: <folder>/<slot>/notebook.sock */
	int desk;   /* listener */
	unsigned visits, desks;
	struct room *next;
};

/* Kept for the gate's life: one for each person and workspace that ever met. */
struct meter {
	uint64_t ws, person;
	pthread_mutex_t lock; /* of what follows; taken last, and for moments */
	bool known;           /* what was carried before this gate began is counted */
	struct meter_ring bytes, pixels;
	int64_t bytes_max, pixels_max;
	int64_t new_bytes, new_pixels, new_requests; /* not told to the portal yet */
	int64_t missed_ms[APPS];                     /* when a program was last missed, or 0 */
	struct meter *next;
};

struct pass {
	uint8_t key[32]; /* BLAKE2b of the cookie's token; the token itself is not kept */
	uint64_t ws, person, session;
	uint32_t slot, check_seq;
	int64_t expires;            /* unix seconds */
	int64_t asked_ms, heard_ms; /* of the monotonic clock */
	struct pass *next;
};

/* One connection: of a browser, or of the desk. */
struct visit {
	struct gate *gate;
	bool is_desk;
	uint64_t ws, person, session; /* 0 until admitted */
	uint32_t slot;
	uint32_t uid; /* who must own the socket inside */
	int client, inside;
	bool admitted;
	bool dropped; /* it was not let in soon enough, and others waited */
	atomic_bool cut;
	struct meter *meter;
	struct visit *prev, *next;
};

struct ask_answer {
	struct pg_desk_answer message;
	struct ask_answer *next;
};

enum ask_state { ASK_WAITS, ASK_ANSWERED, ASK_LOST };

/* One question on its way; lives on the stack of the thread that asks. */
struct ask {
	uint32_t seq;
	enum ask_state state;
	pthread_cond_t ready;
	enum { ASK_DESK, ASK_TICKET, ASK_SIGHT } kind;
	/* of a ticket */
	uint64_t ws;
	uint8_t key[32];
	struct pg_pass pass;
	/* of a sight */
	struct pg_sight_is sight;
	/* of the desk */
	struct ask_answer *first, **last;
	unsigned n;
	struct ask *next;
};

struct gate {
	struct rooms names;
	const char *site;
	const char *views; /* folder of the pages that the curator makes for reviewers */
	bool paste;        /* text may be pasted into a desktop */
	pthread_mutex_t lock;
	pthread_mutex_t portal_lock; /* taken before lock */
	pthread_cond_t portal_new;
	int portal;       /* -1 while it is away */
	atomic_int spool; /* readable directory, or -1 */
	uint32_t seq;
	struct room *rooms;
	struct pass *passes;
	unsigned n_passes;
	struct visit *visits;
	unsigned n_visits, n_new, n_dropped; /* all; not let in yet; to be gone */
	struct meter *meters;
	struct ask *asks;
};

void gate_init(struct gate *);

/* Main. Takes the descriptors; a known workspace gets the new ones. */
void gate_room_put(struct gate *, uint64_t ws, uint32_t uid_base, int folder, int desk);
/* Main. Cuts its visits and forgets its passes; returns how many visits. */
size_t gate_room_drop(struct gate *, uint64_t ws);
bool gate_room_known(struct gate *, uint64_t ws);

/*
 * Takes client. When too many wait to be let in, the one that waits longest is cut. NULL when too
 * many of those are not gone yet; the descriptor then stays the caller's.
 */
struct visit *gate_visit_new(struct gate *, int client);
/* As above for a desk connection, which is let in at once; counts against workspace and member. */
struct visit *gate_visit_desk(struct gate *, uint64_t ws, uint32_t slot, int client);
/*
 * Lets a browser in by one of its tokens and hands out a copy of the workspace's folder.
 * E_AUTH: no token, or tokens of different people, open this workspace. E_ABSENT: no such
 * workspace. E_BUSY: it is full.
 */
enum status gate_visit_admit(struct visit *, uint64_t ws,
	uint8_t tokens[REQUEST_TOKENS][REQUEST_TOKEN_BYTES], size_t n, int *ret_folder);
/* Takes fd as the other end. False when the visit has been cut meanwhile (fd is closed). */
bool gate_visit_join(struct visit *, int fd);
/* Closes both ends and frees the visit. */
void gate_visit_end(struct visit *);

/* Counts bytes that go to the browser; false when the hour's share is used up. */
bool gate_meter(struct meter *, int64_t bytes);
/* As above for pictures of a desktop. */
bool gate_meter_pixels(struct meter *, int64_t bytes);
void gate_meter_request(struct meter *);
/* True when this person's program is to be asked for: not again within MISSED_MS. */
bool gate_meter_missed(struct meter *, enum app, int64_t mono_ms);
/* MiB an hour. */
int gate_meter_max(struct meter *);
/* Takes what is new of a meter; false when nothing is. gate_meter_put_back undoes it. */
bool gate_meter_take(struct meter *, struct pg_carried *ret);
void gate_meter_put_back(struct meter *, const struct pg_carried *);

/* Main. Closes what matches and forgets its passes; 0 matches any. Returns how many visits. */
size_t gate_cut(struct gate *, uint64_t ws, uint64_t person, uint64_t session);
/* Main. Ends passes that expired or were not confirmed in time. */
void gate_passes_sweep(struct gate *, int64_t now, int64_t mono_ms);
/* Main. What the portal says with every pass about the person's budget. */
void gate_budget(struct gate *, uint64_t ws, const struct pg_pass *);
/* Main. Adds the pass that an answered ticket bought. E_BUSY when the table is full. */
enum status gate_pass_add(
	struct gate *, uint64_t ws, const uint8_t key[32], const struct pg_pass *);

#endif
