/*
 * The policy table (policy.def) as data and as a pure question. No state, free-threaded.
 */
#ifndef PORTAL_WEB_POLICY_H
#define PORTAL_WEB_POLICY_H

#include <stdbool.h>
#include <stddef.h>

/* The phases in the order of an event's life: name, as stored, as shown. */
#define POLICY_PHASES(X)                                                                           \
	X(DRAFT, "draft", "Draft")                                                                 \
	X(CALL, "call", "Call for projects")                                                       \
	X(APPLICATIONS, "applications", "Applications")                                            \
	X(SELECTION, "selection", "Selection")                                                     \
	X(TEAMS, "teams", "Teams")                                                                 \
	X(SETUP, "setup", "Setup")                                                                 \
	X(SAMPLE, "sample", "Sample data")                                                         \
	X(FULL, "full", "Full data")                                                               \
	X(PRESENTATIONS, "presentations", "Presentations")                                         \
	X(FINAL, "final", "Final")                                                                 \
	X(CLOSED, "closed", "Closed")

/* The roles that an organiser gives: name, bit, as stored, as shown. */
#define POLICY_STAFF(X)                                                                            \
	X(ORGANISER, 3, "organiser", "organiser")                                                  \
	X(STEWARD, 4, "steward", "data steward")                                                   \
	X(LEAD, 5, "lead", "project lead")                                                         \
	X(MENTOR, 6, "mentor", "mentor")                                                           \
	X(JUROR, 8, "juror", "juror")                                                              \
	X(REVIEWER, 9, "reviewer", "reviewer")

enum phase {
#define X(name, word, title) PHASE_##name,
	POLICY_PHASES(X)
#undef X
		PHASES,
};

/* Bits. EVERYBODY and PERSON are what one is without any role in the event. */
enum role {
	ROLE_EVERYBODY = 1 << 0,
	ROLE_PERSON = 1 << 1, /* signed in */
	ROLE_ADMIN = 1 << 2,  /* of the server */
	ROLE_PARTICIPANT = 1 << 7,
#define X(name, bit, word, title) ROLE_##name = 1 << (bit),
	POLICY_STAFF(X)
#undef X
		ROLE_STAFF = 0
#define X(name, bit, word, title) | ROLE_##name
	POLICY_STAFF(X)
#undef X
};

/* "draft|call|..." and "organiser|steward|...", for the choices of a form's field. */
#define POLICY_OR_PHASE(name, word, title) "|" word
#define POLICY_OR_STAFF(name, bit, word, title) "|" word
#define PHASE_CHOICES (&("" POLICY_PHASES(POLICY_OR_PHASE))[1])
#define STAFF_CHOICES (&("" POLICY_STAFF(POLICY_OR_STAFF))[1])

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
/*
 * What pages, mail and the audit trail call a role, of one bit of enum role ("data steward") or of
 * a stored word ("steward"); a word that is no role stays as it is.
 */
const char *role_title(unsigned bit);
const char *role_word_title(const char *word);

#endif
