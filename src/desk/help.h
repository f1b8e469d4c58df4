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
/* As help_one on standard error, for a command that was called wrongly; returns its exit code. */
int help_usage(const char *command);

#endif
