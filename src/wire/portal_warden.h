/*
 * portal <-> warden. The portal asks with an odd rising seq; the warden answers each with a PW_DONE
 * of the same seq, in any order. Events come from the warden with seq 0.
 *
 * The warden believes nothing: every number is checked against its range, every text against its
 * alphabet, and paths are made from ids only. A malformed message ends the portal, which the warden
 * then starts again.
 *
 * The portal is started with this socket as descriptor 3.
 */
#ifndef WIRE_PORTAL_WARDEN_H
#define WIRE_PORTAL_WARDEN_H

#include <stdbool.h>
#include <string.h>

#include "wire/slots.h"
#include "wire/wire.h"

/* At once; letters of a login name. */
enum { PW_MEMBERS = 16, PW_LOGIN_MAX = 16 };

/* [a-z][a-z0-9]{0,15}, terminated within its array: a login name inside a workspace. */
static inline bool
pw_login_ok(const char *name, size_t size)
{
	size_t n = strnlen(name, size);
	if (n == 0 || n >= size || n > PW_LOGIN_MAX || name[0] < 'a' || name[0] > 'z')
		return false;
	for (size_t i = 1; i < n; i++)
		if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9')))
			return false;
	return true;
}

enum pw_type {
	/* portal asks */
	PW_JOB_START = 1, /* struct pw_job, one descriptor: the job's spec (JSON, see jobs.h) */
	PW_JOB_STOP,      /* struct pw_id */
	PW_JOB_STATE,     /* struct pw_id: done.value is 1 while it runs, else 0 */
	PW_WS_OPEN,       /* struct pw_ws: make (or make again) and start; members may change */
	PW_WS_CLOSE,      /* struct pw_id: stop; homes stay */
	PW_WS_DESTROY,  /* struct pw_id: stop and remove everything; done.value is bytes removed */
	PW_WS_NOTEBOOK, /* struct pw_ws_person: start this member's notebook server if it is not up
			 */
	PW_WS_EVICT,    /* struct pw_ws_person: end every process of this member */
	PW_WS_STATE,    /* struct pw_id: answered by struct pw_usage instead of PW_DONE */
	PW_AUDIT_HEAD,  /* struct pw_audit_head: witness the trail's newest entry */
	PW_HOST,        /* struct wire_head alone: answered by struct pw_host */
	PW_READY,       /* struct wire_head alone, once: the portal answers requests now */
	PW_WS_TERMINAL, /* as PW_WS_NOTEBOOK: the server of this member's shells */
	PW_WS_DESKTOP,  /* as PW_WS_NOTEBOOK: this member's desktop */
	PW_WS_REPLAY,   /* struct pw_id, one descriptor: a lock file (packages.h) to install */
	PW_WS_ARCHIVE = 24, /* struct pw_archive: seal the team's files; done.value is its bytes */
	PW_WS_TRY,          /* struct pw_try: read an archive whole; done.value is bytes of files */

	/* warden answers */
	PW_DONE = 64, /* struct pw_done */
	PW_USAGE,     /* struct pw_usage */
	PW_HOST_IS,   /* struct pw_host */

	/* warden tells (seq 0) */
	PW_LISTEN = 128, /* struct wire_head + the listening descriptor; first message */
	PW_GATE,         /* struct wire_head + the socket to the gate; again after a gate restart */
	PW_JOB_ENDED,    /* struct pw_job_ended */
	PW_WS_ENDED,     /* struct pw_ws_ended: it stopped without being asked */
};

struct pw_id {
	struct wire_head head;
	uint64_t id;
};

enum job_kind {
	JOB_INBOX = 1,
	JOB_IMPORT,
	JOB_RELEASE,
	JOB_SCORE,
	JOB_FORGET,
	JOB_CHECK,
	JOB_LEAVE,
	JOB_SUGGEST,
	JOB_PREVIEW,
	JOB_MEASURE,
	JOB_WITHDRAW,
	JOB_KEYS,
	JOB_TABLE,
	JOB_TIDY,
	JOB_KINDS
};

