/*
 * The system calls a workspace may make, as the "seccomp" object of an OCI configuration.
 * Default deny (EPERM), x86-64 only: the 32-bit and x32 ways into the kernel end the caller.
 *
 * Constant tables; nothing is owned. Thread rule: free-threaded.
 */
#ifndef WARDEN_SECCOMP_H
#define WARDEN_SECCOMP_H

#include "base/json.h"

/* Writes the object as the next value of the JSON. */
void seccomp_write(struct jsonw *);

/* True when some rule lets the call through, perhaps for some arguments only. For tests. */
bool seccomp_allows(const char *name);

/* Why the i-th group is allowed, and its calls (separated by spaces); NULL after the last. Calls
 * that are allowed for some arguments only are groups of one. */
const char *seccomp_reason(size_t i, const char **ret_names);

/* Name of the i-th call in the tables, NULL after the last. For tests. */
const char *seccomp_name(struct arena *, size_t i);

#endif
