/* B2 to B4: strangers, cookies over origins, tickets, hosts and origins. */
#include "attack/proof/proof.h"

#define MADE_UP "wardroom_room=00000000000000000000000000000000000000000000000000000000000000ff"

/* A request that must be refused, with the good one of the same door as its control. */
static void
try_door(struct proof *p, const char *id, const char *what, const char *host, const char *cookie,
	const char *line, const char *more, const char *body)
{
	struct raw_answer r = room_ask_as(p, host, cookie, line, more, body);
	told(p, id, what, refused(&r), room_lives(p, &p->ada), "answered %d", r.code);
}

static void
cookies(struct proof *p)
{
	const struct door *a = &p->ada, *e = &p->eve;
	const char *get = "GET /api/contents";
	const char *token = strchr(a->cookie, '=') + 1;
	try_door(p, "B2.no-cookie", "entering without a cookie", a->host, "", get, NULL, NULL);
	try_door(p, "B2.made-up", "a made-up cookie", a->host, MADE_UP, get, NULL, NULL);
	try_door(p, "B2.other-team", "the other team's cookie at this workspace", a->host,
		e->cookie, get, NULL, NULL);
	try_door(p, "B2.to-other", "this team's cookie at the other workspace", e->host, a->cookie,
		get, NULL, NULL);
	try_door(p, "B2.two-people", "two people's cookies at once, planted by another page",
		a->host, arena_printf(p->arena, "%s; %s", a->cookie, p->bea.cookie), get, NULL,
		NULL);
	try_door(p, "B2.two-lines", "two cookie lines of two teams", e->host, a->cookie, get,
		arena_printf(p->arena, "Cookie: x=1; %s\r\n", a->cookie), NULL);
	try_door(p, "B2.portal-session", "the portal's session as the gate's cookie", a->host,
		arena_printf(p->arena, "wardroom_room=%s",
			strchr(who_cookies(a->who), '=') ? strchr(who_cookies(a->who), '=') + 1
							 : ""),
		get, NULL, NULL);
	try_door(p, "B2.query", "the token in the query instead of a cookie", a->host, "",
		arena_printf(p->arena, "GET /api/contents?token=%s&wardroom_room=%s", token, token),
		NULL, NULL);
	try_door(p, "B2.bearer", "the token as a bearer's", a->host, "", get,
		arena_printf(p->arena, "Authorization: token %s\r\n", token), NULL);
	try_door(p, "B2.shorter", "a cookie cut short", a->host,
		arena_printf(p->arena, "%.*s", (int)strlen(a->cookie) - 2, a->cookie), get, NULL,
		NULL);
	try_door(p, "B2.case", "the cookie's name in capitals", a->host,
		arena_printf(p->arena, "WARDROOM_ROOM=%s", token), get, NULL, NULL);
}

/* What the workspace's program sees of the visit: nothing that opens another door. */
static void
portal_cookie(struct proof *p)
{
	const char *line = who_cookies(p->ada.who);
	const char *there =
		browser_cookies(p->ada.who->browser, arena_printf(p->arena, "%s/", p->ada.origin));
	told(p, "B2.portal-cookie", "the portal's session cookie at a workspace's origin",
		strstr(there, "wardroom_room") == there || !*there || !strstr(line, there),
		*line != '\0', "a browser sends \"%.30s\"", there);
	/* Entering again ends the cookie of before: bea's, so that ada's stays good. */
	struct who *w = p->bea.who;
	struct page page;
	const char *ticket = who_ticket(w, 1);
	int code = who_get(w, &page, "/account");
	const char *set = NULL;
	struct raw_answer r = room_ask_as(p, p->ada.host, "",
		arena_printf(p->arena, "GET %s", address_path(ticket)), NULL, NULL);
	set = raw_line(p->arena, &r, "Set-Cookie");
	told(p, "B2.flags", "reading the gate's cookie by script, or sending it from another site",
		strstr(set, "HttpOnly") && strstr(set, "SameSite=Strict") && !strstr(set, "Domain"),
		r.code == 200 && code == 200, "%s", strchr(set, ';') ? strchr(set, ';') + 2 : set);
}

static const char *
get_of(struct proof *p, const char *path)
{
	return arena_printf(p->arena, "GET %s", path);
}

