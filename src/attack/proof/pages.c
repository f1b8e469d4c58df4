/* B10: the portal's pages and forms, as strangers, participants and other sites use them. */
#include <jansson.h>

#include "attack/proof/proof.h"

enum { ASK_MS = 10000 };

static const char form_type[] = "Content-Type: application/x-www-form-urlencoded\r\n";

static struct raw_answer
ask(struct proof *p, const char *cookie, const char *line, const char *more, const char *body)
{
	struct buf b = buf_new(p->arena);
	buf_printf(&b, "%s HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n", line,
		p->house->port);
	if (*cookie)
		buf_printf(&b, "Cookie: %s\r\n", cookie);
	if (body)
		buf_printf(&b, "%sContent-Length: %zu\r\n", form_type, strlen(body));
	buf_printf(&b, "%s\r\n%s", more, body ? body : "");
	return raw_ask(p->arena, p->house->port, buf_str(&b), ASK_MS);
}

/* The person's own page answers them. */
static bool
knows(struct who *w)
{
	return who_get(w, NULL, "/account") == 200;
}

/* A change of the event's facts would be seen by its new place. */
#define CHANGE "slug=proof&name=Proof&place=Stolen&mode=on+site&seats=10&about=x"

static void
forged(struct proof *p)
{
	struct who *boss = &p->stage->boss, *ada = p->ada.who;
	const char *cookie = who_cookies(boss);
	const char *ours = arena_printf(p->arena, "Origin: %s\r\n", p->house->site);
	const char *token = arena_printf(p->arena, CHANGE "&csrf=%s", boss->csrf);
	const char *foreign =
		arena_printf(p->arena, CHANGE "&csrf=%s", ada->csrf ? ada->csrf : "x");
	const struct {
		const char *id, *what, *cookie, *line, *more, *body;
	} k[] = {
		{ "B10.csrf-none", "a form without its token", cookie, "POST " STAGE_EVENT "/edit",
			ours, CHANGE },
		{ "B10.csrf-other", "a form with another person's token", cookie,
			"POST " STAGE_EVENT "/edit", ours, foreign },
		{ "B10.origin", "a form from another site, with the right token", cookie,
			"POST " STAGE_EVENT "/edit", "Origin: http://evil.example\r\n", token },
		{ "B10.origin-room", "a form from a workspace's page, with the right token", cookie,
			"POST " STAGE_EVENT "/edit",
			arena_printf(p->arena, "Origin: %s\r\n", p->ada.origin), token },
		{ "B10.origin-null", "a form from a sandboxed page, with the right token", cookie,
			"POST " STAGE_EVENT "/edit", "Origin: null\r\n", token },
		{ "B10.get", "changing something by a link", cookie, "GET /sign-out", ours, NULL },
		{ "B10.override", "a method hidden in a line", cookie, "GET /sign-out",
			"X-HTTP-Method-Override: POST\r\n", NULL },
		{ "B10.json", "a form sent as JSON", cookie, "POST " STAGE_EVENT "/edit",
			"Content-Type: application/json\r\nOrigin: http://evil.example\r\n",
			"{\"place\":\"Stolen\"}" },
		{ "B10.session", "a made-up session",
			"wardroom=00000000000000000000000000000000000000000000000000000000000000ff",
			"GET " STAGE_EVENT "/audit", "", NULL },
		{ "B10.trace", "having the cookie echoed", cookie, "TRACE /account", "", NULL },
	};
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		struct raw_answer r = ask(p, k[i].cookie, k[i].line, k[i].more, k[i].body);
		struct page page;
		bool lives = knows(boss);
		bool same = who_get(boss, &page, STAGE_EVENT "/edit") == 200 &&
			    !memmem(page.body.p, page.body.n, "Stolen", 6);
		/* A stranger is sent to the sign-in page: a redirect that shows nothing. */
		bool sent_away =
			r.code == 303 && strstr(raw_line(p->arena, &r, "Location"), "/sign-in");
		told(p, k[i].id, k[i].what, same && (refused(&r) || sent_away), lives,
			"answered %d, nothing changed", r.code);
	}
}

