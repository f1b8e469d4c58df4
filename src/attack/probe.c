/* What attempts and controls share: files, sockets, calls. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack/inside.h"

void
pause_ms(int ms)
{
	poll(NULL, 0, ms);
}

bool
contains(const char *p, size_t n, const char *word)
{
	return *word && memmem(p, n, word, strlen(word));
}

ssize_t
slurp(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t n = 0;
	ssize_t got = 0;
	if (fd < 0)
		return -1;
	while (n < size - 1 && (got = read(fd, buf + n, size - 1 - n)) > 0)
		n += (size_t)got;
	int kept = errno;
	close(fd);
	errno = kept;
	buf[n] = '\0';
	return got < 0 && n == 0 ? -1 : (ssize_t)n;
}

bool
spill(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return false;
	fchmod(fd, 0666);
	bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	return close(fd) == 0 && ok;
}

bool
first_file(const char *dir, char *ret, size_t size)
{
	bool found = false;
	DIR *d = opendir(dir);
	for (struct dirent *de; d && !found && (de = readdir(d));) {
		struct stat st;
		snprintf(ret, size, "%s/%s", dir, de->d_name);
		found = stat(ret, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
	}
	if (d)
		closedir(d);
	return found;
}

const char *
own(const char *dir, const char *name)
{
	static char path[4][512];
	static unsigned at;
	char *p = path[at++ % 4];
	const char *home = getenv("HOME"), *slot = getenv("WARDROOM_SLOT");
	if (!*dir)
		dir = home ? home : "/tmp";
	if (strcmp(dir, "/sock") == 0)
		snprintf(p, sizeof path[0], "/sock/%s/%s", slot ? slot : "0", name);
	else
		snprintf(p, sizeof path[0], "%s/%s", dir, name);
	return p;
}

static int
connect_to(int fd, const struct sockaddr *to, socklen_t n, int ms)
{
	struct pollfd p = { fd, POLLOUT, 0 };
	int err = 0;
	socklen_t size = sizeof err;
	if (connect(fd, to, n) == 0)
		return fd;
	if (errno != EINPROGRESS && errno != EAGAIN)
		err = errno;
	else if (poll(&p, 1, ms) <= 0)
		err = ETIMEDOUT;
	else
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size);
	if (!err)
		return fd;
	close(fd);
	errno = err;
	return -1;
}

static bool
address_of(const char *address, const char *port, struct sockaddr_storage *ret, socklen_t *ret_n)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
	unsigned short p = htons((unsigned short)strtoul(port, NULL, 10));
	char text[64];
	memset(ret, 0, sizeof *ret);
	snprintf(text, sizeof text, "%.*s", (int)strcspn(address, "%"), address);
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = p;
		*ret_n = sizeof *v4;
		return true;
	}
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
		return false;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = p;
	/* A link-local address means a link, by number or name; of ours there should be only lo. */
	const char *link = strchr(address, '%');
	v6->sin6_scope_id = link ? (uint32_t)strtoul(link + 1, NULL, 10) : 0;
	if (link && !v6->sin6_scope_id)
		v6->sin6_scope_id = if_nametoindex(link + 1);
	if (link && !v6->sin6_scope_id)
		v6->sin6_scope_id = 1;
	*ret_n = sizeof *v6;
	return true;
}

int
connect_within(int type, const char *address, const char *port, int ms)
{
	struct sockaddr_storage to;
	socklen_t n;
	if (!address_of(address, port, &to, &n)) {
		errno = EDESTADDRREQ;
		return -1;
	}
	int yes = 1, fd = socket(to.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* Without it every kernel refuses a broadcast address, with or without a way there. */
	if (fd >= 0 && type == SOCK_DGRAM)
		setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes);
	return fd < 0 ? -1 : connect_to(fd, (struct sockaddr *)&to, n, ms);
}

static socklen_t
unix_name(struct sockaddr_un *to, const char *path)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(to->sun_path, sizeof to->sun_path, "%s", path);
	if (*path != '@')
		return sizeof *to;
	to->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
}

int
connect_unix(const char *path, int ms)
{
	struct sockaddr_un to;
	socklen_t n = unix_name(&to, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return fd < 0 ? -1 : connect_to(fd, (struct sockaddr *)&to, n, ms);
}

int
listen_tcp(const char *address, const char *port, char ret_port[16])
{
	struct sockaddr_storage at;
	socklen_t n;
	int yes = 1;
	if (!address_of(address, port, &at, &n))
		return -1;
	int fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, 8) < 0 ||
		getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		return -1;
	/* The port lies at the same place for both families. */
	snprintf(ret_port, 16, "%u", ntohs(((struct sockaddr_in *)&at)->sin_port));
	return fd;
}

