#include "portal/keeper/warden.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"

/* A question under way; lives on the stack of the thread that asks. */
struct ask {
	uint32_t seq;
	uint32_t answer; /* the type that is awaited besides PW_DONE */
	void *reply;
	size_t reply_size;
	bool done;
	enum status status;
	char text[sizeof((struct pw_done *)0)->text];
	struct ask *next;
};

struct warden {
	int sock;
	struct warden_events events;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct ask *asks;
	uint32_t seq;
	int listen_fd; /* -1 until it came, and after it was taken */
	bool closed;
};

/* The longest wait for the answer to a question of this type, in seconds. */
static int
patience(enum pw_type type)
{
	switch (type) {
	case PW_WS_OPEN:
		return 150;
	case PW_WS_REPLAY:
		return 1800;
	case PW_WS_ARCHIVE:
	case PW_WS_TRY:
		return 4 * 3600;
	case PW_WS_CLOSE:
	case PW_WS_DESTROY:
		return 60;
	case PW_WS_NOTEBOOK:
	case PW_WS_TERMINAL:
	case PW_WS_DESKTOP:
		return 30;
	default:
		return 10;
	}
}

static uint32_t
answer_type(uint32_t question)
{
	return question == PW_WS_STATE ? PW_USAGE : question == PW_HOST ? PW_HOST_IS : PW_DONE;
}

static size_t
answer_size(uint32_t type)
{
	return type == PW_USAGE     ? sizeof(struct pw_usage)
	       : type == PW_HOST_IS ? sizeof(struct pw_host)
				    : sizeof(struct pw_done);
}

static struct timespec
deadline(int ms)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000L;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	return t;
}

/* ---- receiving ---- */

/* Fills the question's answer. Called with the lock held. */
static void
settle(struct ask *a, const void *msg, uint32_t type)
{
	const struct pw_done *d = msg;
	a->done = true;
	if (type == PW_DONE && d->status != OK) {
		a->status = d->status <= E_BUG ? (enum status)d->status : E_BUG;
		memcpy(a->text, d->text, sizeof a->text);
	} else if (type != a->answer) {
		a->status = E_BUG;
		snprintf(a->text, sizeof a->text, "The warden answered another question.");
	} else {
		a->status = OK;
		if (a->reply)
			memcpy(a->reply, msg, a->reply_size);
	}
}

static bool
take_answer(struct warden *w, const void *msg, size_t n)
{
	const struct wire_head *head = msg;
	if (n != answer_size(head->type) || head->seq % 2 == 0)
		return false;
	if (head->type == PW_DONE && !WIRE_TEXT_OK(((const struct pw_done *)msg)->text))
		return false;
	if (head->type == PW_HOST_IS && !WIRE_TEXT_OK(((const struct pw_host *)msg)->text))
		return false;
	pthread_mutex_lock(&w->lock);
	for (struct ask *a = w->asks; a; a = a->next)
		if (a->seq == head->seq && !a->done)
			settle(a, msg, head->type);
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	return true;
}

static bool
take_listener(struct warden *w, int fd)
{
	pthread_mutex_lock(&w->lock);
	if (w->listen_fd >= 0)
		close(w->listen_fd);
	w->listen_fd = fd;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	return true;
}

/* False when the message is not one that a warden sends. Descriptors are taken or left in *fd. */
static bool
take_message(struct warden *w, const void *msg, size_t n, int *fd)
{
	const struct wire_head *head = msg;
	switch (head->type) {
	case PW_DONE:
	case PW_USAGE:
	case PW_HOST_IS:
		return take_answer(w, msg, n);
	case PW_LISTEN:
		return n == sizeof *head && *fd >= 0 && take_listener(w, steal_fd(fd));
	case PW_GATE:
		if (n != sizeof *head || *fd < 0)
			return false;
		w->events.gate(w->events.ctx, steal_fd(fd));
		return true;
	case PW_JOB_ENDED:
		if (n != sizeof(struct pw_job_ended))
			return false;
		w->events.job_ended(w->events.ctx, msg);
		return true;
	case PW_WS_ENDED:
		if (n != sizeof(struct pw_ws_ended) ||
			!WIRE_TEXT_OK(((const struct pw_ws_ended *)msg)->reason))
			return false;
		w->events.ws_ended(w->events.ctx, msg);
		return true;
	default:
		return false;
	}
}

