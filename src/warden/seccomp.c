#include "warden/seccomp.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/sockios.h>
#include <sys/socket.h>

/*
 * Absent on purpose, and therefore refused: mount and its new family, pivot_root, chroot, unshare,
 * setns (no second set of namespaces); ptrace, process_vm_*, pidfd_getfd, kcmp (no look into
 * another process, a team-mate's included); bpf, perf_event_open, userfaultfd, io_uring (kernel
 * surface with a long history); keyctl, add_key, request_key (keyrings are not divided by
 * namespaces); open_by_handle_at, name_to_handle_at (files by number instead of by path);
 * sysinfo, cachestat, lookup_dcookie, syslog (what the machine and other teams do); mbind,
 * move_pages, migrate_pages; quotactl, swapon, reboot, acct, kexec, modules, clocks, ioperm, iopl,
 * modify_ldt; POSIX message queues and kernel aio (not needed).
 */
static const struct group {
	const char *why;
	const char *names; /* separated by spaces */
} groups[] = {
	{ "reading and writing open files",
		"read write readv writev pread64 pwrite64 preadv pwritev pwritev2 lseek "
		"close close_range dup dup2 dup3 fcntl flock fsync fdatasync sync syncfs "
		"sync_file_range ftruncate fallocate fadvise64 readahead copy_file_range sendfile "
		"splice tee vmsplice pipe pipe2" },
	{ "files and folders by name; devices cannot be made without a capability",
		"open openat openat2 creat truncate stat lstat fstat newfstatat statx statfs "
		"fstatfs access faccessat faccessat2 rename renameat renameat2 link linkat unlink "
		"unlinkat symlink symlinkat readlink readlinkat mkdir mkdirat rmdir mknod mknodat "
		"getdents getdents64 getcwd chdir fchdir chmod fchmod fchmodat chown fchown lchown "
		"fchownat utime utimes utimensat futimesat umask" },
	{ "extended attributes: cp -a, tar and pip read them",
		"getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr "
		"fsetxattr removexattr lremovexattr fremovexattr" },
	{ "file notification: notebooks and build tools watch their own folders",
		"inotify_init inotify_init1 inotify_add_watch inotify_rm_watch" },
	{ "memory of one's own process",
		"brk mmap munmap mremap mprotect madvise msync mincore mlock mlock2 munlock "
		"mlockall munlockall membarrier memfd_create pkey_alloc pkey_free pkey_mprotect" },
	{ "starting and ending processes; clone has a rule of its own",
		"fork vfork execve execveat exit exit_group wait4 waitid set_tid_address "
		"set_robust_list get_robust_list rseq arch_prctl prctl futex futex_waitv "
		"pidfd_open pidfd_send_signal" },
	{ "signals; the kernel checks whose the other process is",
		"kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait "
		"rt_sigqueueinfo rt_tgsigqueueinfo rt_sigsuspend rt_sigreturn sigaltstack "
		"restart_syscall pause signalfd signalfd4" },
	{ "who one is; without capabilities nobody becomes another",
		"getpid getppid gettid getpgrp getpgid setpgid getsid setsid getuid geteuid getgid "
		"getegid getresuid getresgid getgroups setuid setgid setreuid setregid setresuid "
		"setresgid setgroups setfsuid setfsgid capget capset uname" },
	{ "limiting oneself further",
		"seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self "
		"getrlimit setrlimit prlimit64 getrusage" },
	{ "scheduling of one's own threads",
		"sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_setparam "
		"sched_getscheduler sched_setscheduler sched_get_priority_max "
		"sched_get_priority_min sched_rr_get_interval sched_getattr sched_setattr "
		"getpriority setpriority ioprio_get ioprio_set getcpu" },
	{ "telling the time and waiting; no clock can be set",
		"time times gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep "
		"alarm getitimer setitimer timer_create timer_settime timer_gettime "
		"timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime" },
	{ "waiting for events",
		"poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait "
		"epoll_pwait epoll_pwait2 eventfd eventfd2" },
	{ "random numbers: the kernel's own generator", "getrandom" },
	{ "System V memory and semaphores, within the workspace's own ipc namespace",
		"shmget shmat shmdt shmctl semget semop semtimedop semctl" },
	{ "sockets once made; making one has rules of its own",
		"bind connect listen accept accept4 getsockname getpeername getsockopt setsockopt "
		"sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown" },
};

