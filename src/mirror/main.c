/*
 * wardroom-mirror: the way to the package registries that a workspace has in its setup phase, and
 * then no more. One process for one workspace, started and ended by the warden. It holds no data,
 * no database and no decision: what may be fetched is a table in ask.c.
 *
 * Started with descriptor 3 = a listening socket in the workspace's own loopback, and descriptor 4
 * = the ledger of packages, which it appends to. Whoever speaks to it is hostile; the most they can
 * do is to use up its threads and its place for indexes, which serve nobody else.
 */
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "mirror/fetch.h"

enum { LISTEN_FD = 3, LEDGER_FD = 4, THREADS = 16, IDLE_S = 60 };

static struct upstreams upstreams;
static struct ledger ledger;

/* Reads until the blank line. 0, or why not. */
static int
read_head(int sock, char *buf, size_t size, struct str *ret, struct err *e)
{
	size_t n = 0, whole = 0;
	while (n < size) {
		ssize_t k = recv(sock, buf + n, size - n, 0);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return -1;
		n += (size_t)k;
		if (http_head_length((struct str){ buf, n }, &whole, e) != OK)
			return 400;
		if (whole) {
			*ret = (struct str){ buf, whole };
			return 0;
		}
	}
	err_set(e, E_INPUT, "", "The request's head is longer than %d bytes.", HTTP_HEAD_MAX);
	return 431;
}

static void
serve(struct fetcher *f, int sock)
{
	static _Thread_local char buf[HTTP_HEAD_MAX];
	const struct timeval patience = { IDLE_S, 0 };
	cleanup_arena struct arena *a = arena_new();
	struct str head;
	struct ask q;
	struct err e = { 0 };
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	int code = read_head(sock, buf, sizeof buf, &head, &e);
	if (code == 0)
		code = ask_read(a, head, &upstreams, &q, &e);
	if (code > 0)
		fetch_say(sock, code, e.text);
	else if (code == 0)
		fetcher_answer(f, a, &q, sock);
	/* A close with unread bytes would take the answer away from who still sends. */
	shutdown(sock, SHUT_WR);
	for (int i = 0; i < 64 && recv(sock, buf, sizeof buf, 0) > 0; i++)
		;
}

static void *
work(void *unused)
{
	struct fetcher *f = fetcher_new(&upstreams, &ledger);
	for (;;) {
		cleanup_fd int sock = accept4(LISTEN_FD, NULL, NULL, SOCK_CLOEXEC);
		if (sock >= 0)
			serve(f, sock);
		else if (errno != EINTR && errno != ECONNABORTED)
			usleep(100000);
	}
	return unused;
}

/* How many lines there are already, from an earlier mirror of this workspace. */
static enum status
ledger_open(struct err *e)
{
	struct stat st;
	if (fstat(LEDGER_FD, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, E_INPUT, "", "Descriptor %d is not a file.", LEDGER_FD);
	ledger.fd = LEDGER_FD;
	/* The descriptor may only append; a line has about this many bytes. */
	atomic_store(&ledger.lines,
		(int)(st.st_size / 120 < LEDGER_LINES ? st.st_size / 120 : LEDGER_LINES));
	return OK;
}

static enum status
start(const char *config_path, struct err *e)
{
	struct config c;
	struct arena *a = arena_new(); /* as long as the process */
	TRY(config_load(a, config_path, &c, e));
	TRY(upstreams_read(a, &c, &upstreams, e));
	TRY(ledger_open(e));
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return err_set(e, E_IO, "", "The libraries do not start.");
	for (int i = 0; i < THREADS; i++) {
		pthread_t t;
		if (pthread_create(&t, NULL, work, NULL) != 0)
			return err_set(e, E_IO, "", "No thread can be started.");
	}
	return OK;
}

int
main(int argc, char **argv)
{
	struct err e;
	log_init("mirror");
	if (argc != 3 || !streq(argv[1], "--config")) {
		fputs("wardroom-mirror is started by wardroom-warden.\n", stderr);
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	if (start(argv[2], &e) != OK) {
		log_error("cannot start", "why=\"%s\"", e.text);
		return 1;
	}
	for (;;)
		pause();
}
