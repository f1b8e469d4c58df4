/* N: out of the workspace by network. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack/inside.h"

enum { WAIT_MS = 1500 };

/*
 * No route and no address: the packet was never made. Anything else means that it was, or that the
 * question was wrong (EINVAL), which proves nothing.
 */
static bool
nowhere(int err)
{
	return err == ENETUNREACH || err == EADDRNOTAVAIL || err == EPERM || err == EACCES ||
	       err == EAFNOSUPPORT || err == EPROTONOSUPPORT || err == ENODEV;
}

static enum outcome
reach_tcp(const char *address, const char *port)
{
	int fd = connect_within(SOCK_STREAM, address, port, WAIT_MS);
	if (fd >= 0)
		return through("%s port %s answers", address, port);
	if (nowhere(errno))
		return defeated("%s: %s", address, strerror(errno));
	return through("packets leave for %s: %s", address, strerror(errno));
}

static enum outcome
reach_udp(const char *address, const char *port)
{
	int fd = connect_within(SOCK_DGRAM, address, port, WAIT_MS);
	if (fd >= 0 && send(fd, "word", 4, 0) == 4)
		return through("a datagram leaves for %s", address);
	int err = errno;
	if (fd >= 0)
		close(fd);
	if (nowhere(err))
		return defeated("%s: %s", address, strerror(err));
	return through("%s: %s", address, strerror(err));
}

/*
 * An address of one link only means nothing anywhere without that link, so every link is tried by
 * its number.
 */
static enum outcome
reach_host(const char *address, const char *port, enum outcome (*reach)(const char *, const char *))
{
	enum { LINKS = 1024 };
	enum outcome o = DEFEATED;
	bool on_link = strncmp(address, "fe80:", 5) == 0 || strncmp(address, "ff02:", 5) == 0;
	if (!on_link || strchr(address, '%'))
		return reach(address, port);
	for (int i = 1; i <= LINKS && o == DEFEATED; i++) {
		char on[64];
		snprintf(on, sizeof on, "%.40s%%%d", address, i);
		o = reach(on, port);
	}
	return o;
}

/* "tcp/ADDRESS/PORT" */
static enum outcome
reach_one(const char *word)
{
	char address[64], port[8];
	if (sscanf(word + 4, "%63[^/]/%7s", address, port) != 2)
		return unclear("%s is no target", word);
	return *word == 't' ? reach_tcp(address, port) : reach_udp(address, port);
}

static enum outcome
link_local(const char *address)
{
	return reach_host(address, "9", reach_udp);
}

static enum outcome
attempt_link_local(const struct attack *k)
{
	return each(k->on, ' ', link_local);
}

static enum outcome
attempt_reach(const struct attack *k)
{
	return each(k->on, ' ', reach_one);
}

static enum outcome
host_tcp(const char *address)
{
	return reach_host(address, ground.tcp, reach_tcp);
}

static enum outcome
host_udp(const char *address)
{
	return reach_host(address, ground.udp, reach_udp);
}

static enum outcome
attempt_host_tcp(const struct attack *k)
{
	return each(ground.hosts, ',', host_tcp);
}

static enum outcome
attempt_host_udp(const struct attack *k)
{
	return each(ground.hosts, ',', host_udp);
}

static enum outcome
host_ssh(const char *address)
{
	return reach_host(address, "22", reach_tcp);
}

static enum outcome
attempt_host_ssh(const struct attack *k)
{
	return each(ground.hosts, ',', host_ssh);
}

static enum outcome
attempt_gateway(const struct attack *k)
{
	if (!*ground.gateway)
		return not_here("the host has no default gateway");
	return reach_tcp(ground.gateway, "80");
}

static enum outcome
dns_udp(const char *server)
{
	return reach_host(server, "53", reach_udp);
}

static enum outcome
attempt_host_dns(const struct attack *k)
{
	return each(ground.dns, ',', dns_udp);
}

/* The workspace's own loopback exists, so what counts is that nobody listens there. */
static enum outcome
own_loopback_is_silent(const char *address, const char *port)
{
	if (!*port)
		return not_here("the host told no port");
	int fd = connect_within(SOCK_STREAM, address, port, WAIT_MS);
	if (fd >= 0)
		return through("somebody answers at %s port %s", address, port);
	if (errno == ECONNREFUSED || nowhere(errno))
		return defeated("%s port %s: %s", address, port, strerror(errno));
	return unclear("%s port %s: %s", address, port, strerror(errno));
}

