/*
 * Who sweeps after a throw-away server: a process of its own that waits until its master is done
 * or dead, and then ends the server, lets go of what a killed one can leave behind (control groups,
 * mounts) and removes its folders. Interrupts do not reach it.
 *
 * Owned by the house. Thread rule: one thread.
 */
#ifndef ATTACK_PROOF_JANITOR_H
#define ATTACK_PROOF_JANITOR_H

#include "attack/proof/house.h"

enum status janitor_start(struct house *, struct err *);
/* Which process is the warden now. */
void janitor_tell(struct house *);
/* The last line of the server's log, for a sentence. */
const char *janitor_last_words(struct house *);

#endif
