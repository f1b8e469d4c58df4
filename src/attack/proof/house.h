/*
 * A throw-away server beside the installed one: its programs, its accounts and its host, but a
 * state and a run folder of its own, ports of its own on loopback and users of its own range. What
 * would be cruel to a running event (kill -9, an edited trail, a full disk) is done to it.
 *
 * house_make owns two folders and a janitor process. However this process ends, even by kill -9,
 * the janitor ends the server, lets go of every mount and control group and removes the folders;
 * house_end waits until it has.
 *
 * Thread rule: one thread.
 */
#ifndef ATTACK_PROOF_HOUSE_H
#define ATTACK_PROOF_HOUSE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/config.h"
#include "base/err.h"
#include "base/str.h"

struct house {
	struct arena *arena;
	struct config c;         /* its own */
	const char *config_path; /* the same, as a file */
	const char *log;
	const char *site; /* "http://localhost:20000" */
	int port, rooms_port;
	pid_t warden; /* 0: does not run */
	pid_t janitor;
	int leash; /* its closing tells the janitor */
};

/* installed: whose programs, accounts and runtime are to be proven. Needs root. */
enum status house_make(
	struct arena *, const struct config *installed, struct house *ret, struct err *);
/* Starts it (again) and waits until it answers. */
enum status house_start(struct house *, struct err *);
void house_end(struct house *);

/* Waits at most ms until the portal answers. */
bool house_answers(struct house *, int ms);
/* The warden's child of this name ("wardroom-portal"), 0 when there is none. */
pid_t house_child(struct house *, const char *name);
/* kill -9 of the warden; portal and gate end with it. */
void house_kill_warden(struct house *);

/*
 * Runs a program of the server's: argv[0] is its name in the bin folder, NULL ends. in: standard
 * input, by a pipe. Standard output and error, at most 4 MiB, come back together. The exit code;
 * 128 + n after signal n, 127 when it could not be tried. At most 120 seconds.
 */
int house_run(struct house *, struct arena *, const char *const *argv, struct str in,
	struct str *ret_out);

/* The same with a limit of its own, in milliseconds. */
int house_run_for(struct house *, struct arena *, const char *const *argv, struct str in, int ms,
	struct str *ret_out);

/* A script of a shell inside a workspace, as the member in the slot. */
int house_inside(struct house *, struct arena *, int64_t ws, int64_t slot, const char *script,
	struct str in, struct str *ret_out);

#endif
