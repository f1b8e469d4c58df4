#include "warden/host.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "warden/layer.h"
#include "warden/program.h"
#include "warden/runtime.h"

struct probe {
	struct arena *arena;
	struct host *host;
	struct buf report, missing;
};

static void
say(struct probe *p, enum host_need need, const char *name, bool yes, const char *how,
	const char *without)
{
	struct host *h = p->host;
	if (h->n_controls == HOST_CONTROLS)
		BUG("more controls than there is room for");
	h->controls[h->n_controls++] = (struct host_control){ name, yes, need, how, without };
	/* In columns: people read it in a terminal. The longest name has 18 letters. */
	buf_printf(&p->report, "%-18s  %-3s  %s\n", name, yes ? "yes" : "no", how);
	if (!yes && need >= HOST_FOR_DATA)
		buf_printf(&p->missing, "%s%s", p->missing.n ? ", " : "", name);
}

static const char *
policy(enum host_need need)
{
	static const char *const words[] = { "not needed", "weaker", "no workspace with data",
		"no workspace" };
	return words[need];
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
probe_cgroups(struct probe *p)
{
	const struct cgroups *c = &p->host->cgroups;
	say(p, HOST_FOR_ALL, "cgroups", c->kind != CGROUP_NONE,
		arena_printf(p->arena, "control groups of kind %s are mounted",
			cgroup_kind_name(c->kind)),
		"nothing would keep one team from the memory and processors of another");
	say(p, HOST_FOR_ALL, "memory-limit", c->memory != NULL, "the memory controller is offered",
		"one team could take all memory");
	say(p, HOST_FOR_ALL, "cpu-limit", c->cpu != NULL, "the cpu controller is offered",
		"one team could take every processor");
	say(p, HOST_FOR_ALL, "process-limit", c->pids != NULL, "the pids controller is offered",
		"one team could take every process number");
	say(p, HOST_WEAKER, "swap-limit", c->swap, "memory and swap can be limited together",
		"a team may swap beyond its memory");
}

static void
probe_runtime(struct probe *p, const struct place *place)
{
	struct err why = { 0 };
	const char *version = "";
	bool fit = runtime_fit(place, p->host->cgroups.kind, &why) == OK &&
		   runtime_version(p->arena, place, &version, &why) == OK;
	say(p, HOST_FOR_ALL, "runtime", fit,
		fit ? arena_printf(p->arena, "%s says \"%s\"", place->runtime, version)
		    : arena_strdup(p->arena, why.text),
		"nothing can start a container");
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
	say(p, HOST_WEAKER, "team-programs", good,
		good ? "the owners of /usr can be shifted, so that teams keep programs of their own"
		     : arena_strdup(p->arena, why.text),
		"teams install with pip, npm and R, not with apt");
	return good;
}

/* A child joins a session keyring of its own; a kernel without keys needs none. */
static bool
has_own_keyring(void)
{
	int st = 0;
	pid_t pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0)
		_exit(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0 || errno == ENOSYS
				? 0
				: 1);
	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(st) && WEXITSTATUS(st) == 0;
}

static bool
has_no_new_privileges(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) >= 0;
}

static void
probe_kernel(struct probe *p)
{
	static const struct {
		const char *name;
		int flag;
		const char *without;
	} spaces[] = {
		{ "user-namespaces", CLONE_NEWUSER, "a workspace's root would be the host's" },
		{ "network-namespaces", CLONE_NEWNET, "a workspace would have the host's network" },
		{ "mount-namespaces", CLONE_NEWNS, "a workspace would see the host's files" },
		{ "pid-namespaces", CLONE_NEWPID, "teams would see each other's processes" },
		{ "ipc-namespaces", CLONE_NEWIPC, "teams could talk through shared memory" },
		{ "uts-namespaces", CLONE_NEWUTS, "teams would see the host's name" },
	};
	say(p, HOST_FOR_ALL, "root", geteuid() == 0, "the warden runs as root",
		"no container could be made");
	for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
		say(p, HOST_FOR_ALL, spaces[i].name, can_unshare(spaces[i].flag),
			"a child process made one", spaces[i].without);
	say(p, HOST_FOR_ALL, "seccomp", has_seccomp(), "the kernel offers filters",
		"every system call would be open to a workspace");
	say(p, HOST_FOR_ALL, "no-new-privileges", has_no_new_privileges(),
		"the kernel knows the promise", "a program could gain what its member has not");
	say(p, HOST_FOR_DATA, "own-keyring", has_own_keyring(),
		"a child joined a session keyring of its own, or the kernel keeps no keys",
		"teams could leave each other messages in a keyring");
}

