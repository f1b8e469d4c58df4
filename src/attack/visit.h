/*
 * The inside program in a workspace: brought in as a member would bring it, through the standard
 * input of a shell, so that nothing of the attack is part of any workspace.
 *
 * visit_start fills a struct visit, which owns a process and two pipes until visit_end.
 * Thread rule: one thread.
 */
#ifndef ATTACK_VISIT_H
#define ATTACK_VISIT_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct visit {
	pid_t pid;
	int in, out; /* its standard input and output; out does not block */
	struct buf got;
	size_t at; /* bytes of got that visit_line has handed out */
};

/*
 * Runs the program as the member in the slot, with words (NULL-terminated) as arguments. The
 * programs wardroom-warden and wardroom-attack-inside are beside this one; absent is E_ABSENT.
 */
enum status visit_start(struct arena *, const char *config, int64_t ws, int64_t slot,
	const char *const *words, struct visit *ret, struct err *);

/* Reads what there is; false at its end. */
bool visit_read(struct visit *);
/* The next whole line without its end, if there is one. */
bool visit_line(struct visit *, struct str *ret);
/* As visit_line, waiting at most ms. */
bool visit_wait_line(struct visit *, int ms, struct str *ret);

/* Ends its input, waits, and kills it after ten seconds. The exit code; 128 + n after signal n. */
int visit_end(struct visit *);

#endif
