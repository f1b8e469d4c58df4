/*
 * The ground that every team stands on: the host's programs, parts of its settings, the
 * harmless devices, and our own program. Each workspace gets them through file systems of its own,
 * because a lock, a watch or a lease on an inode that two teams share is a channel between them,
 * and one to the host's own programs. Pages stay shared: an overlay reads through to the host's
 * files.
 *
 * Programs that the host upgrades meanwhile may look half old, half new until a workspace is opened
 * again.
 *
 * Nothing is owned: mounts live in the kernel until ground_off. Thread rule: one thread.
 */
#ifndef WARDEN_GROUND_H
#define WARDEN_GROUND_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * Mounts usr/ and etc/ (read-only overlays of the host's) and dev/ (a read-only tmpfs with null,
 * zero, full, random, urandom, tty and the usual links) and bin/ (a read-only tmpfs with a copy of
 * the program desk as "wardroom") below dir, run/ws/<id>/mnt, making the folders. Mounted already
 * is OK; bin/ is then made afresh. Nothing may run from it meanwhile. E_INPUT when dir has a
 * character that an overlay cannot take. layered: usr/ is the team's own (layer.h), and etc/ is not
 * needed; both are left alone.
 */
enum status ground_on(
	struct arena *, const char *dir, const char *desk, bool layered, struct err *);

/* Not mounted or absent is OK. */
enum status ground_off(struct arena *, const char *dir, struct err *);

#endif
