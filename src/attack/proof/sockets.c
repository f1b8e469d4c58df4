/* B9: WebSockets opened by other pages, other people and other protocols. */
#include "attack/proof/proof.h"
#include "rehearse/jupyter.h"

enum { OPEN_MS = 60000, ASK_MS = 3000 };

static const char key[] = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/* The code of a handshake: 101 is an open WebSocket. */
static int
handshake(
	struct proof *p, const char *host, const char *cookie, const char *path, const char *lines)
{
	const char *all = arena_printf(p->arena,
		"GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n%s\r\n", path, host, cookie, lines);
	struct raw_answer r = raw_ask(p->arena, p->house->rooms_port, str_of(all), ASK_MS);
	return r.code;
}

static const char *
lines(struct proof *p, const char *origin)
{
	return arena_printf(p->arena,
		"%s%s%sUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
		"13\r\n%s",
		*origin ? "Origin: " : "", origin, *origin ? "\r\n" : "", key);
}

struct hijack {
	const char *id, *what, *host, *cookie, *lines;
};

static void
hijacks(struct proof *p, const char *path, const char *cookie)
{
	const struct door *a = &p->ada, *e = &p->eve;
	const char *ours = lines(p, a->origin);
	const struct hijack k[] = {
		{ "B9.evil", "another site opens a WebSocket into the workspace", a->host, cookie,
			lines(p, "http://evil.example") },
		{ "B9.null", "a sandboxed page opens one", a->host, cookie, lines(p, "null") },
		{ "B9.nobody", "one without an origin", a->host, cookie, lines(p, "") },
		{ "B9.portal", "a page of the portal opens one", a->host, cookie,
			lines(p, p->house->site) },
		{ "B9.other-team", "the other team's workspace opens one", a->host, cookie,
			lines(p, e->origin) },
		{ "B9.longer", "an origin that begins like ours", a->host, cookie,
			lines(p, arena_printf(p->arena, "%s.evil.example", a->origin)) },
		{ "B9.scheme", "our name by another scheme", a->host, cookie,
			lines(p, arena_printf(p->arena, "https://%s", a->host)) },
		{ "B9.two-origins", "two origins", a->host, cookie,
			arena_printf(p->arena, "Origin: http://evil.example\r\n%s", ours) },
		{ "B9.stranger", "one without a cookie", a->host, "x=1", ours },
		{ "B9.their-cookie", "one with the other team's cookie", a->host, e->cookie, ours },
		{ "B9.team-mate", "a team mate's cookie at one's own terminal", a->host,
			p->bea.cookie, ours },
		{ "B9.version", "one of an older protocol", a->host, cookie,
			arena_printf(p->arena,
				"Origin: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
				"Sec-WebSocket-Version: 8\r\n%s",
				a->origin, key) },
		{ "B9.no-key", "one without a key", a->host, cookie,
			arena_printf(p->arena,
				"Origin: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
				"Sec-WebSocket-Version: 13\r\n",
				a->origin) },
	};
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		int code = handshake(p, k[i].host, k[i].cookie, path, k[i].lines);
		bool control = handshake(p, a->host, cookie, path, ours) == 101;
		told(p, k[i].id, k[i].what, code != 101, control, "answered %d", code);
	}
}

enum status
proof_sockets(struct proof *p, struct err *e)
{
	struct jupyter j;
	struct jupyter_terminal term;
	struct who *w = p->ada.who;
	TRY(jupyter_enter(w->browser, p->arena, who_ticket(w, 1), NULL, OPEN_MS, &j, e));
	TRY(jupyter_open_terminal(&j, OPEN_MS, &term, e));
	const char *path = arena_printf(p->arena, "/terminals/websocket/%s", term.name);
	hijacks(p, path,
		browser_cookies(w->browser, arena_printf(p->arena, "%s%s", j.origin, path)));
	jupyter_close_terminal(&term);
	/* Back to the portal: from the workspace's page it takes no form. */
	struct page page;
	TRY(browser_get(w->browser, "/account", &page, e));
	return door_open(p, w, 1, &p->ada, e);
}
