#include "warden/host.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "warden/layer.h"
#include "warden/program.h"
#include "warden/runtime.h"

struct probe {
	struct arena *arena;
	struct buf report, missing;
};

enum need { NICE, NEEDED };

static void
say(struct probe *p, enum need need, const char *name, bool yes, const char *how)
{
	/* In columns: people read it in a terminal. The longest name has 18 letters. */
	buf_printf(&p->report, "%-18s  %-3s  %s\n", name, yes ? "yes" : "no", how);
	if (!yes && need == NEEDED)
		buf_printf(&p->missing, "%s%s", p->missing.n ? ", " : "", name);
}

/* Whether a child may leave for namespaces of its own. */
static bool
can_unshare(int flags)
{
	int st = 0;
	pid_t pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0)
		_exit(unshare(flags) == 0 ? 0 : 1);
	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(st) && WEXITSTATUS(st) == 0;
}

static bool
has_seccomp(void)
{
	uint32_t action = SECCOMP_RET_ERRNO;
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static bool
knows_filesystem(struct arena *a, const char *name)
{
	struct str all;
	if (io_read_file(a, "/proc/filesystems", 65536, &all, NULL) != OK)
		return false;
	while (all.n) {
		struct str line = str_cut(&all, '\n');
		str_cut(&line, '\t');
		if (str_is(str_trim(line), name))
			return true;
	}
	return false;
}

/* Built in, or loaded now: a module nobody has used yet is not in the kernel's list. */
static bool
has_filesystem(struct arena *a, const char *name)
{
	if (knows_filesystem(a, name))
		return true;
	const char *argv[] = { "/sbin/modprobe", name, NULL };
	int code;
	struct str out;
	if (access(argv[0], X_OK) < 0 || program_run(a, argv, 10000, &code, &out, NULL) != OK)
		return false;
	return knows_filesystem(a, name);
}

static void
probe_cgroups(struct probe *p, struct host *h)
{
	const struct cgroups *c = &h->cgroups;
	const char *kind = cgroup_kind_name(c->kind);
	say(p, NEEDED, "cgroups", c->kind != CGROUP_NONE,
		arena_printf(p->arena, "control groups of kind %s are mounted", kind));
	say(p, NEEDED, "memory-limit", c->memory != NULL, "the memory controller is offered");
	say(p, NEEDED, "cpu-limit", c->cpu != NULL, "the cpu controller is offered");
	say(p, NEEDED, "process-limit", c->pids != NULL, "the pids controller is offered");
	say(p, NICE, "swap-limit", c->swap, "memory and swap can be limited together");
}

static void
probe_runtime(struct probe *p, const struct place *place, enum cgroup_kind kind)
{
	struct err why = { 0 };
	const char *version = "";
	bool fit = runtime_fit(place, kind, &why) == OK &&
		   runtime_version(p->arena, place, &version, &why) == OK;
	say(p, NEEDED, "runtime", fit,
		fit ? arena_printf(p->arena, "%s says \"%s\"", place->runtime, version)
		    : arena_strdup(p->arena, why.text));
}

static void
probe_dumps(struct probe *p)
{
	struct str s = { "", 0 };
	bool known = io_read_file(p->arena, "/proc/sys/kernel/core_pattern", 4096, &s, NULL) == OK;
	/* A limit of zero stops dumps to files; a program behind a pipe gets them all the same. */
	say(p, NICE, "no-core-dumps", known && !str_starts(s, "|"),
		"core_pattern does not send a crashed process's memory to a program");
}

static bool
probe_layers(struct probe *p)
{
	char scratch[] = "/tmp/wardroom-XXXXXX";
	struct err why = { 0 };
	if (!mkdtemp(scratch))
		return false;
	bool good = layer_possible(p->arena, scratch, &why) == OK;
	rmdir(scratch);
	say(p, NICE, "team-programs", good,
		good ? "the owners of /usr can be shifted, so that teams keep programs of their own"
		     : arena_strdup(p->arena, why.text));
	return good;
}

void
host_probe(struct arena *a, const struct place *place, struct host *ret)
{
	struct host h = { 0 };
	struct probe p = { a, buf_new(a), buf_new(a) };
	struct mount_table t = { 0 };
	const char *path;
	mounts_read(a, 0, &t, NULL);
	h.cgroups = cgroup_find(a, &t);
	say(&p, NEEDED, "root", geteuid() == 0, "the warden runs as root");
	say(&p, NEEDED, "user-namespaces", can_unshare(CLONE_NEWUSER), "a child made one");
	say(&p, NEEDED, "network-namespaces", can_unshare(CLONE_NEWNET), "a child made one");
	say(&p, NEEDED, "seccomp", has_seccomp(), "the kernel offers filters");
	probe_cgroups(&p, &h);
	say(&p, NEEDED, "loop", access("/dev/loop-control", R_OK | W_OK) == 0,
		"/dev/loop-control opens");
	say(&p, NEEDED, "ext4", has_filesystem(a, "ext4") && !access("/usr/sbin/mkfs.ext4", X_OK),
		"the kernel knows ext4 and mkfs.ext4 is installed");
	say(&p, NEEDED, "overlay", has_filesystem(a, "overlay"), "the kernel knows overlay");
	probe_runtime(&p, place, h.cgroups.kind);
	say(&p, NEEDED, "desk", place_program(a, place, "wardroom-desk", &path, NULL) == OK,
		"wardroom-desk is in the configured bin folder");
	h.ws_allowed = p.missing.n == 0;
	say(&p, NEEDED, "erofs", has_filesystem(a, "erofs"), "the kernel knows erofs");
	say(&p, NICE, "notebook", access("/usr/bin/jupyter-notebook", X_OK) == 0,
		"jupyter-notebook is installed");
	probe_dumps(&p);
	h.layers = probe_layers(&p);
	h.data_allowed = p.missing.n == 0;
	h.missing = p.missing.p ? p.missing.p : "";
	h.report = p.report.p;
	*ret = h;
}
