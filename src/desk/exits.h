/*
 * Tries every exit of the workspace from inside and says which is shut. Runs as the first process
 * before data are mounted, when nobody else is there; and as anybody who wants to see for
 * themselves, who then learns of all but the first process's own matters.
 *
 * Opens sockets to addresses outside, which must fail; sends nothing. Owns nothing afterwards.
 * Takes some milliseconds where the exits are shut. Thread rule: one thread.
 */
#ifndef DESK_EXITS_H
#define DESK_EXITS_H

#include <stdbool.h>
#include <stdio.h>

/* For a person: a line each, and a sentence at the end. True when all is shut. */
bool exits_say(FILE *out);
/* Writes the lines of wire/exits.h. True when all is shut. first: we are process 1, alone. */
bool exits_report(FILE *out, bool first);

#endif