int
listen_abstract(const char *name)
{
	struct sockaddr_un at;
	char path[100];
	snprintf(path, sizeof path, "@%s", name);
	socklen_t n = unix_name(&at, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, 8) < 0 ? -1 : fd;
}

/* A word through two connected sockets. */
static bool
word_passes(int from, int to)
{
	char buf[8] = "";
	struct pollfd p = { to, POLLIN, 0 };
	return write(from, "word", 4) == 4 && poll(&p, 1, 2000) == 1 && read(to, buf, 4) == 4 &&
	       memcmp(buf, "word", 4) == 0;
}

bool
control_tcp(const struct attack *k)
{
	char port[16];
	int l = listen_tcp("127.0.0.1", "0", port);
	if (l < 0)
		return bad("no listener on own loopback: %s", strerror(errno));
	int c = connect_within(SOCK_STREAM, "127.0.0.1", port, 2000);
	if (c < 0)
		return bad("own loopback: %s", strerror(errno));
	return word_passes(c, accept(l, NULL, NULL)) || bad("own loopback carries nothing");
}

bool
control_udp(const struct attack *k)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof at;
	char port[16];
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s < 0 || bind(s, (struct sockaddr *)&at, n) < 0 ||
		getsockname(s, (struct sockaddr *)&at, &n) < 0)
		return bad("no datagram socket on own loopback: %s", strerror(errno));
	snprintf(port, sizeof port, "%u", ntohs(at.sin_port));
	int c = connect_within(SOCK_DGRAM, "127.0.0.1", port, 2000);
	return (c >= 0 && word_passes(c, s)) || bad("own loopback carries no datagram");
}

bool
control_unix(const struct attack *k)
{
	int l = listen_abstract("attack-control");
	int c = l < 0 ? -1 : connect_unix("@attack-control", 2000);
	if (c < 0)
		return bad("own abstract socket: %s", strerror(errno));
	return word_passes(c, accept(l, NULL, NULL)) || bad("own socket carries nothing");
}

bool
control_home(const struct attack *k)
{
	char buf[32];
	const char *path = own("", ".attack-control");
	bool ok = spill(path, "word") && slurp(path, buf, sizeof buf) == 4 &&
		  chmod(path, 0600) == 0 && truncate(path, 2) == 0;
	if (!ok)
		bad("a file in the own home: %s", strerror(errno));
	unlink(path);
	return ok;
}

bool
control_call(const struct attack *k)
{
	if (syscall(SYS_getppid) != getppid())
		return bad("getppid by number does not work");
	errno = 0;
	if (syscall(SYS_close, -1) != -1 || errno != EBADF)
		return bad("the kernel's own refusal is not told from the filter's");
	return true;
}

bool
control_fork(const struct attack *k)
{
	int status;
	pid_t pid = fork();
	/* What an attempt left behind is reaped by the first process, which has its own pace. */
	for (int i = 0; pid < 0 && errno == EAGAIN && i < 80; i++) {
		pause_ms(100);
		pid = fork();
	}
	if (pid == 0)
		_exit(42);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return bad("an ordinary child: %s", strerror(errno));
	return WIFEXITED(status) && WEXITSTATUS(status) == 42;
}

bool
control_proc(const struct attack *k)
{
	char buf[4096], path[64];
	snprintf(path, sizeof path, "/proc/%d/status", (int)getpid());
	if (slurp(path, buf, sizeof buf) <= 0 || !strstr(buf, "NoNewPrivs"))
		return bad("own /proc entry: %s", strerror(errno));
	return true;
}

bool
control_data(const struct attack *k)
{
	char path[512], buf[16];
	if (!first_file("/data", path, sizeof path))
		return bad("there is no file in /data");
	return slurp(path, buf, sizeof buf) > 0 || bad("%s: %s", path, strerror(errno));
}

enum outcome
attempt_call(const struct attack *k)
{
	errno = 0;
	long r = syscall(
		k->nr, k->args[0], k->args[1], k->args[2], k->args[3], k->args[4], k->args[5]);
	if (r == -1 && (errno == EPERM || errno == ENOSYS))
		return defeated("%s", strerror(errno));
	if (r == -1)
		return through("the kernel looked at it: %s", strerror(errno));
	return through("it returned %ld", r);
}

static enum outcome
read_one(const char *path)
{
	char buf[256];
	ssize_t n = slurp(path, buf, sizeof buf);
	if (n > 0)
		return through("%s can be read", path);
	return defeated("%s: %s", path, n < 0 ? strerror(errno) : "empty");
}

enum outcome
attempt_read(const struct attack *k)
{
	return each(k->on, ' ', read_one);
}
