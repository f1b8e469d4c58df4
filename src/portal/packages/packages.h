/*
 * Packages of the setup phase as the portal knows them: what each workspace fetched, the lock file
 * that installs the same again elsewhere, and the proof that a workspace was sealed.
 *
 * The mirror and the warden write files (state/packages/<ws>.ledger, <ws>.seal); what they say is
 * taken over into the database and read from there. Rules take a struct db; results are in its
 * arena. Thread rule: as db.h.
 */
#ifndef PORTAL_PACKAGES_PACKAGES_H
#define PORTAL_PACKAGES_PACKAGES_H

#include "base/config.h"
#include "portal/store/db.h"
#include "portal/web/route.h"

/*
 * Takes over the lines of the ledger from *offset on and moves it; whole lines only. A workspace
 * without a ledger has fetched nothing: OK. A line that is none is left out, with a word in the
 * log.
 */
enum status packages_learn(
	struct db *, const struct config *, int64_t ws, int64_t now, int64_t *offset, struct err *);

/* Takes over the warden's record of the sealing. E_ABSENT when there is none. */
enum status packages_learn_seal(
	struct db *, const struct config *, int64_t ws, int64_t now, struct err *);

/* The lock file: the lines of wire/packages.h. */
enum status packages_lock(struct db *, int64_t ws, struct str *ret, struct err *);
/* The same for a person at a terminal. */
enum status packages_words(struct db *, int64_t ws, struct str *ret, struct err *);

/*
 * Whether the target now has what the source has, by hash: the names of what is missing or another,
 * at most five, as words; "" when nothing.
 */
enum status packages_differ(
	struct db *, int64_t source, int64_t target, const char **ret, struct err *);

extern const struct route packages_routes[];

struct package_row {
	const char *kind, *name, *version, *sha256;
	int64_t bytes, at;
};

struct seal_exit_row {
	const char *what, *how;
};

struct seal_file_row {
	const char *path, *what, *sha256; /* sha256 "" when it was not read */
	int64_t bytes;                    /* -1: not a plain file */
};

struct replay_row {
	const char *team, *state, *tone, *words, *person;
	int64_t at;
};

struct replay_choice {
	int64_t number;
	const char *name;
};

struct packages_view {
	int64_t team;
	const char *team_name;
	const char *headline, *explanation;
	LIST(struct package_row) packages;
	int64_t fetched, bytes; /* of all, also of those not shown */
	const char *lock;       /* the lock file; "" when nothing was fetched */
	bool sees_seal;
	int64_t sealed; /* unix seconds of the newest proof, 0 for none */
	LIST(struct seal_exit_row) exits;
	LIST(struct seal_file_row) files;
	bool more_files;
	bool may_replay;
	LIST(struct replay_choice) choices;
	LIST(struct replay_row) replays;
	int64_t refresh; /* seconds, while something runs */
};

#endif
