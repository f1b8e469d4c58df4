/*
 * The key of an event, which makes pseudonyms of patients' numbers, leaves the curator only when
 * two data stewards say so: one asks with a reason, another agrees, each by password. Then the
 * curator writes it as two shares, of which either alone is random, into a folder that only it and
 * the server's operator can enter. The portal sees neither the key nor a share.
 *
 * Pure but for the handlers and what takes a struct db. Thread rule: free-threaded.
 */
#ifndef PORTAL_DATA_KEY_H
#define PORTAL_DATA_KEY_H

#include "base/err.h"
#include "base/field.h"
#include "portal/store/db.h"
#include "portal/web/route.h"

extern const struct route key_routes[];

enum { KEY_HOURS = 24 }; /* for which a request waits for the second steward */

enum key_state {
	KEY_ASKED,
	KEY_LATE,
	KEY_AGREED,
	KEY_WRITTEN,
	KEY_FAILED,
	KEY_REMOVING, /* the curator is told to remove the shares */
	KEY_LEFT,     /* and could not: they may still lie there */
	KEY_OVER,
};

struct key_facts {
	int64_t asked, agreed, ended, now; /* 0: not yet */
	const char *job_state;             /* "", queued, running, done or failed */
	const char *removal_state;         /* as that */
};

enum key_state key_state_of(const struct key_facts *);

/*
 * May `person` be the second? E_CONFLICT when not, or not any more. `asks_still`: whoever asked is a
 * data steward as yet; two are needed who both are when the key leaves.
 */
enum status key_agree_ok(
	enum key_state, int64_t asked_by, bool asks_still, int64_t person, struct err *);

/*
 * A job that removes shares has ended, well or not: in the caller's transaction. Only when they are
 * gone the request is over, and the trail says so.
 */
enum status key_removal_ended(
	struct db *, int64_t job, bool good, const char *error, int64_t now, struct err *);

struct key_row {
	int64_t id, asked, agreed, ended;
	const char *reason, *asked_name, *agreed_name, *state, *tone, *error;
};

struct key_view {
	LIST(struct key_row) past;
	int64_t id;        /* of the request that is open; 0: none */
	const char *state; /* of it: asked, late, agreed, written, failed, removing or left */
	const char *asked_name, *reason, *folder, *error;
	int64_t asked;
	bool mine, alone, has_password;
	int64_t counts_from; /* when their password counts for this; 0: it does */
};

#endif
