#include "warden/bundle.h"

#include <errno.h>
#include <jansson.h>
#include <seccomp.h>
#include <sys/socket.h>

#include "base/tap.h"
#include "warden/runtime.h"
#include "warden/seccomp.h"

static const struct place place = { .c = { .uid_base = 1000000, .instance = "x", .run = "/r" } };

static json_t *
config(struct arena *a, uint32_t stage)
{
	struct buf b = buf_new(a);
	struct jsonw j = jsonw_new(&b);
	struct pw_ws w = { .ws = 16385,
		.stage = stage,
		.release = stage == WS_SETUP ? 0 : 3,
		.memory_mb = 512,
		.cpus = 3,
		.processes = 99,
		.n_members = 1,
		.members = { { 7, 5, "ada" } } };
	const struct bundle in = { &place, &w, "/r/ws/16385", "/wardroom-x/ws16385", true };
	bundle_config(a, &j, &in);
	json_t *parsed = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, NULL);
	CHECK(parsed != NULL);
	return parsed;
}

static bool
has_text(const json_t *list, const char *text)
{
	size_t i;
	json_t *v;
	json_array_foreach(
		(json_t *)list, i, v) if (strcmp(json_string_value(v), text) == 0) return true;
	return false;
}

static const json_t *
mount_at(const json_t *cfg, const char *where)
{
	size_t i;
	json_t *m;
	json_array_foreach(json_object_get(cfg, "mounts"), i,
		m) if (strcmp(json_string_value(json_object_get(m, "destination")), where) ==
		       0) return m;
	return NULL;
}

TEST(every_namespace_is_own)
{
	cleanup_arena struct arena *a = arena_new();
	json_t *c = config(a, WS_SETUP);
	json_t *l = json_object_get(c, "linux");
	CHECK_INT(json_array_size(json_object_get(l, "namespaces")), 7);
	json_t *map = json_array_get(json_object_get(l, "uidMappings"), 0);
	/* 16385 is the second of the ranges. */
	CHECK_INT(json_integer_value(json_object_get(map, "hostID")), 1000000 + 65536);
	CHECK_INT(json_integer_value(json_object_get(map, "size")), 65536);
	CHECK_STR(json_string_value(json_object_get(l, "cgroupsPath")), "/wardroom-x/ws16385");
	json_decref(c);
}

TEST(limits_are_what_was_asked)
{
	cleanup_arena struct arena *a = arena_new();
	json_t *c = config(a, WS_SETUP);
	json_int_t mem = 0, swap = 0, quota = 0, pids = 0;
	CHECK(json_unpack(c, "{s:{s:{s:{s:I,s:I},s:{s:I},s:{s:I}}}}", "linux", "resources",
		      "memory", "limit", &mem, "swap", &swap, "cpu", "quota", &quota, "pids",
		      "limit", &pids) == 0);
	CHECK_INT(mem, 512 << 20);
	CHECK_INT(swap, 512 << 20);
	CHECK_INT(quota, 300000);
	CHECK_INT(pids, 99);
	json_decref(c);
}

TEST(data_come_only_after_the_exits_were_tried)
{
	cleanup_arena struct arena *a = arena_new();
	json_t *setup = config(a, WS_SETUP), *full = config(a, WS_FULL);
	CHECK(mount_at(setup, "/data") == NULL && mount_at(full, "/data") == NULL);
	const json_t *args = json_object_get(json_object_get(full, "process"), "args");
	CHECK(has_text(args, "init") && has_text(args, "sealed"));
	args = json_object_get(json_object_get(setup, "process"), "args");
	CHECK(has_text(args, "init") && !has_text(args, "sealed"));
	CHECK(mount_at(full, "/sys") == NULL);
	json_decref(setup);
	json_decref(full);
}

static void
check_powerless(const json_t *process)
{
	const char *set;
	json_t *list;
	json_t *caps = json_object_get(process, "capabilities");
	CHECK_INT(json_object_size(caps), 5);
	json_object_foreach(caps, set, list) CHECK_INT(json_array_size(list), 0);
	CHECK(json_is_true(json_object_get(process, "noNewPrivileges")));
}

TEST(no_process_has_a_capability)
{
	cleanup_arena struct arena *a = arena_new();
	json_t *c = config(a, WS_FULL);
	check_powerless(json_object_get(c, "process"));
	json_decref(c);
	struct buf b = buf_new(a);
	struct jsonw j = jsonw_new(&b);
	const struct pw_ws w = { .ws = 1, .cpus = 2 };
	const struct pw_member m = { 7, 5, "ada" };
	const char *const argv[] = { "/bin/echo", "a \"quoted\" word", NULL };
	bundle_process(a, &j, &w, &m, argv, NULL);
	json_t *p = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, NULL);
	check_powerless(p);
	json_int_t uid = 0, gid = 0;
	CHECK(json_unpack(p, "{s:{s:I,s:I}}", "user", "uid", &uid, "gid", &gid) == 0);
	CHECK_INT(uid, 1005);
	CHECK_INT(gid, 1005);
	CHECK_STR(json_string_value(json_object_get(p, "cwd")), "/home/ada");
	CHECK_STR(json_string_value(json_array_get(json_object_get(p, "args"), 1)),
		"a \"quoted\" word");
	CHECK(has_text(json_object_get(p, "env"), "HOME=/home/ada"));
	json_decref(p);
}

