/* Into a workspace by a one-time ticket. Part of work.h. */
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/ask.h"
#include "gate/inside.h"
#include "gate/pump.h"
#include "gate/work.h"

/* A starting notebook is asked so often, and waited for so long. What was ordered when the visitor
 * was let in is missed when nothing has come of it for a while. */
enum { LOOK_MS = 20, ANSWER_MS = 3000, START_MS = 45000, PATIENT_MS = 3000 };

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

/* False when the visitor is gone, or cut. */
static bool
send_some(struct work *w, struct buf *out)
{
	bool good = !atomic_load(&w->v->cut) &&
		    pump_send(w->v->client, out->p, out->n, HEAD_MS, NULL) == OK;
	out->n = 0;
	return good;
}

/*
 * Looks until the program answers: OK. Returns before, with E_ABSENT or E_BUSY as inside_answers
 * does, when that is not what the visitor was told last. E_IO: the visitor left. E_CONFLICT: it was
 * too long.
 */
static enum status
await(struct work *w, int folder, enum app app, int64_t until, enum status *told)
{
	struct visit *v = w->v;
	int64_t patient = until - START_MS + PATIENT_MS;
	for (;;) {
		enum status s =
			inside_answers(folder, v->slot, v->uid, app, v->client, ANSWER_MS, NULL);
		if (s == OK || s == E_IO || atomic_load(&v->cut))
			return s == OK ? OK : E_IO;
		s = s == E_BUSY ? E_BUSY : E_ABSENT;
		if (*told != s) {
			*told = s;
			return s;
		}
		int64_t now = clock_mono_ms();
		if (now > until)
			return E_CONFLICT;
		if (s == E_ABSENT && now > patient)
			ask_missing(w->gate, v, app);
		struct pollfd p = { v->client, POLLRDHUP, 0 };
		if (poll(&p, 1, LOOK_MS) > 0)
			return E_IO;
	}
}

/*
 * A page that moves on, not a redirect: after a redirect from another site, the browser would not
 * send the strict cookie that it has just been given. It stays open until the program answers, and
 * says so.
 */
static void
show_opening(struct work *w, int folder, enum app app, const char *cookie)
{
	const struct app_facts *a = &apps[app];
	int64_t since = clock_mono_ms();
	enum status s, told = OK;
	struct buf out = buf_new(w->arena);
	struct page p = { .code = 200, .cookie = cookie, .text = "" };
	p.title = arena_printf(w->arena, "Opening your %s", a->name);
	page_begin(&out, &p);
	page_step(&out, "You are let in. Nothing leaves from here but through the airlock.", true);
	if (!send_some(w, &out))
		return;
	while ((s = await(w, folder, app, since + START_MS, &told)) == E_ABSENT || s == E_BUSY) {
		page_step(&out,
			arena_printf(w->arena,
				s == E_ABSENT ? "%s is being started, which takes a few seconds."
					      : "%s runs, and is about to answer.",
				a->words),
			false);
		if (!send_some(w, &out))
			return;
	}
	if (s == E_IO)
		return;
	struct page end = { .text = "", .link = a->page, .label = "Go on", .refresh = a->page };
	if (s == OK) {
		page_step(&out, arena_printf(w->arena, "%s answers.", a->words), true);
		log_info("opened", "ws=%llu person=%llu app=%s ms=%lld",
			(unsigned long long)w->v->ws, (unsigned long long)w->v->person, a->name,
			(long long)(clock_mono_ms() - since));
	} else {
		end = (struct page){ .text = "It did not start. Enter again; if that does not "
					     "help, tell an organiser.",
			.link = enter_link(w, w->v->ws),
			.label = "Enter again" };
		log_warn("not opened", "ws=%llu person=%llu app=%s", (unsigned long long)w->v->ws,
			(unsigned long long)w->v->person, a->name);
	}
	page_end(&out, &end);
	send_some(w, &out);
}

/* Programs, such as a test or a script, get one line when all is ready. */
static void
tell_opened(struct work *w, int folder, enum app app, const char *cookie)
{
	const struct app_facts *a = &apps[app];
	int64_t until = clock_mono_ms() + START_MS;
	enum status s, told = OK;
	do
		s = await(w, folder, app, until, &told);
	while (s == E_ABSENT || s == E_BUSY);
	struct page p = { .code = s == OK ? 200 : 503, .cookie = cookie, .text = a->page };
	p.title = arena_printf(w->arena, s == OK ? "%s answers." : "%s did not start.", a->words);
	if (s != E_IO)
		send_page(w, &p);
}

static void
let_in(struct work *w, uint64_t ws, enum app app,
	uint8_t token[REQUEST_TOKENS][REQUEST_TOKEN_BYTES])
{
	char hex[2 * REQUEST_TOKEN_BYTES + 1];
	int folder;
	enum status s = gate_visit_admit(w->v, ws, token, 1, &folder);
	if (s != OK) {
		send_not_entered(w, ws, E_BUSY, "");
		return;
	}
	log_info("entered", "ws=%llu person=%llu slot=%u", (unsigned long long)ws,
		(unsigned long long)w->v->person, w->v->slot);
	hex_encode(hex, token[0], REQUEST_TOKEN_BYTES);
	const char *cookie =
		arena_printf(w->arena, REQUEST_COOKIE "=%s; HttpOnly; SameSite=Strict; Path=/%s",
			hex, streq(w->gate->names.scheme, "https") ? "; Secure" : "");
	if (w->request.wants_html)
		show_opening(w, folder, app, cookie);
	else
		tell_opened(w, folder, app, cookie);
	close(folder);
	sodium_memzero(hex, sizeof hex);
}

void
work_enter(struct work *w, uint64_t ws)
{
	struct err err = { 0 }, said = { 0 };
	struct str ticket, name;
	struct pg_pass pass;
	enum app app = APP_NOTEBOOK;
	uint8_t token[REQUEST_TOKENS][REQUEST_TOKEN_BYTES], key[32];
	enum status s = request_query(w->arena, &w->request, "ticket", &ticket, &err);
	if (s == OK && !hex_decode(ticket, key, sizeof key))
		s = E_INPUT;
	if (s == OK && request_query(w->arena, &w->request, "to", &name, &err) == OK &&
		!app_find(name, &app))
		s = E_INPUT;
	randombytes_buf(token, sizeof token);
	crypto_generichash(key, sizeof key, token[0], sizeof token[0], NULL, 0);
	if (s == OK)
		s = ask_ticket(w->gate, ws, str_dup(w->arena, ticket), key, &pass, &said);
	if (s == OK)
		let_in(w, ws, app, token);
	else
		send_not_entered(w, ws, s, said.text);
	sodium_memzero(token, sizeof token);
}