enum { MASKED = 1, EQUAL };
enum { CLONE_NAMESPACES = 0x7E020000 };

/* Allowed for these arguments only. */
static const struct narrow {
	const char *why, *name;
	struct {
		int index, op; /* op 0 ends the list */
		uint64_t mask, value;
	} args[2];
} narrows[] = {
	{ "threads and processes, but no new namespace", "clone",
		{ { 0, MASKED, CLONE_NAMESPACES, 0 } } },
	{ "sockets of the machine itself", "socket", { { 0, EQUAL, 0, AF_UNIX } } },
	{ "loopback", "socket", { { 0, EQUAL, 0, AF_INET } } },
	{ "loopback", "socket", { { 0, EQUAL, 0, AF_INET6 } } },
	{ "libzmq lists interfaces through route netlink", "socket",
		{ { 0, EQUAL, 0, AF_NETLINK }, { 2, EQUAL, 0, 0 } } },
	/* With RWF_NOWAIT it says which pages of a program somebody has used lately. */
	{ "reading with flags, but not asking what lies in memory", "preadv2",
		{ { 5, MASKED, RWF_NOWAIT, 0 } } },
	{ "pairs of sockets of the machine itself", "socketpair", { { 0, EQUAL, 0, AF_UNIX } } },
	{ "the ordinary personality", "personality", { { 0, EQUAL, 0, 0 } } },
	{ "asking for the personality", "personality", { { 0, EQUAL, 0, 0xffffffff } } },
};

/*
 * The kernel looks at 32 bits of the command, so the rule does too. Absent on purpose: TIOCSTI and
 * TIOCLINUX (typing into another's terminal), TIOCSETD, TIOCCONS, everything of devices.
 */
