#include "gate/visit.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/ask.h"
#include "gate/inside.h"
#include "gate/page.h"
#include "gate/pump.h"
#include "gate/reply.h"
#include "gate/sight.h"

enum { HEAD_MS = 10000, SEND_MS = 30000, IDLE_MS = 120000, REPLY_HEAD_MAX = 32768 };

/* All of one visit's work; lives on its thread's stack. */
struct work {
	struct visit *v;
	struct gate *gate;
	struct arena *arena;
	struct request request;
	bool parsed; /* request holds something */
	char *buf;   /* the head and what came with it */
	size_t n, head;
	int64_t cap; /* of the reply's body; -1 none */
};

static void
send_page(struct work *w, const struct page *p)
{
	struct buf out = buf_new(w->arena);
	bool html = w->parsed && w->request.wants_html;
	page_put(&out, p, html, w->parsed && str_is(w->request.method, "HEAD"));
	if (pump_send(w->v->client, out.p, out.n, HEAD_MS, NULL) != OK)
		return;
	if (w->v->meter)
		gate_meter(w->v->meter, (int64_t)out.n);
}

static void
send_refusal(struct work *w, int code, const char *title, const char *text)
{
	struct page p = { .code = code, .title = title, .text = text };
	send_page(w, &p);
}

static const char *
enter_link(struct work *w, uint64_t ws)
{
	return arena_printf(w->arena, "%s/rooms/%llu/enter", w->gate->site, (unsigned long long)ws);
}

