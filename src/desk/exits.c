#include "desk/exits.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "wire/exits.h"
#include "wire/packages.h"

enum state { SHUT, OPEN, UNKNOWN };

struct finding {
	enum state state;
	char how[160];
};

__attribute__((format(printf, 3, 4))) static void
found(struct finding *f, enum state s, const char *fmt, ...)
{
	va_list ap;
	/* The worst of several tries stands. */
	if (f->how[0] && (f->state == OPEN || s == SHUT))
		return;
	f->state = s;
	va_start(ap, fmt);
	vsnprintf(f->how, sizeof f->how, fmt, ap);
	va_end(ap);
}

/* ---- addresses ---- */

/* What the kernel says where there is no way at all. */
static bool
no_way(int e)
{
	return e == ENETUNREACH || e == EHOSTUNREACH || e == EADDRNOTAVAIL || e == EAFNOSUPPORT ||
	       e == EPERM || e == EACCES;
}

static void
try_address(struct finding *f, const char *text, int port, int type)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	bool six = strchr(text, ':');
	const struct sockaddr *to = six ? (const void *)&v6 : (const void *)&v4;
	socklen_t size = six ? sizeof v6 : sizeof v4;
	if (inet_pton(to->sa_family, text, six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) !=
		1) {
		found(f, UNKNOWN, "%s is no address", text);
		return;
	}
	cleanup_fd int s = socket(to->sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s < 0) {
		found(f, no_way(errno) ? SHUT : UNKNOWN, "no socket: %s", strerror(errno));
		return;
	}
	/* Without it every kernel refuses a broadcast address, with or without a way there. */
	setsockopt(s, SOL_SOCKET, SO_BROADCAST, &(int){ 1 }, sizeof(int));
	if (connect(s, to, size) == 0 || !no_way(errno))
		found(f, OPEN, "%s port %d: %s", text, port,
			type == SOCK_STREAM ? strerror(errno) : "has a way");
	else
		found(f, SHUT, "%s: %s", text, strerror(errno));
}

static void
internet(struct finding *f)
{
	static const char *const to[] = { "1.1.1.1", "8.8.8.8", "93.184.216.34", "192.0.2.1",
		"2606:4700:4700::1111", "2001:4860:4860::8888", "64:ff9b::808:808" };
	for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) {
		try_address(f, to[i], 443, SOCK_STREAM);
		try_address(f, to[i], 443, SOCK_DGRAM);
	}
}

static void
name_servers(struct finding *f)
{
	static const char *const to[] = { "8.8.8.8", "9.9.9.9", "224.0.0.251", "2620:fe::fe" };
	for (size_t i = 0; i < sizeof to / sizeof to[0]; i++)
		try_address(f, to[i], 53, SOCK_DGRAM);
	try_address(f, "8.8.8.8", 853, SOCK_STREAM);
}

static void
neighbours(struct finding *f)
{
	static const char *const to[] = { "169.254.169.254", "100.100.100.200", "fd00:ec2::254",
		"10.0.0.1", "172.16.0.1", "172.17.0.1", "192.168.0.1", "192.168.1.1",
		"255.255.255.255" };
	for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) {
		try_address(f, to[i], 80, SOCK_STREAM);
		try_address(f, to[i], 80, SOCK_DGRAM);
	}
}

/* ---- the kernel's tables ---- */

/* The whole small file; -1 when it cannot be read. */
static ssize_t
slurp(const char *path, char *buf, size_t size)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t k = -1;
	while (fd >= 0 && n < size - 1 && (k = read(fd, buf + n, size - 1 - n)) > 0)
		n += (size_t)k;
	buf[n] = '\0';
	return fd < 0 || k < 0 ? -1 : (ssize_t)n;
}

