#include "wire/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

enum status
wire_send(int sock, const void *msg, size_t size, const int *fds, int n_fds, struct err *e)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(WIRE_FDS * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)msg, size };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	if (n_fds < 0 || n_fds > WIRE_FDS || size > WIRE_MAX)
		BUG("message of %zu bytes with %d descriptors", size, n_fds);
	if (n_fds) {
		m.msg_control = control.space;
		m.msg_controllen = CMSG_SPACE((size_t)n_fds * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN((size_t)n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, (size_t)n_fds * sizeof(int));
	}
	ssize_t n;
	do
		n = sendmsg(sock, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(e, "sending a message");
	return OK;
}

static void
close_all(int *fds, int n)
{
	for (int i = 0; i < n; i++)
		close(fds[i]);
}

enum status
wire_recv(int sock, void *buf, size_t *ret_n, int ret_fds[WIRE_FDS], int *ret_n_fds, struct err *e)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(WIRE_FDS * sizeof(int))];
	} control;
	struct iovec iov = { buf, WIRE_MAX };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space };
	int fds[WIRE_FDS], n_fds = 0;
	ssize_t n;
	do
		n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == ECONNRESET)
		n = 0;
	if (n < 0)
		return err_errno(e, "receiving a message");
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n_fds = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(fds, CMSG_DATA(c), (size_t)n_fds * sizeof(int));
	}
	if ((m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
		(n > 0 && (size_t)n < sizeof(struct wire_head))) {
		close_all(fds, n_fds);
		return err_set(e, E_INPUT, "", "A message was cut or has no head.");
	}
	memcpy(ret_fds, fds, (size_t)n_fds * sizeof(int));
	*ret_n_fds = n_fds;
	*ret_n = (size_t)n;
	return OK;
}

bool
wire_text_ok(const char *text, size_t size)
{
	const char *end = memchr(text, '\0', size);
	return end && str_utf8((struct str){ text, (size_t)(end - text) });
}
