/*
 * The OCI bundle of a workspace: config.json, the process of a member, and the small read-only root
 * whose only programs are the host's /usr.
 *
 * Folders are made below run/ws/<id> and are replaced whole at each opening. JSON writers are pure.
 * Thread rule: one thread.
 */
#ifndef WARDEN_BUNDLE_H
#define WARDEN_BUNDLE_H

#include "base/json.h"
#include "warden/place.h"
#include "wire/portal_warden.h"

struct bundle {
	const struct place *place;
	const struct pw_ws *ws; /* limits filled in: no zeros but release */
	const char *dir;        /* run/ws/<id> */
	const char *cgroup;     /* path below each hierarchy */
	bool swap;              /* limit memory and swap together */
	bool layered;           /* the team has a layer: see layer.h */
};

/* config.json. Host folders that are absent (such as /etc/R) are left out. */
void bundle_config(struct arena *, struct jsonw *, const struct bundle *);

/*
 * A process as a member of the team runs it: own uid and group, the team's group, no capability, no
 * new privileges. argv ends with NULL. cwd NULL means the member's home.
 */
void bundle_process(struct arena *, struct jsonw *, const struct pw_ws *, const struct pw_member *,
	const char *const *argv, const char *cwd);

/*
 * A process as the workspace's own root that may install: the capabilities that apt needs, within
 * the workspace's user namespace and without new privileges.
 */
void bundle_root_process(struct jsonw *, const char *const *argv);

/* Makes bundle/ afresh: rootfs skeleton, static /proc files, config.json. */
enum status bundle_make(struct arena *, const struct bundle *, struct err *);

/*
 * Writes passwd and group in etc/ below root again for the present members; seen inside at once.
 * With a layer, whose etc/ the workspace's own root may change, they belong to base and name the
 * users that every Debian has; without one, base is 0.
 */
enum status bundle_people(
	struct arena *, const char *root, const struct pw_ws *, uid_t base, struct err *);

#endif
