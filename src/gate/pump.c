#include "gate/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { PIPE_BYTES = 65536 };

enum status
pump_init(struct pump *p, int client, int inside, struct err *e)
{
	*p = (struct pump){ .up = { client, inside, { -1, -1 } },
		.down = { inside, client, { -1, -1 } } };
	if (pipe2(p->up.pipe, O_NONBLOCK | O_CLOEXEC) < 0 ||
		pipe2(p->down.pipe, O_NONBLOCK | O_CLOEXEC) < 0) {
		err_errno(e, "making a pipe");
		pump_free(p);
		return E_IO;
	}
	return OK;
}

void
pump_free(struct pump *p)
{
	for (int i = 0; i < 2; i++) {
		if (p->up.pipe[i] >= 0)
			close(p->up.pipe[i]);
		if (p->down.pipe[i] >= 0)
			close(p->down.pipe[i]);
		p->up.pipe[i] = p->down.pipe[i] = -1;
	}
}

static bool
is_again(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/*
 * Moves what can be moved now. *ret_moved is what reached the far side; *ret_step tells that
 * anything moved at all. False when a side is broken.
 */
static bool
flow_step(struct flow *f, size_t *ret_moved, bool *ret_step)
{
	enum { HOW = SPLICE_F_NONBLOCK | SPLICE_F_MOVE };
	ssize_t n;
	if (f->left != 0 && f->held == 0) {
		size_t want = f->left > 0 && f->left < PIPE_BYTES ? (size_t)f->left : PIPE_BYTES;
		n = splice(f->from, NULL, f->pipe[1], NULL, want, HOW);
		if (n < 0 && !is_again())
			return false;
		if (n == 0) {
			f->ended = true;
			f->left = 0;
		}
		if (n > 0) {
			f->held += (size_t)n;
			f->left -= f->left > 0 ? n : 0;
		}
		*ret_step |= n >= 0;
	}
	if (f->held) {
		n = splice(f->pipe[0], NULL, f->to, NULL, f->held, HOW);
		if (n < 0 && !is_again())
			return false;
		if (n > 0) {
			f->held -= (size_t)n;
			*ret_moved = (size_t)n;
			*ret_step = true;
		}
	}
	return true;
}

static bool
is_over(const struct flow *f)
{
	return f->left == 0 && f->held == 0;
}

/* Waits until something may move. A side of which nothing is wanted is not asked, or its hang-up
 * would wake us for ever; the browser's leaving always counts. */
static enum pump_end
wait_ready(struct pump *p, bool with_down)
{
	const struct flow *up = &p->up, *down = &p->down;
	bool reads_client = up->left != 0 && up->held == 0;
	short client = (short)((reads_client ? POLLIN : POLLRDHUP) |
			       (with_down && down->held ? POLLOUT : 0));
	short inside = (short)((up->held ? POLLOUT : 0) |
			       (!with_down || (down->left != 0 && down->held == 0) ? POLLIN : 0));
	struct pollfd fds[2] = { { .fd = up->from, .events = client },
		{ .fd = inside ? up->to : -1, .events = inside } };
	int n;
	do
		n = poll(fds, 2, (int)p->idle_ms);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return PUMP_IDLE;
	if (!reads_client && (fds[0].revents & (POLLRDHUP | POLLHUP | POLLERR)))
		return PUMP_GONE;
	if (!with_down && (fds[1].revents & (POLLIN | POLLHUP | POLLERR)))
		return PUMP_REPLY;
	return PUMP_DONE;
}

enum pump_end
pump_up(struct pump *p)
{
	for (;;) {
		size_t moved = 0;
		bool step = false;
		if (!flow_step(&p->up, &moved, &step)) {
			/* The server inside may answer without reading all; let it. */
			p->up.left = 0;
			p->up.held = 0;
		}
		if (atomic_load(p->cut))
			return PUMP_GONE;
		/* The browser left before it had sent what it promised. */
		if (p->up.ended)
			return PUMP_GONE;
		if (step)
			continue;
		enum pump_end why = wait_ready(p, false);
		if (why != PUMP_DONE)
			return why;
	}
}

enum pump_end
pump_both(struct pump *p, bool tunnel)
{
	for (;;) {
		size_t up = 0, down = 0;
		bool step = false;
		if (!flow_step(&p->up, &up, &step)) {
			if (tunnel)
				return PUMP_GONE;
			p->up.left = 0;
			p->up.held = 0;
		}
		if (!flow_step(&p->down, &down, &step))
			return PUMP_GONE;
		if (atomic_load(p->cut))
			return PUMP_GONE;
		if (down && !gate_meter(p->meter, (int64_t)down))
			return PUMP_SPENT;
		if (is_over(&p->down) || (tunnel && is_over(&p->up)))
			return PUMP_DONE;
		if (step)
			continue;
		enum pump_end why = wait_ready(p, true);
		if (why != PUMP_DONE)
			return why;
	}
}

enum status
pump_send(int fd, const void *bytes, size_t n, int64_t timeout_ms, struct err *e)
{
	const char *at = bytes;
	int64_t until = clock_mono_ms() + timeout_ms;
	while (n) {
		ssize_t w = send(fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (w < 0 && errno != EAGAIN && errno != EINTR)
			return err_errno(e, "sending");
		if (w > 0) {
			at += w;
			n -= (size_t)w;
			continue;
		}
		int64_t rest = until - clock_mono_ms();
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		if (rest <= 0 || poll(&p, 1, (int)rest) == 0)
			return err_set(e, E_IO, "", "The other side does not read.");
	}
	return OK;
}
