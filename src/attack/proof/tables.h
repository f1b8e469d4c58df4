/*
 * The hospital's tables of the throw-away server: some hundred invented patients, one of whom has a
 * name of its own in each run, so that any copy of the tables can be known.
 *
 * Thread rule: one thread.
 */
#ifndef ATTACK_PROOF_TABLES_H
#define ATTACK_PROOF_TABLES_H

#include "attack/proof/house.h"

extern const char tables_recipe[];
enum { TABLES_PATIENTS = 600 };

/* Writes them into the inbox, readable by the curator. *ret_name is the one name. */
enum status tables_write(struct house *, const char **ret_name, struct err *);

#endif
