#include "attack/bait.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/io.h"

enum { KEY_SESSION = -3, KEY_SETPERM = 5, KEY_REVOKE = 3 };

/* On every address, of both families where there are both. */
static enum status
listener(int type, int *ret, unsigned *ret_port, struct err *e)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	socklen_t n = sizeof v6;
	int off = 0;
	cleanup_fd int fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (fd < 0 || bind(fd, (struct sockaddr *)&v6, sizeof v6) < 0) {
		if (fd >= 0)
			close(fd);
		fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd < 0 || bind(fd, (struct sockaddr *)&v4, sizeof v4) < 0)
			return err_errno(e, "making a listener");
	}
	if (getsockname(fd, (struct sockaddr *)&v6, &n) < 0 ||
		(type == SOCK_STREAM && listen(fd, 64) < 0))
		return err_errno(e, "making a listener");
	*ret_port = ntohs(v6.sin6_port); /* at the same place for both families */
	*ret = steal_fd(&fd);
	return OK;
}

static socklen_t
abstract_name(const struct bait *b, struct sockaddr_un *to)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(to->sun_path + 1, b->abstract, strlen(b->abstract));
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(b->abstract));
}

static enum status
abstract_listener(struct bait *b, struct err *e)
{
	struct sockaddr_un at;
	socklen_t n = abstract_name(b, &at);
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, 64) < 0)
		return err_errno(e, "making an abstract socket");
	b->name = steal_fd(&fd);
	return OK;
}

