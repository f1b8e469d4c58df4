/* The portal's questions: received, judged by message.c, and handed on by one table. */
#include <unistd.h>

#include "base/log.h"
#include "warden/warden.h"

static void
audit_head(struct warden *w, const void *msg, int fd)
{
	const struct pw_audit_head *m = msg;
	struct err e;
	enum status st = witness_add(&w->witness, m->n, m->hash, &e);
	if (st != OK)
		log_error("audit head refused", "why=\"%s\"", e.text);
	portal_done(w, w->portal_no, m->head.seq, &e, st, w->witness.n);
}

static void
host(struct warden *w, const void *msg, int fd)
{
	const struct wire_head *h = msg;
	struct pw_host m = { { PW_HOST_IS, h->seq }, w->site.host.data_allowed, 0, "" };
	snprintf(m.text, sizeof m.text, "%s", w->site.host.report);
	portal_send(w, &m, sizeof m);
}

static void
ready(struct warden *w, const void *msg, int fd)
{
	const struct wire_head *h = msg;
	if (w->portal_ready) {
		portal_refuse(w, "PW_READY came twice");
		return;
	}
	w->portal_ready = true;
	log_info("ready", "site=%s", w->site.place.c.site);
	portal_done(w, w->portal_no, h->seq, NULL, OK, 0);
}

static void (*const handlers[])(struct warden *, const void *msg, int fd) = {
#define HANDLER(type, body, n_fds, check, handler) [type] = handler,
	MESSAGES(HANDLER)
#undef HANDLER
};

void
ask_receive(struct warden *w, struct source *s)
{
	union {
		struct wire_head head;
		char bytes[WIRE_MAX];
	} m;
	int fds[WIRE_FDS], n_fds = 0;
	size_t n = 0;
	struct err e;
	if (wire_recv(s->fd, &m, &n, fds, &n_fds, &e) != OK) {
		portal_refuse(w, e.text);
		return;
	}
	if (n == 0 && n_fds == 0) {
		if (w->stopping)
			source_close(w, s);
		else
			portal_refuse(w, "it closed its socket");
		return;
	}
	if (message_check(&m, n, n_fds, &e) != OK)
		portal_refuse(w, e.text);
	else
		handlers[m.head.type](w, &m, n_fds ? fds[0] : -1);
	/* A trial's message has the key of an archive in it. */
	explicit_bzero(&m, n);
	for (int i = 0; i < n_fds; i++)
		close(fds[i]);
}
