#include "warden/bundle.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "warden/seccomp.h"
#include "wire/packages.h"

static void
text(struct jsonw *j, const char *key, const char *value)
{
	jsonw_key(j, key);
	jsonw_text(j, value);
}

static void
number(struct jsonw *j, const char *key, int64_t value)
{
	jsonw_key(j, key);
	jsonw_int(j, value);
}

static void
texts(struct jsonw *j, const char *key, const char *const *list)
{
	jsonw_key(j, key);
	jsonw_open(j, '[');
	for (; *list; list++)
		jsonw_text(j, *list);
	jsonw_close(j, ']');
}

static void
open_key(struct jsonw *j, const char *key, char bracket)
{
	jsonw_key(j, key);
	jsonw_open(j, bracket);
}

static const char *const powerless[] = { NULL };

/*
 * What pip, npm and R install is the whole team's, and stays when the mirror goes. The team's own
 * programs come last in PATH: none of them stands in for the machine's.
 */
#define PATH_TEAM ":/team/packages/python/bin:/team/packages/npm/bin"
#define PACKAGE_ENV                                                                                \
	"PYTHONUSERBASE=/team/packages/python", "PIP_BREAK_SYSTEM_PACKAGES=1",                     \
		"PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_INDEX_URL=" PACKAGES_URL "/pypi/simple/",  \
		"NPM_CONFIG_REGISTRY=" PACKAGES_URL "/npm/",                                       \
		"NPM_CONFIG_PREFIX=/team/packages/npm", "NPM_CONFIG_AUDIT=false",                  \
		"NPM_CONFIG_FUND=false", "NPM_CONFIG_UPDATE_NOTIFIER=false",                       \
		"NODE_PATH=/team/packages/npm/lib/node_modules", "R_LIBS_USER=/team/packages/R",   \
		"R_PROFILE=/opt/wardroom/etc/Rprofile"

/* What every process inside has: nothing beyond its uid, but for one kind. */
static void
process_common(struct jsonw *j, const char *const *caps)
{
	/* Inheritable and ambient stay empty: root's own programs get what they need by being run.
	 */
	static const char *const sets[] = { "bounding", "effective", "permitted", "inheritable",
		"ambient" };
	static const char *const none[] = { NULL };
	static const struct {
		const char *name;
		int64_t limit;
	} limits[] = { { "RLIMIT_CORE", 0 }, { "RLIMIT_NOFILE", 8192 } };
	jsonw_key(j, "noNewPrivileges");
	jsonw_bool(j, true);
	/* The kernel must prefer a team's process to any of ours when memory runs out. */
	number(j, "oomScoreAdj", 500);
	open_key(j, "capabilities", '{');
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
		texts(j, sets[i], i < 3 ? caps : none);
	jsonw_close(j, '}');
	open_key(j, "rlimits", '[');
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		jsonw_open(j, '{');
		text(j, "type", limits[i].name);
		number(j, "soft", limits[i].limit);
		number(j, "hard", limits[i].limit);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}

/* Of the first user inside, which is nobody on the host. */
static void
first_user(struct jsonw *j, const char *const *args, const char *const *env,
	const char *const *caps, int umask)
{
	jsonw_open(j, '{');
	jsonw_key(j, "terminal");
	jsonw_bool(j, false);
	open_key(j, "user", '{');
	number(j, "uid", 0);
	number(j, "gid", 0);
	number(j, "umask", umask);
	jsonw_close(j, '}');
	texts(j, "args", args);
	texts(j, "env", env);
	text(j, "cwd", "/");
	process_common(j, caps);
	jsonw_close(j, '}');
}

static void
init_process(struct jsonw *j, bool sealed)
{
	/* With "sealed" it tries every exit first; data come when all are shut. */
	const char *const args[] = { "/opt/wardroom/bin/wardroom", "init", sealed ? "sealed" : NULL,
		NULL };
	static const char *const env[] = { "PATH=/usr/bin:/bin", NULL };
	first_user(j, args, env, powerless, 0022);
}

