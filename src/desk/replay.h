/*
 * Installs what a lock file lists (wire/packages.h), as the workspace's own root in the setup
 * phase: the same versions with the same bytes as where the file came from.
 *
 * First every package is fetched from the mirror and compared with its hash; only when all are the
 * same are they installed, apt's as root, all others as a user without any right of its own.
 *
 * Thread rule: one thread.
 */
#ifndef DESK_REPLAY_H
#define DESK_REPLAY_H

#include "wire/packages.h"

/* Reads REPLAY_LOCK, which only the warden writes. The last line said is for people. */
#define REPLAY_LOCK "/desk/replay.lock"
int replay_run(void);

/*
 * Fetches one package into the file (-1: nowhere) and compares. False after a sentence on standard
 * output.
 */
bool replay_fetch(const struct package_line *, int file);

#endif
