/*
 * The first process of a workspace: it reaps the dead, and ends on SIGTERM or SIGINT.
 *
 * Owns the process; never returns before the end. Thread rule: one thread.
 */
#ifndef DESK_INIT_H
#define DESK_INIT_H

#include <stdbool.h>

/* sealed: tries every exit first and writes the report to standard output, for the warden. */
int init_run(bool sealed);

#endif
