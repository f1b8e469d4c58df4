/*
 * Bytes to a port of this machine and what is answered: for requests that no browser would send.
 *
 * Answers belong to the arena. Thread rule: one thread.
 */
#ifndef ATTACK_PROOF_RAW_H
#define ATTACK_PROOF_RAW_H

#include <stdbool.h>

#include "base/str.h"

struct raw_answer {
	int code;         /* of HTTP; 0 when there was no answer, or none that is one */
	const char *head; /* "" when there was none */
	struct str body;  /* as it came, at most 1 MiB */
	int ms;           /* until the other side closed, or the time was over */
	bool closed;      /* the other side ended it */
};

/* A connection to 127.0.0.1, or -1. */
int raw_connect(int port);
/* Sends everything and reads until the other side closes, at most ms milliseconds. */
struct raw_answer raw_ask(struct arena *, int port, struct str bytes, int ms);
/* The same on an open connection, which stays open. */
struct raw_answer raw_ask_on(struct arena *, int fd, struct str bytes, int ms);
/* Value of the first header line of this name, "" when there is none. */
const char *raw_line(struct arena *, const struct raw_answer *, const char *name);

#endif