static void
tickets(struct proof *p)
{
	const struct door *a = &p->ada, *e = &p->eve;
	const char *t = address_path(who_ticket(p->bea.who, 1));
	const char *value = strstr(t, "ticket=") ? strstr(t, "ticket=") + 7 : "";
	int first = room_ask_as(p, a->host, "", get_of(p, t), NULL, NULL).code;
	struct raw_answer r = room_ask_as(p, a->host, "", get_of(p, t), NULL, NULL);
	told(p, "B3.replay", "using a ticket again",
		refused(&r) && !*raw_line(p->arena, &r, "Set-Cookie"), first == 200, "%d, then %d",
		first, r.code);
	t = address_path(who_ticket(p->bea.who, 1));
	try_door(p, "B3.elsewhere", "a ticket at the other team's workspace", e->host, "",
		get_of(p, t), NULL, NULL);
	t = address_path(who_ticket(p->bea.who, 1));
	value = strstr(t, "ticket=") ? strstr(t, "ticket=") + 7 : "";
	try_door(p, "B3.twice", "one ticket twice in a query", a->host, "",
		arena_printf(p->arena, "GET %s&ticket=%.64s", t, value), NULL, NULL);
	try_door(p, "B3.short", "half a ticket", a->host, "",
		arena_printf(p->arena, "GET /.wardroom/enter?ticket=%.32s", value), NULL, NULL);
	try_door(p, "B3.longer", "a ticket with more behind it", a->host, "",
		arena_printf(p->arena, "GET /.wardroom/enter?ticket=%.64s00", value), NULL, NULL);
	try_door(p, "B3.capitals", "a ticket's number in another writing", a->host, "",
		arena_printf(p->arena, "GET /.wardroom/enter?ticket=0x%.62s", value), NULL, NULL);
	try_door(p, "B3.window", "a workspace's ticket at the airlock's window",
		arena_printf(p->arena, "airlock.localhost:%d", p->house->rooms_port), "",
		arena_printf(p->arena, "GET /view?ticket=%.64s", value), NULL, NULL);
	int code = who_post(e->who, NULL, STAGE_EVENT "/teams/1/enter", NULL);
	told(p, "B3.not-a-member", "asking for a ticket into another team's workspace",
		code == 403 || code == 404, who_ticket(e->who, 2) != NULL, "answered %d", code);
	code = who_post(&p->stage->stranger, NULL, STAGE_EVENT "/teams/1/enter", NULL);
	told(p, "B3.stranger", "asking for a ticket without having signed in", code != 303,
		who_ticket(e->who, 2) != NULL, "answered %d", code);
	code = who_post(&p->stage->boss, NULL, STAGE_EVENT "/teams/1/enter", NULL);
	told(p, "B3.organiser", "entering as the organiser, who is on no team",
		code == 403 || code == 404, who_ticket(p->bea.who, 1) != NULL, "answered %d", code);
}

static void
hosts(struct proof *p)
{
	const struct door *a = &p->ada;
	const char *c = a->cookie, *get = "GET /api/contents";
	int port = p->house->rooms_port;
	try_door(p, "B4.host-evil", "a host that is not ours", "evil.example", c, get, NULL, NULL);
	try_door(p, "B4.host-port", "our host without its port",
		arena_printf(p->arena, "w%lld.localhost", (long long)a->ws), c, get, NULL, NULL);
	try_door(p, "B4.host-dot", "our host with a dot behind it",
		arena_printf(p->arena, "w%lld.localhost.:%d", (long long)a->ws, port), c, get, NULL,
		NULL);
	try_door(p, "B4.host-long", "our host as the beginning of a longer one",
		arena_printf(p->arena, "%s.evil.example", a->host), c, get, NULL, NULL);
	try_door(p, "B4.host-user", "our host behind a user name",
		arena_printf(p->arena, "evil.example@%s", a->host), c, get, NULL, NULL);
	try_door(p, "B4.host-unknown", "a workspace that does not exist",
		arena_printf(p->arena, "w999999.localhost:%d", port), c, get, NULL, NULL);
	try_door(p, "B4.host-zero", "a workspace's number with zeros before it",
		arena_printf(p->arena, "w0000%lld.localhost:%d", (long long)p->eve.ws, port), c,
		get, NULL, NULL);
	try_door(p, "B4.absolute", "another workspace in the request's target", a->host, c,
		arena_printf(p->arena, "GET %s/api/contents", p->eve.origin), NULL, NULL);
	try_door(p, "B4.connect", "CONNECT through the gate", a->host, c, "CONNECT 127.0.0.1:22",
		NULL, NULL);
	struct raw_answer r = room_ask(p, a, "GET /api/contents",
		arena_printf(p->arena,
			"X-Forwarded-Host: %s\r\nX-Original-URL: /files/marked.csv\r\n"
			"X-Rewrite-URL: /files/marked.csv\r\nForwarded: host=%s\r\n",
			p->eve.host, p->eve.host),
		NULL);
	told(p, "B4.forwarded", "claims about another host or address in other lines",
		r.code == 200 && memmem(r.body.p, r.body.n, "marked.csv", 10) &&
			!memmem(r.body.p, r.body.n, p->secret, strlen(p->secret)),
		room_lives(p, a), "answered %d, from one's own workspace", r.code);
}