/* Addresses of others, by somebody who has signed in. */
static void
others(struct proof *p)
{
	static const struct {
		const char *id, *what, *path;
	} k[] = {
		{ "B11.trail", "a participant reads the audit trail", STAGE_EVENT "/audit" },
		{ "B11.activity", "a participant reads who did what", STAGE_EVENT "/activity" },
		{ "B11.applications", "a participant reads applications",
			STAGE_EVENT "/applications" },
		{ "B11.data", "a participant opens the steward's page of data",
			STAGE_EVENT "/data/outlook" },
		{ "B11.sign", "a participant opens the signature's page",
			STAGE_EVENT "/data/outlook/sign" },
		{ "B11.team", "a participant opens another team's page", STAGE_EVENT "/teams/2" },
		{ "B11.workspace", "a participant opens another team's workspace page",
			STAGE_EVENT "/teams/2/workspace" },
		{ "B11.submissions", "a participant reads another team's submissions",
			STAGE_EVENT "/teams/2/submissions" },
		{ "B11.airlock", "a participant reads another team's requests",
			STAGE_EVENT "/teams/2/airlock" },
		{ "B11.queue", "a participant opens the reviewers' queue", STAGE_EVENT "/airlock" },
		{ "B11.rooms", "a participant opens the page of all workspaces",
			STAGE_EVENT "/workspaces" },
		{ "B11.roles", "a participant opens the page of roles", STAGE_EVENT "/roles" },
		{ "B11.phases", "a participant opens the page of phases",
			STAGE_EVENT "/phases/move?phase=closed" },
		{ "B11.exits", "a participant reads how another workspace was sealed",
			STAGE_EVENT "/teams/2/packages" },
	};
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		struct page page;
		int code = who_get(p->ada.who, &page, k[i].path);
		json_t *j = who_json(p->ada.who, k[i].path);
		bool json = j != NULL;
		/* The address is a true one: whoever may, reads it. */
		bool there = who_get(&p->stage->boss, NULL, k[i].path) == 200 ||
			     who_get(p->eve.who, NULL, k[i].path) == 200;
		told(p, k[i].id, k[i].what, (code == 403 || code == 404) && !json, there,
			"answered %d, as JSON too", code);
	}
	int code = who_post(p->ada.who, NULL, STAGE_EVENT "/phases/move", "phase", "closed",
		"confirm", "Proof", NULL);
	told(p, "B11.move", "a participant ends the event", code == 403 || code == 404,
		knows(p->ada.who), "answered %d", code);
	code = who_post(p->ada.who, NULL, STAGE_EVENT "/roles", "name", "Ada Alder", "email",
		p->ada.who->email, "role", "steward", "about", "", NULL);
	told(p, "B11.role", "a participant makes a steward of themselves",
		code == 403 || code == 404, knows(p->ada.who), "answered %d", code);
	code = who_post(&p->stage->anna, NULL, STAGE_EVENT "/phases/move", "phase", "closed",
		"confirm", "Proof", NULL);
	told(p, "B11.steward-moves", "a steward ends the event, which is the organiser's to do",
		code == 403 || code == 404, knows(&p->stage->anna), "answered %d", code);
}

/* An account that somebody opened on an address of another, who comes by a link. */
static void
squatter(struct proof *p)
{
	struct who first, owner;
	who_make(p->stage, &first, "Dora Late", "dora@example.org");
	who_make(p->stage, &owner, "Dora Late", "dora@example.org");
	bool in = who_join(&first, NULL) == OK && knows(&first);
	bool came = who_sign_in(&owner, NULL) == OK && knows(&owner);
	bool out = !knows(&first);
	int code = who_password(&first);
	told(p, "B12.squatter", "a password chosen for an address before its owner came",
		out && code != 303 && !knows(&first) && knows(&owner), in && came,
		"signed out, and answered %d", code);
	browser_free(first.browser);
	browser_free(owner.browser);
}