void
bundle_root_process(struct jsonw *j, const char *const *argv)
{
	/* Files of other owners, and programs of packages that become another user. */
	static const char *const caps[] = { "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER",
		"CAP_FSETID", "CAP_SETUID", "CAP_SETGID", NULL };
	static const char *const env[] = { "PATH=/opt/wardroom/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root", "LANG=C.UTF-8", PACKAGE_ENV, NULL };
	first_user(j, argv, env, caps, 0022);
}

void
bundle_process(struct arena *a, struct jsonw *j, const struct pw_ws *w, const struct pw_member *m,
	const char *const *argv, const char *cwd)
{
	const char *files = arena_printf(a, "/home/%s", m->name);
	/* Programs write their settings and caches somewhere: once all is frozen, into memory. */
	const char *home = w->stage == WS_FROZEN ? arena_printf(a, "/tmp/%s", m->name) : files;
	/* Numerical libraries count the host's processors, which the limit does not show them. */
	const char *const env[] = {
		"PATH=/opt/wardroom/bin:/usr/local/bin:/usr/bin:/bin" PATH_TEAM,
		arena_printf(a, "HOME=%s", home),
		arena_printf(a, "USER=%s", m->name),
		arena_printf(a, "LOGNAME=%s", m->name),
		"SHELL=/bin/bash",
		"LANG=C.UTF-8",
		"TERM=xterm-256color",
		arena_printf(a, "WARDROOM_SLOT=%u", m->slot),
		"JUPYTER_PATH=/opt/wardroom/share/jupyter",
		arena_printf(a, "JUPYTER_CONFIG_DIR=%s/.config/jupyter", home),
		arena_printf(a, "JUPYTER_RUNTIME_DIR=%s/.local/run", home),
		arena_printf(a, "OMP_NUM_THREADS=%u", w->cpus),
		arena_printf(a, "OPENBLAS_NUM_THREADS=%u", w->cpus),
		arena_printf(a, "LOKY_MAX_CPU_COUNT=%u", w->cpus),
		PACKAGE_ENV,
		NULL,
	};
	jsonw_open(j, '{');
	jsonw_key(j, "terminal");
	jsonw_bool(j, false);
	open_key(j, "user", '{');
	number(j, "uid", PLACE_MEMBER + m->slot);
	number(j, "gid", PLACE_MEMBER + m->slot);
	/* Each member has a group of their own, so group bits are only ever the team's folder's. */
	number(j, "umask", 0007);
	open_key(j, "additionalGids", '[');
	jsonw_int(j, PLACE_TEAM);
	jsonw_close(j, ']');
	jsonw_close(j, '}');
	texts(j, "args", argv);
	texts(j, "env", env);
	text(j, "cwd", cwd ? cwd : files);
	process_common(j, powerless);
	jsonw_close(j, '}');
}

/* options: separated by commas. */
static void
mount_write(
	struct jsonw *j, const char *to, const char *type, const char *from, const char *options)
{
	struct str s = str_of(options);
	jsonw_open(j, '{');
	text(j, "destination", to);
	text(j, "type", type);
	text(j, "source", from);
	open_key(j, "options", '[');
	while (s.n)
		jsonw_str(j, str_cut(&s, ','));
	jsonw_close(j, ']');
	jsonw_close(j, '}');
}

/* Parts of the host's /etc that programs need and that say nothing about the host. */
static const char *const etc[] = { "/etc/alternatives", "/etc/fonts", "/etc/ssl/certs",
	"/etc/jupyter", "/etc/R", "/etc/ld.so.cache", "/etc/matplotlibrc", NULL };

/*
 * Files that programs need to exist but whose real content tells what the machine and the other
 * teams are doing: they read a quiet machine instead.
 */
static const char *const quiet[] = { "stat", "loadavg", "meminfo", "uptime", "diskstats", "swaps",
	NULL };

