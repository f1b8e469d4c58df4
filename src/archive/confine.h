/*
 * Makes this process harmless before it looks at what a team left: its root is the team's disk, its
 * one power is to read what it is not the owner of, and it has no network, no other file and no way
 * back. With descriptors of pipes and of that disk alone, the power reaches nothing else: not even
 * by a file's handle, which asks for a descriptor of the file system that it names.
 *
 * Irreversible. Thread rule: before any thread is made.
 */
#ifndef ARCHIVE_CONFINE_H
#define ARCHIVE_CONFINE_H

#include <sys/types.h>

#include "base/err.h"

/*
 * tree is an open folder, which becomes the root; last is the highest descriptor to keep; id is the
 * user and group to become, not 0. Needs root.
 */
enum status confine(int tree, int last, uid_t id, struct err *);

#endif
