#include "desk/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "wire/desk.h"

/* What a shell printed last is kept, so that who comes back sees where things stand. */
enum { KEPT = 256 << 10, PAGES = 32, PART_MAX = 3 + 65535 };

struct shell {
	pid_t pid; /* 0: there is none */
	int pty;
	char *kept;    /* a ring of KEPT bytes */
	uint64_t said; /* bytes printed since it began */
	struct page *page;
};

/* A connection: the page of a browser that shows a shell, once it has said which. */
struct page {
	int fd; /* -1: free */
	struct shell *shell;
	uint64_t shown; /* of what the shell said */
	uint8_t part[PART_MAX];
	size_t n;
	bool stuck; /* the shell takes no more keys for now */
};

static struct shell shells[TERMINAL_SHELLS];
static struct page pages[PAGES];

static void
page_end(struct page *p)
{
	if (p->shell && p->shell->page == p)
		p->shell->page = NULL;
	close(p->fd);
	p->fd = -1;
	p->shell = NULL;
}

static void
shell_begin(struct shell *s)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	s->said = 0;
	s->pid = forkpty(&s->pty, NULL, NULL, &size);
	if (s->pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		execl("/bin/bash", "-bash", (char *)NULL);
		_exit(127);
	}
	if (s->pid < 0) {
		s->pid = 0;
		return;
	}
	fcntl(s->pty, F_SETFD, FD_CLOEXEC);
	fcntl(s->pty, F_SETFL, O_NONBLOCK);
}

static void
shell_end(struct shell *s)
{
	close(s->pty);
	/* It may have closed its terminal and live on: it is nobody's then. */
	kill(s->pid, SIGHUP);
	if (s->page)
		page_end(s->page);
	s->pid = 0;
}

/* Shows what is new. False when the page is gone. */
static bool
page_show(struct page *p)
{
	const struct shell *s = p->shell;
	while (p->shown < s->said) {
		size_t at = (size_t)(p->shown % KEPT), n = (size_t)(s->said - p->shown);
		n = n < KEPT - at ? n : KEPT - at;
		ssize_t w = send(p->fd, s->kept + at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (w < 0)
			return errno == EAGAIN || errno == EINTR;
		p->shown += (uint64_t)w;
	}
	return true;
}

/* As much as the ring can take without overwriting what a page has not been shown. */
static void
shell_read(struct shell *s)
{
	size_t at = (size_t)(s->said % KEPT), room = KEPT - at;
	uint64_t waiting = s->page ? s->said - s->page->shown : 0;
	room = room < KEPT - waiting ? room : (size_t)(KEPT - waiting);
	if (!room)
		return;
	ssize_t n = read(s->pty, s->kept + at, room);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		shell_end(s);
		return;
	}
	s->said += (uint64_t)n;
	if (s->page && !page_show(s->page))
		page_end(s->page);
}

/* The page that asks last has the shell. */
static void
page_attach(struct page *p, unsigned number)
{
	if (p->shell || number < 1 || number > TERMINAL_SHELLS) {
		page_end(p);
		return;
	}
	struct shell *s = &shells[number - 1];
	if (!s->kept && !(s->kept = malloc(KEPT))) {
		page_end(p);
		return;
	}
	if (!s->pid)
		shell_begin(s);
	if (!s->pid) {
		page_end(p);
		return;
	}
	if (s->page)
		page_end(s->page);
	s->page = p;
	p->shell = s;
	p->shown = s->said > KEPT ? s->said - KEPT : 0;
	/* Not from the middle of a line, which may be the middle of a colour. */
	while (p->shown && p->shown < s->said && s->kept[(p->shown - 1) % KEPT] != '\n')
		p->shown++;
	if (!page_show(p))
		page_end(p);
}

/* Keys that the shell has not taken stay for later: *part then holds only them. */
static void
page_keys(struct page *p, uint8_t *part, size_t *used)
{
	size_t n = (size_t)part[1] << 8 | part[2];
	ssize_t w = write(p->shell->pty, part + 3, n);
	if (w < 0 && errno != EAGAIN && errno != EINTR)
		return;
	size_t taken = w > 0 ? (size_t)w : 0;
	if (taken == n)
		return;
	part += taken;
	part[0] = TERMINAL_KEYS;
	part[1] = (uint8_t)((n - taken) >> 8);
	part[2] = (uint8_t)(n - taken);
	*used = taken;
	p->stuck = true;
}

