/* D: the release is there to be read; it is not there to be changed, and nothing else is there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "attack/inside.h"

static const char *
release(void)
{
	static char path[512];
	return first_file("/data", path, sizeof path) ? path : NULL;
}

/* What one can try on a file that one may read. */
static long
tamper(const char *how, const char *path)
{
	struct timespec now[2] = { { 1, 0 }, { 1, 0 } };
	int fd = open(path, O_RDONLY), flags = FS_APPEND_FL;
	if (strcmp(how, "open") == 0)
		return open(path, O_RDWR);
	if (strcmp(how, "append") == 0)
		return open(path, O_WRONLY | O_APPEND);
	if (strcmp(how, "truncate") == 0)
		return truncate(path, 0) && open(path, O_WRONLY | O_TRUNC) < 0 ? -1 : 0;
	if (strcmp(how, "mode") == 0)
		return chmod(path, 0666) && fchmod(fd, 0666) ? -1 : 0;
	if (strcmp(how, "owner") == 0)
		return chown(path, getuid(), getgid());
	if (strcmp(how, "time") == 0)
		return utimensat(AT_FDCWD, path, now, 0);
	if (strcmp(how, "attribute") == 0)
		return setxattr(path, "user.attack", "x", 1, 0) &&
				       ioctl(fd, FS_IOC_SETFLAGS, &flags)
			       ? -1
			       : 0;
	if (strcmp(how, "memory") == 0)
		return mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0;
	if (strcmp(how, "allocate") == 0)
		return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096);
	if (strcmp(how, "reopen") == 0) {
		char again[64];
		snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
		return open(again, O_RDWR);
	}
	if (strcmp(how, "unlink") == 0)
		return unlink(path);
	if (strcmp(how, "rename") == 0)
		return rename(path, "/data/attack") && rename(own("", ".attack-none"), path) ? -1
											     : 0;
	if (strcmp(how, "link") == 0)
		return link(path, own("", ".attack-link")) && symlink("/", "/data/attack") ? -1 : 0;
	errno = ENOTSUP;
	return 0;
}

static enum outcome
attempt_tamper(const struct attack *k)
{
	const char *path = release();
	return path ? must_fail(tamper(k->on, path), k->on) : not_here("there is no release");
}

/* The same deed on a file of one's own, where it has a meaning there. */
static bool
control_tamper(const struct attack *k)
{
	const char *path = own("", ".attack-tamper"), *link_at = own("", ".attack-link");
	char text[5000];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	/* These need a descriptor to write, a fresh folder or a power that nobody has here. */
	static const char *const unlike[] = { "memory", "allocate", "rename", "owner",
		"attribute" };
	if (!control_data(k))
		return false;
	spill(path, text);
	bool ok = false;
	for (size_t i = 0; i < sizeof unlike / sizeof unlike[0]; i++)
		ok |= strcmp(k->on, unlike[i]) == 0;
	ok = ok || tamper(k->on, path) >= 0 || bad("on an own file: %s", strerror(errno));
	unlink(path);
	unlink(link_at);
	return ok;
}

static enum outcome
attempt_new_file(const struct attack *k)
{
	if (!release())
		return not_here("there is no release");
	if (open("/data/attack", O_WRONLY | O_CREAT, 0600) >= 0 ||
		mkdir("/data/attack", 0700) == 0 || open("/data", O_TMPFILE | O_RDWR, 0600) >= 0)
		return through("a new file in /data");
	return defeated("%s", strerror(errno));
}

static enum outcome
attempt_superblock(const struct attack *k)
{
	static char all[1 << 17];
	if (!release())
		return not_here("there is no release");
	if (slurp("/proc/self/mountinfo", all, sizeof all) <= 0)
		return unclear("mountinfo: %s", strerror(errno));
	char *line = strstr(all, " /data ");
	char *rest = line ? strstr(line, " - ") : NULL;
	if (!rest)
		return unclear("/data is no mount");
	rest[strcspn(rest, "\n")] = '\0';
	/* "- erofs /dev/loop3 ro,..." : a superblock that can only be read. */
	char type[32], options[256];
	if (sscanf(rest, " - %31s %*s %255s", type, options) != 2 || strcmp(type, "erofs") != 0 ||
		(strncmp(options, "ro,", 3) != 0 && strcmp(options, "ro") != 0))
		return through("/data is%s", rest);
	return defeated("%s, %s", type, options);
}

static enum outcome
attempt_remount(const struct attack *k)
{
	if (!release())
		return not_here("there is no release");
	if (mount(NULL, "/data", NULL, MS_REMOUNT | MS_BIND, NULL) == 0 ||
		mount(NULL, "/data", NULL, MS_REMOUNT, NULL) == 0)
		return through("remounted");
	return must_fail(umount2("/data", MNT_DETACH), "unmounting");
}

