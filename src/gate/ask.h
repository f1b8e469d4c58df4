/*
 * The conversation with the portal: questions from any thread, answers and orders received by the
 * main thread in the order they came.
 *
 * While the portal is away a question is lost at once (E_IO); only tickets wait for it.
 */
#ifndef GATE_ASK_H
#define GATE_ASK_H

#include "gate/table.h"

/*
 * Buys a pass for the token whose hash is `key`. Waits at most five seconds, also for a portal that
 * is just starting. E_IO: it did not answer. Otherwise the portal's own status and sentence.
 */
enum status ask_ticket(struct gate *, uint64_t ws, const char *ticket, const uint8_t key[32],
	struct pg_pass *ret, struct err *);

/* Uses up a ticket for a look: *ret_file is the page to show. Waits and fails as ask_ticket. */
enum status ask_sight(struct gate *, const char *ticket, uint64_t *ret_file, struct err *);

/* A desk question. After OK, ask_end must be called; after a failure nothing is left. */
enum status ask_desk(struct gate *, struct ask *, struct pg_desk *, struct err *);
/* The next answer, within timeout_ms; E_IO when the portal went away or kept silent. */
enum status ask_next(
	struct gate *, struct ask *, int64_t timeout_ms, struct pg_desk_answer *ret, struct err *);
void ask_end(struct gate *, struct ask *);

/* Tells the portal that an admitted visitor waits for a program that is not there; seldom enough to
 * be called at every look. */
void ask_missing(struct gate *, const struct visit *, enum app);
/* Main. A new portal (-1: it is gone): open questions are lost, every pass is asked about. */
void ask_set_portal(struct gate *, int fd);
/* Main. One message from the portal. E_INPUT: it made no sense. */
enum status ask_hear(struct gate *, const void *msg, size_t n, struct err *);
/* Main. Tells the portal what every meter has counted since; what it cannot tell now, later. */
void ask_tell_meters(struct gate *);
/* Main. Asks about the passes whose turn it is. */
void ask_checks(struct gate *);

#endif
