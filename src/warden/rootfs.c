/* The files of a bundle: the other half of bundle.h. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/embed.h"
#include "base/io.h"
#include "warden/bundle.h"
#include "warden/layer_files.h"
#include "warden/inside.inc"
#include "wire/packages.h"

/* Folders and files that must exist because a read-only root cannot get mount points later. */
static const char *const folders[] = { "data", "desk", "dev", "etc", "etc/R", "etc/alternatives",
	"etc/fonts", "etc/groff", "etc/jupyter", "etc/ssl", "etc/ssl/certs", "home", "opt",
	"opt/wardroom", "opt/wardroom/bin", "opt/wardroom/etc", "proc", "root", "run", "sock",
	"sys", "team", "tmp", "usr", "var", "var/lib", "var/lib/dpkg", NULL };

static const struct {
	const char *name, *text;
} files[] = {
	{ "etc/hostname", "workspace\n" },
	{ "etc/hosts", "127.0.0.1 localhost workspace\n::1 localhost\n" },
	{ "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n" },
	{ "etc/resolv.conf", "" },
	{ "etc/ld.so.cache", "" },
	{ "etc/ld.so.conf", "" },
	{ "etc/matplotlibrc", "" },
	{ "etc/profile", "umask 0007\n[ -z \"$BASH\" ] || . /etc/bash.bashrc\n" },
	{ "etc/bash.bashrc", LAYER_BASHRC },
	{ "etc/manpath.config", LAYER_MANPATH },
	/* troff complains when they are not there. */
	{ "etc/groff/man.local", "" },
	{ "etc/groff/mdoc.local", "" },
	{ "etc/shells", "/bin/sh\n/bin/bash\n" },
	{ "opt/wardroom/etc/Rprofile",
		"local({ site <- \"/etc/R/Rprofile.site\"\n"
		"        if (file.exists(site)) sys.source(site, envir = globalenv())\n"
		"        options(repos = c(CRAN = \"" PACKAGES_URL "/cran\"),\n"
		"                timeout = 600) })\n" },
};

static enum status
put(int dir, const char *name, const void *p, size_t n, struct err *e)
{
	cleanup_fd int fd =
		openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_errno(e, "creating %s", name);
	return io_write_fd(fd, p, n, e);
}

/*
 * By rename and without fsync: it is written again at each opening. The folder may be the layer's,
 * where something else may stand in the way on purpose.
 */
static enum status
replace(struct arena *a, int dir, const char *name, const struct buf *b, uid_t base, struct err *e)
{
	const char *tmp = arena_printf(a, "%s.new", name);
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	io_remove_tree(dir, tmp, NULL);
	cleanup_fd int fd = openat(dir, tmp, flags, 0644);
	/* On a disk on which no file can be made any more, the old one gives its place. */
	if (fd < 0 && errno == ENOSPC && unlinkat(dir, name, 0) == 0)
		fd = openat(dir, tmp, flags, 0644);
	if (fd < 0)
		return err_errno(e, "creating %s", tmp);
	TRY(io_write_fd(fd, b->p, b->n, e));
	if (fchown(fd, base, base) < 0)
		return err_errno(e, "owner of %s", tmp);
	if (renameat(dir, tmp, dir, name) < 0)
		return err_errno(e, "replacing %s", name);
	return OK;
}

enum status
bundle_people(struct arena *a, const char *root, const struct pw_ws *w, uid_t base, struct err *e)
{
	struct buf passwd = buf_new(a), group = buf_new(a);
	cleanup_fd int dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "opening %s", root);
	buf_puts(&passwd, "root:x:0:0:root:/root:/usr/sbin/nologin\n");
	buf_puts(&group, "root:x:0:\ntty:x:5:\n");
	if (base) {
		buf_puts(&passwd, layer_passwd);
		buf_puts(&group, layer_group);
	}
	buf_printf(&group, "team:x:%d:", PLACE_TEAM);
	for (uint32_t i = 0; i < w->n_members; i++)
		buf_printf(&group, "%s%s", i ? "," : "", w->members[i].name);
	buf_putc(&group, '\n');
	for (uint32_t i = 0; i < w->n_members; i++) {
		const struct pw_member *m = &w->members[i];
		unsigned id = PLACE_MEMBER + m->slot;
		buf_printf(&passwd, "%s:x:%u:%u::/home/%s:/bin/bash\n", m->name, id, id, m->name);
		buf_printf(&group, "%s:x:%u:\n", m->name, id);
	}
	buf_puts(&passwd, "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
	buf_puts(&group, "nogroup:x:65534:\n");
	TRY(replace(a, dir, "etc/passwd", &passwd, base, e));
	return replace(a, dir, "etc/group", &group, base, e);
}

/* Programs reckon when a process started from the machine's own start. */
static int64_t
up_seconds(void)
{
	struct timespec t = { 0 };
	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec;
}