static int
count_lines(const char *text)
{
	int n = 0;
	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void
interfaces(struct finding *f)
{
	char buf[8192];
	if (slurp("/proc/net/dev", buf, sizeof buf) < 0) {
		found(f, UNKNOWN, "/proc/net/dev: %s", strerror(errno));
		return;
	}
	struct str all = str_of(buf);
	bool loopback = false;
	for (int line = 0; all.n; line++) {
		struct str rest = str_cut(&all, '\n'), name = str_trim(str_cut(&rest, ':'));
		if (line < 2 || name.n == 0)
			continue;
		if (str_is(name, "lo"))
			loopback = true;
		else
			found(f, OPEN, "%.*s", (int)(name.n < 32 ? name.n : 32), name.p);
	}
	found(f, loopback ? SHUT : UNKNOWN, loopback ? "only lo" : "not even lo");
}

static void
routes(struct finding *f)
{
	char buf[8192];
	if (slurp("/proc/net/route", buf, sizeof buf) < 0) {
		found(f, UNKNOWN, "/proc/net/route: %s", strerror(errno));
		return;
	}
	int n = count_lines(buf);
	if (n > 1)
		found(f, OPEN, "%d routes", n - 1);
	/* IPv6 lists the loopback's own; any other device is the last word of its line. */
	if (slurp("/proc/net/ipv6_route", buf, sizeof buf) > 0) {
		struct str all = str_of(buf);
		while (all.n) {
			struct str line = str_trim(str_cut(&all, '\n'));
			if (line.n > 2 && memcmp(line.p + line.n - 2, "lo", 2) != 0)
				found(f, OPEN, "an IPv6 route");
		}
	}
	found(f, SHUT, "none");
}

/* How many sockets the kernel's table has; -1 when it cannot be read. */
static int
table_size(const char *path)
{
	static char buf[65536];
	ssize_t n = slurp(path, buf, sizeof buf);
	if (n < 0)
		return errno == ENOENT ? 0 : -1;
	return count_lines(buf) - 1;
}

static void
listeners(struct finding *f)
{
	static const char *const tables[] = { "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp",
		"/proc/net/udp6", "/proc/net/raw", "/proc/net/raw6" };
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		int n = table_size(tables[i]);
		if (n < 0)
			found(f, UNKNOWN, "%s: %s", tables[i], strerror(errno));
		else if (n > 0)
			found(f, OPEN, "%s has %d", tables[i], n);
	}
	found(f, SHUT, "none");
}

/* ---- within ---- */

static int
connect_loopback(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	cleanup_fd int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return s < 0 || connect(s, (struct sockaddr *)&to, sizeof to) < 0 ? errno : 0;
}

static void
mirror(struct finding *f)
{
	int e = connect_loopback(PACKAGES_PORT);
	found(f,
		e == 0              ? OPEN
		: e == ECONNREFUSED ? SHUT
				    : UNKNOWN,
		"port %d: %s", PACKAGES_PORT, e ? strerror(e) : "answers");
}

/* If this fails, so would everything, and shut doors would prove nothing. */
static void
control(struct finding *f)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	cleanup_fd int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof at) < 0 || listen(s, 1) < 0 ||
		getsockname(s, (struct sockaddr *)&at, &size) < 0) {
		found(f, UNKNOWN, "no listener: %s", strerror(errno));
		return;
	}
	if (table_size("/proc/net/tcp") < 1) {
		found(f, UNKNOWN, "the kernel's table does not show a listener");
		return;
	}
	int e = connect_loopback(ntohs(at.sin_port));
	found(f, e ? UNKNOWN : SHUT, "%s", e ? strerror(e) : "made and seen");
}

static void
processes(struct finding *f)
{
	cleanup_dir DIR *d = opendir("/proc");
	int n = 0;
	for (struct dirent *de; d && (de = readdir(d));)
		n += de->d_name[0] >= '1' && de->d_name[0] <= '9';
	found(f, n == 1 && getpid() == 1 ? SHUT : n ? OPEN : UNKNOWN, "%d", n);
}

