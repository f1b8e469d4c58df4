/*
 * Stands in for the portal, the gate and the curator in tests of the warden.
 *
 * As portal or gate it hands its descriptor 3 to the test, through the socket <folder of the
 * configuration>/stub.sock, with the name it was started by, and sleeps: the test speaks the
 * messages, and killing the stub is the death of the portal.
 *
 * As curator it writes what it finds about itself into its folder, and sleeps if the spec says so.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int
count(const char *path)
{
	int n = 0;
	DIR *d = opendir(path);
	for (struct dirent *de; d && (de = readdir(d));)
		n += de->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

static int
interfaces(void)
{
	char line[512];
	int n = -2;
	FILE *f = fopen("/proc/self/net/dev", "r");
	while (f && fgets(line, sizeof line, f))
		n++;
	if (f)
		fclose(f);
	return n;
}

static int
curator(char **argv)
{
	char spec[256] = "";
	ssize_t n = read(3, spec, sizeof spec - 1);
	int fd = openat(4, "result.json", O_WRONLY | O_CREAT | O_TRUNC, 0640);
	if (n < 0 || fd < 0)
		return 3;
	dprintf(fd,
		"{\"ok\":true,\"kind\":\"%s\",\"uid\":%d,\"euid\":%d,\"nnp\":%d,\"interfaces\":%d,"
		"\"descriptors\":%d,\"spec\":%zd}",
		argv[2], (int)getuid(), (int)geteuid(), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
		interfaces(), count("/proc/self/fd") - 2, n);
	if (strstr(spec, "sleep"))
		sleep(600);
	return strstr(spec, "fail") ? 1 : 0;
}

int
main(int argc, char **argv)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char line[64];
	if (strcmp(argv[0], "wardroom-curator") == 0)
		return argc == 5 ? curator(argv) : 2;
	const char *slash = argc == 3 ? strrchr(argv[2], '/') : NULL;
	if (!slash)
		return 2;
	snprintf(
		to.sun_path, sizeof to.sun_path, "%.*s/stub.sock", (int)(slash - argv[2]), argv[2]);
	int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), fd = 3;
	int n = snprintf(line, sizeof line, "%s %d %d %d", argv[0], (int)getpid(), (int)getuid(),
		count("/proc/self/fd") - 2);
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