/* A quiet machine with as many processors and as much memory as the team has. */
static enum status
quiet_files(struct arena *a, int dir, const struct pw_ws *w, struct err *e)
{
	struct buf stat = buf_new(a), mem = buf_new(a);
	unsigned kb = w->memory_mb * 1024;
	for (int i = -1; i < (int)w->cpus; i++) {
		buf_puts(&stat, "cpu");
		if (i >= 0)
			buf_printf(&stat, "%d", i);
		buf_puts(&stat, i < 0 ? "  1 0 1 1 0 0 0 0 0 0\n" : " 1 0 1 1 0 0 0 0 0 0\n");
	}
	buf_printf(&stat,
		"intr 0\nctxt 0\nbtime %lld\nprocesses 0\nprocs_running 1\n"
		"procs_blocked 0\n",
		(long long)(clock_now() - up_seconds()));
	buf_printf(&mem, "MemTotal:       %u kB\nMemFree:        %u kB\n", kb, kb);
	buf_printf(&mem, "MemAvailable:   %u kB\n", kb);
	buf_puts(&mem, "Buffers:        0 kB\nCached:         0 kB\nSwapCached:     0 kB\n"
		       "Active:         0 kB\nInactive:       0 kB\nSwapTotal:      0 kB\n"
		       "SwapFree:       0 kB\nShmem:          0 kB\nSlab:           0 kB\n"
		       "SReclaimable:   0 kB\n");
	TRY(put(dir, "proc/stat", stat.p, stat.n, e));
	TRY(put(dir, "proc/meminfo", mem.p, mem.n, e));
	struct str load = STR("0.00 0.00 0.00 1/1 1\n"), up = STR("1.00 1.00\n");
	struct str swaps = STR("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	TRY(put(dir, "proc/loadavg", load.p, load.n, e));
	TRY(put(dir, "proc/uptime", up.p, up.n, e));
	TRY(put(dir, "proc/diskstats", "", 0, e));
	return put(dir, "proc/swaps", swaps.p, swaps.n, e);
}

static enum status
links(struct arena *a, int root, struct err *e)
{
	static const char *const merged[] = { "bin", "sbin", "lib", "lib32", "lib64", "libx32" };
	char zone[256];
	for (size_t i = 0; i < sizeof merged / sizeof merged[0]; i++) {
		const char *to = arena_printf(a, "usr/%s", merged[i]);
		if (access(arena_printf(a, "/%s", to), F_OK) == 0 &&
			symlinkat(to, root, merged[i]) < 0)
			return err_errno(e, "linking %s", merged[i]);
	}
	/* Terminals show the hospital's time of day. */
	ssize_t n = readlink("/etc/localtime", zone, sizeof zone - 1);
	if (n > 0) {
		zone[n] = '\0';
		if (symlinkat(zone, root, "etc/localtime") < 0)
			return err_errno(e, "linking etc/localtime");
	}
	return symlinkat("/tmp", root, "var/tmp") < 0 ? err_errno(e, "linking var/tmp") : OK;
}

/* A file of inside/, with the folders on its way. */
static enum status
put_inside(struct arena *a, int root, const struct embedded *f, struct err *e)
{
	char *path = arena_printf(a, "opt/wardroom/%s", f->name);
	for (char *at = strchr(path + strlen("opt/wardroom/"), '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdirat(root, path, 0755) < 0 && errno != EEXIST)
			return err_errno(e, "creating %s", path);
		*at = '/';
	}
	return put(root, path, f->bytes, f->n, e);
}

static enum status
skeleton(struct arena *a, int root, struct err *e)
{
	for (size_t i = 0; folders[i]; i++)
		if (mkdirat(root, folders[i], 0755) < 0)
			return err_errno(e, "creating %s", folders[i]);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		TRY(put(root, files[i].name, files[i].text, strlen(files[i].text), e));
	/* A runtime gives a memory file system the mode of the folder below it. */
	if (fchmodat(root, "tmp", 01777, 0) < 0)
		return err_errno(e, "opening tmp to all");
	for (const struct embedded *f = inside_files; f->name; f++)
		TRY(put_inside(a, root, f, e));
	return links(a, root, e);
}

enum status
bundle_make(struct arena *a, const struct bundle *b, struct err *e)
{
	struct buf text = buf_new(a);
	struct jsonw j = jsonw_new(&text);
	cleanup_fd int ws = open(b->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ws < 0)
		return err_errno(e, "opening %s", b->dir);
	TRY(io_remove_tree(ws, "bundle", e));
	if (mkdirat(ws, "bundle", 0711) < 0 || mkdirat(ws, "bundle/rootfs", 0755) < 0 ||
		mkdirat(ws, "bundle/proc", 0711) < 0)
		return err_errno(e, "creating the bundle");
	cleanup_fd int bundle = openat(ws, "bundle", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int root = openat(ws, "bundle/rootfs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (bundle < 0 || root < 0)
		return err_errno(e, "opening the bundle");
	TRY(skeleton(a, root, e));
	uid_t base = b->layered ? place_uid_base(b->place, b->ws->ws) : 0;
	TRY(bundle_people(a,
		arena_printf(a, b->layered ? "%s/mnt/disk/layer" : "%s/bundle/rootfs", b->dir),
		b->ws, base, e));
	TRY(quiet_files(a, bundle, b->ws, e));
	bundle_config(a, &j, b);
	return put(bundle, "config.json", text.p, text.n, e);
}
