/*
 * Pages that the gate itself serves on a workspace's own origin: the frames around the desktop and
 * the terminal, and the libraries they use. Part of work.h.
 *
 * The libraries are the host's, as Debian packages them; nothing from inside the workspace is in
 * these pages.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/io.h"
#include "gate/emulator.h"
#include "gate/pages.inc"
#include "gate/pump.h"
#include "gate/work.h"

#define NOVNC "/usr/share/novnc"
#define EMULATOR_STYLE "/usr/share/javascript/xterm/xterm.css"
#define NOVNC_HERE "/desktop/novnc/"
enum { LIBRARY_MAX = 4 << 20 };
static const char no_novnc[] = "This server shows no desktops: the package novnc is missing.";

/* Address, the file of pages/ that is shown there, and its type. */
static const struct {
	const char *path, *file, *type;
} pages[] = {
	{ "/desktop/", "desktop.html", "text/html; charset=utf-8" },
	{ "/desktop/desktop.js", "desktop.js", "text/javascript" },
	{ "/terminal/", "terminal.html", "text/html; charset=utf-8" },
	{ "/terminal/terminal.js", "terminal.js", "text/javascript" },
	{ "/desktop/frame.css", "frame.css", "text/css" },
};

struct answer {
	const char *type;
	struct str body;
	bool lasting; /* the browser may keep it for a day */
};

/* A library's file, by its address below ours: nothing that leads out of the folder. */
static enum status
library(struct arena *a, struct str name, struct answer *ret, struct err *e)
{
	static const struct open_how how = { .flags = O_RDONLY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
	bool script = name.n > 3 && memcmp(name.p + name.n - 3, ".js", 3) == 0;
	if (!script || !(str_starts(name, "core/") || str_starts(name, "vendor/")))
		return err_set(e, E_ABSENT, "", "There is no such file.");
	cleanup_fd int dir = open(NOVNC, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int fd =
		dir < 0 ? -1 : (int)syscall(SYS_openat2, dir, str_dup(a, name), &how, sizeof how);
	if (fd < 0)
		return err_set(
			e, E_ABSENT, "", "%s", dir < 0 ? no_novnc : "There is no such file.");
	TRY(io_read_fd(a, fd, LIBRARY_MAX, &ret->body, e));
	ret->type = "text/javascript";
	ret->lasting = true;
	return OK;
}

/* Words of ours in a page: where one is let in, and whether text may be pasted. */
static struct str
fill(struct work *w, struct str page)
{
	const struct {
		const char *mark, *text;
	} all[] = { { "@ENTER@", enter_link(w, w->v->ws) },
		{ "@PASTE@", w->gate->paste ? "1" : "0" } };
	struct buf out = buf_new(w->arena);
	while (page.n) {
		size_t n = 1;
		const char *at = page.p;
		for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
			if (str_starts(page, all[i].mark)) {
				buf_puts(&out, all[i].text);
				n = strlen(all[i].mark);
				at = NULL;
			}
		if (at)
			buf_putc(&out, *at);
		page.p += n, page.n -= n;
	}
	return buf_str(&out);
}

static enum status
find(struct work *w, struct answer *ret, struct err *e)
{
	struct str path = w->request.path;
	if (str_is(path, "/terminal/emulator.css")) {
		ret->type = "text/css";
		ret->lasting = true;
		return io_read_file(w->arena, EMULATOR_STYLE, LIBRARY_MAX, &ret->body, e);
	}
	if (str_is(path, "/terminal/emulator.js")) {
		ret->type = "text/javascript";
		ret->lasting = true;
		return emulator_script(&ret->body, e);
	}
	/* Better said than shown as a page that never connects. */
	if (str_is(path, "/desktop/") && access(NOVNC, F_OK) < 0)
		return err_set(e, E_ABSENT, "", "%s", no_novnc);
	if (str_starts(path, NOVNC_HERE)) {
		size_t n = sizeof NOVNC_HERE - 1;
		return library(w->arena, (struct str){ path.p + n, path.n - n }, ret, e);
	}
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
		for (const struct embedded *f = page_files; f->name; f++)
			if (str_is(path, pages[i].path) && streq(f->name, pages[i].file)) {
				ret->type = pages[i].type;
				ret->body = (struct str){ f->bytes, f->n };
				if (str_starts(str_of(ret->type), "text/html"))
					ret->body = fill(w, ret->body);
				return OK;
			}
	return err_set(e, E_ABSENT, "", "There is nothing at this address.");
}

static void
put_head(struct buf *out, const struct work *w, const struct answer *a)
{
	const struct request *r = &w->request;
	bool safe = streq(w->gate->names.scheme, "https");
	buf_printf(out,
		"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		"Cache-Control: %s\r\n",
		a->type, a->body.n, a->lasting ? "private, max-age=86400" : "no-store");
	buf_printf(out,
		"Content-Security-Policy: default-src 'none'; script-src 'self'; "
		"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
		"connect-src 'self' %s://%.*s; base-uri 'none'; form-action 'none'; "
		"frame-ancestors 'self'; sandbox allow-scripts allow-same-origin allow-popups "
		"allow-popups-to-escape-sandbox\r\n",
		safe ? "wss" : "ws", (int)r->host.n, r->host.p);
	buf_puts(out, "Referrer-Policy: no-referrer\r\nX-Frame-Options: SAMEORIGIN\r\n"
		      "X-Content-Type-Options: nosniff\r\n"
		      "Cross-Origin-Opener-Policy: same-origin\r\n"
		      "Cross-Origin-Resource-Policy: same-origin\r\n"
		      "Permissions-Policy: camera=(), microphone=(), geolocation=(), "
		      "display-capture=(), usb=(), serial=(), payment=(), clipboard-read=()\r\n"
		      "Connection: close\r\n\r\n");
}

bool
work_house(struct work *w)
{
	const struct request *r = &w->request;
	struct answer a = { 0 };
	struct err err = { 0 };
	struct buf out = buf_new(w->arena);
	if (r->upgrade || !(str_starts(r->path, "/desktop/") || str_starts(r->path, "/terminal/")))
		return false;
	if (!str_is(r->method, "GET") && !str_is(r->method, "HEAD")) {
		send_refusal(w, 405, "Not understood", "This page can only be read.");
		return true;
	}
	if (find(w, &a, &err) != OK) {
		send_refusal(w, 404, "No such page", err.text);
		return true;
	}
	put_head(&out, w, &a);
	if (str_is(r->method, "GET"))
		buf_put(&out, a.body.p, a.body.n);
	pump_send(w->v->client, out.p, out.n, SEND_MS, NULL);
	return true;
}
