/*
 * gate <-> portal. The gate asks (odd rising seq), the portal answers with the same seq. The portal
 * also tells the gate whom to cut; the gate acknowledges when the connections are closed.
 */
#ifndef WIRE_PORTAL_GATE_H
#define WIRE_PORTAL_GATE_H

#include "wire/wire.h"

enum pg_type {
	/* gate asks */
	PG_TICKET = 1, /* struct pg_ticket -> struct pg_pass */
	PG_DESK,       /* struct pg_desk -> struct pg_desk_answer */
	PG_CHECK,      /* struct pg_check -> struct pg_pass: is this visitor still welcome? */
	PG_SIGHT,      /* struct pg_sight -> struct pg_sight_is: which file may be shown? */

	/* gate tells, with seq 0 */
	PG_CARRIED = 32, /* struct pg_carried: some times a minute, when there is something */
	PG_MISSING,      /* struct pg_missing: a visitor waits for a program that is not there */

	/* portal answers */
	PG_PASS = 64,
	PG_DESK_ANSWER,
	PG_SIGHT_IS,

	/* portal tells */
	PG_CUT = 128, /* struct pg_cut */
	PG_DROP,      /* struct pg_drop: nobody needs this file of the spool any more */

	/* gate acknowledges, with the seq of the PG_CUT */
	PG_CUT_DONE = 192, /* struct pg_cut_done */
	PG_DROP_DONE,      /* struct pg_drop again, once the file is gone; with seq 0 */
};

/* A ticket is 32 random bytes in lower-case hex, good once, for one workspace, for a minute. */
struct pg_ticket {
	struct wire_head head;
	uint64_t ws;
	char ticket[65];
	char unused[7];
};

/*
 * The gate asks this for every cookie it knows each 20 seconds and whenever the portal is new, so
 * that a cut lost in a crash takes effect all the same.
 */
struct pg_check {
	struct wire_head head;
	uint64_t ws, person, session;
};

struct pg_pass {
	struct wire_head head;
	uint32_t status; /* enum status: OK, or why not */
	uint32_t slot;
	uint64_t person;
	uint64_t session; /* the portal session that bought the ticket; cut with it */
	int64_t expires;  /* unix seconds; the gate's cookie dies then */
	char text[200];   /* when status is not OK */
	/* Bytes that this person may load within an hour, any hour, and has loaded within the last
	 * one as far as the portal knows: the second counts for a gate that has just begun. */
	uint64_t budget, pixels_budget; /* 0: the gate's own */
	uint64_t carried, pixels_carried;
};

/* What went from a workspace to one person's browser since this was told before. */
struct pg_carried {
	struct wire_head head;
	uint64_t ws, person;
	uint64_t bytes, pixels; /* pixels: bytes of a desktop's pictures, not counted in bytes */
	uint64_t requests;
};

enum pg_program { PG_NOTEBOOK, PG_TERMINAL, PG_DESKTOP, PG_PROGRAMS };

/*
 * Told while somebody waits, every few seconds: the program may have died, or have been asked for
 * before the warden knew its member. The portal has it started if the visitor is still welcome.
 */
struct pg_missing {
	struct wire_head head;
	uint64_t ws, person, session;
	uint32_t program; /* enum pg_program */
	uint32_t unused;
};

/* A ticket as above, for one look at one file that wants to leave through the airlock. */
struct pg_sight {
	struct wire_head head;
	char ticket[65];
	char unused[7];
};

struct pg_sight_is {
	struct wire_head head;
	uint32_t status; /* enum status: OK, or why not */
	uint32_t unused;
	uint64_t file;  /* its page is views/<file> */
	char text[200]; /* when status is not OK */
};

enum desk_verb {
	DESK_STATUS = 1,
	DESK_SUBMIT,
	DESK_WHO,
	DESK_PACKAGES,
	DESK_AIRLOCK, /* how one's request stands */
	DESK_AIRLOCK_OUTPUT,
	DESK_AIRLOCK_SUPPORTING,
	DESK_AIRLOCK_CODE,
	DESK_AIRLOCK_SEAL,
	DESK_TABLE,      /* a request for a table, to be counted by the curator */
	DESK_DICTIONARY, /* name is what is asked of: "-", a table, or a variable */
	DESK_ASK,        /* name is a variable, a blank, and a word for the question */
	DESK_VERBS
};

/* Does the verb bring a file? */
static inline bool
desk_takes_file(uint32_t verb)
{
	return verb == DESK_SUBMIT || verb == DESK_TABLE ||
	       (verb >= DESK_AIRLOCK_OUTPUT && verb <= DESK_AIRLOCK_CODE);
}

/* Does the verb bring words, in the place of a file's name? */
static inline bool
desk_takes_words(uint32_t verb)
{
	return verb == DESK_DICTIONARY || verb == DESK_ASK;
}

/* When the verb brings a file, it lies complete and synced in the spool as the decimal of `spool`.
 */
struct pg_desk {
	struct wire_head head;
	uint64_t ws;
	uint32_t slot;
	uint32_t verb; /* enum desk_verb */
	uint64_t spool;
	uint64_t bytes;
	uint8_t hash[32]; /* BLAKE2b-256 of the file */
	char name[256];   /* as the member called it; for show only */
};

struct pg_desk_answer {
	struct wire_head head;
	uint32_t exit_code;
	uint32_t more; /* 1: another answer with the same seq follows */
	uint32_t n;
	uint32_t parcel; /* 1, in the last: views/table-<spool> of the question follows */
	char text[8000]; /* n bytes of UTF-8 for the member's terminal */
};

struct pg_drop {
	struct wire_head head;
	uint64_t spool;
};

/* 0 matches any: {person} all of a person, {ws} a whole workspace, {session} one sign-in. */
struct pg_cut {
	struct wire_head head;
	uint64_t ws, person, session;
};

struct pg_cut_done {
	struct wire_head head;
	uint64_t connections; /* closed just now */
};

#endif
