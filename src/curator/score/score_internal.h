/*
 * What the job and the command share. Memory from the arena; one thread per arena.
 */
#ifndef CURATOR_SCORE_SCORE_INTERNAL_H
#define CURATOR_SCORE_SCORE_INTERNAL_H

#include "curator/score/score.h"

/* A regular file of at most max bytes, its last name no symbolic link. E_ABSENT: no such file. */
enum status score_slurp(
	struct arena *, int dirfd, const char *path, size_t max, struct str *ret, struct err *);

/* The verdict as one line of JSON, numbers as they are. */
void score_write(struct buf *out, const struct score *);

#endif
