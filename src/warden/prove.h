/*
 * Proof from outside, before anybody is let in: that a started workspace really has the walls its
 * configuration asked for. A runtime that drops a flag is found here and not by a team.
 *
 * Reads the host's /proc only; owns nothing. Thread rule: one thread.
 */
#ifndef WARDEN_PROVE_H
#define WARDEN_PROVE_H

#include <sys/types.h>

#include "warden/mounts.h"

/*
 * pid is process 1 of the workspace; uid_base the host uid that its uid 0 must be; data tells
 * whether /data must be a read-only erofs or must not exist. E_IO with the first thing that is
 * wrong.
 */
enum status prove_container(struct arena *, pid_t pid, uid_t uid_base, bool data, struct err *);

/* The parts, over the text of the kernel's files, for tests. */
enum status prove_mounts(const struct mount_table *, bool data, struct err *);
enum status prove_network(struct str net_dev, struct err *);
enum status prove_status(struct str status, uid_t uid_base, struct err *);

/* In a frozen workspace nothing of the team's can be written: /home and /team are read-only. */
enum status prove_frozen_mounts(const struct mount_table *, struct err *);
enum status prove_frozen(struct arena *, pid_t, struct err *);

#endif
