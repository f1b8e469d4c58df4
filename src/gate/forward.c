/* One request, passed on to the notebook inside, and its reply. Part of work.h. */
#include <errno.h>
#include <sys/socket.h>

#include "base/log.h"
#include "gate/ask.h"
#include "gate/inside.h"
#include "gate/pump.h"
#include "gate/reply.h"
#include "gate/work.h"

enum { IDLE_MS = 120000, REPLY_HEAD_MAX = 32768 };

/* Nobody listens inside yet: a page that looks again each second, or a word for programs. */
static void
send_waiting(struct work *w)
{
	const struct request *r = &w->request;
	bool page = str_is(r->method, "GET") && r->wants_html && !r->upgrade;
	struct page p = { page ? 200 : 503, "Your notebook is starting",
		"This takes a few seconds. The page opens by itself as soon as it is ready. If "
		"nothing happens for a minute, enter again.",
		enter_link(w, w->v->ws), "Enter again" };
	if (page) {
		p.refresh = str_dup(w->arena, r->target);
		p.seconds = 1;
	}
	send_page(w, &p);
}

static void
send_bad_reply(struct work *w, const struct err *err)
{
	log_warn("reply refused", "ws=%llu slot=%u why=%s", (unsigned long long)w->v->ws,
		w->v->slot, log_safe(w->arena, err->text, strlen(err->text)));
	send_refusal(w, 502, "The notebook's answer was stopped", err->text);
}

/* Request head and the part of the body that came with it. */
static enum status
send_up(struct work *w, struct pump *p, struct err *e)
{
	struct buf out = buf_new(w->arena);
	size_t early = w->n - w->head;
	if ((int64_t)early > w->request.length)
		early = (size_t)w->request.length;
	request_rewrite(&w->request, &out);
	TRY(pump_send(w->v->inside, out.p, out.n, HEAD_MS, e));
	if (w->request.expects)
		TRY(pump_send(w->v->client, "HTTP/1.1 100 Continue\r\n\r\n", 25, HEAD_MS, e));
	TRY(pump_send(w->v->inside, w->buf + w->head, early, SEND_MS, e));
	p->up.left = w->request.length - (int64_t)early;
	return OK;
}

/* Keeps the request's body moving while the reply's head arrives. */
static enum pump_end
read_reply_head(struct work *w, struct pump *p, char *buf, size_t *n, size_t *head, struct err *e)
{
	for (;;) {
		ssize_t got = recv(w->v->inside, buf + *n, REPLY_HEAD_MAX - *n, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
			enum pump_end why = pump_up(p);
			if (why != PUMP_REPLY)
				return why;
			continue;
		}
		if (got <= 0) {
			err_set(e, E_INPUT, "", "The notebook broke off before it answered.");
			return PUMP_REPLY;
		}
		*n += (size_t)got;
		if (http_head_length((struct str){ buf, *n }, head, e) != OK || *head)
			return PUMP_REPLY;
		if (*n == REPLY_HEAD_MAX) {
			err_set(e, E_INPUT, "", "The notebook's answer has an endless head.");
			return PUMP_REPLY;
		}
	}
}

/* The rewritten head and what came with it of the body. False: there is nothing more to pass. */
static bool
send_down(struct work *w, struct pump *p, const struct reply *r, struct str early)
{
	struct err err = { 0 };
	struct buf out = buf_new(w->arena);
	if (w->cap >= 0 && r->length > w->cap) {
		send_refusal(w, 403, "Too large for the editor",
			"The editor opens text files up to 1 MiB. Use the terminal or a notebook "
			"to look at larger ones.");
		return false;
	}
	if (reply_rewrite(r, &w->request, w->gate->names.scheme, &out, &err) != OK) {
		send_bad_reply(w, &err);
		return false;
	}
	p->down.left = r->upgraded || r->length < 0 ? -1 : r->length;
	if (p->down.left < 0 && w->cap >= 0)
		p->down.left = w->cap;
	if (p->down.left >= 0 && (int64_t)early.n > p->down.left)
		early.n = (size_t)p->down.left;
	buf_put(&out, early.p, early.n);
	p->down.left -= p->down.left > 0 ? (int64_t)early.n : 0;
	return pump_send(w->v->client, out.p, out.n, SEND_MS, NULL) == OK &&
	       gate_meter(w->v->meter, (int64_t)out.n);
}

static void
forward(struct work *w, struct pump *p)
{
	struct err err = { 0 };
	struct reply reply;
	size_t n = 0, head = 0;
	char *buf = arena_alloc(w->arena, REPLY_HEAD_MAX);
	p->meter = w->v->meter;
	p->cut = &w->v->cut;
	p->idle_ms = IDLE_MS;
	if (send_up(w, p, &err) != OK) {
		send_bad_reply(w, &err);
		return;
	}
	enum pump_end why = read_reply_head(w, p, buf, &n, &head, &err);
	if (why == PUMP_IDLE)
		send_refusal(w, 504, "The notebook does not answer",
			"It may be busy. Wait a little and load the page again.");
	if (why != PUMP_REPLY || atomic_load(&w->v->cut))
		return;
	if (!head || reply_parse((struct str){ buf, head }, &w->request, &reply, &err) != OK) {
		send_bad_reply(w, &err);
		return;
	}
	if (!send_down(w, p, &reply, (struct str){ buf + head, n - head }))
		return;
	if (reply.upgraded) {
		p->up.left = -1;
		p->idle_ms = -1;
	}
	if (pump_both(p, reply.upgraded) == PUMP_SPENT)
		log_warn("hour's share used up", "ws=%llu person=%llu",
			(unsigned long long)w->v->ws, (unsigned long long)w->v->person);
}

void
work_forward(struct work *w, int folder)
{
	struct err err = { 0 };
	struct visit *v = w->v;
	struct pump pump;
	int fd;
	enum status s = inside_connect(folder, v->slot, v->uid, APP_NOTEBOOK, &fd, &err);
	if (s != OK) {
		if (s != E_ABSENT)
			log_warn("no way inside", "ws=%llu slot=%u why=%s",
				(unsigned long long)v->ws, v->slot,
				log_safe(w->arena, err.text, strlen(err.text)));
		else
			ask_missing(w->gate, v, APP_NOTEBOOK);
		send_waiting(w);
		return;
	}
	if (!gate_visit_join(v, fd))
		return;
	if (pump_init(&pump, v->client, v->inside, &err) != OK) {
		send_refusal(w, 503, "One moment", "The server is busy. Try again in a minute.");
		return;
	}
	forward(w, &pump);
	pump_free(&pump);
}
