/*
 * What the gate tells without being asked, and what becomes of it. Part of gate.h's link.
 *
 * Owns nothing. Thread rule: as the struct db.
 */
#ifndef PORTAL_KEEPER_GATE_TOLD_H
#define PORTAL_KEEPER_GATE_TOLD_H

#include "portal/web/req.h"
#include "wire/portal_gate.h"

/* Written down. */
void gate_told_carried(struct db *, const struct pg_carried *);
/* The program is started again, if the visitor is still welcome. */
void gate_told_missing(struct server *, struct db *, const struct pg_missing *);
/* A file of the spool is gone. */
void gate_told_dropped(struct db *, const struct pg_drop *);

#endif
