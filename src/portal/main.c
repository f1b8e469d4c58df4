/*
 * wardroom-portal: people and the event, in the browser. Started by the warden with descriptor 3;
 * see wire/portal_warden.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "portal/keeper/gate.h"
#include "portal/keeper/keeper.h"
#include "portal/keeper/warden.h"
#include "portal/mail/mail.h"
#include "portal/web/mhd.h"
#include "portal/web/route.h"

enum { WARDEN_FD = 3, CONNECTIONS = 16, LISTEN_SECONDS = 30 };

static void
on_gate(void *ctx, int sock)
{
	struct server *s = ctx;
	gate_attach(s->gate, sock);
}

static void
on_job_ended(void *ctx, const struct pw_job_ended *m)
{
	keeper_job_ended(((struct server *)ctx)->keeper, m);
}

static void
on_ws_ended(void *ctx, const struct pw_ws_ended *m)
{
	keeper_ws_ended(((struct server *)ctx)->keeper, m);
}

static enum status
check_socket(struct err *e)
{
	struct stat st;
	if (fstat(WARDEN_FD, &st) != 0 || !S_ISSOCK(st.st_mode))
		return err_set(e, E_INPUT, "",
			"Descriptor %d is no socket: wardroom-portal is started by "
			"wardroom-warden.",
			WARDEN_FD);
	if (fcntl(WARDEN_FD, F_SETFD, FD_CLOEXEC) != 0)
		return err_errno(e, "descriptor %d", WARDEN_FD);
	return OK;
}

/* Everything up to the point where requests are answered. */
static enum status
start(struct arena *a, struct server *s, const char *config, struct web **ret_web, struct err *e)
{
	struct warden_events events = { s, on_gate, on_job_ended, on_ws_ended };
	struct wire_head ready = { .type = PW_READY };
	int listen_fd;
	TRY(check_socket(e));
	TRY(config_load(a, config, &s->config, e));
	const char *home = arena_printf(a, "%s/portal", s->config.state);
	s->files = arena_printf(a, "%s/files", home);
	TRY(io_mkdirs(s->files, 0700, e));
	TRY(store_open(arena_printf(a, "%s/wardroom.db", home), CONNECTIONS, &s->store, e));
	TRY(gate_start(s, &s->gate, e));
	s->keeper = keeper_new(s);
	TRY(warden_start(WARDEN_FD, &events, &s->warden, e));
	TRY(warden_listen(s->warden, LISTEN_SECONDS, &listen_fd, e));
	TRY(web_start(s, listen_fd, ret_web, e));
	TRY(warden_ask(s->warden, &ready, sizeof ready, NULL, 0, NULL, 0, e));
	TRY(keeper_run(s->keeper, e));
	return mailer_start(s, &s->mailer, e);
}

/* Asks of the warden fail first, so that nobody who is being served waits for one. */
static void
stop(struct server *s, struct web *web)
{
	warden_close(s->warden);
	web_stop(web);
	mailer_stop(s->mailer);
	keeper_free(s->keeper);
	gate_free(s->gate);
	warden_free(s->warden);
	store_close(s->store);
}

int
main(int argc, char **argv)
{
	cleanup_arena struct arena *a = arena_new();
	struct server server = { 0 };
	struct web *web;
	struct err e = { 0 };
	sigset_t ends;
	int sig;
	log_init("portal");
	if (argc != 3 || !streq(argv[1], "--config")) {
		fprintf(stderr, "usage: wardroom-portal --config FILE\n");
		return 2;
	}
	/* A request takes a few hundred kB and gives them back: keep them for the next one. */
	mallopt(M_TRIM_THRESHOLD, 2 << 20);
	mallopt(M_TOP_PAD, 256 << 10);
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	/* Blocked before the first thread is made, so that only sigwait sees them. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	if (sodium_init() < 0)
		BUG("libsodium does not start");
	route_check_tables();
	if (start(a, &server, argv[2], &web, &e) != OK) {
		log_error("the portal cannot start", "why=%s", log_safe(a, e.text, strlen(e.text)));
		/* Threads may live: nothing is pulled from under them. */
		_exit(1);
	}
	log_info("the portal is up", "site=%s", server.config.site);
	sigwait(&ends, &sig);
	log_info("the portal stops", "signal=%d", sig);
	stop(&server, web);
	return 0;
}
