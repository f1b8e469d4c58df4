/*
 * A workspace from outside: everything that is done to it, each step to its end. Paths and names
 * come from ids only.
 *
 * The functions block (they format, mount, start containers), so the loop never calls them: workers
 * do, and start-up and shut-down. One exclusive step (open, close, destroy) at a time for each
 * workspace; notebook, evict and usage may run beside each other. Nothing is owned in memory.
 * Thread rule: one thread in each worker.
 */
#ifndef WARDEN_ROOM_H
#define WARDEN_ROOM_H

#include <sys/types.h>

#include "warden/host.h"
#include "warden/place.h"
#include "wire/portal_warden.h"

struct site {
	struct place place;
	struct host host;
};

/* Zeros become the configured defaults; unused members are cleared, so that bytes compare. */
struct pw_ws room_settle(const struct place *, const struct pw_ws *);

/*
 * Makes and starts it. E_CONFLICT when the host lacks a control this stage requires; E_ABSENT when
 * the release's image is not there. On failure nothing runs, and homes are as they were.
 */
enum status room_open(
	struct arena *, const struct site *, const struct pw_ws *, pid_t *ret_pid, struct err *);

/* Changes members and limits of a running one, which keeps running. Who is no longer a member is
 * evicted. */
enum status room_update(struct arena *, const struct site *, const struct pw_ws *now,
	const struct pw_ws *next, struct err *);

/* Stops it and unmounts everything; homes stay in their image. Not open is OK. */
enum status room_close(struct arena *, const struct site *, uint64_t ws, struct err *);

/* Closes it and removes its disk: *ret_bytes as the host's file system counted them. */
enum status room_destroy(
	struct arena *, const struct site *, uint64_t ws, uint64_t *ret_bytes, struct err *);

/* The programs that serve one member, each on a socket in the member's folder. */
enum room_app { ROOM_NOTEBOOK, ROOM_TERMINAL, ROOM_DESKTOP, ROOM_APPS };

/* The program that a question of this type is about; ROOM_APPS when it is about none. */
enum room_app room_app_of(uint32_t type);

/*
 * Starts the member's program if it does not run; returns when somebody listens on its socket.
 * E_CONFLICT when the host lacks it.
 */
enum status room_start(struct arena *, const struct site *, const struct pw_ws *,
	const struct pw_member *, enum room_app, struct err *);

/* Ends every process of the slot and empties its socket folder. */
enum status room_evict(struct arena *, const struct site *, uint64_t ws, uint32_t slot,
	uint64_t *ret_n, struct err *);

/* Fills what is measured; state is WS_OPEN when processes are there, else WS_CLOSED or WS_ABSENT.
 */
void room_usage(struct arena *, const struct site *, uint64_t ws, struct pw_usage *);

/* What an earlier warden left of it: OK when it runs and may be adopted, else E_ABSENT. */
enum status room_found(struct arena *, const struct site *, uint64_t ws, struct pw_ws *ret,
	pid_t *ret_pid, struct err *);

/* The last struct pw_ws, written at each opening. */
enum status room_remembered(
	struct arena *, const struct place *, uint64_t ws, struct pw_ws *ret, struct err *);

/*
 * Starts the helper that has apt install programs, as the workspace's own root: in the setup phase
 * of a team with a layer, else nothing is done and *ret_pid is 0.
 */
enum status room_installer(
	struct arena *, const struct site *, const struct pw_ws *, pid_t *ret_pid, struct err *);

/*
 * Installs what a lock file (wire/packages.h) lists, into a workspace in the setup phase. The
 * descriptor stays the caller's. E_INPUT for a file that is none; E_CONFLICT with a sentence when a
 * package is not to be had or has other bytes, and then nothing was installed. Takes minutes.
 */
enum status room_replay(
	struct arena *, const struct site *, const struct pw_ws *, int lock, struct err *);

/* Writes a process.json for the member below run/ws/<id>; the caller unlinks it. */
enum status room_process(struct arena *, const struct place *, const struct pw_ws *,
	const struct pw_member *, const char *const *argv, const char **ret_path, struct err *);

#endif
