/* P5: system calls that nobody's analysis needs, each with arguments that would mean something. */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "attack/inside.h"

#define CALL(name, what_, nr_, ...)                                                                \
	{                                                                                          \
		"P5." name, what_, attempt_call, control_call, .nr = (nr_), .args = {              \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

static const char scratch[4096];
#define P ((long)scratch)

const struct attack attacks_calls[] = {
	CALL("unshare-user", "a user namespace", SYS_unshare, CLONE_NEWUSER),
	CALL("unshare-net", "a network namespace", SYS_unshare, CLONE_NEWNET),
	CALL("unshare-mount", "a mount namespace", SYS_unshare, CLONE_NEWNS),
	CALL("bpf", "loading code into the kernel", SYS_bpf, 0, P, 48),
	CALL("perf", "performance counters", SYS_perf_event_open, P, 0, -1, -1, 0),
	CALL("userfaultfd", "serving one's own page faults", SYS_userfaultfd, 0),
	CALL("io-uring", "system calls through a ring that no filter sees", 425, 4, P),
	CALL("keyctl", "the session's keyring", SYS_keyctl, 0, -3, 0),
	CALL("add-key", "a key of one's own", SYS_add_key, (long)"user", (long)"word", P, 4, -3),
	CALL("request-key", "a key of another", SYS_request_key, (long)"user", (long)"word", 0, -3),
	CALL("kcmp", "comparing the kernel's objects", SYS_kcmp, 1, 1, 0, 0, 0),
	CALL("kexec", "starting another kernel", SYS_kexec_load, 0, 0, 0, 0),
	CALL("module", "loading a module", SYS_init_module, P, 16, P),
	CALL("module-file", "loading a module from a file", SYS_finit_module, 0, P, 0),
	CALL("module-remove", "removing a module", SYS_delete_module, (long)"ext4", 0),
	CALL("reboot", "restarting the machine", SYS_reboot, 0, 0, 0, 0),
	CALL("swap", "swap space", SYS_swapon, (long)"/tmp", 0),
	CALL("acct", "process accounting", SYS_acct, 0),
	CALL("clock", "setting the clock", SYS_clock_settime, 0, P),
	CALL("clock-adjust", "bending the clock", SYS_adjtimex, P),
	CALL("clock-day", "setting the time of day", SYS_settimeofday, P, 0),
	CALL("hostname", "renaming the machine", SYS_sethostname, P, 4),
	CALL("domain", "renaming the domain", SYS_setdomainname, P, 4),
	CALL("iopl", "the machine's ports", SYS_iopl, 3),
	CALL("ioperm", "one port of the machine", SYS_ioperm, 0x80, 1, 1),
	CALL("ldt", "segments of one's own", SYS_modify_ldt, 0, P, 16),
	CALL("quota", "disk quotas", SYS_quotactl, 0, 0, 0, 0),
	CALL("dmesg", "the kernel's log", SYS_syslog, 10, 0, 0),
	CALL("sysinfo", "memory and load of the machine", SYS_sysinfo, P),
	CALL("cookie", "paths from profiling cookies", SYS_lookup_dcookie, 1, P, 100),
	CALL("fanotify", "watching a whole file system", SYS_fanotify_init, 0, O_RDONLY),
	CALL("move-pages", "where pages lie", SYS_move_pages, 0, 0, 0, 0, 0, 0),
	CALL("mbind", "where pages shall lie", SYS_mbind, P, 4096, 0, 0, 0, 0),
	CALL("migrate", "moving another's pages", SYS_migrate_pages, 1, 0, 0, 0),
	CALL("mempolicy", "memory policy", SYS_get_mempolicy, 0, 0, 0, 0, 0),
	CALL("mqueue", "message queues", SYS_mq_open, (long)"word", O_RDWR | O_CREAT, 0600, 0),
	CALL("aio", "the old asynchronous calls", SYS_io_setup, 1, P),
	CALL("vmsplice-remap", "nonlinear mappings", SYS_remap_file_pages, P, 4096, 0, 0, 0),
	CALL("vhangup", "hanging up a terminal", SYS_vhangup),
	CALL("handle", "a file's number", SYS_name_to_handle_at, AT_FDCWD, (long)"/", P, P, 0),
	CALL("open-handle", "a file by its number", SYS_open_by_handle_at, AT_FDCWD, P, 0),
	CALL("uselib", "the oldest loader", SYS_uselib, (long)"/usr/bin/true"),
	CALL("msgget", "System V message queues", SYS_msgget, 1, 01666),
	CALL("cachestat", "what others have read lately", 451, 0, P, P, 0),
	CALL("process-madvise", "advising another's memory", 440, -1, P, 1, 0, 0),
	CALL("memfd-secret", "memory hidden from the kernel", 447, 0),
	{ "P5.chroot", "another root", attempt_call, control_call, .nr = SYS_chroot,
		.args = { (long)"/tmp" } },
	{ "P5.pivot", "pivoting the root", attempt_call, control_call, .nr = SYS_pivot_root,
		.args = { (long)"/tmp", (long)"/tmp" } },
	{ "F3.mount", "mounting a file system", attempt_call, control_call, .nr = SYS_mount,
		.args = { (long)"none", (long)"/tmp", (long)"tmpfs", 0, 0 } },
	{ "F3.bind", "mounting a folder elsewhere", attempt_call, control_call, .nr = SYS_mount,
		.args = { (long)"/usr", (long)"/tmp", 0, MS_BIND, 0 } },
	{ "F3.remount", "making /usr writable", attempt_call, control_call, .nr = SYS_mount,
		.args = { 0, (long)"/usr", 0, MS_REMOUNT | MS_BIND, 0 } },
	{ "F3.remount-proc", "showing hidden processes", attempt_call, control_call,
		.nr = SYS_mount,
		.args = { (long)"proc", (long)"/proc", (long)"proc", MS_REMOUNT,
			(long)"hidepid=0" } },
	{ "F3.proc", "a fresh /proc without masks", attempt_call, control_call, .nr = SYS_mount,
		.args = { (long)"proc", (long)"/tmp", (long)"proc", 0, 0 } },
	{ "F3.cgroup", "the control groups", attempt_call, control_call, .nr = SYS_mount,
		.args = { (long)"cgroup", (long)"/tmp", (long)"cgroup2", 0, 0 } },
	{ "F3.overlay", "a writable layer over /usr", attempt_call, control_call, .nr = SYS_mount,
		.args = { (long)"overlay", (long)"/tmp", (long)"overlay", 0,
			(long)"lowerdir=/usr,upperdir=/tmp/u,workdir=/tmp/w" } },
	{ "F3.unmask", "taking a mask off /proc", attempt_call, control_call, .nr = SYS_umount2,
		.args = { (long)"/proc/stat", MNT_DETACH } },
	{ "F3.open-tree", "cloning a mount", attempt_call, control_call, .nr = 428,
		.args = { AT_FDCWD, (long)"/", 1 } },
	{ "F3.move-mount", "moving a mount", attempt_call, control_call, .nr = 429,
		.args = { AT_FDCWD, (long)"/home", AT_FDCWD, (long)"/tmp", 0 } },
	{ "F3.fsopen", "the new way to mount", attempt_call, control_call, .nr = 430,
		.args = { (long)"tmpfs", 0 } },
	{ "F3.fspick", "changing a mounted file system", attempt_call, control_call, .nr = 433,
		.args = { AT_FDCWD, (long)"/", 0 } },
	{ "F3.mount-setattr", "changing a mount's flags", attempt_call, control_call, .nr = 442,
		.args = { AT_FDCWD, (long)"/usr", 0, (long)scratch, 32 } },
	{ NULL },
};
