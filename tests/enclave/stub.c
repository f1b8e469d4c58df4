/*
 * Stands in for the portal and the gate in tests of the warden: hands its descriptor 3 to the test
 * through the socket <folder of the configuration>/stub.sock, with the name it was started by, and
 * then sleeps. The test speaks the messages; killing the stub is the death of the portal.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char line[64];
	const char *slash = argc == 3 ? strrchr(argv[2], '/') : NULL;
	if (!slash)
		return 2;
	snprintf(to.sun_path, sizeof to.sun_path, "%.*s/stub.sock", (int)(slash - argv[2]),
		argv[2]);
	int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), fd = 3;
	int n = snprintf(line, sizeof line, "%s %d %d", argv[0], (int)getpid(), (int)getuid());
	struct iovec iov = { line, (size_t)n };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	if (connect(s, (struct sockaddr *)&to, sizeof to) < 0 || sendmsg(s, &m, 0) < 0)
		return 1;
	for (;;)
		pause();
}
