/*
 * Entries of the trail as people read them who did not write this program: who and which team by
 * name, what an action means, and states as words. The trail itself stays as it was written; this
 * is how pages tell it.
 *
 * Memory is the arena's. Thread rule: as the struct db that is given.
 */
#ifndef PORTAL_AUDIT_WORDS_H
#define PORTAL_AUDIT_WORDS_H

#include "portal/audit/audit.sql.h"

/* What an action means, a sentence; "" for one that says it itself. */
const char *audit_meaning(const char *action);

/* What team `number` was called at entry n, from the entries that named teams, the newest first. */
const char *audit_team_name(
	struct arena *, const struct words_teams_rows *, int64_t n, int64_t number);

/* The detail of an entry: fingerprints, states and numbers in words. Pure. */
const char *audit_detail(
	struct arena *, const char *action, const char *object, const char *detail);

struct audit_words {
	struct db *db;
	int64_t event;
	struct words_teams_rows teams;
};

/* For the pages of one event. */
enum status audit_words_load(struct db *, int64_t event, struct audit_words *ret, struct err *);

struct audit_told {
	const char *action, *means, *object, *detail;
};

/* Entry n as it is told. Persons, projects and applicants by the name they have now. */
enum status audit_tell(const struct audit_words *, int64_t n, const char *action,
	const char *object, const char *detail, struct audit_told *ret, struct err *);

#endif
