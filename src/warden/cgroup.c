#include "warden/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

static bool
has(const char *dir, const char *file)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", dir, file);
	return access(path, F_OK) == 0;
}

static void
find_v2(struct arena *a, const char *root, struct cgroups *c)
{
	struct str all;
	if (io_read_file(a, arena_printf(a, "%s/cgroup.controllers", root), 4096, &all, NULL) != OK)
		return;
	all = str_trim(all);
	while (all.n) {
		struct str w = str_cut(&all, ' ');
		if (str_is(w, "memory"))
			c->memory = root;
		else if (str_is(w, "cpu"))
			c->cpu = c->cpuacct = root;
		else if (str_is(w, "pids"))
			c->pids = root;
	}
}

struct cgroups
cgroup_find(struct arena *a, const struct mount_table *t)
{
	struct cgroups c = { 0 };
	bool v1 = false, v2 = false;
	for (size_t i = 0; i < t->n; i++) {
		const struct mount_line *m = &t->at[i];
		bool two = streq(m->type, "cgroup2");
		if (!two && !streq(m->type, "cgroup"))
			continue;
		if (c.n_roots < sizeof c.roots / sizeof c.roots[0])
			c.roots[c.n_roots++] = m->point;
		if (two) {
			find_v2(a, m->point, &c);
			v2 = true;
			continue;
		}
		if (mounts_flag(m->super, "memory"))
			c.memory = m->point;
		if (mounts_flag(m->super, "cpu"))
			c.cpu = m->point;
		if (mounts_flag(m->super, "cpuacct"))
			c.cpuacct = m->point;
		if (mounts_flag(m->super, "pids"))
			c.pids = m->point;
		v1 |= !mounts_flag(m->super, "name=systemd");
	}
	c.kind = v1 && v2 ? CGROUP_HYBRID : v1 ? CGROUP_V1 : v2 ? CGROUP_V2 : CGROUP_NONE;
	c.swap = c.kind == CGROUP_V2 || (c.memory && has(c.memory, "memory.memsw.limit_in_bytes"));
	return c;
}

const char *
cgroup_kind_name(enum cgroup_kind k)
{
	static const char *const name[] = { "none", "v1", "v2", "hybrid" };
	return name[k];
}

/* The first number of a file, or the one after key where key is given. */
static uint64_t
number(struct arena *a, const char *root, const char *path, const char *file, const char *key)
{
	struct str all;
	int64_t v;
	if (!root || io_read_file(a, arena_printf(a, "%s%s/%s", root, path, file), 65536, &all,
			     NULL) != OK)
		return 0;
	while (all.n) {
		struct str line = str_trim(str_cut(&all, '\n'));
		if (key && !str_is(str_cut(&line, ' '), key))
			continue;
		return str_int(line, &v) && v >= 0 ? (uint64_t)v : 0;
	}
	return 0;
}

struct cgroup_use
cgroup_usage(struct arena *a, const struct cgroups *c, const char *path)
{
	struct cgroup_use u = { 0 };
	bool v2 = c->kind == CGROUP_V2;
	u.memory =
		number(a, c->memory, path, v2 ? "memory.current" : "memory.usage_in_bytes", NULL);
	u.memory_limit =
		number(a, c->memory, path, v2 ? "memory.max" : "memory.limit_in_bytes", NULL);
	uint64_t idle = number(
		a, c->memory, path, "memory.stat", v2 ? "inactive_file" : "total_inactive_file");
	u.memory -= idle < u.memory ? idle : u.memory;
	u.processes = number(a, c->pids, path, "pids.current", NULL);
	u.oom_kills =
		number(a, c->memory, path, v2 ? "memory.events" : "memory.oom_control", "oom_kill");
	u.fork_fails = number(a, c->pids, path, "pids.events", "max");
	u.cpu_us = v2 ? number(a, c->cpu, path, "cpu.stat", "usage_usec")
		      : number(a, c->cpuacct, path, "cpuacct.usage", NULL) / 1000;
	return u;
}

pid_t *
cgroup_pids(struct arena *a, const struct cgroups *c, const char *path, size_t *ret_n)
{
	struct str all = { 0 };
	*ret_n = 0;
	if (c->pids)
		io_read_file(a, arena_printf(a, "%s%s/cgroup.procs", c->pids, path), 4 << 20, &all,
			NULL);
	size_t lines = 1;
	for (size_t i = 0; i < all.n; i++)
		lines += all.p[i] == '\n';
	pid_t *pids = ARENA_ARRAY(a, lines, pid_t);
	while (all.n) {
		int64_t v;
		if (str_int(str_trim(str_cut(&all, '\n')), &v) && v > 0)
			pids[(*ret_n)++] = (pid_t)v;
	}
	return pids;
}

void
cgroup_remove(struct arena *a, const struct cgroups *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	int64_t deadline = clock_mono_ms() + 1000;
	for (size_t i = 0; i < c->n_roots; i++) {
		const char *dir = arena_printf(a, "%s%s", c->roots[i], path);
		/* The kernel lets go of a group a moment after its last process. */
		while (rmdir(dir) < 0 && errno == EBUSY && clock_mono_ms() < deadline)
			usleep(10000);
		if (slash > path)
			rmdir(arena_printf(a, "%s%.*s", c->roots[i], (int)(slash - path), path));
	}
}

uid_t
cgroup_pid_uid(pid_t pid)
{
	char path[64];
	struct stat st;
	/* The owner of the folder is the effective uid unless the process is not dumpable, so read
	 * it from the status, and use the folder only to know that it is there. */
	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	if (stat(path, &st) < 0)
		return (uid_t)-1;
	cleanup_arena struct arena *a = arena_new();
	struct str all;
	if (io_read_file(a, arena_printf(a, "%s/status", path), 65536, &all, NULL) != OK)
		return (uid_t)-1;
	while (all.n) {
		struct str line = str_cut(&all, '\n');
		int64_t v;
		if (!str_starts(line, "Uid:\t"))
			continue;
		str_cut(&line, '\t');
		return str_int(str_cut(&line, '\t'), &v) ? (uid_t)v : (uid_t)-1;
	}
	return (uid_t)-1;
}