static enum outcome
attempt_host_loopback(const struct attack *k)
{
	return own_loopback_is_silent("127.0.0.1", ground.tcp);
}

static enum outcome
attempt_host_loopback6(const struct attack *k)
{
	return own_loopback_is_silent("::1", ground.tcp);
}

static enum outcome
attempt_portal(const struct attack *k)
{
	return own_loopback_is_silent("127.0.0.1", ground.portal);
}

static enum outcome
attempt_gate(const struct attack *k)
{
	return own_loopback_is_silent("127.0.0.1", ground.rooms);
}

static enum outcome
proxy_port(const char *port)
{
	return own_loopback_is_silent("127.0.0.1", port);
}

static enum outcome
attempt_proxy_ports(const struct attack *k)
{
	return each(k->on, ' ', proxy_port);
}

static enum outcome
attempt_proxy_env(const struct attack *k)
{
	static const char *const names[] = { "http_proxy", "https_proxy", "HTTP_PROXY",
		"HTTPS_PROXY", "ALL_PROXY", "all_proxy", "ftp_proxy", "SSH_AUTH_SOCK",
		"DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "DOCKER_HOST" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (getenv(names[i]))
			return through("%s=%s", names[i], getenv(names[i]));
	return defeated("no variable names a way out");
}

static bool
control_env(const struct attack *k)
{
	return getenv("HOME") != NULL || bad("there is no HOME");
}

/* Creating the socket is what must fail. */
static enum outcome
attempt_socket(const struct attack *k)
{
	int fd = socket((int)k->args[0], (int)k->args[1], (int)k->args[2]);
	if (fd < 0)
		return defeated("%s", strerror(errno));
	return through("the kernel made the socket");
}

static enum outcome
attempt_ping(const struct attack *k)
{
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	struct sockaddr_in to = { .sin_family = AF_INET };
	inet_pton(AF_INET, "192.0.2.1", &to.sin_addr);
	if (fd < 0)
		return defeated("no echo socket: %s", strerror(errno));
	const char echo[8] = { 8 };
	if (sendto(fd, echo, sizeof echo, 0, (struct sockaddr *)&to, sizeof to) >= 0)
		return through("an echo request left");
	return nowhere(errno) ? defeated("%s", strerror(errno)) : unclear("%s", strerror(errno));
}

static enum outcome
attempt_families(const struct attack *k)
{
	for (int f = 0; f < 64; f++) {
		if (f == AF_UNIX || f == AF_INET || f == AF_INET6 || f == AF_NETLINK)
			continue;
		for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++)
			if (socket(f, type, 0) >= 0)
				return through("family %d type %d can be made", f, type);
	}
	return defeated("60 families, 5 types each: none");
}

static enum outcome
attempt_getent(const struct attack *k)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, 1);
		dup2(null, 2);
		execl("/usr/bin/getent", "getent", "ahosts", "example.org", (char *)NULL);
		_exit(99);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return unclear("%s", strerror(errno));
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	if (code == 99)
		return not_here("there is no getent");
	return code ? defeated("the name is not known (exit %d)", code) : through("it resolves");
}

static enum outcome
attempt_interfaces(const struct attack *k)
{
	char buf[8192];
	if (slurp("/proc/net/dev", buf, sizeof buf) <= 0)
		return unclear("/proc/net/dev: %s", strerror(errno));
	for (char *save = NULL, *line = strtok_r(buf, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save)) {
		char name[32];
		if (strchr(line, '|') || sscanf(line, " %31[^:]:", name) != 1)
			continue;
		if (strcmp(name, "lo") != 0)
			return through("there is an interface %s", name);
	}
	return defeated("only lo");
}

static enum outcome
attempt_routes(const struct attack *k)
{
	char buf[8192];
	ssize_t n = slurp("/proc/net/route", buf, sizeof buf);
	const char *second = n > 0 ? strchr(buf, '\n') : NULL;
	if (n < 0)
		return unclear("/proc/net/route: %s", strerror(errno));
	if (second && second[1])
		return through("there is a route: %.60s", second + 1);
	n = slurp("/proc/net/ipv6_route", buf, sizeof buf);
	for (char *save = NULL, *line = n > 0 ? strtok_r(buf, "\n", &save) : NULL; line;
		line = strtok_r(NULL, "\n", &save)) {
		size_t len = strlen(line);
		if (len < 3 || strcmp(line + len - 2, "lo") != 0)
			return through("there is a route: %.100s", line);
	}
	return defeated("no route but loopback's");
}

