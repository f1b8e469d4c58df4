/* F: files that are not the team's, and powers that a file could give. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "attack/inside.h"

/* Whatever opens must not be the host's: neither listed nor read. */
static enum outcome
reach_path(const char *path)
{
	static const char *const ways[] = { "", "/../../../..", "/proc/1/root",
		"/proc/self/root/../..", "/home/../..", "/desk/../.." };
	char full[1024];
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		snprintf(full, sizeof full, "%s%s", ways[i], path);
		if (open(full, O_PATH) >= 0)
			return through("%s is there", full);
	}
	return defeated("%s: %s", path, strerror(errno));
}

static enum outcome
attempt_hidden_path(const struct attack *k)
{
	return *ground.hidden ? reach_path(ground.hidden) : not_here("no bait");
}

static enum outcome
below(const char *root, const char *names)
{
	char path[1024], name[128];
	if (!*root)
		return not_here("the host told no folder");
	enum outcome o = DEFEATED;
	while (o == DEFEATED && sscanf(names, "%127s", name) == 1) {
		snprintf(path, sizeof path, "%s%s", root, strcmp(name, ".") ? name : "");
		o = reach_path(path);
		names = strstr(names, name) + strlen(name);
	}
	return o;
}

static enum outcome
attempt_state(const struct attack *k)
{
	return below(ground.state, k->on);
}

static enum outcome
attempt_run(const struct attack *k)
{
	return below(ground.run, k->on);
}

static enum outcome
attempt_team_run(const struct attack *k)
{
	return below(ground.team_run, k->on);
}

static enum outcome
attempt_absent(const struct attack *k)
{
	return each(k->on, ' ', reach_path);
}

/* Homes of team-mates, and what is in them. */
static enum outcome
attempt_mates(const struct attack *k)
{
	DIR *d = opendir("/home");
	int mates = 0;
	for (struct dirent *de; d && (de = readdir(d));) {
		char path[512];
		struct stat st;
		snprintf(path, sizeof path, "/home/%s", de->d_name);
		if (de->d_name[0] == '.' || stat(path, &st) < 0 || st.st_uid == getuid())
			continue;
		mates++;
		if (opendir(path) || chdir(path) == 0)
			return through("%s opens", path);
	}
	return mates ? defeated("%d homes stay shut: %s", mates, strerror(errno))
		     : not_here("the team has one member");
}

static enum outcome
attempt_mate_sockets(const struct attack *k)
{
	char path[64];
	const char *slot = getenv("WARDROOM_SLOT");
	for (int i = 0; i < 64; i++) {
		snprintf(path, sizeof path, "/sock/%d", i);
		if (slot && strtol(slot, NULL, 10) == i)
			continue;
		if (opendir(path) || chdir(path) == 0)
			return through("%s opens", path);
		snprintf(path, sizeof path, "/sock/%d/notebook.sock", i);
		if (connect_unix(path, 500) >= 0)
			return through("%s answers", path);
	}
	return defeated("63 folders stay shut: %s", strerror(errno));
}

static enum outcome
attempt_process_roots(const struct attack *k)
{
	static const char *const names[] = { "root", "cwd", "fd", "map_files" };
	DIR *d = opendir("/proc");
	for (struct dirent *de; d && (de = readdir(d));)
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
			char path[300];
			struct stat st;
			snprintf(path, sizeof path, "/proc/%s", de->d_name);
			if (de->d_name[0] < '1' || de->d_name[0] > '9' || stat(path, &st) < 0 ||
				st.st_uid == getuid())
				continue;
			snprintf(path, sizeof path, "/proc/%s/%s", de->d_name, names[i]);
			if (opendir(path))
				return through("%s opens", path);
		}
	return defeated("no other process has a folder that opens");
}

static enum outcome
attempt_devices(const struct attack *k)
{
	static const char *const known[] = { "null", "zero", "full", "random", "urandom", "tty",
		"ptmx", "pts", "shm", "fd", "stdin", "stdout", "stderr", "core", "console",
		"mqueue" };
	DIR *d = opendir("/dev");
	if (!d)
		return unclear("/dev: %s", strerror(errno));
	for (struct dirent *de; (de = readdir(d));) {
		bool ok = de->d_name[0] == '.';
		for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
			ok |= strcmp(known[i], de->d_name) == 0;
		if (!ok)
			return through("there is a device %s", de->d_name);
	}
	return defeated("only the harmless ones");
}

static enum outcome
attempt_node(const struct attack *k)
{
	const char *node = own("", ".attack-node");
	int r = mknod(node, (mode_t)k->args[0] | 0600,
		makedev((unsigned)k->args[1], (unsigned)k->args[2]));
	int fd = r == 0 ? open(node, O_RDWR) : -1;
	int err = errno;
	unlink(node);
	errno = err;
	return r < 0 ? defeated("%s", strerror(errno)) : must_fail(fd, "opening the device");
}

static bool
control_fifo(const struct attack *k)
{
	const char *node = own("", ".attack-fifo");
	int r = mknod(node, S_IFIFO | 0600, 0);
	unlink(node);
	return r == 0 || bad("a pipe by mknod: %s", strerror(errno));
}