static void
probe_files(struct probe *p, const struct place *place)
{
	const char *path;
	struct arena *a = p->arena;
	say(p, HOST_FOR_ALL, "loop", access("/dev/loop-control", R_OK | W_OK) == 0,
		"/dev/loop-control opens", "a team's disk could not be limited");
	say(p, HOST_FOR_ALL, "ext4",
		has_filesystem(a, "ext4") && !access("/usr/sbin/mkfs.ext4", X_OK),
		"the kernel knows ext4 and mkfs.ext4 is installed", "a team would have no disk");
	say(p, HOST_FOR_ALL, "overlay", has_filesystem(a, "overlay"), "the kernel knows overlay",
		"teams would share inodes, and with them locks");
	probe_runtime(p, place);
	say(p, HOST_FOR_ALL, "desk", place_program(a, place, "wardroom-desk", &path, NULL) == OK,
		"wardroom-desk is in the configured bin folder",
		"nothing would try the exits before data come");
}

/* No swap, or none that outlives the power. */
static bool
has_no_swap(struct arena *a)
{
	struct str all;
	if (io_read_file(a, "/proc/swaps", 65536, &all, NULL) != OK)
		return true;
	str_cut(&all, '\n');
	while (all.n) {
		struct str line = str_cut(&all, '\n');
		if (line.n && !str_starts(line, "/dev/zram"))
			return false;
	}
	return true;
}

static bool
is_file(struct arena *a, const char *path, const char *text)
{
	struct str s;
	return io_read_file(a, path, 4096, &s, NULL) == OK && str_starts(s, text);
}

/* Volumes upon volumes: more than anybody stacks. */
enum { STACK_MAX = 8 };

static bool
decrypts(struct arena *a, const char *device, int depth)
{
	if (is_file(a, arena_printf(a, "%s/dm/uuid", device), "CRYPT-"))
		return true;
	const char *below = arena_printf(a, "%s/slaves", device);
	cleanup_dir DIR *d = depth < STACK_MAX ? opendir(below) : NULL;
	bool any = false;
	for (struct dirent *de; d && (de = readdir(d));) {
		if (de->d_name[0] == '.')
			continue;
		any = true;
		if (!decrypts(a, arena_printf(a, "%s/%s", below, de->d_name), depth + 1))
			return false;
	}
	return any;
}

bool
host_decrypts(struct arena *a, const char *device)
{
	return decrypts(a, device, 0);
}