/* Readable by anybody who reaches it: only the walls keep it. */
static enum status
secret_file(struct arena *a, const struct config *c, struct bait *b, struct err *e)
{
	b->folder = arena_printf(a, "%s/data", c->state);
	b->file = arena_printf(a, "%s/.attack/hidden.csv", b->folder);
	cleanup_fd int dir = open(b->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "opening %s", b->folder);
	TRY(io_remove_tree(dir, ".attack", e));
	if (mkdirat(dir, ".attack", 0755) < 0)
		return err_errno(e, "creating %s/.attack", b->folder);
	cleanup_fd int fd = open(b->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_errno(e, "creating %s", b->file);
	const char *text = arena_printf(a, "id,label\n%s,1\n", b->secret);
	return io_write_fd(fd, text, strlen(text), e);
}

static void
secret_key(struct bait *b)
{
	b->key = syscall(
		SYS_add_key, "user", "wardroom-attack", b->secret, strlen(b->secret), KEY_SESSION);
	if (b->key >= 0)
		syscall(SYS_keyctl, KEY_SETPERM, b->key, 0x3f3f3f3f);
}

enum status
bait_open(struct arena *a, const struct config *c, struct bait *ret, struct err *e)
{
	unsigned char r[16];
	struct bait b = { .tcp = -1, .udp = -1, .name = -1, .key = -1 };
	if (getrandom(r, sizeof r, 0) != sizeof r)
		return err_errno(e, "random numbers");
	hex_encode(b.secret, r, sizeof r);
	snprintf(b.team, sizeof b.team, "attack-team-%.20s", b.secret + 8);
	snprintf(b.abstract, sizeof b.abstract, "attack-host-%.20s", b.secret + 4);
	enum status s = listener(SOCK_STREAM, &b.tcp, &b.port_tcp, e);
	if (s == OK)
		s = listener(SOCK_DGRAM, &b.udp, &b.port_udp, e);
	if (s == OK)
		s = abstract_listener(&b, e);
	if (s == OK)
		s = secret_file(a, c, &b, e);
	if (s != OK) {
		bait_close(&b);
		return s;
	}
	secret_key(&b);
	*ret = b;
	return OK;
}

void
bait_close(struct bait *b)
{
	int fds[] = { b->tcp, b->udp, b->name };
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	cleanup_fd int dir = b->folder ? open(b->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (dir >= 0)
		io_remove_tree(dir, ".attack", NULL);
	if (b->key >= 0)
		syscall(SYS_keyctl, KEY_REVOKE, b->key);
}

static const char *
addresses(struct arena *a)
{
	struct buf b = buf_new(a);
	struct ifaddrs *all = NULL;
	char text[64];
	if (getifaddrs(&all) < 0)
		return "";
	for (struct ifaddrs *i = all; i; i = i->ifa_next) {
		const void *at;
		if (!i->ifa_addr || i->ifa_flags & IFF_LOOPBACK)
			continue;
		if (i->ifa_addr->sa_family == AF_INET)
			at = &((struct sockaddr_in *)i->ifa_addr)->sin_addr;
		else if (i->ifa_addr->sa_family == AF_INET6)
			at = &((struct sockaddr_in6 *)i->ifa_addr)->sin6_addr;
		else
			continue;
		if (inet_ntop(i->ifa_addr->sa_family, at, text, sizeof text))
			buf_printf(&b, "%s%s", b.n ? "," : "", text);
	}
	freeifaddrs(all);
	return b.n ? b.p : "";
}

static const char *
gateway(struct arena *a)
{
	struct str all;
	char to[32], via[32], text[INET_ADDRSTRLEN];
	if (io_read_file(a, "/proc/net/route", 1 << 20, &all, NULL) != OK)
		return "";
	while (all.n) {
		const char *line = str_dup(a, str_cut(&all, '\n'));
		unsigned address;
		if (sscanf(line, "%*s %31s %31s", to, via) != 2 || !streq(to, "00000000") ||
			sscanf(via, "%x", &address) != 1)
			continue;
		inet_ntop(AF_INET, &address, text, sizeof text);
		return arena_strdup(a, text);
	}
	return "";
}

static const char *
name_servers(struct arena *a)
{
	struct str all;
	struct buf b = buf_new(a);
	char text[64];
	if (io_read_file(a, "/etc/resolv.conf", 1 << 20, &all, NULL) != OK)
		return "";
	while (all.n)
		if (sscanf(str_dup(a, str_cut(&all, '\n')), "nameserver %63s", text) == 1)
			buf_printf(&b, "%s%s", b.n ? "," : "", text);
	return b.n ? b.p : "";
}

/* Processes of the server and of this program. */
static const char *
processes(struct arena *a)
{
	struct buf b = buf_new(a);
	struct str comm;
	buf_printf(&b, "%d", (int)getpid());
	cleanup_dir DIR *d = opendir("/proc");
	for (struct dirent *de; d && (de = readdir(d));) {
		const char *path = arena_printf(a, "/proc/%s/comm", de->d_name);
		if (de->d_name[0] >= '1' && de->d_name[0] <= '9' &&
			io_read_file(a, path, 64, &comm, NULL) == OK &&
			str_starts(comm, "wardroom-"))
			buf_printf(&b, ",%s", de->d_name);
	}
	return b.p;
}

static const char *
port_of(struct arena *a, const char *listen)
{
	const char *colon = listen ? strrchr(listen, ':') : NULL;
	return colon ? arena_strdup(a, colon + 1) : "";
}

const char *const *
bait_words(struct arena *a, const struct bait *b, const struct config *c, const char *mode,
	int64_t other, const char *team_port)
{
	char name[256] = "";
	const char **w = ARENA_ARRAY(a, 24, const char *), **at = w;
	gethostname(name, sizeof name - 1);
	*at++ = mode;
	*at++ = arena_printf(a, "hosts=%s", addresses(a));
	*at++ = arena_printf(a, "gateway=%s", gateway(a));
	*at++ = arena_printf(a, "dns=%s", name_servers(a));
	*at++ = arena_printf(a, "tcp=%u", b->port_tcp);
	*at++ = arena_printf(a, "udp=%u", b->port_udp);
	*at++ = arena_printf(a, "portal=%s", port_of(a, c->listen));
	*at++ = arena_printf(a, "rooms=%s", port_of(a, c->rooms_listen));
	*at++ = arena_printf(a, "abstract=%s", b->abstract);
	*at++ = arena_printf(a, "secret=%s", b->secret);
	*at++ = arena_printf(a, "hidden=%s", b->file);
	*at++ = arena_printf(a, "state=%s", c->state);
	*at++ = arena_printf(a, "run=%s", c->run);
	*at++ = arena_printf(a, "name=%s", name);
	*at++ = arena_printf(a, "pids=%s", processes(a));
	if (other) {
		*at++ = arena_printf(a, "team=%s", b->team);
		*at++ = arena_printf(a, "team_port=%s", team_port);
		*at++ = arena_printf(a, "team_run=%s/ws/%lld", c->run, (long long)other);
	}
	return w;
}

static int
heard_on(int fd)
{
	int n = 0;
	for (int c; n < 1000 && (c = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0; n++)
		close(c);
	return n;
}

int
bait_heard(struct bait *b)
{
	char waste[64];
	int n = heard_on(b->tcp) + heard_on(b->name);
	while (recv(b->udp, waste, sizeof waste, 0) >= 0)
		n++;
	return n;
}

bool
bait_hears(struct bait *b)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_un name;
	socklen_t n = abstract_name(b, &name);
	cleanup_fd int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cleanup_fd int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	cleanup_fd int local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	to.sin_port = htons((uint16_t)b->port_tcp);
	bool ok = connect(tcp, (struct sockaddr *)&to, sizeof to) == 0;
	to.sin_port = htons((uint16_t)b->port_udp);
	ok = ok && sendto(udp, "x", 1, 0, (struct sockaddr *)&to, sizeof to) == 1;
	ok = ok && connect(local, (struct sockaddr *)&name, n) == 0;
	poll(NULL, 0, 50);
	return ok && bait_heard(b) == 3;
}

bool
bait_untouched(struct arena *a, const struct bait *b)
{
	struct str s;
	return io_read_file(a, b->file, 4096, &s, NULL) == OK &&
	       str_is(s, arena_printf(a, "id,label\n%s,1\n", b->secret));
}
