/*
 * An answer as the desk and the helper give it: text for the terminal, and the exit code alone on
 * the last line.
 *
 * Owns nothing. Thread rule: one thread.
 */
#ifndef DESK_ANSWER_H
#define DESK_ANSWER_H

#include <stdio.h>

enum { ANSWER_CUT = 75 };

/* Prints the text to out as it comes; returns the exit code, or ANSWER_CUT when the answer is not
 * whole.
 */
int answer_read(int sock, FILE *out);

#endif