/* Whether the state folder lies on a device that the kernel decrypts. */
static bool
is_encrypted(struct arena *a, const char *path)
{
	struct stat st;
	char *dir = arena_strdup(a, path);
	while (stat(dir, &st) < 0 && strlen(dir) > 1)
		dir = dirname(dir);
	return host_decrypts(
		a, arena_printf(a, "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev)));
}

static void
probe_weaker(struct probe *p, const struct place *place)
{
	struct arena *a = p->arena;
	const char *rooms = place->c.rooms;
	say(p, HOST_WEAKER, "notebook", access("/usr/bin/jupyter-notebook", X_OK) == 0,
		"jupyter-notebook is installed", "members have terminal and desktop only");
	/* A limit of zero stops dumps to files; a program behind a pipe gets them all the same. */
	say(p, HOST_WEAKER, "no-core-dumps", !is_file(a, "/proc/sys/kernel/core_pattern", "|"),
		"core_pattern does not send a crashed process's memory to a program",
		"the memory of a program that crashes, with rows in it, goes to that program");
	say(p, HOST_WEAKER, "no-swap", has_no_swap(a), "/proc/swaps names no disk",
		"rows in memory may be written to a disk that outlives the event");
	say(p, HOST_WEAKER, "no-smt", !is_file(a, "/sys/devices/system/cpu/smt/active", "1"),
		"the kernel says that no two programs share a core at once",
		"teams on one core at the same time can measure each other");
	say(p, HOST_WEAKER, "encrypted-disk", is_encrypted(a, place->c.state),
		"the state folder's device is one that the kernel decrypts",
		"a drive that leaves the building can be read");
	say(p, HOST_WEAKER, "encrypted-way",
		str_starts(str_of(rooms), "https:") ||
			str_starts(str_of(strstr(rooms, "%s") + 2), ".localhost"),
		"workspaces are called by https, or on this machine alone",
		"what a browser is shown can be read on its way");
}

static void
probe_unneeded(struct probe *p)
{
	struct arena *a = p->arena;
	say(p, HOST_UNNEEDED, "ptrace-scope",
		is_file(a, "/proc/sys/kernel/yama/ptrace_scope", "1") ||
			is_file(a, "/proc/sys/kernel/yama/ptrace_scope", "2") ||
			is_file(a, "/proc/sys/kernel/yama/ptrace_scope", "3"),
		"Yama's ptrace_scope is 1 or more",
		"the filter refuses every call that looks into another process");
	say(p, HOST_UNNEEDED, "no-vsock", access("/dev/vsock", F_OK) < 0, "/dev/vsock is not there",
		"the filter makes no sockets of that kind");
	say(p, HOST_UNNEEDED, "hidden-addresses",
		!is_file(a, "/proc/sys/kernel/kptr_restrict", "0"), "kptr_restrict is not 0",
		"workspaces do not see the kernel's lists of addresses");
	say(p, HOST_UNNEEDED, "landlock",
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0,
		"the kernel tells its version", "a workspace has its own tree of files");
}

void
host_probe(struct arena *a, const struct place *place, struct host *ret)
{
	struct host h = { 0 };
	struct probe p = { a, &h, buf_new(a), buf_new(a) };
	struct mount_table t = { 0 };
	mounts_read(a, 0, &t, NULL);
	h.cgroups = cgroup_find(a, &t);
	probe_kernel(&p);
	probe_cgroups(&p);
	probe_files(&p, place);
	h.ws_allowed = true;
	for (size_t i = 0; i < h.n_controls; i++)
		h.ws_allowed &= h.controls[i].given || h.controls[i].need != HOST_FOR_ALL;
	say(&p, HOST_FOR_DATA, "erofs", has_filesystem(a, "erofs"), "the kernel knows erofs",
		"data could be mounted for writing");
	h.layers = probe_layers(&p);
	probe_weaker(&p, place);
	probe_unneeded(&p);
	h.data_allowed = p.missing.n == 0;
	h.missing = p.missing.p ? p.missing.p : "";
	h.report = p.report.p;
	*ret = h;
}

const char *
host_text(struct arena *a, const struct host *h)
{
	struct buf b = buf_new(a);
	buf_printf(&b, "%-18s  %-4s  %-22s  %s\n", "control", "here", "without it",
		"it counts as here when");
	for (size_t i = 0; i < h->n_controls; i++) {
		const struct host_control *c = &h->controls[i];
		buf_printf(&b, "%-18s  %-4s  %-22s  %s\n", c->name, c->given ? "yes" : "no",
			policy(c->need), c->how);
	}
	for (size_t i = 0; i < h->n_controls; i++)
		if (!h->controls[i].given)
			buf_printf(&b, "\nWithout %s (%s): %s.", h->controls[i].name,
				policy(h->controls[i].need), h->controls[i].without);
	buf_printf(&b, "\n\ndata-allowed: %s%s\n",
		h->data_allowed ? "yes, data may be opened on this host"
				: "no, data are not opened on this host; it lacks ",
		h->missing);
	return b.p;
}

const char *
host_json(struct arena *a, const struct host *h)
{
	struct buf b = buf_new(a);
	struct jsonw j = jsonw_new(&b);
	jsonw_open(&j, '{');
	jsonw_key(&j, "data_allowed");
	jsonw_bool(&j, h->data_allowed);
	jsonw_key(&j, "missing");
	jsonw_text(&j, h->missing);
	jsonw_key(&j, "controls");
	jsonw_open(&j, '[');
	for (size_t i = 0; i < h->n_controls; i++) {
		const struct host_control *c = &h->controls[i];
		const char *const pairs[][2] = { { "name", c->name }, { "how", c->how },
			{ "policy", policy(c->need) }, { "without", c->without } };
		jsonw_open(&j, '{');
		for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++) {
			jsonw_key(&j, pairs[k][0]);
			jsonw_text(&j, pairs[k][1]);
		}
		jsonw_key(&j, "given");
		jsonw_bool(&j, c->given);
		jsonw_close(&j, '}');
	}
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	return b.p;
}
