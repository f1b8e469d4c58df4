#include "warden/cgroup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/tap.h"

/* A tree that looks like one of the kernel's, in a folder of its own. */
struct tree {
	struct arena *a;
	char root[32];
};

static struct tree
tree_new(struct arena *a)
{
	struct tree t = { a, "/tmp/wardroom-cgroup-XXXXXX" };
	if (!mkdtemp(t.root))
		BUG("no folder");
	return t;
}

static void
put(const struct tree *t, const char *dir, const char *file, const char *text)
{
	const char *path = arena_printf(t->a, "%s/%s", t->root, dir);
	io_mkdirs(path, 0755, NULL);
	FILE *f = fopen(arena_printf(t->a, "%s/%s", path, file), "w");
	fputs(text, f);
	fclose(f);
}

static void
tree_free(const struct tree *t)
{
	cleanup_fd int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	io_remove_tree(tmp, t->root + strlen("/tmp/"), NULL);
}

static struct cgroups
find(const struct tree *t, const char *fmt)
{
	char *text = arena_strdup(t->a, "");
	/* %R stands for the tree's folder. */
	for (const char *at = fmt; *at;) {
		const char *next = strstr(at, "%R");
		size_t n = next ? (size_t)(next - at) : strlen(at);
		text = arena_printf(t->a, "%s%.*s%s", text, (int)n, at, next ? t->root : "");
		at += n + (next ? 2 : 0);
	}
	struct mount_table m = mounts_parse(t->a, str_of(text));
	return cgroup_find(t->a, &m);
}

static const char *const v1_mounts = "1 0 0:1 / %R/memory rw - cgroup cgroup rw,memory\n"
				     "2 0 0:2 / %R/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
				     "3 0 0:3 / %R/pids rw - cgroup cgroup rw,pids\n";

static void
fill_v1(const struct tree *t)
{
	put(t, "memory/w/ws1", "memory.usage_in_bytes", "5000\n");
	put(t, "memory/w/ws1", "memory.limit_in_bytes", "9000\n");
	put(t, "memory/w/ws1", "memory.stat", "cache 1\ntotal_inactive_file 1000\n");
	put(t, "memory/w/ws1", "memory.oom_control",
		"oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
	put(t, "cpu/w/ws1", "cpuacct.usage", "7000000\n");
	put(t, "pids/w/ws1", "pids.current", "4\n");
	put(t, "pids/w/ws1", "pids.events", "max 12\n");
	put(t, "pids/w/ws1", "cgroup.procs", "17\n23\n");
}

static void
check_v1(const struct tree *t, const struct cgroups *c)
{
	size_t n;
	struct cgroup_use u = cgroup_usage(t->a, c, "/w/ws1");
	CHECK_INT(u.memory, 4000);
	CHECK_INT(u.memory_limit, 9000);
	CHECK_INT(u.cpu_us, 7000);
	CHECK_INT(u.processes, 4);
	CHECK_INT(u.oom_kills, 3);
	CHECK_INT(u.fork_fails, 12);
	CHECK_INT(cgroup_pids(t->a, c, "/w/ws1", &n)[1], 23);
	CHECK_INT(n, 2);
	CHECK_INT(cgroup_usage(t->a, c, "/w/none").memory, 0);
}

TEST(reads_v1)
{
	cleanup_arena struct arena *a = arena_new();
	struct tree t = tree_new(a);
	fill_v1(&t);
	struct cgroups c = find(&t, v1_mounts);
	CHECK_INT(c.kind, CGROUP_V1);
	check_v1(&t, &c);
	tree_free(&t);
}

TEST(reads_hybrid)
{
	cleanup_arena struct arena *a = arena_new();
	struct tree t = tree_new(a);
	fill_v1(&t);
	put(&t, "unified", "cgroup.controllers", "\n");
	struct cgroups c = find(&t, "1 0 0:1 / %R/memory rw - cgroup cgroup rw,memory\n"
				    "2 0 0:2 / %R/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
				    "3 0 0:3 / %R/pids rw - cgroup cgroup rw,pids\n"
				    "4 0 0:4 / %R/unified rw - cgroup2 cgroup2 rw\n");
	CHECK_INT(c.kind, CGROUP_HYBRID);
	check_v1(&t, &c);
	tree_free(&t);
}

TEST(reads_v2)
{
	cleanup_arena struct arena *a = arena_new();
	struct tree t = tree_new(a);
	put(&t, "", "cgroup.controllers", "cpuset cpu io memory pids\n");
	put(&t, "w/ws1", "memory.current", "5000\n");
	put(&t, "w/ws1", "memory.max", "9000\n");
	put(&t, "w/ws1", "memory.stat", "anon 1\ninactive_file 1000\n");
	put(&t, "w/ws1", "memory.events", "low 0\nhigh 0\nmax 9\noom 4\noom_kill 2\n");
	put(&t, "w/ws1", "cpu.stat", "usage_usec 8000\nuser_usec 1\n");
	put(&t, "w/ws1", "pids.current", "4\n");
	put(&t, "w/ws1", "pids.events", "max 5\n");
	struct cgroups c = find(&t, "1 0 0:1 / %R rw - cgroup2 cgroup2 rw\n");
	struct cgroup_use u = cgroup_usage(a, &c, "/w/ws1");
	CHECK_INT(c.kind, CGROUP_V2);
	CHECK_INT(u.memory, 4000);
	CHECK_INT(u.memory_limit, 9000);
	CHECK_INT(u.cpu_us, 8000);
	CHECK_INT(u.oom_kills, 2);
	CHECK_INT(u.fork_fails, 5);
	/* No limit is a word, not a number. */
	put(&t, "w/ws1", "memory.max", "max\n");
	CHECK_INT(cgroup_usage(a, &c, "/w/ws1").memory_limit, 0);
	tree_free(&t);
}

TEST(reads_this_machine)
{
	cleanup_arena struct arena *a = arena_new();
	struct mount_table m;
	if (mounts_read(a, getpid(), &m, NULL) != OK)
		return;
	struct cgroups c = cgroup_find(a, &m);
	/* The root group has no counters; what is asked of it must be harmless. */
	struct cgroup_use u = cgroup_usage(a, &c, "");
	CHECK(u.oom_kills < 1u << 30);
	CHECK_STR(cgroup_kind_name(c.kind), c.kind == CGROUP_V1       ? "v1"
					    : c.kind == CGROUP_V2     ? "v2"
					    : c.kind == CGROUP_HYBRID ? "hybrid"
								      : "none");
}
