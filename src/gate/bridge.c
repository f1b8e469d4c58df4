/*
 * The WebSocket of a page of ours: the gate is its server, and carries what it says to the program
 * inside and back. A desktop's pictures, keys and pointer pass the filter of rfb.h; a terminal's
 * bytes pass as they are. Part of work.h.
 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/log.h"
#include "gate/ask.h"
#include "gate/frames.h"
#include "gate/inside.h"
#include "gate/pump.h"
#include "gate/rfb.h"
#include "gate/work.h"

enum { READ_BYTES = 65536, PING_MS = 25000 };
/* What a page is told when its connection is ended; see the pages' scripts. */
enum { CLOSE_OVER = 1000, CLOSE_CLOSED = 4003, CLOSE_ABSENT = 4004, CLOSE_ENOUGH = 4029 };

struct bridge {
	struct work *w;
	struct frames frames;
	struct rfb *rfb; /* NULL for a terminal */
	char *read;
	struct buf data, out, to_client;
};

/* 0 to go on, else the code to close with. */
static int
from_browser(struct bridge *b, struct err *e)
{
	struct visit *v = b->w->v;
	ssize_t n = recv(v->client, b->read, READ_BYTES, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return CLOSE_OVER;
	b->data.n = b->out.n = b->to_client.n = 0;
	struct str in = { b->read, (size_t)n };
	enum status s = frames_read(&b->frames, in, &b->data, &b->to_client, e);
	struct buf *up = &b->data;
	if (s == OK && b->rfb) {
		s = rfb_from_client(b->rfb, buf_str(&b->data), &b->out, e);
		up = &b->out;
	}
	if (s != OK)
		return CLOSE_CLOSED;
	if (pump_send(v->inside, up->p, up->n, SEND_MS, NULL) != OK ||
		pump_send(v->client, b->to_client.p, b->to_client.n, SEND_MS, NULL) != OK)
		return CLOSE_OVER;
	return b->frames.closed ? CLOSE_OVER : 0;
}

static int
from_inside(struct bridge *b, struct err *e)
{
	struct visit *v = b->w->v;
	ssize_t n = recv(v->inside, b->read, READ_BYTES, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return CLOSE_OVER;
	struct str in = { b->read, (size_t)n };
	b->out.n = b->to_client.n = 0;
	enum status s = OK;
	if (b->rfb) {
		s = rfb_from_server(b->rfb, in, &b->out, e);
		in = buf_str(&b->out);
	}
	if (in.n)
		frames_put(&b->to_client, FRAMES_BINARY, in);
	if (pump_send(v->client, b->to_client.p, b->to_client.n, SEND_MS, NULL) != OK)
		return CLOSE_OVER;
	int64_t sent = (int64_t)b->to_client.n;
	if (!(b->rfb ? gate_meter_pixels(v->meter, sent) : gate_meter(v->meter, sent)))
		return CLOSE_ENOUGH;
	return s == OK ? 0 : CLOSE_CLOSED;
}

static int
carry(struct bridge *b, struct err *e)
{
	struct visit *v = b->w->v;
	int code = 0;
	while (!code) {
		struct pollfd p[2] = { { v->client, POLLIN, 0 }, { v->inside, POLLIN, 0 } };
		int n = poll(p, 2, PING_MS);
		if (atomic_load(&v->cut))
			return CLOSE_OVER;
		/* A proxy on the way would take silence for an end. */
		if (n == 0) {
			b->to_client.n = 0;
			frames_put(&b->to_client, FRAMES_PING, STR(""));
			if (pump_send(v->client, b->to_client.p, b->to_client.n, SEND_MS, NULL) !=
				OK)
				return CLOSE_OVER;
		}
		if (p[0].revents)
			code = from_browser(b, e);
		if (!code && p[1].revents)
			code = from_inside(b, e);
	}
	return code;
}

static void
say_close(struct work *w, int code, const char *why)
{
	struct buf out = buf_new(w->arena);
	frames_put_close(&out, code, why);
	pump_send(w->v->client, out.p, out.n, HEAD_MS, NULL);
}

static void
run(struct work *w, enum app app)
{
	struct err err = { 0 };
	struct arena *a = w->arena;
	struct bridge b = { .w = w, .read = arena_bytes(a, READ_BYTES) };
	b.data = buf_new(a), b.out = buf_new(a), b.to_client = buf_new(a);
	if (app == APP_DESKTOP) {
		b.rfb = ARENA_NEW(a, struct rfb);
		rfb_init(b.rfb, w->gate->paste);
	}
	int code = carry(&b, &err);
	if (err.text[0])
		log_warn("ended", "ws=%llu person=%llu app=%s why=\"%s\"",
			(unsigned long long)w->v->ws, (unsigned long long)w->v->person,
			apps[app].name, err.text);
	if (b.rfb && (b.rfb->cut_in || b.rfb->cut_out))
		log_info("clipboard stopped", "ws=%llu person=%llu in=%llu out=%llu",
			(unsigned long long)w->v->ws, (unsigned long long)w->v->person,
			(unsigned long long)b.rfb->cut_in, (unsigned long long)b.rfb->cut_out);
	if (!b.frames.closed)
		say_close(w, code, code == CLOSE_OVER ? "" : err.text);
}

bool
work_bridge(struct work *w, int folder)
{
	struct visit *v = w->v;
	struct err err = { 0 };
	struct buf out = buf_new(w->arena);
	enum app app = str_is(w->request.path, "/desktop/socket")    ? APP_DESKTOP
		       : str_is(w->request.path, "/terminal/socket") ? APP_TERMINAL
								     : APPS;
	int fd;
	if (app == APPS)
		return false;
	if (!w->request.upgrade) {
		send_refusal(w, 400, "Not understood", "This address is a WebSocket's.");
		return true;
	}
	enum status s = inside_connect(folder, v->slot, v->uid, app, &fd, &err);
	frames_accept(&w->request, &out);
	if (pump_send(v->client, out.p, out.n, HEAD_MS, NULL) != OK) {
		if (s == OK)
			close(fd);
	} else if (s != OK) {
		if (s != E_ABSENT)
			log_warn("no way inside", "ws=%llu slot=%u why=\"%s\"",
				(unsigned long long)v->ws, v->slot, err.text);
		else
			ask_missing(w->gate, v, app);
		say_close(w, CLOSE_ABSENT, "It is not running.");
	} else if (gate_visit_join(v, fd)) {
		run(w, app);
	}
	return true;
}