static void
descriptors(struct finding *f)
{
	cleanup_dir DIR *d = opendir("/proc/self/fd");
	int extra = 0;
	for (struct dirent *de; d && (de = readdir(d));) {
		int64_t n;
		extra += str_int(str_of(de->d_name), &n) && n > 2 && n != dirfd(d);
	}
	found(f, !d ? UNKNOWN : extra ? OPEN : SHUT, "%d beyond the standard three", extra);
}

static void
try_socket(struct finding *f, const char *name, int family, int type, int protocol)
{
	cleanup_fd int s = socket(family, type | SOCK_CLOEXEC, protocol);
	found(f, s >= 0 ? OPEN : SHUT, "%s: %s", name, s >= 0 ? "made" : strerror(errno));
}

static void
other_sockets(struct finding *f)
{
	try_socket(f, "vsock", AF_VSOCK, SOCK_STREAM, 0);
	try_socket(f, "packet", AF_PACKET, SOCK_RAW, 0);
	try_socket(f, "raw", AF_INET, SOCK_RAW, IPPROTO_ICMP);
	try_socket(f, "ping", AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	try_socket(f, "cryptography", AF_ALG, SOCK_SEQPACKET, 0);
	try_socket(f, "bluetooth", AF_BLUETOOTH, SOCK_STREAM, 0);
	try_socket(f, "audit", AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
	try_socket(f, "netfilter", AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	try_socket(f, "generic netlink", AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	try_socket(f, "tipc", AF_TIPC, SOCK_STREAM, 0);
	try_socket(f, "xdp", AF_XDP, SOCK_RAW, 0);
	try_socket(f, "keys", AF_KEY, SOCK_RAW, 2);
}

/* In a child, so that a call that works changes nothing for us. */
static void
try_namespace(struct finding *f, const char *name, int kind)
{
	int st = 0;
	pid_t pid = fork();
	if (pid == 0)
		_exit(unshare(kind) == 0 ? 0 : errno & 0xff);
	if (pid < 0 || waitpid(pid, &st, 0) != pid || !WIFEXITED(st))
		found(f, UNKNOWN, "%s: it could not be tried", name);
	else
		found(f, WEXITSTATUS(st) ? SHUT : OPEN, "%s: %s", name,
			WEXITSTATUS(st) ? strerror(WEXITSTATUS(st)) : "made");
}

static void
namespaces(struct finding *f)
{
	try_namespace(f, "users", CLONE_NEWUSER);
	try_namespace(f, "network", CLONE_NEWNET);
	try_namespace(f, "mounts", CLONE_NEWNS);
	try_namespace(f, "processes", CLONE_NEWPID);
	/* Without the filter the number of a descriptor that is not open would be the complaint. */
	found(f, setns(-1, 0) < 0 && errno == EPERM ? SHUT : OPEN, "setns: %s", strerror(errno));
}

/*
 * The filter must refuse the call itself, before the kernel even looks for the folder; and where it
 * does not, nothing is mounted all the same.
 */
static void
mounting(struct finding *f)
{
	static const char nowhere[] = "/opt/wardroom/nowhere";
	found(f, mount("none", nowhere, "tmpfs", 0, NULL) < 0 && errno == EPERM ? SHUT : OPEN,
		"mount: %s", strerror(errno));
	found(f, umount2(nowhere, MNT_DETACH) < 0 && errno == EPERM ? SHUT : OPEN, "umount: %s",
		strerror(errno));
}

static bool
is_harmless(dev_t d)
{
	unsigned major = major(d), minor = minor(d);
	return (major == 1 &&
		       (minor == 3 || minor == 5 || minor == 7 || minor == 8 || minor == 9)) ||
	       (major == 5 && (minor == 0 || minor == 2)) || (major >= 136 && major <= 143);
}

static void
devices(struct finding *f)
{
	cleanup_dir DIR *d = opendir("/dev");
	int n = 0;
	for (struct dirent *de; d && (de = readdir(d));) {
		struct stat st;
		if (fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		n++;
		if (S_ISBLK(st.st_mode) || (S_ISCHR(st.st_mode) && !is_harmless(st.st_rdev)))
			found(f, OPEN, "/dev/%.60s", de->d_name);
	}
	found(f, n > 2 ? SHUT : UNKNOWN, n > 2 ? "only harmless ones" : "/dev cannot be read");
}

static void
programs(struct finding *f)
{
	static const char *const dirs[] = { "/", "/usr", "/etc", "/var", "/opt/wardroom/bin" };
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
		struct statvfs v;
		if (statvfs(dirs[i], &v) < 0)
			found(f, UNKNOWN, "%s: %s", dirs[i], strerror(errno));
		else if (!(v.f_flag & ST_RDONLY))
			found(f, OPEN, "%s can be written", dirs[i]);
	}
	found(f, SHUT, "read-only");
}

static void
privileges(struct finding *f)
{
	static const char *const want[] = { "CapInh:\t0000000000000000",
		"CapPrm:\t0000000000000000", "CapEff:\t0000000000000000",
		"CapBnd:\t0000000000000000", "CapAmb:\t0000000000000000", "NoNewPrivs:\t1",
		"Seccomp:\t2" };
	char buf[8192];
	if (slurp("/proc/self/status", buf, sizeof buf) < 0)
		found(f, UNKNOWN, "/proc/self/status: %s", strerror(errno));
	for (size_t i = 0; i < sizeof want / sizeof want[0] && f->state != UNKNOWN; i++)
		if (!strstr(buf, want[i]))
			found(f, OPEN, "not %s", want[i]);
	found(f, SHUT, "none");
}

/* ---- all of them ---- */

static const struct {
	const char *name;
	void (*fn)(struct finding *);
	bool first; /* a matter of process 1 alone */
} tries[EXIT_KINDS] = {
	{ "control", control, false },
	{ "processes", processes, true },
	{ "descriptors", descriptors, true },
	{ "interfaces", interfaces, false },
	{ "routes", routes, false },
	{ "listeners", listeners, true },
	{ "mirror", mirror, false },
	{ "internet", internet, false },
	{ "names", name_servers, false },
	{ "neighbours", neighbours, false },
	{ "sockets", other_sockets, false },
	{ "namespaces", namespaces, false },
	{ "mounts", mounting, false },
	{ "devices", devices, false },
	{ "programs", programs, false },
	{ "privileges", privileges, false },
};

static const char *const words[] = { "shut", "open", "unknown" };

bool
exits_report(FILE *out, bool first)
{
	bool good = true;
	for (int i = 0; i < EXIT_KINDS; i++) {
		struct finding f = { SHUT, "" };
		if (tries[i].first && !first)
			continue;
		tries[i].fn(&f);
		good = good && f.state == SHUT;
		fprintf(out, "%s %s %s\n", tries[i].name, words[f.state], f.how);
	}
	fputs("end\n", out);
	return fflush(out) == 0 && good;
}

bool
exits_say(FILE *out)
{
	int all = 0, shut = 0;
	bool good = true, tried = true;
	for (int i = 0; i < EXIT_KINDS; i++) {
		struct finding f = { SHUT, "" };
		if (tries[i].first)
			continue;
		tries[i].fn(&f);
		good = good && f.state == SHUT;
		/* The first is no way out, but the proof that trying works. */
		tried = tried && (i > 0 || f.state == SHUT);
		all += i > 0;
		shut += i > 0 && f.state == SHUT;
		fprintf(out, "%-13s%-9s%s\n", tries[i].name, words[f.state], f.how);
	}
	fputs("\nThe first line is no way out: it shows whether trying works at all.\n", out);
	if (!tried)
		fputs("It does not work here, so nothing is proven.\n", out);
	else if (shut == all)
		fprintf(out, "All %d ways out below it are shut.\n", all);
	else
		fprintf(out,
			"Of the %d ways out below it %d %s shut. Before data come, all must be.\n",
			all, shut, shut == 1 ? "is" : "are");
	return fflush(out) == 0 && good;
}
