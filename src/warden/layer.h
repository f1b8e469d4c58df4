/*
 * The layer of a team: programs and settings that its members have apt install in the setup phase,
 * kept on the team's own disk and never in anybody else's. Above it stand the host's /usr and
 * dpkg's records, which stay as they are.
 *
 *	disk/layer/usr, dpkg    what differs from the host's /usr and /var/lib/dpkg
 *	disk/layer/etc, var     the workspace's /etc and /var, started from harmless parts of the
 *				host's
 *	disk/layer/work         the overlays' own
 *
 * The files belong to the workspace's own root, which the members are not. In the setup phase that
 * root, with the few capabilities that apt needs and only while it installs, may write; later the
 * layer is mounted such that nobody can. This takes idmapped mounts: where the kernel or the file
 * system lacks them there is no layer, and apt is not offered.
 *
 * The folders etc and var are hostile ground. Nothing is owned in memory. Thread rule: one thread.
 */
#ifndef WARDEN_LAYER_H
#define WARDEN_LAYER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct layer {
	const char *disk; /* the team's disk, mounted: a path of the host */
	const char *dir;  /* run/ws/<id>/mnt */
	uid_t base;       /* host uid of the workspace's root */
	bool writable;    /* in the setup phase */
};

/* Whether this host can give teams layers: tried, not guessed. E_CONFLICT with the reason. */
enum status layer_possible(struct arena *, const char *scratch, struct err *);

bool layer_there(struct arena *, const struct layer *);
/* Makes it once; whole or not at all. There already is OK. */
enum status layer_make(struct arena *, const struct layer *, struct err *);

/* Mounts dir/usr and dir/dpkg. Mounted already is OK only when they were mounted alike. */
enum status layer_on(struct arena *, const struct layer *, struct err *);
enum status layer_off(struct arena *, const char *dir, struct err *);

#endif