static enum outcome
write_one(const char *path)
{
	struct stat st;
	char probe[512];
	if (lstat(path, &st) < 0)
		return defeated("%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode)) {
		snprintf(probe, sizeof probe, "%s/.attack", path);
		if (open(probe, O_WRONLY | O_CREAT | O_EXCL, 0600) >= 0 ||
			mkdir(probe, 0700) == 0 || symlink("/", probe) == 0)
			return through("%s can be made", probe);
	} else if (open(path, O_WRONLY) >= 0 || truncate(path, 0) == 0 || unlink(path) == 0) {
		return through("%s can be changed", path);
	}
	if (chmod(path, 0777) == 0 || rename(path, "/tmp/.attack") == 0)
		return through("%s can be changed", path);
	return defeated("%s: %s", path, strerror(errno));
}

static enum outcome
attempt_write(const struct attack *k)
{
	return each(k->on, ' ', write_one);
}

/* Every mount must ignore set-user-id and devices, and all but the team's own be read-only. */
static enum outcome
attempt_mounts(const struct attack *k)
{
	static char all[1 << 17];
	int n = 0;
	if (slurp("/proc/self/mountinfo", all, sizeof all) <= 0)
		return unclear("mountinfo: %s", strerror(errno));
	for (char *save = NULL, *line = strtok_r(all, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save)) {
		char point[256], flags[256], padded[260];
		if (sscanf(line, "%*s %*s %*s %*s %255s %255s", point, flags) != 2)
			return unclear("a line of mountinfo");
		n++;
		snprintf(padded, sizeof padded, ",%s,", flags);
		/* A mask of /proc is a node that the host made; /dev is where devices work at all,
		 * and nobody can make one or anything else there. */
		bool mask = strncmp(point, "/proc/", 6) == 0;
		bool root = strcmp(point, "/") == 0;
		bool dev = strcmp(point, "/dev") == 0 && strstr(padded, ",ro,");
		bool pts = strcmp(point, "/dev/pts") == 0;
		if (!mask && !root && !strstr(padded, ",nosuid,"))
			return through("%s is mounted %s", point, flags);
		if (!mask && !root && !dev && !pts && !strstr(padded, ",nodev,"))
			return through("%s is mounted %s", point, flags);
		if (root && !strstr(padded, ",ro,"))
			return through("/ is mounted %s", flags);
	}
	return defeated("%d mounts have their flags", n);
}

static enum outcome
attempt_setuid(const struct attack *k)
{
	static const char *const dirs[] = { "", "/tmp", "/team", "/dev/shm", "/sock" };
	struct statvfs v;
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
		if (statvfs(*dirs[i] ? dirs[i] : getenv("HOME"), &v) < 0)
			return unclear("%s: %s", dirs[i], strerror(errno));
		if (!(v.f_flag & ST_NOSUID))
			return through("%s honours set-user-id", *dirs[i] ? dirs[i] : "the home");
	}
	return defeated("five writable places ignore it");
}

static enum outcome
attempt_file_power(const struct attack *k)
{
	/* CAP_SYS_ADMIN, effective, revision 2 */
	static const unsigned char power[20] = { 1, 0, 0, 2, 0, 0, 0x20 };
	const char *path = own("", ".attack-power");
	spill(path, "word");
	int r = setxattr(path, "security.capability", power, sizeof power, 0);
	int trusted = r ? setxattr(path, "trusted.overlay.opaque", "y", 1, 0) : 0;
	int err = errno;
	unlink(path);
	errno = err;
	return must_fail(r && trusted ? -1 : 0, "giving a file a power");
}

static enum outcome
attempt_chown(const struct attack *k)
{
	const char *path = own("", ".attack-chown");
	spill(path, "word");
	int r = chown(path, 0, 0), s = chown(path, getuid() + 1, (gid_t)-1);
	int err = errno;
	unlink(path);
	errno = err;
	return must_fail(r && s ? -1 : 0, "giving a file away");
}

static enum outcome
attempt_hard_link(const struct attack *k)
{
	static const char *const from[] = { "/usr/bin/passwd", "/etc/passwd", "/proc/stat",
		"/opt/wardroom/bin/wardroom" };
	const char *to = own("", ".attack-link");
	for (size_t i = 0; i < sizeof from / sizeof from[0]; i++)
		if (link(from[i], to) == 0) {
			unlink(to);
			return through("a second name for %s", from[i]);
		}
	return defeated("%s", strerror(errno));
}

static bool
control_link(const struct attack *k)
{
	const char *from = own("", ".attack-from"), *to = own("", ".attack-to");
	spill(from, "word");
	int r = link(from, to);
	unlink(from);
	unlink(to);
	return r == 0 || bad("a second name for one's own file: %s", strerror(errno));
}

/* Space that somebody's deleted files had must read as zeros. */
static enum outcome
attempt_leftovers(const struct attack *k)
{
	static unsigned char part[1 << 20];
	const char *path = own("", ".attack-space");
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	unlink(path);
	if (fd < 0 || fallocate(fd, 0, 0, 24 << 20) < 0)
		return unclear("24 MiB of space: %s", strerror(errno));
	for (ssize_t n; (n = read(fd, part, sizeof part)) > 0;)
		for (ssize_t i = 0; i < n; i++)
			if (part[i])
				return through("there are somebody's bytes");
	return defeated("24 MiB read as zeros");
}

