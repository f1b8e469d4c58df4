/*
 * The airlock as its people use it: a member hands in from inside, stewards look and vote. Shared
 * by the attacks on what is handed in (airlock.c) and on who decides (votes.c).
 *
 * Texts belong to the proof's arena; JSON is the caller's to json_decref. Thread rule: one thread.
 */
#ifndef ATTACK_PROOF_AIRLOCK_H
#define ATTACK_PROOF_AIRLOCK_H

#include "attack/proof/proof.h"

/* A member of team 1 makes a file in a fresh folder by a script and hands it in; what was said. */
const char *airlock_add(struct proof *, const struct who *, const char *make, const char *name);
/* Every check passed: it would go to the reviewers without a finding. */
bool airlock_taken(const char *said);
/* It was refused, or may never leave. */
bool airlock_stopped(const char *said);

struct json_t *airlock_request(struct proof *, struct who *by, int64_t n);
const char *airlock_path(struct proof *, int64_t n, const char *rest);
int64_t airlock_newest(struct proof *, const struct who *author);
/* Waits at most ms until the request is in this state. */
bool airlock_is(struct proof *, int64_t n, const char *state, int ms);

#endif
