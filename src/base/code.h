/*
 * Exit codes of the commands that people type: wardroom outside, wardroom inside a workspace, and
 * wardroom-curator by hand. One rule for all; both man pages tell it.
 *
 * The server answers the command inside with such a code too (wire/desk.h).
 *
 * Constant. Thread rule: free-threaded.
 */
#ifndef BASE_CODE_H
#define BASE_CODE_H

#include "base/err.h"

enum {
	EXIT_FAILED = 1,  /* not done, for a reason that the sentence gives */
	EXIT_MISTAKE = 2, /* called rightly, but what was named or handed in is wrong */
	/* As sysexits.h has them. */
	EXIT_USAGE = 64, /* called wrongly: a command, an option, how many words */
	EXIT_FILE = 66,  /* a file cannot be read or written */
	EXIT_AWAY = 75,  /* busy or away: try again */
};

/* What a command ends with that was called rightly. */
static inline int
code_of(enum status s)
{
	return s == OK        ? 0
	       : s == E_INPUT ? EXIT_MISTAKE
	       : s == E_IO    ? EXIT_FILE
	       : s == E_BUSY  ? EXIT_AWAY
			      : EXIT_FAILED;
}

#endif