static void
origins(struct proof *p)
{
	static const struct {
		const char *id, *what, *lines;
	} k[] = {
		{ "B4.origin-evil", "a form sent from another site",
			"Origin: http://evil.example\r\n" },
		{ "B4.origin-none", "a form that does not say where it comes from", "" },
		{ "B4.origin-null", "a form sent from a sandboxed page", "Origin: null\r\n" },
		{ "B4.origin-https", "a form sent from the same name by another scheme",
			"Origin: https://w1.localhost\r\n" },
		{ "B4.cross-fetch", "another site's script asking without an origin",
			"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"
			"Sec-Fetch-Dest: script\r\n" },
		{ "B4.cross-frame", "another site showing the workspace in a frame",
			"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"
			"Sec-Fetch-Dest: iframe\r\n" },
		{ "B4.cross-cors", "another site's script asking with an origin",
			"Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n"
			"Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n" },
		{ "B4.service-worker", "leaving a service worker in the browser",
			"Service-Worker: script\r\n" },
	};
	const struct door *a = &p->ada;
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++)
		try_door(p, k[i].id, k[i].what, a->host, a->cookie,
			strstr(k[i].id, "B4.origin") ? "POST /api/contents" : "GET /api/contents",
			k[i].lines, strstr(k[i].id, "B4.origin") ? "{}" : NULL);
	try_door(p, "B4.origin-team", "a form sent from the other team's workspace", a->host,
		a->cookie, "POST /api/contents",
		arena_printf(p->arena, "Origin: %s\r\n", p->eve.origin), "{}");
	try_door(p, "B4.origin-portal", "a form sent from a page of the portal", a->host, a->cookie,
		"POST /api/contents", arena_printf(p->arena, "Origin: %s\r\n", p->house->site),
		"{}");
	struct raw_answer r = room_ask(p, a, "OPTIONS /api/contents",
		"Origin: http://evil.example\r\nAccess-Control-Request-Method: PUT\r\n", NULL);
	told(p, "B4.preflight", "asking leave for another site's script",
		!*raw_line(p->arena, &r, "Access-Control-Allow-Origin"), room_lives(p, a),
		"answered %d, nothing is allowed", r.code);
}

enum status
proof_doors(struct proof *p, struct err *e)
{
	struct stage *s = p->stage;
	TRY(door_open(p, s->member[0][0], 1, &p->ada, e));
	TRY(door_open(p, s->member[0][1], 1, &p->bea, e));
	TRY(door_open(p, s->member[1][0], 2, &p->eve, e));
	inside(p, p->ada.who, 1,
		arena_printf(p->arena,
			"cd; printf 'id,name\\n1,%s\\n' > marked.csv; "
			"cp marked.csv marked.ipynb; cp marked.csv marked.html; "
			"mkdir -p d; cp marked.csv d/",
			p->secret));
	cookies(p);
	portal_cookie(p);
	tickets(p);
	TRY(door_open(p, s->member[0][1], 1, &p->bea, e));
	hosts(p);
	origins(p);
	return OK;
}
