#include "gate/sight.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "gate/ask.h"
#include "gate/page.h"
#include "gate/pump.h"

enum { SEND_MS = 30000, PART = 65536 };

/* A frame around it, a script in it, a form, a link to elsewhere: none of them. */
static const char head[] =
	"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %lld\r\n"
	"Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
	"X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n"
	"Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox\r\n"
	"Connection: close\r\n\r\n";

static void
refuse(struct visit *v, struct arena *a, const struct request *r, int code, const char *title,
	const char *text)
{
	struct buf out = buf_new(a);
	struct page p = { .code = code,
		.title = title,
		.text = text,
		.link = v->gate->site,
		.label = "Back to the datathon" };
	page_put(&out, &p, r->wants_html, str_is(r->method, "HEAD"));
	pump_send(v->client, out.p, out.n, SEND_MS, NULL);
}

static int
open_view(const struct gate *g, struct arena *a, uint64_t file, int64_t *ret_bytes)
{
	struct stat st;
	cleanup_fd int dir = open(g->views, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	cleanup_fd int fd = dir < 0 ? -1
				    : openat(dir, arena_printf(a, "%llu", (unsigned long long)file),
					      O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	*ret_bytes = st.st_size;
	return steal_fd(&fd);
}

/* A page that was replaced meanwhile stays whole: the open one is another file. */
static void
send_view(struct visit *v, struct arena *a, int fd, int64_t bytes)
{
	char *buf = arena_bytes(a, PART);
	const char *h = arena_printf(a, head, (long long)bytes);
	enum status s = pump_send(v->client, h, strlen(h), SEND_MS, NULL);
	while (s == OK && bytes > 0 && !atomic_load(&v->cut)) {
		ssize_t n = read(fd, buf, PART);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || n > bytes)
			return;
		s = pump_send(v->client, buf, (size_t)n, SEND_MS, NULL);
		bytes -= n;
	}
}

void
sight_run(struct visit *v, struct arena *a, const struct request *r)
{
	struct err err = { 0 };
	struct str ticket;
	uint64_t file;
	uint8_t bytes[32];
	int64_t size;
	if (!str_is(r->path, "/view") || !str_is(r->method, "GET") || r->upgrade) {
		refuse(v, a, r, 404, "No such page", "There is nothing at this address.");
		return;
	}
	enum status s = request_query(a, r, "ticket", &ticket, &err);
	if (s != OK || !hex_decode(ticket, bytes, sizeof bytes)) {
		refuse(v, a, r, 403, "This look is not complete",
			"Go back to the request and open the file again.");
		return;
	}
	s = ask_sight(v->gate, str_dup(a, ticket), &file, &err);
	if (s != OK) {
		bool later = s == E_IO || s == E_BUSY || s == E_BUG;
		refuse(v, a, r, later ? 503 : 403, later ? "One moment" : "This look is over",
			err.text);
		return;
	}
	cleanup_fd int fd = open_view(v->gate, a, file, &size);
	if (fd < 0) {
		log_error("a page for reviewers cannot be opened", "file=%llu why=\"%s\"",
			(unsigned long long)file, strerror(errno));
		refuse(v, a, r, 503, "The page is not there",
			"The check has not left a page of this file. Tell an organiser.");
		return;
	}
	log_info("file shown", "file=%llu", (unsigned long long)file);
	send_view(v, a, fd, size);
}