TEST(every_allowed_call_exists)
{
	cleanup_arena struct arena *a = arena_new();
	const char *name;
	for (size_t i = 0; (name = seccomp_name(a, i)); i++) {
		int n = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name);
		if (n < 0)
			printf("# %s is not a system call\n", name);
		CHECK(n >= 0);
	}
}

TEST(every_allowed_group_has_a_reason)
{
	cleanup_arena struct arena *a = arena_new();
	const char *why, *names, *seen = " ";
	size_t n = 0;
	for (; (why = seccomp_reason(n, &names)); n++) {
		struct str all = str_of(names);
		CHECK(strlen(why) >= 5 && all.n > 0);
		/* No call is let through whole by one group and narrowly by another. */
		while (strchr(names, ' ') && all.n) {
			const char *word = arena_printf(a, " %s ", str_dup(a, str_cut(&all, ' ')));
			CHECK(strstr(seen, word) == NULL);
			seen = arena_printf(a, "%s%s", seen, word + 1);
		}
		if (!strchr(names, ' '))
			CHECK(strstr(seen, arena_printf(a, " %s ", names)) == NULL);
	}
	CHECK(n > 15);
}

/* The runtime gives each process of a workspace a session keyring of its own unless told not to. */
TEST(keyrings_are_fresh)
{
	cleanup_arena struct arena *a = arena_new();
	const struct place p = { .c = { .run = "/run/x", .instance = "x" },
		.runtime = "/usr/sbin/runc" };
	const char *const *argv = runtime_exec_argv(a, &p, 1, "/run/x/process.json");
	for (; *argv; argv++)
		CHECK(strstr(*argv, "keyring") == NULL);
	CHECK(!seccomp_allows("keyctl") && !seccomp_allows("add_key") &&
		!seccomp_allows("request_key"));
}

/* By the 64-bit door alone: whoever comes by another is ended. */
TEST(other_doors_are_shut)
{
	cleanup_arena struct arena *a = arena_new();
	json_t *c = config(a, WS_SETUP);
	json_t *s = json_object_get(json_object_get(c, "linux"), "seccomp");
	json_t *archs = json_object_get(s, "architectures");
	CHECK_INT(json_array_size(archs), 1);
	CHECK_STR(json_string_value(json_array_get(archs, 0)), "SCMP_ARCH_X86_64");
	CHECK_INT(json_integer_value(json_object_get(s, "defaultErrnoRet")), EPERM);
	json_decref(c);
}

TEST(dangerous_calls_are_refused)
{
	static const char *const refused[] = { "mount", "umount2", "move_mount", "open_tree",
		"fsopen", "fsmount", "pivot_root", "chroot", "unshare", "setns", "ptrace",
		"process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "bpf",
		"perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "keyctl",
		"add_key", "request_key", "open_by_handle_at", "name_to_handle_at", "mbind",
		"move_pages", "migrate_pages", "quotactl", "swapon", "reboot", "settimeofday",
		"clock_settime", "acct", "syslog", "iopl", "ioperm", "modify_ldt", "kexec_load",
		"init_module", "finit_module", "delete_module", "lookup_dcookie", "sysinfo",
		"mq_open", "clone3", "sethostname", "fanotify_init", "vhangup" };
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		if (seccomp_allows(refused[i]))
			printf("# %s is allowed\n", refused[i]);
		CHECK(!seccomp_allows(refused[i]));
	}
	CHECK(seccomp_allows("read"));
}

TEST(the_filter_denies_by_default)
{
	cleanup_arena struct arena *a = arena_new();
	json_t *c = config(a, WS_SETUP);
	json_t *s = json_object_get(json_object_get(c, "linux"), "seccomp");
	CHECK_STR(json_string_value(json_object_get(s, "defaultAction")), "SCMP_ACT_ERRNO");
	CHECK_INT(json_array_size(json_object_get(s, "architectures")), 1);
	size_t i, sockets = 0;
	json_t *rule;
	json_array_foreach(json_object_get(s, "syscalls"), i, rule)
	{
		if (!has_text(json_object_get(rule, "names"), "socket"))
			continue;
		json_int_t family = json_integer_value(
			json_object_get(json_array_get(json_object_get(rule, "args"), 0), "value"));
		CHECK(family == AF_UNIX || family == AF_INET || family == AF_INET6 ||
			family == AF_NETLINK);
		sockets++;
	}
	CHECK_INT(sockets, 4);
	json_decref(c);
}
