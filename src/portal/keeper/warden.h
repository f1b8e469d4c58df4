/*
 * The portal's link to the warden: questions that wait for their answer, and what the warden tells
 * by itself. See wire/portal_warden.h for the messages.
 *
 * The link owns the socket and one thread that receives. When the warden is gone the process ends
 * itself by SIGTERM, because without a warden there is nothing to serve.
 *
 * Thread rule: warden_ask may be called by any thread and by many at once. Events are delivered on
 * the receiving thread: their functions must be quick and must not ask.
 */
#ifndef PORTAL_KEEPER_WARDEN_H
#define PORTAL_KEEPER_WARDEN_H

#include <stddef.h>

#include "base/err.h"
#include "wire/portal_warden.h"

struct warden;

/* What the warden tells by itself. All of them are given ctx. */
struct warden_events {
	void *ctx;
	void (*gate)(void *ctx, int sock); /* a new gate; the socket becomes the callee's */
	void (*job_ended)(void *ctx, const struct pw_job_ended *);
	void (*ws_ended)(void *ctx, const struct pw_ws_ended *);
};

/* Starts receiving. The events' ctx must outlive the link. E_IO when no thread can be made. */
enum status warden_start(int sock, const struct warden_events *, struct warden **ret, struct err *);

/* Waits up to `seconds` for the listening descriptor, which becomes the caller's. */
enum status warden_listen(struct warden *, int seconds, int *ret_fd, struct err *);

/*
 * Asks and waits. msg begins with a struct wire_head whose type is set; seq is filled in here. The
 * answer goes to ret_reply (NULL: only the status matters), whose size must be that of the answer:
 * struct pw_usage to PW_WS_STATE, struct pw_host to PW_HOST, struct pw_done to all others.
 *
 * An answer that says no becomes the error, with the warden's sentence. E_BUSY after the longest
 * wait: 150 s to open a workspace, 30 min to install packages, 60 s to close or destroy one, 30 s
 * to start a notebook, 10 s otherwise. E_IO when the warden is gone or the portal is stopping.
 */
enum status warden_ask(struct warden *, void *msg, size_t size, const int *fds, int n_fds,
	void *ret_reply, size_t reply_size, struct err *);

/*
 * Asks, and waits ms only for a refusal: OK also when the warden is still at work then. For what
 * its asker will see by itself. Otherwise as warden_ask, to a question that PW_DONE answers.
 */
enum status warden_begin(struct warden *, void *msg, size_t size, int ms, struct err *);

/* PW_ questions of a number alone. ret_value (may be NULL) is done.value. */
enum status warden_ask_id(
	struct warden *, enum pw_type, int64_t id, uint64_t *ret_value, struct err *);

/* Everyone who asks, now or later, gets E_IO at once. */
void warden_close(struct warden *);
/* Whether warden_close was called or the warden is gone. */
bool warden_closed(struct warden *);
/* Ends the thread and frees. Nobody may ask any more. NULL is fine. */
void warden_free(struct warden *);

#endif