/* Reads until the blank line. 0, or the status to refuse with; -1: nobody there to refuse. */
static int
read_head(struct work *w, struct err *e)
{
	int64_t until = clock_mono_ms() + HEAD_MS;
	w->buf = arena_alloc(w->arena, HTTP_HEAD_MAX);
	for (;;) {
		if (http_head_length((struct str){ w->buf, w->n }, &w->head, e) != OK)
			return 400;
		if (w->head)
			return 0;
		if (w->n == HTTP_HEAD_MAX) {
			err_set(e, E_INPUT, "", "The head is larger than %d bytes.", HTTP_HEAD_MAX);
			return 431;
		}
		int64_t rest = until - clock_mono_ms();
		struct pollfd p = { .fd = w->v->client, .events = POLLIN };
		if (rest <= 0 || poll(&p, 1, (int)rest) == 0) {
			err_set(e, E_INPUT, "", "The head did not arrive in time.");
			return w->n ? 408 : -1;
		}
		ssize_t got = recv(w->v->client, w->buf + w->n, HTTP_HEAD_MAX - w->n, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return -1;
		w->n += got > 0 ? (size_t)got : 0;
	}
}

static void
send_not_entered(struct work *w, uint64_t ws, enum status s, const char *why)
{
	struct page later = { 503, "One moment",
		"The server is starting or busy. Try again in a few seconds.", enter_link(w, ws),
		"Try again" };
	struct page never = { 403, "This way in is closed",
		*why ? why
		     : "A link into a workspace works once and for a minute. Go back and enter "
		       "again.",
		w->gate->site, "Back to the datathon" };
	send_page(w, s == E_IO || s == E_BUSY || s == E_BUG ? &later : &never);
}

/*
 * A page that moves on, not a redirect: after a redirect from another site, the browser would not
 * send the strict cookie that it has just been given.
 */
static void
send_entered(struct work *w, const char *token_hex)
{
	struct page p = { .code = 200,
		.title = "Welcome",
		.text = "Opening your workspace.",
		.link = "/tree",
		.label = "Open the notebook",
		.refresh = "/tree" };
	p.cookie = arena_printf(w->arena, REQUEST_COOKIE "=%s; HttpOnly; SameSite=Strict; Path=/%s",
		token_hex, streq(w->gate->names.scheme, "https") ? "; Secure" : "");
	send_page(w, &p);
}

/* The one-time ticket becomes a cookie of this origin. */
static void
enter(struct work *w, uint64_t ws)
{
	struct err err = { 0 }, said = { 0 };
	struct str ticket;
	struct pg_pass pass;
	uint8_t token[REQUEST_TOKEN_BYTES], key[32];
	char hex[2 * REQUEST_TOKEN_BYTES + 1];
	enum status s = request_query(w->arena, &w->request, "ticket", &ticket, &err);
	if (s == OK && !hex_decode(ticket, key, sizeof key))
		s = E_INPUT;
	randombytes_buf(token, sizeof token);
	crypto_generichash(key, sizeof key, token, sizeof token, NULL, 0);
	hex_encode(hex, token, sizeof token);
	if (s == OK)
		s = ask_ticket(w->gate, ws, str_dup(w->arena, ticket), key, &pass, &said);
	if (s == OK) {
		log_info("entered", "ws=%llu person=%llu slot=%u", (unsigned long long)ws,
			(unsigned long long)pass.person, pass.slot);
		send_entered(w, hex);
	} else {
		send_not_entered(w, ws, s, said.text);
	}
	sodium_memzero(token, sizeof token);
	sodium_memzero(hex, sizeof hex);
}

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

static void
pass_on(struct work *w, int folder)
{
	struct err err = { 0 };
	struct visit *v = w->v;
	struct pump pump;
	int fd;
	enum status s = inside_connect(folder, v->slot, v->uid, &fd, &err);
	if (s != OK) {
		if (s != E_ABSENT)
			log_warn("no way inside", "ws=%llu slot=%u why=%s",
				(unsigned long long)v->ws, v->slot,
				log_safe(w->arena, err.text, strlen(err.text)));
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

/* Who is it, and may they? *ret_folder is the way in; -1 when an answer has been sent. */
static void
admit(struct work *w, uint64_t ws, int *ret_folder)
{
	struct err err = { 0 };
	uint8_t tokens[REQUEST_TOKENS][REQUEST_TOKEN_BYTES];
	size_t n = request_tokens(&w->request, tokens);
	int folder;
	enum status s = gate_visit_admit(w->v, ws, tokens, n, &folder);
	if (s == E_AUTH) {
		struct page p = { 401, "The door is closed",
			"You are not signed in to this workspace at the moment. If you belong to "
			"its team, enter from the datathon's site.",
			enter_link(w, ws), "Enter the workspace" };
		send_page(w, &p);
		return;
	}
	if (s != OK) {
		send_refusal(w, 503, "One moment", "The server is busy. Try again in a minute.");
		return;
	}
	atomic_fetch_add(&w->v->meter->requests, 1);
	int code = request_check_path(w->arena, &w->request, &w->cap, &err);
	if (code) {
		log_info("refused", "ws=%llu person=%llu code=%d target=%s", (unsigned long long)ws,
			(unsigned long long)w->v->person, code,
			log_safe(w->arena, w->request.target.p, w->request.target.n));
		send_refusal(
			w, code, code == 403 ? "Not out of the door" : "Not understood", err.text);
	} else if (!gate_meter(w->v->meter, 0)) {
		send_refusal(w, 429, "Enough for this hour",
			arena_printf(w->arena,
				"You have loaded %d MiB from this workspace within the hour. Go on "
				"when the next hour begins; your work inside continues.",
				(int)(METER_MAX >> 20)));
	} else {
		*ret_folder = folder;
		return;
	}
	close(folder);
}

static void
answer(struct work *w)
{
	struct err err = { 0 };
	uint64_t ws = 0;
	int folder = -1, code = read_head(w, &err);
	if (code < 0)
		return;
	if (!code)
		code = request_parse((struct str){ w->buf, w->head }, &w->request, &err);
	w->parsed = !code;
	/* Nothing may come with a handshake: it would be read as the WebSocket's first bytes. */
	if (!code && w->request.upgrade && w->n > w->head) {
		err_set(&err, E_INPUT, "", "Bytes follow a handshake that is not answered yet.");
		code = 400;
	}
	if (code) {
		send_refusal(w, code, "Not understood", err.text);
		return;
	}
	if (rooms_is_airlock(&w->gate->names, w->request.host)) {
		code = request_check_origin(&w->request, w->gate->names.scheme, &err);
		if (code)
			send_refusal(w, code, "Not from there", err.text);
		else
			sight_run(w->v, w->arena, &w->request);
		return;
	}
	enum status s = rooms_find(&w->gate->names, w->request.host, &ws);
	if (s == E_INPUT) {
		send_refusal(w, 421, "Not here", "This server does not know that name.");
	} else if (s != OK || !gate_room_known(w->gate, ws)) {
		struct page p = { 404, "No such workspace",
			"There is no workspace at this address, or it is closed at the moment.",
			w->gate->site, "Back to the datathon" };
		send_page(w, &p);
	} else if ((code = request_check_origin(&w->request, w->gate->names.scheme, &err))) {
		send_refusal(w, code, "Not from there", err.text);
	} else if (!str_starts(w->request.path, "/.wardroom")) {
		admit(w, ws, &folder);
	} else if (str_is(w->request.path, "/.wardroom/enter") &&
		   str_is(w->request.method, "GET") && !w->request.upgrade) {
		enter(w, ws);
	} else {
		send_refusal(w, 404, "No such page", "There is nothing at this address.");
	}
	if (folder < 0)
		return;
	pass_on(w, folder);
	close(folder);
}

/* So that the last bytes arrive: a close with unread input would reset the connection. */
static void
say_goodbye(struct visit *v)
{
	char waste[16384];
	int64_t until = clock_mono_ms() + 1000;
	if (atomic_load(&v->cut) || shutdown(v->client, SHUT_WR) < 0)
		return;
	for (int64_t rest; (rest = until - clock_mono_ms()) > 0;) {
		struct pollfd p = { .fd = v->client, .events = POLLIN };
		if (poll(&p, 1, (int)rest) <= 0 ||
			recv(v->client, waste, sizeof waste, MSG_DONTWAIT) <= 0)
			return;
	}
}

void
visit_run(struct visit *v)
{
	struct work w = { .v = v, .gate = v->gate, .arena = arena_new(), .cap = -1 };
	answer(&w);
	say_goodbye(v);
	arena_free(w.arena);
	gate_visit_end(v);
}