static void
hang_up(struct warden *w)
{
	pthread_mutex_lock(&w->lock);
	w->closed = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

static void *
receive(void *arg)
{
	struct warden *w = arg;
	_Alignas(struct pw_host) char msg[WIRE_MAX];
	for (;;) {
		size_t n;
		int fds[WIRE_FDS], n_fds = 0;
		struct err e = { 0 };
		if (wire_recv(w->sock, msg, &n, fds, &n_fds, &e) != OK) {
			log_error("the warden cannot be heard", "why=\"%s\"", e.text);
			break;
		}
		if (n == 0)
			break;
		int fd = n_fds == 1 ? fds[0] : -1;
		bool ok = n_fds <= 1 && take_message(w, msg, n, &fd);
		if (fd >= 0)
			close(fd);
		for (int i = 0; n_fds > 1 && i < n_fds; i++)
			close(fds[i]);
		if (!ok) {
			log_error("the warden sent nonsense", "type=%u bytes=%zu",
				((struct wire_head *)msg)->type, n);
			break;
		}
	}
	bool expected = warden_closed(w);
	hang_up(w);
	if (!expected) {
		log_error("the warden is gone", "then=stop");
		kill(getpid(), SIGTERM);
	}
	return NULL;
}

/* ---- asking ---- */

static void
forget(struct warden *w, const struct ask *a)
{
	for (struct ask **p = &w->asks; *p; p = &(*p)->next)
		if (*p == a) {
			*p = a->next;
			return;
		}
}

/* *ret_late: no answer came in time, and all is well so far. */
static enum status
ask_until(struct warden *w, void *msg, size_t size, const int *fds, int n_fds, struct ask *a,
	const struct timespec *until, bool *ret_late, struct err *e)
{
	struct wire_head *head = msg;
	pthread_mutex_lock(&w->lock);
	if (w->closed) {
		pthread_mutex_unlock(&w->lock);
		return err_set(e, E_IO, "", "The server is stopping.");
	}
	head->seq = a->seq = w->seq;
	w->seq += 2;
	a->next = w->asks;
	w->asks = a;
	pthread_mutex_unlock(&w->lock);

	enum status s = wire_send(w->sock, msg, size, fds, n_fds, e);

	pthread_mutex_lock(&w->lock);
	int late = 0;
	while (s == OK && !a->done && !w->closed && !late)
		late = pthread_cond_timedwait(&w->changed, &w->lock, until);
	forget(w, a);
	pthread_mutex_unlock(&w->lock);
	if (s != OK)
		return s;
	if (a->done)
		return a->status == OK ? OK : err_set(e, a->status, "", "%s", a->text);
	*ret_late = late;
	return late ? OK : err_set(e, E_IO, "", "The server is stopping.");
}

enum status
warden_ask(struct warden *w, void *msg, size_t size, const int *fds, int n_fds, void *ret_reply,
	size_t reply_size, struct err *e)
{
	const struct wire_head *head = msg;
	struct ask a = {
		.answer = answer_type(head->type), .reply = ret_reply, .reply_size = reply_size
	};
	bool late = false;
	if (ret_reply && reply_size != answer_size(a.answer))
		BUG("the answer to a question of type %u has %zu bytes", head->type,
			answer_size(a.answer));
	struct timespec until = deadline(1000 * patience(head->type));
	TRY(ask_until(w, msg, size, fds, n_fds, &a, &until, &late, e));
	return late ? err_set(e, E_BUSY, "", "The warden has not answered within %d seconds.",
			      patience(head->type))
		    : OK;
}

enum status
warden_begin(struct warden *w, void *msg, size_t size, int ms, struct err *e)
{
	struct ask a = { .answer = PW_DONE };
	struct timespec until = deadline(ms);
	bool late;
	return ask_until(w, msg, size, NULL, 0, &a, &until, &late, e);
}

enum status
warden_ask_id(struct warden *w, enum pw_type type, int64_t id, uint64_t *ret_value, struct err *e)
{
	struct pw_id m = { .head.type = type, .id = (uint64_t)id };
	struct pw_done d = { 0 };
	TRY(warden_ask(w, &m, sizeof m, NULL, 0, &d, sizeof d, e));
	if (ret_value)
		*ret_value = d.value;
	return OK;
}

enum status
warden_listen(struct warden *w, int seconds, int *ret_fd, struct err *e)
{
	struct timespec until = deadline(1000 * seconds);
	int fd, late = 0;
	pthread_mutex_lock(&w->lock);
	while (w->listen_fd < 0 && !w->closed && !late)
		late = pthread_cond_timedwait(&w->changed, &w->lock, &until);
	fd = steal_fd(&w->listen_fd);
	pthread_mutex_unlock(&w->lock);
	if (fd < 0)
		return err_set(e, E_IO, "", "The warden gave no listening socket.");
	*ret_fd = fd;
	return OK;
}

/* ---- life ---- */

enum status
warden_start(int sock, const struct warden_events *events, struct warden **ret, struct err *e)
{
	struct warden *w = calloc(1, sizeof *w);
	if (!w)
		BUG("out of memory");
	*w = (struct warden){ .sock = sock, .events = *events, .seq = 1, .listen_fd = -1 };
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &attr);
	pthread_condattr_destroy(&attr);
	/* Set before the thread, which may receive a gate at once and reach for it. */
	*ret = w;
	if (pthread_create(&w->thread, NULL, receive, w) != 0) {
		*ret = NULL;
		free(w);
		return err_set(e, E_IO, "", "No thread can be started.");
	}
	return OK;
}

void
warden_close(struct warden *w)
{
	hang_up(w);
	shutdown(w->sock, SHUT_RD);
}

bool
warden_closed(struct warden *w)
{
	pthread_mutex_lock(&w->lock);
	bool closed = w->closed;
	pthread_mutex_unlock(&w->lock);
	return closed;
}

void
warden_free(struct warden *w)
{
	if (!w)
		return;
	warden_close(w);
	pthread_join(w->thread, NULL);
	if (w->listen_fd >= 0)
		close(w->listen_fd);
	close(w->sock);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}
