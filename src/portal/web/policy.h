/*
 * The policy table (policy.def) as data and as a pure question. No state, free-threaded.
 */
#ifndef PORTAL_WEB_POLICY_H
#define PORTAL_WEB_POLICY_H

#include <stdbool.h>
#include <stddef.h>

enum phase {
	PHASE_DRAFT,
	PHASE_CALL,
	PHASE_APPLICATIONS,
	PHASE_SELECTION,
	PHASE_TEAMS,
	PHASE_SETUP,
	PHASE_SAMPLE,
	PHASE_FULL,
	PHASE_PRESENTATIONS,
	PHASE_FINAL,
	PHASE_CLOSED,
	PHASES,
};

/* Bits. EVERYBODY and PERSON are what one is without any role in the event. */
enum role {
	ROLE_EVERYBODY = 1 << 0,
	ROLE_PERSON = 1 << 1, /* signed in */
	ROLE_ADMIN = 1 << 2,  /* of the server */
	ROLE_ORGANISER = 1 << 3,
	ROLE_STEWARD = 1 << 4,
	ROLE_LEAD = 1 << 5,
	ROLE_MENTOR = 1 << 6,
	ROLE_PARTICIPANT = 1 << 7,
	ROLE_JUROR = 1 << 8,
	ROLE_REVIEWER = 1 << 9,
	ROLE_STAFF = ROLE_ORGANISER | ROLE_STEWARD | ROLE_LEAD | ROLE_MENTOR | ROLE_JUROR |
		     ROLE_REVIEWER,
};

enum cap {
	CAP_NONE, /* a route without a capability does not start */
#define CAP(name, doc) CAP_##name,
#define ALLOW(cap, roles, phases, scope)
#include "portal/web/policy.def"
#undef CAP
#undef ALLOW
	CAPS
};

enum scope { SCOPE_ANY, SCOPE_OWN };

struct policy_row {
	enum cap cap;
	unsigned roles;  /* bits of enum role */
	unsigned phases; /* bit (1 << phase) */
	enum scope scope;
};

extern const struct policy_row policy_rows[];
extern const size_t policy_n;

/*
 * May somebody with these roles use cap in this phase? `owns` has the roles as which the thing
 * asked for is theirs (see scope OWN): who leads a project and takes part in another's team is no
 * member of the project's teams. Default deny. Outside an event, phase is PHASE_DRAFT and only rows
 * for all phases can match.
 */
bool policy_allows(enum cap, unsigned roles, enum phase, unsigned owns);

/* Whether the roles could use cap in some other phase: then the answer is "not now". */
bool policy_phase_only(enum cap, unsigned roles, enum phase, unsigned owns);

const char *policy_cap_name(enum cap);
const char *policy_cap_doc(enum cap);

/* "draft", "call", ... as stored; PHASES when the word is none of them. */
enum phase phase_parse(const char *);
const char *phase_word(enum phase);
/* "Call for projects", "Full data", ... as shown. */
const char *phase_title(enum phase);

/* The bit of a stored role word, 0 when it is none. */
unsigned role_parse(const char *);

#endif
