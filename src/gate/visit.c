#include "gate/visit.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/pump.h"
#include "gate/sight.h"
#include "gate/work.h"

void
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

void
send_refusal(struct work *w, int code, const char *title, const char *text)
{
	struct page p = { .code = code, .title = title, .text = text };
	send_page(w, &p);
}

const char *
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
	gate_meter_request(w->v->meter);
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
				"You have loaded %d MiB from this workspace within an hour, which "
				"is as much as may be. Go on in some minutes; your work inside "
				"continues.",
				gate_meter_max(w->v->meter)));
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
		work_enter(w, ws);
	} else {
		send_refusal(w, 404, "No such page", "There is nothing at this address.");
	}
	if (folder < 0)
		return;
	if (!work_house(w) && !work_bridge(w, folder))
		work_forward(w, folder);
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
