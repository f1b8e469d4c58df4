/*
 * How somebody becomes a data steward. Two stewards hold what one must not hold alone (the key of
 * an event, votes on what leaves), so no single person may make two of them:
 *
 * - An organiser names a steward; the role is given when another steward of the event confirms it
 *   who never was an organiser of the event, or root on the server does. An organiser can make a
 *   second organiser of an address of their own and let that one name.
 * - An event that never had a steward has nobody to ask: its first is one when an organiser says
 *   so.
 * - Who confirms gives a password that somebody's mailbox was not enough to choose within the last
 *   day (password_witness in web/password.h).
 * - Whoever saw a sign-in link of that person, or opened the account without proving its address,
 *   loses what that opened when the role is given.
 *
 * Rules take a struct db inside a transaction; memory is its arena. Thread rule: as db.
 */
#ifndef PORTAL_PEOPLE_STEWARD_H
#define PORTAL_PEOPLE_STEWARD_H

#include "portal/people/people.sql.h"

struct steward_naming {
	int64_t event, person;
	const char *about;
	int64_t by; /* person; 0: root on the server, whose word needs no other */
	const char *by_name;
	int64_t now;
};

enum steward_named {
	STEWARD_WAITS,   /* for another steward's word */
	STEWARD_IS,      /* was one already */
	STEWARD_BECOMES, /* the event's first, or root's word */
};

struct steward_made {
	enum steward_named how;
	/*
	 * Somebody else had seen a link that was used, or nobody had proven the address: password
	 * and sign-ins have ended.
	 */
	bool locked;
};

/* Names a steward; a naming that waits already stays, but root ends its waiting. */
enum status steward_name(
	struct db *, const struct steward_naming *, struct steward_made *ret, struct err *);

/*
 * Naming `id` of the event, when it waits and `by` may confirm it: as steward_decide says yes.
 * Asked before a password is.
 */
enum status steward_may_confirm(struct db *, int64_t event, int64_t id, int64_t by, struct err *);

/*
 * A steward's word on naming `id` of the event. E_ABSENT when it does not wait, E_DENIED for a
 * yes of whoever is no steward, named it, or organises the event, or ever did. *ret is whom it
 * names.
 */
enum status steward_decide(struct db *, int64_t event, int64_t id, bool yes, int64_t by,
	const char *by_name, int64_t now, struct steward_naming_by_id *ret, bool *ret_locked,
	struct err *);

/* OK while naming `id` of the event waits; else E_ABSENT with what became of it, by whom and when.
 */
enum status steward_waits(struct db *, int64_t event, int64_t id, struct err *);

enum steward_taken {
	STEWARD_WAS_NONE,  /* nothing is changed */
	STEWARD_WAS_NAMED, /* the naming is withdrawn */
	STEWARD_WAS_ONE,   /* the role is taken back */
};

/* Ends what somebody is or waits to be, on the word of an organiser, who is `by_name`. */
enum status steward_take(struct db *, int64_t event, int64_t person, const char *by_name,
	int64_t now, enum steward_taken *ret, struct err *);

/*
 * What became of the newest naming, in sentences for the person named, and for nobody else. NULL
 * when they were never named, or are a steward.
 */
enum status steward_told(
	struct db *, int64_t event, int64_t person, const char **ret, struct err *);

#endif