/* Sends one route netlink request; 0 or the kernel's errno. */
static int
netlink_ask(uint16_t type, const void *body, size_t n)
{
	struct {
		struct nlmsghdr head;
		char body[256];
	} m = { { .nlmsg_len = (uint32_t)NLMSG_LENGTH(n),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE,
		.nlmsg_seq = 1 } };
	struct pollfd p = { -1, POLLIN, 0 };
	char buf[4096];
	memcpy(m.body, body, n);
	p.fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	if (p.fd < 0)
		return errno;
	if (send(p.fd, &m, m.head.nlmsg_len, 0) < 0)
		return errno;
	if (poll(&p, 1, WAIT_MS) <= 0 || recv(p.fd, buf, sizeof buf, 0) < (ssize_t)NLMSG_HDRLEN)
		return ETIMEDOUT;
	const struct nlmsghdr *h = (const struct nlmsghdr *)buf;
	return h->nlmsg_type == NLMSG_ERROR ? -((const struct nlmsgerr *)NLMSG_DATA(h))->error : 0;
}

static enum outcome
netlink_judge(int err)
{
	if (err == EPERM || err == EACCES)
		return defeated("%s", strerror(err));
	return err ? unclear("%s", strerror(err)) : through("the kernel agreed");
}

static enum outcome
attempt_route_add(const struct attack *k)
{
	struct {
		struct rtmsg m;
		struct rtattr a;
		int link;
	} r = { { .rtm_family = AF_INET,
			.rtm_table = RT_TABLE_MAIN,
			.rtm_protocol = RTPROT_BOOT,
			.rtm_scope = RT_SCOPE_LINK,
			.rtm_type = RTN_UNICAST },
		{ RTA_LENGTH(sizeof(int)), RTA_OIF }, 1 };
	return netlink_judge(netlink_ask(RTM_NEWROUTE, &r, sizeof r));
}

static enum outcome
attempt_address_add(const struct attack *k)
{
	struct {
		struct ifaddrmsg m;
		struct rtattr a;
		uint32_t address;
	} r = { { .ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = 1 },
		{ RTA_LENGTH(4), IFA_LOCAL }, htonl(0xC0000202) };
	return netlink_judge(netlink_ask(RTM_NEWADDR, &r, sizeof r));
}

static enum outcome
attempt_link_add(const struct attack *k)
{
	struct {
		struct ifinfomsg m;
		struct rtattr info;
		struct rtattr kind;
		char name[8];
	} r = { { .ifi_family = AF_UNSPEC }, { sizeof(struct rtattr) * 2 + 8, IFLA_LINKINFO },
		{ RTA_LENGTH(6), IFLA_INFO_KIND }, "dummy" };
	return netlink_judge(netlink_ask(RTM_NEWLINK, &r, sizeof r));
}

static enum outcome
attempt_link_up(const struct attack *k)
{
	struct ifreq r = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	r.ifr_flags = IFF_UP | IFF_PROMISC;
	return must_fail(fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &r), "changing the flags of lo");
}

static bool
control_netlink(const struct attack *k)
{
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC, .ifi_index = 1 };
	int err = netlink_ask(RTM_GETLINK, &m, sizeof m);
	return err == 0 || bad("asking for lo: %s", strerror(err));
}

static enum outcome
attempt_tun(const struct attack *k)
{
	const char *node = own("", ".attack-tun");
	int fd = open("/dev/net/tun", O_RDWR);
	if (fd < 0 && mknod(node, S_IFCHR | 0600, 10 << 8 | 200) == 0)
		fd = open(node, O_RDWR);
	int err = errno;
	unlink(node);
	errno = err;
	return must_fail(fd, "opening a tunnel device");
}

