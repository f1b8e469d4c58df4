#include "base/tap.h"

#include <jansson.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>

#include "rehearse/jupyter.h"
#include "rehearse/test_server.h"

/*
 * A stand-in for a notebook server behind the gate: it is not ready at first, wants its XSRF token,
 * and its terminal is a real shell on a pseudo-terminal, spoken to as Terminado does.
 */
static atomic_int asked;

static void
tell(struct test_request *r, const char *kind, struct str text)
{
	json_t *j = json_pack("[s, s%]", kind, text.p, text.n);
	char *s = j ? json_dumps(j, 0) : NULL;
	size_t n = s ? strlen(s) : 0;
	char head[4] = { (char)0x81, 126, (char)(n >> 8), (char)n };
	test_bytes(r, (struct str){ head, 4 });
	test_bytes(r, (struct str){ s, n });
	free(s);
	json_decref(j);
}

/* One masked frame of at most 64 KiB; false at the end. */
static bool
hear(struct test_request *r, int pty)
{
	uint8_t h[2], more[2], mask[4];
	if (!test_read(r, h, 2) || (h[0] & 15) != WS_TEXT)
		return false;
	size_t n = h[1] & 127;
	if (n == 126 && test_read(r, more, 2))
		n = (size_t)more[0] << 8 | more[1];
	char *p = arena_alloc(r->arena, n + 1);
	if (!test_read(r, mask, 4) || !test_read(r, p, n))
		return false;
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(p[i] ^ mask[i % 4]);
	json_t *j = json_loadb(p, n, 0, NULL);
	const char *text = json_string_value(json_array_get(j, 1));
	bool good = text && write(pty, text, strlen(text)) == (ssize_t)strlen(text);
	json_decref(j);
	return good;
}

static void
shell(struct test_request *r)
{
	int pty;
	pid_t pid = forkpty(&pty, NULL, NULL, NULL);
	if (pid == 0) {
		execl("/bin/bash", "bash", "--norc", "--noprofile", (char *)NULL);
		_exit(127);
	}
	test_upgrade(r);
	tell(r, "setup", STR(""));
	for (;;) {
		struct pollfd p[2] = { { r->fd, POLLIN, 0 }, { pty, POLLIN, 0 } };
		char out[8192];
		poll(p, 2, 10000);
		if (p[0].revents && !hear(r, pty))
			break;
		if (!p[1].revents)
			continue;
		ssize_t n = read(pty, out, sizeof out);
		if (n <= 0) {
			tell(r, "disconnect", STR("1"));
			break;
		}
		tell(r, "stdout", (struct str){ out, (size_t)n });
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(pty);
}

static void
notebook(struct test_request *r, void *arg)
{
	const char *cookie = test_header(r, "Cookie"), *token = test_header(r, "X-XSRFToken");
	const char *json = "Content-Type: application/json\r\n";
	bool known = cookie && strstr(cookie, "room=1");
	bool writes = !streq(r->method, "GET");
	if (streq(r->path, "/go"))
		test_page(r, "303 See Other",
			arena_printf(r->arena,
				"Location: http://w1.localhost:%d/.wardroom/enter\r\n",
				((struct test_server *)arg)->port),
			"");
	else if (streq(r->path, "/stay"))
		test_page(r, "200 OK", "Content-Type: text/html\r\n", "<p role=alert>Sign first.");
	else if (streq(r->path, "/.wardroom/enter"))
		test_page(r, "200 OK",
			"Content-Type: text/html\r\nSet-Cookie: room=1; HttpOnly; Path=/\r\n",
			"Come in");
	else if (!known)
		test_page(r, "403 Forbidden", "", "");
	else if (writes && (!token || !streq(token, "xyz") || !strstr(cookie, "_xsrf=xyz")))
		test_page(r, "403 Forbidden", "", "");
	else if (streq(r->path, "/api"))
		test_page(r, asked++ < 3 ? "503 Wait" : "200 OK", json, "{\"version\":\"6.4.12\"}");
	else if (streq(r->path, "/tree"))
		test_page(r, "200 OK",
			"Content-Type: text/html\r\nSet-Cookie: _xsrf=xyz; Path=/\r\n", "");
	else if (streq(r->path, "/api/contents/a%20b.py"))
		test_page(r,
			memmem(r->body.p, r->body.n, "\"print(1)\\n\"", 12) ? "201 Made" : "400 No",
			json, "{}");
	else if (streq(r->path, "/api/terminals"))
		test_page(r, "200 OK", json, "{\"name\":\"1\"}");
	else if (streq(r->path, "/terminals/websocket/1"))
		shell(r);
	else
		test_page(r, "404 Not Found", json, "{}");
}

static struct err e;

TEST(enters_writes_and_runs)
{
	cleanup_arena struct arena *a = arena_new();
	struct test_server s;
	struct jupyter j;
	struct jupyter_terminal t;
	struct str out;
	int code;
	test_server_start(&s, notebook, &s);
	struct browser *b = browser_new(a, arena_printf(a, "http://localhost:%d", s.port));
	CHECK_INT(jupyter_enter(b, a, "/stay", NULL, 1000, &j, &e), E_DENIED);
	CHECK(strstr(e.text, "Sign first.") != NULL);
	CHECK_INT(jupyter_enter(b, a, "/go", NULL, 5000, &j, &e), OK);
	CHECK(j.open_ms >= 300);
	CHECK_INT(jupyter_put(&j, "a b.py", STR("print(1)\n"), &e), OK);
	CHECK_INT(jupyter_put(&j, "none.py", STR("print(1)\n"), &e), E_ABSENT);
	CHECK_INT(jupyter_open_terminal(&j, 5000, &t, &e), OK);
	CHECK_INT(jupyter_run(&t, "echo hello; echo \"two  words\"", 5000, &out, &code, &e), OK);
	CHECK_STR(str_dup(a, out), "hello\ntwo  words");
	CHECK_INT(code, 0);
	CHECK_INT(jupyter_run(&t, "(exit 7)", 5000, &out, &code, &e), OK);
	CHECK_INT(code, 7);
	CHECK_INT(out.n, 0);
	CHECK_INT(jupyter_run(&t, "seq 20000 | tail -c 100000", 9000, &out, &code, &e), OK);
	CHECK(out.n > 90000 && str_starts((struct str){ out.p + out.n - 5, 5 }, "20000"));
	CHECK_INT(jupyter_run(&t, "sleep 0.5; echo late", 100, &out, &code, &e), E_BUSY);
	CHECK_INT(jupyter_run(&t, "echo next", 5000, &out, &code, &e), OK);
	CHECK_STR(str_dup(a, out), "next");
	CHECK_INT(jupyter_run(&t, "a\nb", 5000, &out, &code, &e), E_INPUT);
	CHECK_INT(jupyter_run(&t, "exit", 5000, &out, &code, &e), E_ABSENT);
	jupyter_close_terminal(&t);
	browser_free(b);
	test_server_stop(&s);
}

TEST(a_terminal_is_read_as_text)
{
	cleanup_arena struct arena *a = arena_new();
	CHECK_STR(str_dup(a,
			  terminal_plain(a,
				  STR("\x1b[?2004la\r\n\x1b[01;31mred\x1b[0m\x1b]0;title\x07\b!"))),
		"a\nred!");
}