#define RO_DATA "bind,ro,nosuid,nodev,noexec"

/* The team's own programs and settings: see layer.h. Shut for writing when there may be data. */
static void
mounts_layer(struct arena *a, struct jsonw *j, const struct bundle *b)
{
	static const char *const all[][2] = { { "/usr", "usr" }, { "/etc", "disk/layer/etc" },
		{ "/var", "disk/layer/var" }, { "/var/lib/dpkg", "dpkg" } };
	const char *options =
		b->ws->stage == WS_SETUP ? "bind,rw,nosuid,nodev" : "bind,ro,nosuid,nodev";
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		mount_write(j, all[i][0], "bind", arena_printf(a, "%s/mnt/%s", b->dir, all[i][1]),
			options);
}

static void
mounts_host(struct arena *a, struct jsonw *j, const struct bundle *b)
{
	/* Through mounts of the team's own, see ground.h. */
	if (b->layered)
		mounts_layer(a, j, b);
	else
		mount_write(j, "/usr", "bind", arena_printf(a, "%s/mnt/usr", b->dir),
			"bind,ro,nosuid,nodev");
	mount_write(j, "/opt/wardroom/bin", "bind", arena_printf(a, "%s/mnt/bin", b->dir),
		"bind,ro,nosuid,nodev");
	for (size_t i = 0; etc[i] && !b->layered; i++)
		if (access(etc[i], F_OK) == 0)
			mount_write(j, etc[i], "bind", arena_printf(a, "%s/mnt%s", b->dir, etc[i]),
				RO_DATA);
	for (size_t i = 0; quiet[i]; i++)
		mount_write(j, arena_printf(a, "/proc/%s", quiet[i]), "bind",
			arena_printf(a, "%s/bundle/proc/%s", b->dir, quiet[i]), RO_DATA);
}

static void
mounts_team(struct arena *a, struct jsonw *j, const struct bundle *b)
{
	const char *options =
		b->ws->stage == WS_FROZEN ? "bind,ro,nosuid,nodev" : "bind,rw,nosuid,nodev";
	mount_write(j, "/home", "bind", arena_printf(a, "%s/mnt/disk/home", b->dir), options);
	mount_write(j, "/team", "bind", arena_printf(a, "%s/mnt/disk/team", b->dir), options);
	mount_write(j, "/sock", "bind", arena_printf(a, "%s/sock", b->dir),
		"rbind,rw,nosuid,nodev,noexec");
	mount_write(j, "/desk", "bind", arena_printf(a, "%s/desk", b->dir), RO_DATA);
}

static void
mounts_write(struct arena *a, struct jsonw *j, const struct bundle *b)
{
	/* Memory files count as the team's memory; half of it at most may be files. */
	unsigned quarter = b->ws->memory_mb / 4;
	open_key(j, "mounts", '[');
	/* hidepid: members see their own processes only. */
	mount_write(j, "/proc", "proc", "proc", "nosuid,noexec,nodev,hidepid=2");
	mount_write(
		j, "/dev", "bind", arena_printf(a, "%s/mnt/dev", b->dir), "bind,ro,nosuid,noexec");
	/* max: terminals are counted for the whole machine, so one team could take them all. */
	mount_write(j, "/dev/pts", "devpts", "devpts",
		"nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5,max=256");
	mount_write(j, "/dev/shm", "tmpfs", "shm",
		arena_printf(a, "nosuid,nodev,noexec,mode=1777,size=%um", quarter));
	mount_write(j, "/tmp", "tmpfs", "tmpfs",
		arena_printf(a, "nosuid,nodev,mode=1777,size=%um", quarter));
	mount_write(j, "/run", "tmpfs", "tmpfs", "nosuid,nodev,noexec,mode=755,size=1m");
	mounts_host(a, j, b);
	mounts_team(a, j, b);
	jsonw_close(j, ']');
}

