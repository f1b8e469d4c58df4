#include "rehearse/jupyter.h"

#include <jansson.h>
#include <unistd.h>

#include "base/clock.h"

enum { POLL_MS = 100, ASK_MS = 5000, OUTPUT_MAX = 16 << 20 };

/* Whether the notebook itself answers: /api gives {"version": ...}. The gate's waiting page does
 * not. */
static bool
answers(struct jupyter *j, int64_t timeout_ms, struct page *p)
{
	json_t *version = NULL;
	const char *url = arena_printf(j->arena, "%s/api", j->origin);
	const struct browser_request r = { .method = "GET", .url = url, .timeout_ms = timeout_ms };
	bool good = browser_request(j->browser, &r, p, NULL) == OK &&
		    page_json(p, &version, NULL) == OK &&
		    json_is_string(json_object_get(version, "version"));
	json_decref(version);
	return good;
}

enum status
jupyter_enter(struct browser *b, struct arena *a, const char *url, const struct page *page,
	int64_t timeout_ms, struct jupyter *ret, struct err *e)
{
	int64_t since = clock_mono_ms(), left;
	struct page p;
	struct err why;
	struct jupyter j = { .browser = b, .arena = a };
	if (url)
		TRY(browser_get(b, url, &p, e));
	else
		p = *page;
	j.origin = url_origin(a, p.url);
	if (streq(j.origin, browser_base(b))) {
		TRY(page_good(&p, e));
		return err_set(e, E_DENIED, "", "The portal did not let the member in: %.300s",
			p.doc.alert[0] ? p.doc.alert : p.doc.title);
	}
	/* The gate's pages say so when the ticket was bad; 503 is only "not yet". */
	if (p.status != 503)
		TRY(page_good(&p, e));
	err_set(&why, E_BUSY, "", "nothing answered");
	for (;;) {
		left = timeout_ms - (clock_mono_ms() - since);
		if (left <= 0)
			return err_set(e, E_BUSY, "",
				"The notebook did not answer in %lld ms (%.200s).",
				(long long)timeout_ms, why.text);
		if (answers(&j, left < ASK_MS ? left : ASK_MS, &p))
			break;
		if (page_good(&p, &why) == E_DENIED)
			return err_set(e, E_DENIED, "", "%s", why.text);
		usleep(POLL_MS * 1000);
	}
	j.open_ms = (double)(clock_mono_ms() - since);
	/* The first page brings the cookie that the notebook wants back with every change. */
	TRY(browser_open(b, arena_printf(a, "%s/tree", j.origin), &p, e));
	*ret = j;
	return OK;
}

enum status
jupyter_request(struct jupyter *j, const char *method, const char *path, struct str body,
	struct page *ret, struct err *e)
{
	const char *url = arena_printf(j->arena, "%s%s", j->origin, path);
	const char *token = browser_cookie(j->browser, url, "_xsrf");
	const char *const headers[] = { "Content-Type: application/json",
		"X-Requested-With: XMLHttpRequest",
		arena_printf(j->arena, "X-XSRFToken: %s", token ? token : ""), NULL };
	const struct browser_request r = {
		.method = method, .url = url, .body = body, .headers = headers
	};
	return browser_request(j->browser, &r, ret, e);
}

/* As text, malloc'd; takes the value. The value was made here, so only memory can fail. */
static char *
compact(json_t *j)
{
	char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
	json_decref(j);
	if (!text)
		BUG("out of memory");
	return text;
}

/* Letters, digits and -._~/ stay; the rest is percent-encoded. */
static const char *
encode_path(struct arena *a, const char *path)
{
	struct buf b = buf_new(a);
	for (; *path; path++) {
		if ((*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z') ||
			(*path >= '0' && *path <= '9') || strchr("-._~/", *path))
			buf_putc(&b, *path);
		else
			buf_printf(&b, "%%%02X", (unsigned char)*path);
	}
	return b.p;
}

enum status
jupyter_put(struct jupyter *j, const char *path, struct str text, struct err *e)
{
	struct page p;
	if (!str_utf8(text))
		return err_set(e, E_INPUT, "", "%s is not text.", path);
	char *body = compact(json_pack("{s:s, s:s, s:s%}", "type", "file", "format", "text",
		"content", text.n ? text.p : "", text.n));
	const char *url = arena_printf(j->arena, "/api/contents/%s", encode_path(j->arena, path));
	enum status s = jupyter_request(j, "PUT", url, str_of(body), &p, e);
	free(body);
	if (s != OK)
		return s;
	return page_good(&p, e);
}

struct str
terminal_plain(struct arena *a, struct str raw)
{
	struct buf b = buf_new(a);
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];
		if (c == '\x1b' && i + 1 < raw.n && raw.p[i + 1] == '[') {
			/* CSI: parameters, then one final byte from @ to ~. */
			for (i += 2; i < raw.n && (raw.p[i] < '@' || raw.p[i] > '~'); i++)
				;
		} else if (c == '\x1b' && i + 1 < raw.n && raw.p[i + 1] == ']') {
			/* OSC: a text ended by BEL or ESC \. */
			for (i += 2; i < raw.n && raw.p[i] != '\a' && raw.p[i] != '\x1b'; i++)
				;
			i += i < raw.n && raw.p[i] == '\x1b';
		} else if (c == '\x1b') {
			i++;
		} else if (c == '\n' || c == '\t' || (unsigned char)c >= ' ') {
			buf_putc(&b, c);
		}
	}
	return buf_str(&b);
}

