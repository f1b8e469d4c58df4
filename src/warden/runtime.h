/*
 * The OCI runtime: the few commands the warden needs of it, and what it refuses to use.
 *
 * Containers live in the kernel and in run/runtime; nothing is owned here. Blocks; workers and
 * start-up call it. Thread rule: one thread.
 */
#ifndef WARDEN_RUNTIME_H
#define WARDEN_RUNTIME_H

#include "warden/cgroup.h"
#include "warden/place.h"

/*
 * OK when this runtime can be trusted here, else E_CONFLICT with the reason. crun 1.8 cannot run on
 * hybrid control groups; names we have not tried are refused.
 */
enum status runtime_fit(const struct place *, enum cgroup_kind, struct err *);

/* First line of `runtime --version`. */
enum status runtime_version(struct arena *, const struct place *, const char **ret, struct err *);

/*
 * Creates and starts the container of a prepared bundle; *ret_pid is its process 1. With ret_said
 * (else NULL) waits for process 1 to close its standard output, which must come within seconds:
 * everything it wrote, belonging to the arena.
 */
enum status runtime_start(struct arena *, const struct place *, uint64_t ws, pid_t *ret_pid,
	struct str *ret_said, struct err *);

/* E_ABSENT when the runtime does not know it or it does not run. */
enum status runtime_pid(
	struct arena *, const struct place *, uint64_t ws, pid_t *ret_pid, struct err *);

/* Starts a process described by the file; returns when it has started. */
enum status runtime_exec_detached(struct arena *, const struct place *, uint64_t ws,
	const char *process, pid_t *ret_pid, struct err *);

/* The arguments of an attached exec, for a caller that passes terminals through. */
const char *const *runtime_exec_argv(
	struct arena *, const struct place *, uint64_t ws, const char *process);

/* Kills everything in it and forgets it. Unknown is OK. */
enum status runtime_remove(struct arena *, const struct place *, uint64_t ws, struct err *);

/* Changes limits while it runs. */
enum status runtime_limits(struct arena *, const struct place *, uint64_t ws, uint32_t memory_mb,
	uint32_t cpus, uint32_t processes, bool swap, struct err *);

#endif