static const unsigned ioctls[] = {
	/* terminals */
	TCGETS, TCSETS, TCSETSW, TCSETSF, TCGETA, TCSETA, TCSETAW, TCSETAF, TCSBRK, TCSBRKP, TCXONC,
	TCFLSH, TIOCGWINSZ, TIOCSWINSZ, TIOCGPGRP, TIOCSPGRP, TIOCGSID, TIOCSCTTY, TIOCNOTTY,
	TIOCOUTQ, TIOCEXCL, TIOCNXCL, TIOCGEXCL, TIOCMGET, TIOCGETD, TIOCPKT, TIOCGPKT, TIOCGPTN,
	TIOCSPTLCK, TIOCGPTLCK, TIOCGPTPEER,
	/* any descriptor */
	FIONREAD, FIONBIO, FIOASYNC, FIOCLEX, FIONCLEX, FIOQSIZE,
	/* files: sparse copies, attributes */
	FIGETBSZ, FICLONE, FICLONERANGE, FS_IOC_GETFLAGS, FS_IOC_FIEMAP, FS_IOC_GETVERSION,
	FS_IOC_FSGETXATTR,
	/* questions about the loopback interface */
	SIOCGIFNAME, SIOCGIFCONF, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFNETMASK, SIOCGIFBRDADDR,
	SIOCGIFMTU, SIOCGIFINDEX, SIOCGIFHWADDR
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
text(struct jsonw *j, const char *key, const char *value)
{
	jsonw_key(j, key);
	jsonw_text(j, value);
}

static void
names(struct jsonw *j, const char *list)
{
	struct str s = str_of(list);
	jsonw_key(j, "names");
	jsonw_open(j, '[');
	while (s.n)
		jsonw_str(j, str_cut(&s, ' '));
	jsonw_close(j, ']');
}

static void
arg(struct jsonw *j, int index, int op, uint64_t mask, uint64_t value)
{
	jsonw_open(j, '{');
	jsonw_key(j, "index");
	jsonw_int(j, index);
	/* OCI: for a masked comparison value is the mask and valueTwo what must remain. */
	jsonw_key(j, "value");
	jsonw_int(j, (int64_t)(op == MASKED ? mask : value));
	jsonw_key(j, "valueTwo");
	jsonw_int(j, (int64_t)(op == MASKED ? value : 0));
	text(j, "op", op == MASKED ? "SCMP_CMP_MASKED_EQ" : "SCMP_CMP_EQ");
	jsonw_close(j, '}');
}

static void
narrow_write(struct jsonw *j, const struct narrow *n)
{
	jsonw_open(j, '{');
	names(j, n->name);
	text(j, "action", "SCMP_ACT_ALLOW");
	jsonw_key(j, "args");
	jsonw_open(j, '[');
	for (size_t i = 0; i < COUNT(n->args) && n->args[i].op; i++)
		arg(j, n->args[i].index, n->args[i].op, n->args[i].mask, n->args[i].value);
	jsonw_close(j, ']');
	jsonw_close(j, '}');
}

static void
rules_write(struct jsonw *j)
{
	for (size_t i = 0; i < COUNT(groups); i++) {
		jsonw_open(j, '{');
		names(j, groups[i].names);
		text(j, "action", "SCMP_ACT_ALLOW");
		jsonw_close(j, '}');
	}
	for (size_t i = 0; i < COUNT(narrows); i++)
		narrow_write(j, &narrows[i]);
	for (size_t i = 0; i < COUNT(ioctls); i++)
		narrow_write(j,
			&(struct narrow){ "", "ioctl", { { 1, MASKED, 0xffffffff, ioctls[i] } } });
	/* Its flags lie in memory where no filter sees them; the C library then falls back to
	 * clone. */
	jsonw_open(j, '{');
	names(j, "clone3");
	text(j, "action", "SCMP_ACT_ERRNO");
	jsonw_key(j, "errnoRet");
	jsonw_int(j, ENOSYS);
	jsonw_close(j, '}');
}

void
seccomp_write(struct jsonw *j)
{
	jsonw_open(j, '{');
	text(j, "defaultAction", "SCMP_ACT_ERRNO");
	jsonw_key(j, "defaultErrnoRet");
	jsonw_int(j, EPERM);
	jsonw_key(j, "architectures");
	jsonw_open(j, '[');
	jsonw_text(j, "SCMP_ARCH_X86_64");
	jsonw_close(j, ']');
	jsonw_key(j, "syscalls");
	jsonw_open(j, '[');
	rules_write(j);
	jsonw_close(j, ']');
	jsonw_close(j, '}');
}

const char *
seccomp_reason(size_t i, const char **ret_names)
{
	bool narrow = i >= COUNT(groups);
	if (narrow && i - COUNT(groups) >= COUNT(narrows))
		return NULL;
	const struct narrow *n = &narrows[narrow ? i - COUNT(groups) : 0];
	*ret_names = narrow ? n->name : groups[i].names;
	return narrow ? n->why : groups[i].why;
}

const char *
seccomp_name(struct arena *a, size_t at)
{
	for (size_t i = 0; i < COUNT(groups); i++) {
		struct str s = str_of(groups[i].names);
		while (s.n) {
			struct str name = str_cut(&s, ' ');
			if (at-- == 0)
				return str_dup(a, name);
		}
	}
	return at < COUNT(narrows) ? narrows[at].name : NULL;
}

bool
seccomp_allows(const char *name)
{
	cleanup_arena struct arena *a = arena_new();
	const char *at;
	if (streq(name, "ioctl"))
		return true;
	for (size_t i = 0; (at = seccomp_name(a, i)); i++)
		if (streq(at, name))
			return true;
	return false;
}