/* Takes messages until the output holds `mark` and a line end after it. *ret_at is where the mark
 * begins in t->seen. */
static enum status
wait_for(struct jupyter_terminal *t, const char *mark, int64_t until_ms, size_t *ret_at,
	struct err *e)
{
	size_t from = 0, n = strlen(mark);
	for (;;) {
		const char *at = t->seen.n > from
					 ? memmem(t->seen.p + from, t->seen.n - from, mark, n)
					 : NULL;
		if (at && memchr(at, '\n', (size_t)(t->seen.p + t->seen.n - at))) {
			*ret_at = (size_t)(at - t->seen.p);
			return OK;
		}
		if (!at)
			from = t->seen.n > n ? t->seen.n - n : 0;
		if (t->seen.n > OUTPUT_MAX)
			return err_set(e, E_INPUT, "", "The command printed more than 16 MiB.");
		cleanup_arena struct arena *scratch = arena_new();
		struct str m;
		int64_t left = until_ms - clock_mono_ms();
		TRY(websocket_recv(t->socket, scratch, left > 0 ? left : 0, &m, e));
		json_t *j = json_loadb(m.p, m.n, 0, NULL);
		const char *kind = json_string_value(json_array_get(j, 0));
		json_t *text = json_array_get(j, 1);
		if (kind && streq(kind, "stdout") && json_is_string(text))
			buf_put(&t->seen, json_string_value(text), json_string_length(text));
		bool over = kind && streq(kind, "disconnect");
		json_decref(j);
		if (over)
			return err_set(e, E_ABSENT, "", "The terminal has ended.");
	}
}

static enum status
type(struct jupyter_terminal *t, const char *line, struct err *e)
{
	cleanup_free char *text = compact(json_pack("[s, s]", "stdin", line));
	return websocket_send(t->socket, str_of(text), e);
}

enum status
jupyter_open_terminal(
	struct jupyter *j, int64_t timeout_ms, struct jupyter_terminal *ret, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	struct page p;
	json_t *answer = NULL;
	TRY(jupyter_request(j, "POST", "/api/terminals", STR("{}"), &p, e));
	TRY(page_json(&p, &answer, e));
	const char *name =
		arena_strdup(j->arena, json_string_value(json_object_get(answer, "name")));
	json_decref(answer);
	if (!str_slug(str_of(name)))
		return err_set(e, E_BUG, "", "The notebook gave a terminal without a name.");
	struct jupyter_terminal t = { .jupyter = j, .name = name, .seen = buf_new(j->arena) };
	const char *url = arena_printf(j->arena, "%s/terminals/websocket/%s", j->origin, name);
	TRY(websocket_open(j->arena, url, browser_cookies(j->browser, url), j->origin,
		until - clock_mono_ms(), &t.socket, e));
	/* A quiet shell: no echo, no prompt. The mark is printed in two parts, so that what is
	 * echoed of this very line does not hold it. */
	size_t at = 0;
	enum status s = type(&t,
		" stty -echo; unset PROMPT_COMMAND HISTFILE; PS1= PS2=; "
		"bind 'set enable-bracketed-paste off' 2>/dev/null; "
		"printf '\\n%s%s\\n' wardroom- ready\r",
		e);
	if (s == OK)
		s = wait_for(&t, "wardroom-ready", until, &at, e);
	if (s != OK) {
		websocket_close(t.socket);
		return s;
	}
	t.seen.n = 0;
	*ret = t;
	return OK;
}

void
jupyter_close_terminal(struct jupyter_terminal *t)
{
	struct page p;
	websocket_close(t->socket);
	const char *path = arena_printf(t->jupyter->arena, "/api/terminals/%s", t->name);
	jupyter_request(t->jupyter, "DELETE", path, (struct str){ "", 0 }, &p, NULL);
}

enum status
jupyter_run(struct jupyter_terminal *t, const char *command, int64_t timeout_ms,
	struct str *ret_output, int *ret_exit, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms, code = 0;
	struct arena *a = t->jupyter->arena;
	if (strpbrk(command, "\r\n") || !str_utf8(str_of(command)))
		return err_set(e, E_INPUT, "", "A command is one line of text.");
	long long n = ++t->commands;
	/* Start and end marks: what an earlier command, ended by its time-out, still prints is not
	 * taken for this one's. */
	const char *begin = arena_printf(a, "wardroom-%lld-begin", n);
	const char *end = arena_printf(a, "wardroom-%lld-end ", n);
	TRY(type(t,
		arena_printf(a,
			" printf '%%s%%s\\n' wardroom- %lld-begin; %s ; "
			"printf '\\n%%s%%s %%d\\n' wardroom- %lld-end $?\r",
			n, command, n),
		e));
	size_t from, to;
	TRY(wait_for(t, end, until, &to, e));
	const char *b = memmem(t->seen.p, to, begin, strlen(begin));
	from = b ? (size_t)(b - t->seen.p) + strlen(begin) : 0;
	struct str rest = { t->seen.p + to + strlen(end), t->seen.n - to - strlen(end) };
	str_int(str_trim(str_cut(&rest, '\n')), &code);
	struct str plain = terminal_plain(a, (struct str){ t->seen.p + from, to - from });
	*ret_output = str_trim(plain);
	*ret_exit = (int)code;
	t->seen = buf_new(a);
	return OK;
}
