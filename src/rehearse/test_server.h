/*
 * A tiny HTTP server for tests of the client: one thread a connection, one request a connection, on
 * a free port of 127.0.0.1. The handler sees the request and writes the answer's bytes itself.
 *
 * A request and its arena live until its handler returns. Include after base/tap.h.
 */
#ifndef REHEARSE_TEST_SERVER_H
#define REHEARSE_TEST_SERVER_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/handshake.h"
#include "base/str.h"
#include "rehearse/websocket.h"

struct test_request {
	struct arena *arena;
	int fd;
	const char *method, *path, *head; /* path with its query; head: all lines */
	struct str body;
};

struct test_server {
	int fd, port;
	void (*handler)(struct test_request *, void *arg);
	void *arg;
	pthread_t thread;
	atomic_int busy;
};

struct test_connection {
	struct test_server *server;
	int fd;
};

__attribute__((unused)) static bool
test_read(struct test_request *r, void *p, size_t n)
{
	for (char *at = p; n > 0;) {
		ssize_t got = read(r->fd, at, n);
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

__attribute__((unused)) static void
test_bytes(struct test_request *r, struct str s)
{
	while (s.n) {
		ssize_t n = send(r->fd, s.p, s.n, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		s.p += n;
		s.n -= (size_t)n;
	}
}

__attribute__((unused)) static void
test_answer(struct test_request *r, const char *text)
{
	test_bytes(r, str_of(text));
}

/* A whole answer with a body. */
__attribute__((unused)) static void
test_page(struct test_request *r, const char *status, const char *headers, const char *body)
{
	test_answer(
		r, arena_printf(r->arena,
			   "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n%s",
			   status, strlen(body), headers, body));
}

/* The value of a request header, NULL when it is not there. */
__attribute__((unused)) static const char *
test_header(struct test_request *r, const char *name)
{
	struct str all = str_of(r->head);
	while (all.n) {
		struct str line = str_cut(&all, '\n');
		struct str key = str_cut(&line, ':');
		if (str_ieq(key, str_of(name)))
			return str_dup(r->arena, str_trim(line));
	}
	return NULL;
}

__attribute__((unused)) static void
test_upgrade(struct test_request *r)
{
	char accept[29];
	const char *key = test_header(r, "Sec-WebSocket-Key");
	handshake_accept(key ? key : "", accept);
	test_answer(r, arena_printf(r->arena,
			       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			       "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
			       accept));
}

static bool
test_read_request(struct test_request *r)
{
	struct buf b = buf_new(r->arena);
	while (!memmem(b.p, b.n, "\r\n\r\n", 4)) {
		char c;
		if (b.n > 65536 || read(r->fd, &c, 1) != 1)
			return false;
		buf_putc(&b, c);
	}
	r->head = b.p;
	struct str line = buf_str(&b);
	r->method = str_dup(r->arena, str_cut(&line, ' '));
	r->path = str_dup(r->arena, str_cut(&line, ' '));
	const char *length = test_header(r, "Content-Length");
	int64_t n = 0;
	if (length && (!str_int(str_of(length), &n) || n < 0 || n > 1 << 26))
		return false;
	char *body = arena_alloc(r->arena, (size_t)n + 1);
	r->body = (struct str){ body, (size_t)n };
	return test_read(r, body, (size_t)n);
}

static void *
test_serve(void *arg)
{
	struct test_connection c = *(struct test_connection *)arg;
	free(arg);
	struct test_request r = { .arena = arena_new(), .fd = c.fd };
	if (test_read_request(&r))
		c.server->handler(&r, c.server->arg);
	arena_free(r.arena);
	close(c.fd);
	c.server->busy--;
	return NULL;
}

static void *
test_accept(void *arg)
{
	struct test_server *s = arg;
	for (int fd; (fd = accept(s->fd, NULL, NULL)) >= 0;) {
		struct test_connection *c = malloc(sizeof *c);
		pthread_t t;
		*c = (struct test_connection){ s, fd };
		s->busy++;
		pthread_create(&t, NULL, test_serve, c);
		pthread_detach(t);
	}
	return NULL;
}

__attribute__((unused)) static void
test_server_start(struct test_server *s, void (*handler)(struct test_request *, void *), void *arg)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof sa;
	*s = (struct test_server){ .handler = handler, .arg = arg };
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&sa, sizeof sa) != 0 ||
		listen(s->fd, 64) != 0 || getsockname(s->fd, (struct sockaddr *)&sa, &n) != 0)
		BUG("no test server");
	s->port = ntohs(sa.sin_port);
	pthread_create(&s->thread, NULL, test_accept, s);
}

/* Waits until every handler is done. */
__attribute__((unused)) static void
test_server_stop(struct test_server *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->fd);
	while (s->busy > 0)
		usleep(1000);
}

#endif
