/*
 * Control groups: which kind this host has, what a workspace uses, which processes it holds, and
 * the removal of what a runtime leaves behind. Works on v1, v2 and both at once (hybrid).
 *
 * Strings belong to the arena. Thread rule: one thread.
 */
#ifndef WARDEN_CGROUP_H
#define WARDEN_CGROUP_H

#include <sys/types.h>

#include "base/arena.h"
#include "warden/mounts.h"

enum cgroup_kind { CGROUP_NONE, CGROUP_V1, CGROUP_V2, CGROUP_HYBRID };

struct cgroups {
	enum cgroup_kind kind;
	/* Folder of each controller's hierarchy, NULL where the controller is not offered. On v2
	 * all three are the same. */
	const char *memory, *cpu, *pids, *cpuacct;
	bool swap;             /* memory and swap can be limited together */
	const char *roots[24]; /* every hierarchy, for the clean-up */
	size_t n_roots;
};

/* Out of the mount table of this process. */
struct cgroups cgroup_find(struct arena *, const struct mount_table *);
const char *cgroup_kind_name(enum cgroup_kind);

struct cgroup_use {
	uint64_t memory, memory_limit; /* bytes; without the page cache that can be dropped */
	uint64_t processes;
	uint64_t cpu_us;
	uint64_t oom_kills, fork_fails; /* times since the group was made */
};

/* path as in the OCI configuration, with a leading slash. What cannot be read is 0. */
struct cgroup_use cgroup_usage(struct arena *, const struct cgroups *, const char *path);

/* Processes of the group as host pids; *ret_n of them. An absent group has none. */
pid_t *cgroup_pids(struct arena *, const struct cgroups *, const char *path, size_t *ret_n);

/* Removes the group in every hierarchy, then its parent where it is empty. */
void cgroup_remove(struct arena *, const struct cgroups *, const char *path);

/* Real uid of a process, or (uid_t)-1 when it is gone. */
uid_t cgroup_pid_uid(pid_t);

#endif