/* Any unix socket in the file system that answers, but the desk and the team's own. */
static enum outcome
sockets_below(const char *dir, int depth)
{
	DIR *d = depth < 12 ? opendir(dir) : NULL;
	enum outcome o = DEFEATED;
	for (struct dirent *de; d && o == DEFEATED && (de = readdir(d));) {
		char path[1024];
		struct stat st;
		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", strcmp(dir, "/") ? dir : "", de->d_name);
		if (strcmp(path, "/proc") == 0 || strcmp(path, "/desk/desk.sock") == 0 ||
			lstat(path, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			o = sockets_below(path, depth + 1);
		else if (S_ISSOCK(st.st_mode) && st.st_uid != getuid() &&
			 connect_unix(path, 500) >= 0)
			o = through("%s answers", path);
	}
	if (d)
		closedir(d);
	return o;
}

static enum outcome
attempt_find_sockets(const struct attack *k)
{
	enum outcome o = sockets_below("/", 0);
	return o == DEFEATED ? defeated("nothing but the desk answers") : o;
}

static enum outcome
attempt_known_sockets(const struct attack *k)
{
	char path[128];
	const char *list = k->on;
	while (sscanf(list, "%127s", path) == 1) {
		int fd = connect_unix(path, 500);
		if (fd >= 0)
			return through("%s answers", path);
		list += strlen(path);
		list += strspn(list, " ");
	}
	return defeated("last: %s", strerror(errno));
}

/* The descriptors that the runtime left to us are streams and nothing to walk out by. */
static enum outcome
attempt_descriptors(const struct attack *k)
{
	for (int fd = 0; fd < 8192; fd++) {
		struct stat st;
		char link[64], to[256];
		if (fstat(fd, &st) < 0)
			continue;
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		ssize_t n = readlink(link, to, sizeof to - 1);
		to[n > 0 ? n : 0] = '\0';
		if (S_ISSOCK(st.st_mode) || S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode))
			return through("descriptor %d is %s", fd, to);
		if (fd > 2 && !S_ISFIFO(st.st_mode))
			return through("descriptor %d is %s", fd, to);
	}
	return defeated("only streams");
}

static bool
control_descriptors(const struct attack *k)
{
	struct stat st;
	int fd = open("/", O_RDONLY);
	return (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) ||
	       bad("an open folder is not seen");
}

static enum outcome
attempt_setns(const struct attack *k)
{
	DIR *d = opendir("/proc");
	char last[128] = "no process but own";
	for (struct dirent *de; d && (de = readdir(d));) {
		char path[300];
		if (de->d_name[0] < '1' || de->d_name[0] > '9')
			continue;
		snprintf(path, sizeof path, "/proc/%s/ns/net", de->d_name);
		int fd = open(path, O_RDONLY);
		if (fd >= 0 && setns(fd, 0) == 0)
			return through("entered %s", path);
		snprintf(last, sizeof last, "%.60s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	return defeated("%s", last);
}

#define TCP control_tcp
#define UDP control_udp

const struct attack attacks_network[] = {
	/* Addresses of documentation are routed like any other: a route out shows, no packet that
	 * leaves troubles anybody. */
	{ "N1.public-v4", "TCP to public IPv4 addresses", attempt_reach, TCP,
		.on = "tcp/192.0.2.1/443 tcp/198.51.100.7/80 tcp/203.0.113.9/22" },
	{ "N1.public-v6", "TCP to public IPv6 addresses", attempt_reach, TCP,
		.on = "tcp/2001:db8::1/443 tcp/2001:db8:ffff::7/80" },
	{ "N1.private", "TCP to private networks, where a hospital's machines are", attempt_reach,
		TCP,
		.on = "tcp/10.0.0.1/443 tcp/172.16.0.1/443 tcp/192.168.1.1/80 tcp/100.64.0.1/443" },
	{ "N1.host-address", "TCP to a listener on each of the host's addresses", attempt_host_tcp,
		TCP },
	{ "N1.host-ssh", "TCP to port 22 of each of the host's addresses", attempt_host_ssh, TCP },
	{ "N1.host-loopback", "TCP to a listener on the host's loopback", attempt_host_loopback,
		TCP },
	{ "N1.host-loopback6", "the same by IPv6", attempt_host_loopback6, TCP },
	{ "N1.gateway", "TCP to the host's gateway", attempt_gateway, TCP },
	{ "N1.portal", "TCP to the portal's port", attempt_portal, TCP },
	{ "N1.gate", "TCP to the gate's port", attempt_gate, TCP },
	{ "N2.public", "UDP to public addresses", attempt_reach, UDP,
		.on = "udp/192.0.2.1/443 udp/2001:db8::1/443 udp/203.0.113.9/51820" },
	{ "N2.host", "UDP to a listener on each of the host's addresses", attempt_host_udp, UDP },
	{ "N2.broadcast", "UDP to broadcast and multicast", attempt_reach, UDP,
		.on = "udp/255.255.255.255/9 udp/224.0.0.1/9 udp/239.1.2.3/9" },
	{ "N2.ping", "ICMP echo request", attempt_ping, UDP },
	{ "N2.raw-v4", "raw IPv4 socket", attempt_socket, TCP, .args = { AF_INET, SOCK_RAW, 1 } },
	{ "N2.raw-v6", "raw IPv6 socket", attempt_socket, TCP, .args = { AF_INET6, SOCK_RAW, 58 } },
	{ "N2.packet", "packet socket", attempt_socket, TCP, .args = { AF_PACKET, SOCK_DGRAM, 3 } },
	{ "N3.dns", "DNS by UDP and TCP to public resolvers", attempt_reach, UDP,
		.on = "udp/8.8.8.8/53 tcp/8.8.8.8/53 udp/2001:4860:4860::8888/53" },
	{ "N3.host-dns", "DNS to the host's own name servers", attempt_host_dns, UDP },
	{ "N3.stub", "DNS to a resolver on loopback", attempt_proxy_ports, TCP,
		.on = "53 5353 5355" },
	{ "N3.stub-resolved", "DNS to systemd's resolver", attempt_known_sockets, control_unix,
		.on = "/run/systemd/resolve/io.systemd.Resolve /run/nscd/socket "
		      "/var/run/nscd/socket" },
	{ "N3.encrypted", "DNS over TLS and HTTPS", attempt_reach, TCP,
		.on = "tcp/9.9.9.9/853 tcp/1.1.1.1/443 tcp/2620:fe::fe/853" },
	{ "N3.mdns", "multicast DNS", attempt_reach, UDP, .on = "udp/224.0.0.251/5353" },
	{ "N3.libc", "a name through the C library", attempt_getent, control_fork },
	{ "N4.metadata", "a cloud's metadata service", attempt_reach, TCP,
		.on = "tcp/169.254.169.254/80 tcp/100.100.100.200/80 tcp/fd00:ec2::254/80 "
		      "tcp/168.63.129.16/80 tcp/169.254.170.2/80" },
	{ "N5.link-local", "IPv6 link-local neighbours, on every link", attempt_link_local, UDP,
		.on = "fe80::1 fe80::a9fe:a9fe ff02::1" },
	{ "N5.interfaces", "any interface but loopback", attempt_interfaces, control_proc },
	{ "N5.routes", "any route but loopback's", attempt_routes, control_proc },
	{ "N6.vsock", "stream socket to the hypervisor", attempt_socket, control_unix,
		.args = { AF_VSOCK, SOCK_STREAM, 0 } },
	{ "N6.vsock-packets", "packet socket to the hypervisor", attempt_socket, control_unix,
		.args = { AF_VSOCK, SOCK_SEQPACKET, 0 } },
	{ "N6.crypto", "kernel crypto socket", attempt_socket, control_unix,
		.args = { AF_ALG, SOCK_SEQPACKET, 0 } },
	{ "N6.families", "every other address family", attempt_families, control_unix },
	{ "N7.route", "a new route by netlink", attempt_route_add, control_netlink },
	{ "N7.address", "a new address by netlink", attempt_address_add, control_netlink },
	{ "N7.link", "a new interface by netlink", attempt_link_add, control_netlink },
	{ "N7.flags", "changing the loopback interface", attempt_link_up, TCP },
	{ "N7.tun", "a tunnel device", attempt_tun, control_home },
	{ "N7.netfilter", "netfilter's netlink", attempt_socket, control_netlink,
		.args = { AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER } },
	{ "N7.uevents", "the kernel's device events", attempt_socket, control_netlink,
		.args = { AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT } },
	{ "N7.audit", "the kernel's audit netlink", attempt_socket, control_netlink,
		.args = { AF_NETLINK, SOCK_RAW, NETLINK_AUDIT } },
	{ "N7.generic", "generic netlink", attempt_socket, control_netlink,
		.args = { AF_NETLINK, SOCK_RAW, NETLINK_GENERIC } },
	{ "N8.proxy-variables", "a proxy or agent named in the environment", attempt_proxy_env,
		control_env },
	{ "N8.proxy-ports", "a package mirror or proxy on loopback", attempt_proxy_ports, TCP,
		.on = "3128 8080 8118 8888 1080 3142 8081 80 443 22" },
	/* It walks every folder, which takes its time on a busy machine. */
	{ "N9.sockets", "every unix socket that can be found", attempt_find_sockets, control_unix,
		.seconds = 120 },
	{ "N9.known-sockets", "sockets of the host's services", attempt_known_sockets, control_unix,
		.on = "/run/docker.sock /var/run/docker.sock /run/dbus/system_bus_socket "
		      "/run/systemd/"
		      "private /run/systemd/notify /run/containerd/containerd.sock /dev/log "
		      "/run/systemd/journal/socket /run/podman/podman.sock" },
	{ "N12.descriptors", "a descriptor left open by the host", attempt_descriptors,
		control_descriptors },
	{ "N13.setns", "entering another network namespace", attempt_setns, control_proc },
	{ NULL },
};
