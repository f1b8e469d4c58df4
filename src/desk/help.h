/*
 * What the command says of itself: a page of all commands, and one of each.
 *
 * Constant. Thread rule: one thread, as standard output.
 */
#ifndef DESK_HELP_H
#define DESK_HELP_H

#include <stdbool.h>
#include <stdio.h>

/* All commands, grouped by what one wants to do. */
void help_all(FILE *out);
/* One command with its options and examples; false when there is none of that name. */
bool help_one(FILE *out, const char *command);
/* One sentence on standard error that says there is no such command, and what to type; returns its
 * exit code. */
int help_unknown(const char *command);
/* The same of a command that was called wrongly: what is wrong, how it is called, where more is. */
int help_usage(const char *command, const char *sentence);

#endif
