/*
 * The process that looks at what a team left, wardroom-archive, as its parent holds it: pipes, and
 * nothing else. See archive/main.c for what goes through them.
 *
 * The caller owns a struct archiver and closes it by archiver_cleanup; it waits for the process.
 * Thread rule: one thread.
 */
#ifndef WARDEN_ARCHIVER_H
#define WARDEN_ARCHIVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/err.h"

/* Both ends of each; those that are the child's, and what is closed, are -1 once it runs. */
struct archiver {
	int in[2], out[2], data[2], say[2];
};

#define ARCHIVER_NONE                                                                              \
	{                                                                                          \
		{ -1, -1 }, { -1, -1 }, { -1, -1 },                                                \
		{                                                                                  \
			-1, -1                                                                     \
		}                                                                                  \
	}

void archiver_cleanup(struct archiver *);

/* tree becomes its root. feed: in[1] stays open to write to, else its standard input is empty. */
enum status archiver_begin(
	const char *const *argv, int tree, bool feed, struct archiver *, pid_t *ret, struct err *);

#endif
