/*
 * Where things are and who owns them: the configuration, the three accounts, the runtime, and every
 * path the warden uses. Paths are made from ids only.
 *
 * The place lives as long as the process; its strings belong to the arena given to place_load.
 *
 *	state/  0711 root
 *	  portal/    0700 portal           the portal's database
 *	  data/      0700 data             sources, hidden labels, keys
 *	  releases/  0700 data             images <release>.erofs
 *	  spool/     2750 gate:data        files on their way to the curator
 *	  views/     2750 data:gate        pages of files for those who vote on them
 *	  airlock/   2750 data:portal      what was let out
 *	  jobs/      0711 root, each jobs/<id> 2750 data:portal
 *	  ws/        0700 root, each ws/<id>/disk.img
 *	  packages/  0710 root:portal      <ws>.ledger and <ws>.seal, 0640 root:portal
 *	  archive/   0710 root:portal      <ws>.archive 0600 root; <ws>.json, .progress root:portal
 *	  inbox/     0750 root:data        unless configured elsewhere
 *	  witness    0600 root             heads of the audit trail, append-only
 *	run/    0711 root
 *	  lock       held while a warden runs, whose number it holds
 *	  runtime/   0700 root             the OCI runtime's own state
 *	  ws/<id>/   0710 root:uid_base    a workspace while it is open:
 *	    open       the last struct pw_ws
 *	    mnt/       0700, holds disk/, data/ and the ground (mounts nobody else may reach)
 *	    sock/      folders of slots, on each of a member a small tmpfs of their own
 *	    desk/      desk.sock, bound by the warden
 *	    bundle/    config.json and rootfs/
 *
 * Thread rule: one thread.
 */
#ifndef WARDEN_PLACE_H
#define WARDEN_PLACE_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "wire/slots.h"

struct account {
	const char *name;
	uid_t uid;
	gid_t gid;
};

struct place {
	struct config c;
	const char *config_path; /* absolute, as children get it */
	const char *runtime; /* absolute path of the OCI runtime, NULL when it is not installed */
	struct account portal, gate, data, mirror;
};

enum {
	PLACE_UIDS = SLOT_UIDS,
	PLACE_ARCHIVER = 65534, /* of these the one that nobody inside is */
	PLACE_RANGES = SLOT_RANGES,
	PLACE_MEMBER = SLOT_FIRST,
	PLACE_TEAM = 900, /* container gid of the whole team */
};

/* E_INPUT when an account does not exist or two of them are the same. */
enum status place_load(struct arena *, const char *config_path, struct place *ret, struct err *);

/* Makes the folders with the owners and modes above; existing ones are put right. Needs root. */
enum status place_make(const struct place *, struct err *);

/* Takes the lock of this run folder: E_CONFLICT when another warden holds it. */
enum status place_lock(struct arena *, const struct place *, int *ret_fd, struct err *);

/* Host uid of container uid 0. */
uid_t place_uid_base(const struct place *, uint64_t ws);
uid_t place_member_uid(const struct place *, uint64_t ws, uint32_t slot);

const char *place_ws_run(struct arena *, const struct place *, uint64_t ws);
const char *place_ws_state(struct arena *, const struct place *, uint64_t ws);
const char *place_container(struct arena *, const struct place *, uint64_t ws);
const char *place_cgroup(struct arena *, const struct place *, uint64_t ws);
/* The record of what a workspace fetched in its setup phase; the portal reads it. */
const char *place_ledger(struct arena *, const struct place *, uint64_t ws);
/* What sealing found out, for the portal: see seal.h. */
const char *place_seal(struct arena *, const struct place *, uint64_t ws);
const char *place_image(struct arena *, const struct place *, uint64_t release);
/* The same of simulated data. The curator alone names images so: whatever the portal asks for, a
 * workspace that is not sealed can be given no other. */
const char *place_simulated(struct arena *, const struct place *, uint64_t release);
/* bin/<name> with symbolic links resolved; E_ABSENT with a sentence when it is not there. */
enum status place_program(
	struct arena *, const struct place *, const char *name, const char **ret, struct err *);

/* mkdir if needed, then owner and mode. A symbolic link in its place is refused. */
enum status place_dir(const char *path, mode_t mode, uid_t uid, gid_t gid, struct err *);

#endif