static struct {
	const char *word;
	long files, bytes;
	char found[512];
} hunt;

static void
hunt_file(const char *path)
{
	static char part[(1 << 16) + 128];
	size_t keep = 0, len = strlen(hunt.word);
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	long total = 0;
	hunt.files += fd >= 0;
	for (ssize_t n; fd >= 0 && total < 32 << 20 && (n = read(fd, part + keep, 1 << 16)) > 0;) {
		total += n;
		if (contains(part, keep + (size_t)n, hunt.word))
			snprintf(hunt.found, sizeof hunt.found, "%.500s", path);
		size_t all = keep + (size_t)n;
		keep = all < len ? all : len;
		memmove(part, part + all - keep, keep);
	}
	hunt.bytes += total;
	if (fd >= 0)
		close(fd);
}

/* Every file that can be read, but the host's programs and the kernel's own views. */
static void
hunt_below(const char *dir, int depth)
{
	DIR *d = depth < 24 ? opendir(dir) : NULL;
	for (struct dirent *de; d && !hunt.found[0] && (de = readdir(d));) {
		char path[1024];
		struct stat st;
		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", strcmp(dir, "/") ? dir : "", de->d_name);
		if (strcmp(path, "/proc") == 0 || strcmp(path, "/usr") == 0 || lstat(path, &st) < 0)
			continue;
		if (contains(path, strlen(path), hunt.word))
			snprintf(hunt.found, sizeof hunt.found, "%.500s", path);
		else if (S_ISDIR(st.st_mode))
			hunt_below(path, depth + 1);
		else if (S_ISREG(st.st_mode) && st.st_size > 0)
			hunt_file(path);
	}
	if (d)
		closedir(d);
}

static enum outcome
hunt_for(const char *word)
{
	if (!*word)
		return not_here("no bait");
	hunt.word = word;
	hunt_below("/", 0);
	if (hunt.found[0])
		return through("it is in %s", hunt.found);
	return defeated("%ld files, %ld bytes: nowhere", hunt.files, hunt.bytes);
}

static enum outcome
attempt_hunt_hidden(const struct attack *k)
{
	return hunt_for(ground.secret);
}

static enum outcome
attempt_hunt_team(const struct attack *k)
{
	return hunt_for(ground.team);
}

static bool
control_hunt(const struct attack *k)
{
	const char *path = own("", ".attack-hunt");
	spill(path, "only the control writes this word: zimtzicke\n");
	hunt.word = "zimtzicke";
	hunt_below("/home", 1);
	unlink(path);
	return hunt.found[0] || bad("a word in the own home is not found");
}

static enum outcome
attempt_names(const struct attack *k)
{
	static const char *const words[] = { "hidden", "truth", "label", "holdout", "source",
		"identif", "key" };
	DIR *d = opendir("/data");
	if (!release())
		return not_here("there is no release");
	for (struct dirent *de; d && (de = readdir(d));)
		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
			if (strcasestr(de->d_name, words[i]))
				return through("there is %s", de->d_name);
	return defeated("no file is called so");
}

#define TAMPER(how, what_)                                                                         \
	{                                                                                          \
		"D1." how, what_, attempt_tamper, control_tamper, .on = (how)                      \
	}

const struct attack attacks_data[] = {
	TAMPER("open", "writing to a file of the release"),
	TAMPER("append", "appending to it"),
	TAMPER("truncate", "emptying it"),
	TAMPER("mode", "changing its mode"),
	TAMPER("owner", "changing its owner"),
	TAMPER("time", "changing its times"),
	TAMPER("attribute", "changing its attributes"),
	TAMPER("memory", "writing through shared memory"),
	TAMPER("allocate", "punching a hole into it"),
	TAMPER("reopen", "opening it again for writing through /proc"),
	TAMPER("unlink", "removing it"),
	TAMPER("rename", "moving it, or another over it"),
	TAMPER("link", "a second name for it"),
	{ "D1.new", "a new file in the release", attempt_new_file, control_data },
	{ "D2.superblock", "a release that could be made writable", attempt_superblock,
		control_data },
	{ "D2.remount", "remounting or unmounting the release", attempt_remount, control_data },
	{ "D3.hidden", "the hidden labels in any file that can be read", attempt_hunt_hidden,
		control_hunt, .seconds = 60 },
	{ "D3.team", "the other team's secret in any file that can be read", attempt_hunt_team,
		control_hunt, .seconds = 60 },
	{ "D3.names", "a file of the release that tells too much by its name", attempt_names,
		control_data },
	{ NULL },
};