/* *used: bytes of the part that are done with; all of them unless the shell is full. */
static void
page_part(struct page *p, uint8_t *part, size_t *used)
{
	size_t n = (size_t)part[1] << 8 | part[2];
	const uint8_t *data = part + 3;
	*used = 3 + n;
	if (part[0] == TERMINAL_ALIVE) {
		if (send(p->fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
			page_end(p);
	} else if (part[0] == TERMINAL_SHELL && n == 1) {
		page_attach(p, data[0]);
	} else if (part[0] == TERMINAL_SIZE && n == 4 && p->shell) {
		struct winsize size = { .ws_col = (unsigned short)(data[0] << 8 | data[1]),
			.ws_row = (unsigned short)(data[2] << 8 | data[3]) };
		ioctl(p->shell->pty, TIOCSWINSZ, &size);
	} else if (part[0] == TERMINAL_KEYS && p->shell) {
		page_keys(p, part, used);
	} else {
		page_end(p);
	}
}

/* Every whole part that has come. */
static void
page_parts(struct page *p)
{
	size_t at = 0;
	while (p->fd >= 0 && !p->stuck && p->n - at >= 3) {
		size_t used, n = (size_t)p->part[at + 1] << 8 | p->part[at + 2];
		if (p->n - at < 3 + n)
			break;
		page_part(p, p->part + at, &used);
		at += used;
	}
	if (p->fd >= 0) {
		memmove(p->part, p->part + at, p->n - at);
		p->n -= at;
	}
}

static void
page_read(struct page *p)
{
	ssize_t got = recv(p->fd, p->part + p->n, sizeof p->part - p->n, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		page_end(p);
		return;
	}
	p->n += (size_t)got;
	page_parts(p);
}

static void
accept_page(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	for (int i = 0; i < PAGES; i++)
		if (pages[i].fd < 0) {
			pages[i].fd = fd;
			pages[i].n = 0;
			pages[i].stuck = false;
			return;
		}
	close(fd);
}

static int
listen_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 ||
		snprintf(at.sun_path, sizeof at.sun_path, "%s", path) >= (int)sizeof at.sun_path)
		return -1;
	/* The folder decides who may reach it. */
	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || chmod(path, 0666) < 0 ||
		listen(fd, 16) < 0)
		return -1;
	return fd;
}

static short
page_events(const struct page *g)
{
	bool behind = g->shell && g->shown < g->shell->said;
	return (short)((g->stuck ? 0 : POLLIN) | (behind ? POLLOUT : 0));
}

static short
shell_events(const struct shell *s)
{
	bool full = s->page && s->said - s->page->shown >= KEPT;
	return (short)((full ? 0 : POLLIN) | (s->page && s->page->stuck ? POLLOUT : 0));
}

static void
serve_shell(struct shell *s, short events)
{
	if (events & POLLOUT && s->page && s->page->stuck) {
		s->page->stuck = false;
		page_parts(s->page);
	}
	if (s->pid && events & ~POLLOUT)
		shell_read(s);
}

static void
serve_page(struct page *g, short events)
{
	if (g->shell && events & POLLOUT && !page_show(g))
		page_end(g);
	if (g->fd >= 0 && events & ~POLLOUT)
		page_read(g);
}

/* One round of waiting and serving. Pages and shells may end on the way. */
static void
turn(int listener)
{
	struct pollfd p[1 + PAGES + TERMINAL_SHELLS] = { { listener, POLLIN, 0 } };
	struct pollfd *of_page = p + 1, *of_shell = p + 1 + PAGES;
	for (int i = 0; i < PAGES; i++)
		of_page[i] = (struct pollfd){ pages[i].fd, page_events(&pages[i]), 0 };
	for (int i = 0; i < TERMINAL_SHELLS; i++)
		of_shell[i] = (struct pollfd){ shells[i].pid ? shells[i].pty : -1,
			shell_events(&shells[i]), 0 };
	if (poll(p, sizeof p / sizeof p[0], -1) < 0)
		return;
	for (int i = 0; i < TERMINAL_SHELLS; i++)
		if (of_shell[i].revents && shells[i].pid)
			serve_shell(&shells[i], of_shell[i].revents);
	for (int i = 0; i < PAGES; i++)
		if (of_page[i].revents && pages[i].fd >= 0)
			serve_page(&pages[i], of_page[i].revents);
	if (p[0].revents)
		accept_page(listener);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

int
terminal_serve(const char *path)
{
	for (int i = 0; i < PAGES; i++)
		pages[i].fd = -1;
	signal(SIGPIPE, SIG_IGN);
	int listener = listen_at(path);
	if (listener < 0) {
		fprintf(stderr, "The terminal cannot listen at %s: %s\n", path, strerror(errno));
		return 75;
	}
	for (;;)
		turn(listener);
}
