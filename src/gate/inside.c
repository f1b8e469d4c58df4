#include "gate/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/clock.h"

enum status
inside_connect(int folder, uint32_t slot, uint32_t uid, enum app app, int *ret_fd, struct err *e)
{
	const char *what = apps[app].name;
	char name[12];
	snprintf(name, sizeof name, "%u", slot);
	cleanup_fd int dir = openat(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return err_set(e, errno == ENOENT ? E_ABSENT : E_DENIED, "",
			"The folder of slot %u is not there.", slot);
	cleanup_fd int node = openat(dir, apps[app].sock, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (node < 0)
		return err_set(e, errno == ENOENT ? E_ABSENT : E_DENIED, "",
			"The %s has no socket yet.", what);
	struct stat st;
	if (fstat(node, &st) < 0 || !S_ISSOCK(st.st_mode))
		return err_set(e, E_DENIED, "", "What lies at the %s's place is no socket.", what);
	if (st.st_uid != uid)
		return err_set(e, E_DENIED, "",
			"The %s's socket belongs to somebody else (uid %u, not %u).", what,
			st.st_uid, uid);
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	snprintf(to.sun_path, sizeof to.sun_path, "/proc/self/fd/%d", node);
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_errno(e, "making a socket");
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		enum status s = errno == ECONNREFUSED || errno == ENOENT ? E_ABSENT
				: errno == EAGAIN                        ? E_BUSY
									 : E_DENIED;
		return err_set(
			e, s, "", "The %s's socket does not answer (%s).", what, strerror(errno));
	}
	*ret_fd = steal_fd(&fd);
	return OK;
}

enum status
inside_answers(int folder, uint32_t slot, uint32_t uid, enum app app, int leaver,
	int64_t timeout_ms, struct err *e)
{
	const struct app_facts *a = &apps[app];
	size_t want = strlen(a->answer) ? strlen(a->answer) : 1, n = 0;
	int64_t until = clock_mono_ms() + timeout_ms;
	char said[16];
	cleanup_fd int fd = -1;
	TRY(inside_connect(folder, slot, uid, app, &fd, e));
	/* A new connection takes a few bytes at once, or it takes none. */
	if (a->ask.n && send(fd, a->ask.p, a->ask.n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return err_set(e, E_BUSY, "", "The %s takes no question yet.", a->name);
	while (n < want) {
		struct pollfd p[2] = { { fd, POLLIN, 0 }, { leaver, POLLRDHUP, 0 } };
		int64_t rest = until - clock_mono_ms();
		if (rest <= 0 || poll(p, 2, (int)rest) == 0)
			return err_set(e, E_BUSY, "", "The %s does not answer yet.", a->name);
		if (p[1].revents)
			return err_set(e, E_IO, "", "The visitor has left.");
		ssize_t got = p[0].revents ? recv(fd, said + n, want - n, MSG_DONTWAIT) : 0;
		if (p[0].revents && got == 0)
			return err_set(e, E_BUSY, "", "The %s hung up.", a->name);
		n += got > 0 ? (size_t)got : 0;
	}
	return memcmp(said, a->answer, strlen(a->answer)) == 0
		       ? OK
		       : err_set(e, E_DENIED, "", "What answers as the %s is something else.",
				 a->name);
}
