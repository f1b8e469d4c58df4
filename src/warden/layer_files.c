#include "warden/layer_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "wire/packages.h"

enum { COPY_MAX = 4 << 20, DEPTH_MAX = 8 };

enum status
layer_codename(struct arena *a, const char **ret, struct err *e)
{
	struct str all;
	TRY(io_read_file(a, "/etc/os-release", 65536, &all, e));
	while (all.n) {
		struct str line = str_cut(&all, '\n'), key = str_cut(&line, '=');
		if (!str_is(key, "VERSION_CODENAME") || !str_slug(line))
			continue;
		if (ret)
			*ret = str_dup(a, line);
		return OK;
	}
	return err_set(e, E_CONFLICT, "", "The host's release of Debian has no name.");
}

/* Folders, in this order; a slash within a name leads into one made before. */
static const char *const folders[] = { "usr", "usr/sbin", "dpkg", "work", "work/usr", "work/dpkg",
	"etc", "etc/apt", "etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/trusted.gpg.d",
	"etc/dpkg", "etc/dpkg/dpkg.cfg.d", "etc/dpkg/origins", "etc/default", "etc/groff",
	"etc/ssl", "etc/profile.d", "etc/skel", "var", "var/backups", "var/cache", "var/cache/apt",
	"var/cache/apt/archives", "var/cache/apt/archives/partial", "var/cache/debconf",
	"var/cache/fontconfig", "var/cache/man", "var/lib", "var/lib/apt", "var/lib/apt/lists",
	"var/lib/apt/lists/partial", "var/lib/dpkg", "var/lib/misc", "var/lib/ucf", "var/local",
	"var/log", "var/log/apt", "var/mail", "var/opt", "var/spool", "var/spool/cron", NULL };

/*
 * Parts of the host's /etc that programs need and that say nothing about the host: nothing of
 * accounts, networks, keys or mail. What is not there is left out.
 */
static const char *const copied[] = { "etc/adduser.conf", "etc/alternatives", "etc/debconf.conf",
	"etc/debian_version", "etc/deluser.conf", "etc/fonts", "etc/inputrc", "etc/issue",
	"etc/jupyter", "etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d", "etc/libaudit.conf",
	"etc/locale.alias", "etc/login.defs", "etc/magic", "etc/matplotlibrc", "etc/mime.types",
	"etc/octave.conf", "etc/openbox", "etc/perl", "etc/protocols", "etc/python3", "etc/R",
	"etc/services", "etc/ssl/certs", "etc/terminfo", "etc/ucf.conf", "etc/xdg/menus", NULL };

static const struct {
	const char *name;
	mode_t mode;
	const char *text;
} files[] = {
	{ "etc/hostname", 0644, "workspace\n" },
	{ "etc/hosts", 0644, "127.0.0.1 localhost workspace\n::1 localhost\n" },
	{ "etc/nsswitch.conf", 0644, "passwd: files\ngroup: files\nhosts: files\n" },
	{ "etc/resolv.conf", 0644, "" },
	{ "etc/profile", 0644, "umask 0007\n[ -z \"$BASH\" ] || . /etc/bash.bashrc\n" },
	{ "etc/bash.bashrc", 0644, LAYER_BASHRC },
	{ "etc/manpath.config", 0644, LAYER_MANPATH },
	{ "etc/groff/man.local", 0644, "" },
	{ "etc/groff/mdoc.local", 0644, "" },
	{ "etc/shells", 0644, "/bin/sh\n/bin/bash\n" },
	/* Signed by Debian, whatever way it came. The socket's other end decides what it gives. */
	{ "etc/apt/apt.conf.d/10wardroom", 0644,
		"APT::Sandbox::User \"root\";\nAPT::Install-Recommends \"false\";\n"
		"Acquire::Languages \"none\";\nAcquire::http::Proxy \"DIRECT\";\n"
		"Acquire::http::Pipeline-Depth \"0\";\nAcquire::Retries \"1\";\n"
		"Dpkg::Use-Pty \"0\";\n"
		"Dpkg::Options { \"--force-confdef\"; \"--force-confold\"; };\n" },
	/* The host's names groups that the workspace does not have. */
	{ "dpkg/statoverride", 0644, "" },
	/* Nothing that is installed starts a service. */
	{ "usr/sbin/policy-rc.d", 0755, "#!/bin/sh\nexit 101\n" },
};

const char layer_passwd[] = "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
			    "bin:x:2:2:bin:/bin:/usr/sbin/nologin\n"
			    "sys:x:3:3:sys:/dev:/usr/sbin/nologin\n"
			    "games:x:5:60:games:/usr/games:/usr/sbin/nologin\n"
			    "man:x:6:12:man:/var/cache/man:/usr/sbin/nologin\n"
			    "mail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n"
			    "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
			    "backup:x:34:34:backup:/var/backups:/usr/sbin/nologin\n"
			    "_apt:x:42:65534::/nonexistent:/usr/sbin/nologin\n";
