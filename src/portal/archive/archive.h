/*
 * Archives of what teams made: ordered by a steward after the work, sealed by the warden to a key
 * that only the steward's passphrase opens. The portal keeps the public half of that key and what
 * came of each order; it can neither open an archive nor read its file. A workspace that an archive
 * is ordered of is not destroyed before that was made and opened on trial, by the passphrase that
 * it was sealed with, or a steward let it go.
 *
 * Rules take a struct db; results are in its arena. Thread rule: as db.h.
 */
#ifndef PORTAL_ARCHIVE_ARCHIVE_H
#define PORTAL_ARCHIVE_ARCHIVE_H

#include "archive/key.h"
#include "portal/store/db.h"
#include "portal/web/route.h"

/* What the warden wrote about an archive that it made. */
struct archive_made {
	int64_t bytes, files, folders, left_out, content;
	const char *hash; /* BLAKE2b-256 of the file, in hex */
};

/* state/archive/<ws>.json. E_INPUT when it is none. */
enum status archive_read_record(
	struct arena *, const struct config *, int64_t ws, struct archive_made *ret, struct err *);

/* In a transaction: the key of the event's archives from now on; the ones before stay. */
enum status archive_set_key(struct db *, int64_t event, const struct archive_key *, int64_t person,
	int64_t now, struct err *);

/* Key `*id` of the event, or with 0 the newest, whose number it becomes. E_ABSENT when it has none.
 */
enum status archive_get_key(
	struct db *, int64_t event, int64_t *id, struct archive_key *ret, struct err *);
/* A key as it is stored. E_BUG when it has another length. */
enum status archive_key_read(int64_t passes, int64_t memory_kb, struct str salt, struct str public,
	struct archive_key *ret, struct err *);

/*
 * In a transaction: orders archives of the event's workspaces that have something to archive; all
 * of them, or those that have no whole and newest one. *ret_n: how many.
 */
enum status archive_order(struct db *, int64_t event, int64_t person, bool all, int64_t now,
	int64_t *ret_n, struct err *);

extern const struct route archive_routes[];

struct archive_row {
	int64_t ws, team;
	const char *team_name;
	const char *state, *tone; /* "none", "waiting", "running", "done", "failed", "old" */
	const char *words;        /* what is to be said of that, a sentence or "" */
	int64_t percent;          /* while it is made; else 0 */
	int64_t at, bytes, files, content, left_out;
	const char *hash, *file;
	int64_t key;       /* that it is sealed to; 0 when there is none */
	const char *mark;  /* of that key; "" */
	int64_t key_made;  /* when that key's passphrase was chosen */
	bool other_key;    /* not the one that is chosen now */
	const char *trial; /* "", waiting, running, good or bad: whether it was read whole */
	const char *trial_problem;
	int64_t tried;
	bool can_again, can_without, destroyed;
	bool waits;       /* its workspace is to be destroyed, and waits for the trial */
	const char *slug; /* of the event, for the row's forms */
};

/* A key that archives can be tried with. */
struct archive_key_row {
	int64_t id, made;
	const char *by, *mark, *teams; /* teams whose archives it opens, by name; "" */
	bool present;                  /* the newest, which archives are sealed to now */
	bool only;                     /* there is no other */
	bool asked;                    /* a passphrase was just typed for it */
};

/* Asked before a workspace goes without an archive, or without a trial of the one there is. */
struct archive_without_view {
	int64_t ws, at, bytes; /* at and bytes: of the archive that there is */
	const char *team_name, *trouble;
	bool made;   /* there is one, which was never opened */
	bool closed; /* the workspace is to be destroyed: it is at once */
	bool has_password;
};

struct archive_view {
	const char *headline, *explanation;
	bool calm;
	LIST(struct archive_row) rooms;
	LIST(struct archive_key_row) keys; /* the newest first */
	bool may_make, has_key;
	int64_t lacking; /* workspaces without a whole and newest archive */
	int64_t under_way;
	int64_t untried; /* archives that were never read whole, of workspaces that are here */
	const char *key_by, *key_mark;
	int64_t key_made;
	int64_t refresh; /* seconds after which to look again, 0: at rest */
	const char *folder;
};

#endif