static void
id_map(struct jsonw *j, const char *key, uid_t base)
{
	open_key(j, key, '[');
	jsonw_open(j, '{');
	number(j, "containerID", 0);
	number(j, "hostID", base);
	number(j, "size", PLACE_UIDS);
	jsonw_close(j, '}');
	jsonw_close(j, ']');
}

static void
resources(struct jsonw *j, const struct bundle *b)
{
	int64_t memory = (int64_t)b->ws->memory_mb << 20;
	open_key(j, "resources", '{');
	open_key(j, "memory", '{');
	number(j, "limit", memory);
	if (b->swap)
		number(j, "swap", memory);
	jsonw_close(j, '}');
	open_key(j, "cpu", '{');
	number(j, "quota", (int64_t)b->ws->cpus * 100000);
	number(j, "period", 100000);
	jsonw_close(j, '}');
	open_key(j, "pids", '{');
	number(j, "limit", b->ws->processes);
	jsonw_close(j, '}');
	/* The runtime allows null, zero, full, random, urandom, tty and ptys, and nothing else. */
	open_key(j, "devices", '[');
	jsonw_open(j, '{');
	jsonw_key(j, "allow");
	jsonw_bool(j, false);
	text(j, "access", "rwm");
	jsonw_close(j, '}');
	jsonw_close(j, ']');
	jsonw_close(j, '}');
}

static void
linux_write(struct jsonw *j, const struct bundle *b)
{
	static const char *const spaces[] = { "pid", "network", "ipc", "uts", "mount", "user",
		"cgroup" };
	static const char *const masked[] = { "/proc/acpi", "/proc/asound", "/proc/buddyinfo",
		"/proc/bus", "/proc/cmdline", "/proc/config.gz", "/proc/consoles", "/proc/driver",
		"/proc/dynamic_debug", "/proc/fs", "/proc/interrupts", "/proc/iomem",
		"/proc/ioports", "/proc/irq", "/proc/kallsyms", "/proc/kcore", "/proc/key-users",
		"/proc/keys", "/proc/kmsg", "/proc/kpagecgroup", "/proc/kpagecount",
		"/proc/kpageflags", "/proc/latency_stats", "/proc/locks", "/proc/modules",
		"/proc/mtrr", "/proc/pagetypeinfo", "/proc/partitions", "/proc/pressure",
		"/proc/sched_debug", "/proc/schedstat", "/proc/scsi", "/proc/slabinfo",
		"/proc/softirqs", "/proc/sysrq-trigger", "/proc/sysvipc", "/proc/timer_list",
		"/proc/timer_stats", "/proc/version_signature", "/proc/vmallocinfo", "/proc/vmstat",
		"/proc/zoneinfo", NULL };
	static const char *const readonly[] = { "/proc/sys", NULL };
	uid_t base = place_uid_base(b->place, b->ws->ws);
	open_key(j, "linux", '{');
	open_key(j, "namespaces", '[');
	for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
		jsonw_open(j, '{');
		text(j, "type", spaces[i]);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	id_map(j, "uidMappings", base);
	id_map(j, "gidMappings", base);
	text(j, "cgroupsPath", b->cgroup);
	resources(j, b);
	texts(j, "maskedPaths", masked);
	texts(j, "readonlyPaths", readonly);
	jsonw_key(j, "seccomp");
	seccomp_write(j);
	jsonw_close(j, '}');
}

void
bundle_config(struct arena *a, struct jsonw *j, const struct bundle *b)
{
	jsonw_open(j, '{');
	text(j, "ociVersion", "1.0.2");
	text(j, "hostname", "workspace");
	open_key(j, "root", '{');
	text(j, "path", "rootfs");
	jsonw_key(j, "readonly");
	jsonw_bool(j, true);
	jsonw_close(j, '}');
	jsonw_key(j, "process");
	init_process(j, b->ws->stage != WS_SETUP);
	mounts_write(a, j, b);
	linux_write(j, b);
	jsonw_close(j, '}');
}