static void
links(struct proof *p)
{
	struct str out;
	struct page page;
	struct browser *b = browser_new(p->arena, p->house->site);
	stage_wardroom(p->stage, &out, "person", "link", p->stage->boss.email, NULL);
	const char *link = str_dup(p->arena, str_trim(out));
	struct form *f = NULL;
	bool once = browser_get(b, link, &page, NULL) == OK && page.status == 200;
	for (size_t i = 0; once && i < page.doc.forms.n && !f; i++)
		if (form_value(&page.doc.forms.at[i], "csrf"))
			f = &page.doc.forms.at[i];
	once = f && browser_submit(b, f, &page, NULL) == OK && page.status == 200;
	browser_free(b);
	b = browser_new(p->arena, p->house->site);
	int again = browser_get(b, link, &page, NULL) == OK ? page.status : 0;
	told(p, "B12.link", "using a sign-in link again", again == 404, once,
		"answered %d after it was used", again);
	struct raw_answer r = ask(p, "", "GET /sign-in?next=//evil.example/x", "", NULL);
	told(p, "B12.next", "a sign-in that leads to another site afterwards",
		!memmem(r.body.p, r.body.n, "value=\"//evil", 13) &&
			!strstr(r.head, "Location: //evil"),
		r.code == 200, "the address is not taken over");
	r = ask(p, "", "GET /sign-in?next=/x%0d%0aSet-Cookie:+a=b", "", NULL);
	told(p, "B12.split", "a line end in a parameter that makes a line of the answer",
		!strstr(r.head, "Set-Cookie: a=b"), r.code >= 200, "no such line");
	r = ask(p, "", "GET /static/..%2f..%2f..%2f..%2fetc/passwd", "", NULL);
	told(p, "B12.static", "a file of the server through the static files",
		refused(&r) && !memmem(r.body.p, r.body.n, "root:", 5),
		ask(p, "", "GET /health", "", NULL).code == 200, "answered %d", r.code);
	r = ask(p, "", "GET /account", "Host: evil.example\r\n", NULL);
	told(p, "B12.host", "links of another site in our pages, by the request's host",
		!memmem(r.body.p, r.body.n, "evil.example", 12) && !strstr(r.head, "evil.example"),
		ask(p, "", "GET /health", "", NULL).code == 200, "answered %d, without it", r.code);
	r = ask(p, "", "GET /sign-in", "", NULL);
	const char *csp = raw_line(p->arena, &r, "Content-Security-Policy");
	told(p, "B12.script", "a script planted in a page of the portal",
		strstr(csp, "default-src 'none'") && strstr(csp, "script-src 'self';"),
		r.code == 200, "%.80s", csp);
	browser_free(b);
}

/* Markup in a team mate's and a file's name, where stewards read it. */
static void
markup(struct proof *p)
{
	static const char evil[] = "<script>alert(1)</script>";
	struct page page;
	int code = who_post(&p->stage->boss, NULL, STAGE_EVENT "/teams/1", "name",
		"\"><script>alert(1)</script>", "link", "", NULL);
	int shown = who_get(&p->stage->boss, &page, STAGE_EVENT "/teams");
	told(p, "B13.name", "a script in a team's name, for whoever reads the list",
		shown == 200 && !memmem(page.body.p, page.body.n, evil, sizeof evil - 1),
		code == 303 || code == 422, "it is shown as text");
	code = who_post(&p->stage->boss, NULL, STAGE_EVENT "/teams/1", "name", "One", "link",
		"javascript:alert(1)", NULL);
	shown = who_get(&p->stage->boss, &page, STAGE_EVENT "/teams/1");
	told(p, "B13.link", "a script as a team's link",
		shown == 200 && !memmem(page.body.p, page.body.n, "href=\"javascript:", 17),
		code != 0, "answered %d", code);
	code = who_post(&p->stage->boss, NULL, STAGE_EVENT "/agreement/edit", "title",
		"Use of data", "body",
		"Nothing leaves the room, and nobody tries to find out who a patient is.\n\n"
		"<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>",
		NULL);
	shown = who_get(p->ada.who, &page, STAGE_EVENT "/agreement");
	told(p, "B13.markdown", "a script in a text that everybody must read",
		shown == 200 && !memmem(page.body.p, page.body.n, evil, sizeof evil - 1) &&
			!memmem(page.body.p, page.body.n, "javascript:alert", 16) &&
			!memmem(page.body.p, page.body.n, "<img src=x", 10),
		code == 303, "it is shown as text");
}

enum status
proof_pages(struct proof *p, struct err *e)
{
	forged(p);
	others(p);
	squatter(p);
	links(p);
	markup(p);
	/* The text has changed, so everybody signs it again. */
	for (int i = 0; i < STAGE_PEOPLE; i++)
		TRY(stage_agree(&p->stage->people[i], e));
	return OK;
}
