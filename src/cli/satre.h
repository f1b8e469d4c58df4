/*
 * Which statements of SATRE (the standard architecture for trusted research environments) this
 * software satisfies, with the evidence for each. One table, from which the command, the manual
 * page docs/satre.md and the test that every piece of evidence exists are made.
 *
 * Constant. Thread rule: free-threaded.
 */
#ifndef CLI_SATRE_H
#define CLI_SATRE_H

#include <stddef.h>

#include "base/str.h"

#define SATRE_VERSION "2.0"

enum satre_state {
	SATRE_MET,            /* by the software, as it is installed */
	SATRE_CONFIGURED,     /* by the software, when it is set up so */
	SATRE_ORGANISATIONAL, /* by people; the software helps */
	SATRE_NOT_MET,        /* not yet */
};

struct satre {
	const char *id, *importance; /* "2.1.01", "mandatory" */
	enum satre_state state;
	const char *gist; /* of the statement, in our own words */
	const char *how;  /* one sentence */
	/*
	 * Words "kind:name", separated by spaces. test: SUITE/NAME of tests/scripts.list; attack:
	 * an id of `wardroom attack`; page: an address of the portal; command: of wardroom, with
	 * '-' for spaces; control: of `host check`; may: a capability of the policy; file: in the
	 * source, after a '#' the title of a chapter of it, with '-' for spaces.
	 */
	const char *evidence;
};

extern const struct satre satre_rows[];
extern const size_t satre_n;

const char *satre_state_word(enum satre_state);
/* docs/satre.md */
const char *satre_markdown(struct arena *);

#endif