static enum outcome
attempt_huge_file(const struct attack *k)
{
	const char *path = own("", ".attack-huge");
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	unlink(path);
	if (fd < 0)
		return unclear("%s", strerror(errno));
	if (fallocate(fd, 0, 0, 1ll << 40) == 0)
		return through("a terabyte was set aside");
	int first = errno;
	if (ftruncate(fd, (off_t)1 << 62) == 0)
		return through("a file of 4 EiB");
	return defeated("%s, %s", strerror(first), strerror(errno));
}

#define WRITE(name, what_, paths)                                                                  \
	{                                                                                          \
		"F5." name, what_, attempt_write, control_home, .on = (paths)                      \
	}
#define NODE(name, what_, ...)                                                                     \
	{                                                                                          \
		"F4." name, what_, attempt_node, control_fifo, .args = { __VA_ARGS__ }             \
	}

const struct attack attacks_files[] = {
	{ "F1.hidden", "the hidden labels, by their path on the host", attempt_hidden_path,
		control_home },
	{ "F1.state", "the server's folders", attempt_state, control_home,
		.on = ". /portal /portal/wardroom.db /data /releases /spool /jobs /ws /inbox "
		      "/witness" },
	{ "F1.run", "the server's running state", attempt_run, control_home,
		.on = ". /runtime /ws /lock" },
	{ "F1.team", "the other team's folders, by their path on the host", attempt_team_run,
		control_home,
		.on = ". /mnt/disk/home /mnt/disk/team /mnt/data /sock /desk/desk.sock /open" },
	{ "F1.host", "the host's own files", attempt_absent, control_home,
		.on = "/etc/shadow /etc/sudoers /etc/ssh /etc/machine-id /etc/fstab /root/.ssh "
		      "/root/.bashrc "
		      /* A team that installed programs has a /var of its own. */
		      "/var/log/wtmp /var/log/syslog /var/log/journal /var/log/faillog "
		      "/var/lib/systemd /var/lib/private /var/lib/wardroom /var/lib/docker "
		      "/var/spool/cron/crontabs/root /var/spool/mail /var/backups/dpkg.status.0 "
		      "/boot /srv /mnt /lib/systemd/../../var/lib/systemd "
		      "/etc/wardroom /etc/ssl/private" },
	{ "F1.mates", "a team-mate's home", attempt_mates, control_home },
	{ "F1.mate-sockets", "a team-mate's notebook, past the gate", attempt_mate_sockets,
		control_unix },
	{ "F1.process-roots", "folders through other processes", attempt_process_roots,
		control_proc },
	{ "F4.devices", "a device that does not belong", attempt_devices, control_home },
	NODE("disk", "a disk's device", S_IFBLK, 254, 0),
	NODE("loop", "a loop device, as the images have", S_IFBLK, 7, 0),
	NODE("memory", "the machine's memory", S_IFCHR, 1, 1),
	NODE("kvm", "the hypervisor", S_IFCHR, 10, 232),
	NODE("fuse", "a file system of one's own", S_IFCHR, 10, 229),
	NODE("log", "the kernel's log device", S_IFCHR, 1, 11),
	{ "F4.open", "devices by their usual names", attempt_absent, control_home,
		.on = "/dev/mem /dev/kmsg /dev/kvm /dev/fuse /dev/loop-control /dev/loop0 /dev/sda "
		      "/dev/vda "
		      "/dev/nvme0n1 /dev/mapper /dev/vhost-net /dev/vsock /dev/net/tun /dev/dri "
		      "/dev/snd" },
	WRITE("programs", "changing programs",
		"/usr /usr/bin /usr/bin/env /usr/lib /usr/local/bin"),
	WRITE("settings", "changing /etc",
		"/etc /etc/passwd /etc/group /etc/resolv.conf /etc/profile "
		"/etc/alternatives /etc/ld.so.cache /etc/ssl/certs"),
	WRITE("command", "replacing the wardroom command",
		"/opt/wardroom/bin/wardroom /opt/wardroom/bin /opt/wardroom/etc/notebook.py /opt"),
	WRITE("root", "files beside the root's", "/ /home /run /sys /var /opt /root /sock /proc"),
	{ "F6.mounts", "a mount that honours set-user-id, devices or writes", attempt_mounts,
		control_proc },
	{ "F6.setuid", "a place where set-user-id counts", attempt_setuid, control_home },
	{ "F6.power", "a file that carries a capability", attempt_file_power, control_home },
	{ "F6.chown", "giving a file to another user", attempt_chown, control_home },
	{ "F7.link", "a second name for a file of the host", attempt_hard_link, control_link },
	{ "F8.leftovers", "reading what deleted files left on the disk", attempt_leftovers,
		control_home, .seconds = 30 },
	{ "F9.huge", "a file larger than the disk", attempt_huge_file, control_home },
	{ NULL },
};
