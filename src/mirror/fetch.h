/*
 * Fetches one file of a registry and passes it on while it comes; the hash of a whole package goes
 * into the ledger.
 *
 * A struct fetcher belongs to one thread, which keeps it for one request after the other, so that
 * connections to the registries live on. Blocks as long as the registry or the workspace is slow,
 * within limits. Thread rule: one thread per struct fetcher; ledgers are shared.
 */
#ifndef MIRROR_FETCH_H
#define MIRROR_FETCH_H

#include <stdatomic.h>

#include "mirror/ask.h"

/* Appends go to one descriptor, a line a write; it is full at LEDGER_LINES. */
enum { LEDGER_LINES = 20000 };
struct ledger {
	int fd;
	atomic_int lines;
};

struct fetcher;

struct fetcher *fetcher_new(const struct upstreams *, struct ledger *);

/*
 * Answers the question on the socket, whatever comes of it. Returns the HTTP status that went out;
 * 0 when the socket broke.
 */
int fetcher_answer(struct fetcher *, struct arena *, const struct ask *, int sock);

/* A refusal or a failure, as text. */
void fetch_say(int sock, int code, const char *text);

#endif