/* The word of each kind: of a row's `kind` in the table of jobs, and on the curator's command line.
 * None for 0. */
extern const char *const job_kind_names[JOB_KINDS];

struct pw_job {
	struct wire_head head;
	uint64_t job;
	uint32_t kind; /* enum job_kind */
	uint32_t unused;
};

/*
 * Frozen: after the work, to look at. No data, what the team made is read-only, and what runs there
 * keeps nothing; sealed as the stages with data are.
 */
enum ws_stage { WS_SETUP = 1, WS_SAMPLE, WS_FULL, WS_FROZEN };

struct pw_member {
	uint64_t person;
	uint32_t slot; /* below PW_SLOTS, never given to another person: see slots.h */
	char name[28]; /* login name inside: pw_login_ok */
};

struct pw_ws {
	struct wire_head head;
	uint64_t ws;      /* also chooses the uid range: slot_base */
	uint64_t release; /* image to mount at /data; with WS_SETUP a simulated one, or 0 */
	uint32_t stage;   /* enum ws_stage */
	uint32_t memory_mb, cpus, processes, disk_mb; /* 0: the configured default */
	uint32_t n_members;
	struct pw_member members[PW_MEMBERS];
};

/*
 * Seals homes and the team's folder of a workspace that is frozen or closed into
 * state/archive/<ws>.archive (docs/archive.md), which is there whole or not at all. Meanwhile
 * <ws>.progress says "<done> <total> <sentence>\n"; in the end <ws>.json holds {"label","made",
 * "bytes","blake2b","files","folders","links","left","content"}: left are entries that were left
 * out, content is bytes of files. What opens, closes or destroys the workspace ends it: E_IO.
 */
struct pw_archive {
	struct wire_head head;
	uint64_t ws;
	char label[64];             /* [a-z0-9-], terminated: what the file says it is */
	uint32_t passes, memory_kb; /* of Argon2id; the key is archive/key.h's */
	uint8_t salt[16], public[32];
};

/*
 * Reads state/archive/<ws>.archive whole, in a process that keeps nothing of it, and compares the
 * file's hash with the record's. The secret is the half of the key that a passphrase makes
 * (archive/key.h). E_CONFLICT when it does not open, is not whole or not the one that was made;
 * E_ABSENT when there is none. What opens, closes or destroys the workspace ends it: E_IO.
 */
struct pw_try {
	struct wire_head head;
	uint64_t ws;
	uint8_t secret[32];
};

struct pw_ws_person {
	struct wire_head head;
	uint64_t ws;
	uint64_t person;
};

struct pw_audit_head {
	struct wire_head head;
	uint64_t n; /* entries so far */
	uint8_t hash[32];
};

struct pw_done {
	struct wire_head head;
	uint32_t status; /* enum status */
	uint32_t unused;
	uint64_t value;
	char text[400]; /* a sentence when status is not OK */
};

enum ws_state { WS_ABSENT, WS_CLOSED, WS_OPEN };

struct pw_usage {
	struct wire_head head;
	uint32_t state; /* enum ws_state */
	uint32_t processes;
	uint64_t memory, memory_limit; /* bytes */
	uint64_t disk, disk_limit;     /* bytes */
	uint64_t cpu_us;               /* processor time used since it opened */
	uint64_t cpu_limit_milli;      /* 8000 is eight cores */
	uint64_t files_left;           /* that the disk can still take; 0 also when it is closed */
	/* Times since it opened: processes ended because memory ran out, processes not begun
	 * because there were as many as may be. */
	uint64_t oom_kills, fork_fails;
};

struct pw_host {
	struct wire_head head;
	uint32_t data_allowed; /* 1 when every required control is present */
	uint32_t unused;
	char text[4000]; /* one line a control: "name yes|no|unknown how it was probed" */
};

struct pw_job_ended {
	struct wire_head head;
	uint64_t job;
	int32_t exit_code; /* 0 good; 1 failed, see result.json; 128+n ended by signal n */
	uint32_t unused;
};

struct pw_ws_ended {
	struct wire_head head;
	uint64_t ws;
	char reason[200];
};

#endif