const char layer_group[] = "daemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ndisk:x:6:\nmail:x:8:\n"
			   "man:x:12:\ndialout:x:20:\ncdrom:x:24:\naudio:x:29:\nwww-data:x:33:\n"
			   "backup:x:34:\nshadow:x:42:\nutmp:x:43:\nvideo:x:44:\nplugdev:x:46:\n"
			   "staff:x:50:\ngames:x:60:\nusers:x:100:\n";

static enum status
put(int root, const char *name, mode_t mode, const void *p, size_t n, uid_t base, struct err *e)
{
	cleanup_fd int fd =
		openat(root, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return err_errno(e, "creating %s", name);
	TRY(io_write_fd(fd, p, n, e));
	if (fchown(fd, base, base) < 0 || fchmod(fd, mode) < 0)
		return err_errno(e, "owner and mode of %s", name);
	return OK;
}

static enum status
make_dir(int root, const char *name, uid_t base, struct err *e)
{
	if ((mkdirat(root, name, 0755) < 0 && errno != EEXIST) ||
		fchownat(root, name, base, base, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, "creating %s", name);
	return OK;
}

static enum status
make_link(int root, const char *name, const char *to, uid_t base, struct err *e)
{
	if (symlinkat(to, root, name) < 0 ||
		fchownat(root, name, base, base, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, "linking %s", name);
	return OK;
}

static enum status copy(
	struct arena *, const char *name, int root, uid_t base, int depth, struct err *);

static enum status
copy_dir(struct arena *a, const char *name, int root, uid_t base, int depth, struct err *e)
{
	TRY(make_dir(root, name, base, e));
	cleanup_dir DIR *d = opendir(arena_printf(a, "/%s", name));
	for (struct dirent *de; d && depth < DEPTH_MAX && (de = io_next(d));)
		TRY(copy(a, arena_printf(a, "%s/%s", name, de->d_name), root, base, depth + 1, e));
	return OK;
}

/* name is the same below the host's / and below root. Readable by all, or left out. */
static enum status
copy(struct arena *a, const char *name, int root, uid_t base, int depth, struct err *e)
{
	const char *from = arena_printf(a, "/%s", name);
	char to[1024];
	struct stat st;
	struct str bytes;
	if (lstat(from, &st) < 0)
		return OK;
	if (S_ISDIR(st.st_mode))
		return copy_dir(a, name, root, base, depth, e);
	if (S_ISLNK(st.st_mode)) {
		ssize_t n = readlink(from, to, sizeof to - 1);
		if (n <= 0)
			return OK;
		to[n] = '\0';
		return make_link(root, name, to, base, e);
	}
	if (!S_ISREG(st.st_mode) || !(st.st_mode & S_IROTH) || st.st_size > COPY_MAX)
		return OK;
	TRY(io_read_file(a, from, COPY_MAX, &bytes, e));
	return put(root, name, st.st_mode & 0111 ? 0755 : 0644, bytes.p, bytes.n, base, e);
}

static enum status
sources(struct arena *a, int root, uid_t base, struct err *e)
{
	static const char key[] = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
	const char *name;
	TRY(layer_codename(a, &name, e));
	const char *text = arena_printf(a,
		"deb %s " PACKAGES_URL "/debian %s main\n"
		"deb %s " PACKAGES_URL "/debian %s-updates main\n"
		"deb %s " PACKAGES_URL "/debian-security %s-security main\n",
		key, name, key, name, key, name);
	return put(root, "etc/apt/sources.list", 0644, text, strlen(text), base, e);
}

static enum status
links(struct arena *a, int root, uid_t base, struct err *e)
{
	char zone[256];
	ssize_t n = readlink("/etc/localtime", zone, sizeof zone - 1);
	if (n > 0) {
		zone[n] = '\0';
		TRY(make_link(root, "etc/localtime", zone, base, e));
	}
	TRY(make_link(root, "etc/os-release", "../usr/lib/os-release", base, e));
	TRY(make_link(root, "etc/mtab", "/proc/self/mounts", base, e));
	TRY(make_link(root, "var/tmp", "/tmp", base, e));
	TRY(make_link(root, "var/run", "/run", base, e));
	return make_link(root, "var/lock", "/run/lock", base, e);
}

enum status
layer_fill(struct arena *a, int disk, const char *name, uid_t base, struct err *e)
{
	if (mkdirat(disk, name, 0755) < 0)
		return err_errno(e, "creating %s", name);
	cleanup_fd int root = openat(disk, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root < 0)
		return err_errno(e, "opening %s", name);
	for (size_t i = 0; folders[i]; i++)
		TRY(make_dir(root, folders[i], base, e));
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		TRY(put(root, files[i].name, files[i].mode, files[i].text, strlen(files[i].text),
			base, e));
	for (size_t i = 0; copied[i]; i++) {
		const char *slash = strrchr(copied[i], '/');
		TRY(make_dir(
			root, arena_strndup(a, copied[i], (size_t)(slash - copied[i])), base, e));
		TRY(copy(a, copied[i], root, base, 0, e));
	}
	TRY(sources(a, root, base, e));
	return links(a, root, base, e);
}
