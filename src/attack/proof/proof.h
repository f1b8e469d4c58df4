/*
 * What the attacks on a throw-away server share: its stage, the doors of three members, and how an
 * attempt is written down. Each attempt has a positive control that is measured beside it, so that
 * a dead server cannot pass for a safe one.
 *
 *	H  the installed server, only looked at (installed.c)
 *	B  browser and gate (doors.c, heads.c, routes.c, sockets.c, pages.c)
 *	A  airlock (airlock.c, votes.c)
 *	L  life cycle (life.c, falls.c, trail.c)
 *
 * Texts belong to the arena. Thread rule: one thread.
 */
#ifndef ATTACK_PROOF_PROOF_H
#define ATTACK_PROOF_PROOF_H

#include "attack/proof/raw.h"
#include "attack/proof/stage.h"
#include "attack/result.h"

/* A member's way into a workspace. */
struct door {
	struct who *who;
	int64_t team, ws;
	const char *host;   /* "w1.localhost:20001" */
	const char *origin; /* "http://w1.localhost:20001" */
	const char *cookie; /* the gate's, "wardroom_room=..." */
};

struct proof {
	struct arena *arena;
	struct house *house;
	struct stage *stage;
	struct results *results;
	struct door ada, bea, eve; /* two of one team, and one of the other */
	const char *secret;        /* in a file of ada's and nowhere else */
	const struct config *installed;
	const char *installed_path; /* of its configuration, NULL for the defaults */
};

/* One attempt. control: that the measuring works was seen beside it. */
void told(struct proof *, const char *id, const char *what, bool defeated, bool control,
	const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* One that gets through, as is known and accepted for this reason. */
void told_residual(struct proof *, const char *id, const char *what, bool control,
	const char *reason, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/*
 * One request of a member to their workspace: line is "GET /tree"; more are further lines, each
 * with its end; body may be NULL.
 */
struct raw_answer room_ask(
	struct proof *, const struct door *, const char *line, const char *more, const char *body);
/* The same without the door's cookie, and to any host. */
struct raw_answer room_ask_as(struct proof *, const char *host, const char *cookie,
	const char *line, const char *more, const char *body);
/* Does the notebook behind this door answer? The usual control. */
bool room_lives(struct proof *, const struct door *);
/* Enters with a new ticket and fills the door. */
enum status door_open(struct proof *, struct who *, int64_t team, struct door *ret, struct err *);
/* Path and query of an address. */
const char *address_path(const char *url);

/* A script as the member, without input; what it printed, at most 4 MiB. */
const char *inside(struct proof *, const struct who *, int64_t team, const char *script);
/* Any answer that says no; a connection that is closed without one, too. */
static inline bool
refused(const struct raw_answer *a)
{
	return a->code >= 400 || (a->code == 0 && a->closed);
}

/* Whether an account of the host can list a folder, or read a file. */
bool account_reads(const char *user, const char *path);

/* ---- the groups, in their order ---- */

enum status proof_installed(struct proof *, struct err *);
enum status proof_doors(struct proof *, struct err *);  /* opens ada, bea and eve */
enum status proof_routes(struct proof *, struct err *); /* downloads, replies of a hostile server */
enum status proof_heads(struct proof *, struct err *);  /* malformed, smuggled, slow */
enum status proof_sockets(struct proof *, struct err *); /* WebSockets of other pages */
enum status proof_pages(struct proof *, struct err *);   /* the portal's own pages and forms */
enum status proof_airlock(struct proof *, struct err *); /* what may be handed in */
enum status proof_votes(struct proof *, struct err *);   /* who decides on which bytes */
enum status proof_inside(struct proof *, struct err *);  /* N F P R X D S: wardroom-attack */
enum status proof_life(struct proof *, struct err *);    /* removal, two teams, agreement */
enum status proof_falls(struct proof *, struct err *);   /* kill -9, back to an earlier phase */
enum status proof_trail(struct proof *, struct err *);   /* the audit trail, backups, the end */

#endif
