/*
 * The portal's link to the gate: answers what the gate asks (tickets, checks, the desk) and tells
 * it whom to cut. See wire/portal_gate.h for the messages.
 *
 * The link owns the socket, a receiving thread and a few answering threads. A submission that is
 * being scored holds no thread: its answer is set aside until the keeper says that it has ended.
 *
 * Thread rule: every function may be called by any thread. gate_cut waits; the others do not.
 */
#ifndef PORTAL_KEEPER_GATE_H
#define PORTAL_KEEPER_GATE_H

#include "portal/keeper/desk.h"
#include "portal/web/req.h"

struct gate;

/* server->store must be open, and outlive the link. E_IO when no thread can be made. */
enum status gate_start(struct server *, struct gate **ret, struct err *);

/* The gate that is there from now on; the socket becomes the link's. */
void gate_attach(struct gate *, int sock);

/*
 * Has connections closed: of a workspace, of a person, of a sign-in; 0 stands for any, but not all
 * three. Waits up to two seconds until the gate says so. Without a gate there is nothing to cut:
 * OK. E_BUSY when the gate does not answer; it asks about every visitor again each 20 seconds, so
 * that a lost cut takes effect all the same.
 */
enum status gate_cut(struct gate *, int64_t ws, int64_t person, int64_t session, struct err *);

/* As gate_cut of a whole workspace, or of a sign-in, without waiting. */
void gate_cut_ws(struct gate *, int64_t ws);
void gate_cut_session(struct gate *, int64_t session);

/* Nobody needs a file of the spool any more: the gate is to remove it, and says when it has. */
void gate_drop(struct gate *, int64_t spool);

/* A submission has been scored, a check has ended: whoever waits for it at the desk is told. */
void gate_wait_over(struct gate *, enum desk_wait, int64_t id);

/* Ends its threads and frees. Nobody may call any more. NULL is fine. */
void gate_free(struct gate *);

#endif
