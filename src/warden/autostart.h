/*
 * What runs by itself when a member works: shell and R profiles, Jupyter and IPython settings,
 * Python's site files, kernels, cron, services. Found by name on a team's disk, with size and hash,
 * for a person to look at. Nothing of it is parsed, and nothing is executed.
 *
 * The disk is hostile ground: names are followed without links and without leaving the disk.
 * Results belong to the arena. Thread rule: one thread.
 */
#ifndef WARDEN_AUTOSTART_H
#define WARDEN_AUTOSTART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct autostart {
	const char *path; /* as members see it, escaped to printable ASCII */
	const char *what; /* "shell", "Python", ... */
	int64_t bytes;    /* -1: not a plain file, or not readable */
	char hash[65];    /* SHA-256 in hex of the first AUTOSTART_HASHED bytes; "" when not read */
};

enum { AUTOSTART_MAX = 1000, AUTOSTART_HASHED = 4 << 20 };

/* *ret_n of them, at most AUTOSTART_MAX; *ret_more when there were more. disk: see place.h. */
struct autostart *autostart_find(struct arena *, const char *disk, size_t *ret_n, bool *ret_more);

/* Where it looks, below the disk; NULL behind the last. */
const char *autostart_pattern(size_t i);

#endif
