/* P: other processes, and ways into the kernel that need more than one call. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack/inside.h"

static enum outcome
attempt_see_processes(const struct attack *k)
{
	DIR *d = opendir("/proc");
	int seen = 0;
	for (struct dirent *de; d && (de = readdir(d));) {
		char path[300];
		struct stat st;
		if (de->d_name[0] < '1' || de->d_name[0] > '9')
			continue;
		snprintf(path, sizeof path, "/proc/%s", de->d_name);
		if (stat(path, &st) < 0)
			continue;
		if (st.st_uid != getuid())
			return through("process %s of uid %u is seen", de->d_name, st.st_uid);
		seen++;
	}
	return seen ? defeated("%d processes, all own", seen) : unclear("not even own processes");
}

/* By number, without looking into the folder: hidden processes answer to their numbers. */
static enum outcome
attempt_guess_processes(const struct attack *k)
{
	char path[64], buf[512];
	for (int pid = 1; pid < 4096; pid++) {
		struct stat st;
		snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
		if (slurp(path, buf, sizeof buf) > 0 && stat(path, &st) == 0 &&
			st.st_uid != getuid())
			return through("%s can be read", path);
	}
	return defeated("4095 numbers: none but own");
}

static enum outcome
init_file(const char *name)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/1/%s", name);
	return must_fail(open(path, O_RDONLY | O_NONBLOCK), path);
}

static enum outcome
attempt_init_files(const struct attack *k)
{
	return each(k->on, ' ', init_file);
}

static enum outcome
kill_host(const char *pid)
{
	pid_t n = (pid_t)strtol(pid, NULL, 10);
	char path[64];
	snprintf(path, sizeof path, "/proc/%d", (int)n);
	/* A process of our own may have the same number here. */
	if (access(path, F_OK) == 0)
		return defeated("%s is a process of the workspace's own", pid);
	return must_fail(kill(n, 0), "signalling a process of the host");
}

static enum outcome
attempt_kill_host(const struct attack *k)
{
	return each(ground.pids, ',', kill_host);
}

static enum outcome
attempt_kill_init(const struct attack *k)
{
	return must_fail(kill(1, SIGKILL), "killing process 1");
}

static pid_t
sleeper(void)
{
	pid_t pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static bool
control_kill(const struct attack *k)
{
	int status;
	pid_t pid = sleeper();
	return (pid > 0 && kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid &&
		       WIFSIGNALED(status)) ||
	       bad("a child of one's own cannot be ended");
}

static enum outcome
attempt_ptrace(const struct attack *k)
{
	pid_t pid = sleeper();
	long r = ptrace(PTRACE_ATTACH, pid, NULL, NULL);
	return must_fail(r, "tracing a process");
}

static enum outcome
attempt_vm_read(const struct attack *k)
{
	static char there[] = "word";
	char here[4];
	const long to[2] = { (long)here, 4 }, from[2] = { (long)there, 4 };
	long r = syscall(SYS_process_vm_readv, sleeper(), to, 1, from, 1, 0);
	return must_fail(r, "reading another process's memory");
}

static enum outcome
attempt_getfd(const struct attack *k)
{
	int fd = (int)syscall(SYS_pidfd_open, sleeper(), 0);
	return must_fail(syscall(438, fd, 0, 0), "taking another process's descriptor");
}

/* The 32-bit door: the filter speaks 64-bit numbers only. */
static enum outcome
attempt_int80(const struct attack *k)
{
#ifdef __x86_64__
	long r;
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
	return r == -ENOSYS ? defeated("there is no 32-bit door")
			    : through("getpid through int 0x80 gave %ld", r);
#else
	return not_here("not an x86");
#endif
}

static enum outcome
attempt_int80_socket(const struct attack *k)
{
#ifdef __x86_64__
	long r;
	/* socket(AF_VSOCK, SOCK_STREAM, 0) by its 32-bit number */
	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(359L), "b"(40L), "c"(1L), "d"(0L)
			 : "memory", "r8", "r9", "r10", "r11");
	return r == -ENOSYS ? defeated("there is no 32-bit door") : through("it returned %ld", r);
#else
	return not_here("not an x86");
#endif
}

static enum outcome
x32(long nr)
{
	errno = 0;
	long r = syscall(0x40000000 | nr, 0, 0, 0);
	if (r == -1 && (errno == ENOSYS || errno == EPERM))
		return defeated("%s", strerror(errno));
	return through("it returned %ld: %s", r, strerror(errno));
}

static enum outcome
attempt_x32(const struct attack *k)
{
	return x32(SYS_getpid);
}

static enum outcome
attempt_x32_ptrace(const struct attack *k)
{
	return x32(521); /* ptrace's number there */
}

/* clone3's flags lie in memory, where the filter cannot see them. */
static enum outcome
attempt_clone3(const struct attack *k)
{
	uint64_t args[11] = { CLONE_NEWUSER | CLONE_NEWNET };
	args[4] = SIGCHLD;
	long r = syscall(435, args, sizeof args);
	if (r == 0)
		_exit(0);
	return must_fail(r, "a namespace through clone3");
}

static enum outcome
attempt_clone(const struct attack *k)
{
	long r = syscall(SYS_clone, k->args[0] | SIGCHLD, 0, 0, 0, 0);
	if (r == 0)
		_exit(0);
	return must_fail(r, "clone");
}

/* Calls newer than this program: nobody has judged them, so all must be refused. */
static enum outcome
attempt_new_calls(const struct attack *k)
{
	static const short known[] = { 424, 434, 435, 436, 437, 439, 441, 444, 445, 446, 449 };
	for (long nr = 424; nr < 600; nr++) {
		bool is_known = false;
		for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
			is_known |= known[i] == nr;
		if (is_known)
			continue;
		errno = 0;
		if (syscall(nr, -1, -1, -1, -1, -1, -1) != -1 ||
			(errno != EPERM && errno != ENOSYS))
			return through("call %ld reached the kernel: %s", nr, strerror(errno));
	}
	return defeated("165 numbers: none");
}

static int
terminal(void)
{
	char path[64];
	unsigned n = 0;
	int unlock = 0, master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0 || ioctl(master, TIOCGPTN, &n) < 0)
		return -1;
	snprintf(path, sizeof path, "/dev/pts/%u", n);
	return open(path, O_RDWR | O_NOCTTY);
}

/*
 * In a session of its own whose terminal it is: the strongest position to ask from. Refused is what
 * ends at the door; any other complaint comes from the kernel's own code, which was reached.
 */
static enum outcome
attempt_terminal(const struct attack *k)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		long arg = k->args[1];
		setsid();
		int fd = terminal();
		if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
			_exit(2);
		bool refused = ioctl(fd, (unsigned long)k->args[0], &arg) < 0 &&
			       (errno == EPERM || errno == ENOSYS);
		_exit(!refused);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return unclear("the process that asks ended early");
	switch (WEXITSTATUS(status)) {
	case 0:
		return defeated("refused");
	case 1:
		return through("the terminal was reached");
	default:
		return unclear("no terminal");
	}
}

static bool
control_terminal(const struct attack *k)
{
	struct winsize w;
	int fd = terminal();
	return (fd >= 0 && ioctl(fd, TIOCGWINSZ, &w) == 0) ||
	       bad("a terminal: %s", strerror(errno));
}

static enum outcome
attempt_powers(const struct attack *k)
{
	char buf[8192];
	static const char *const want[] = { "CapInh:\t0000000000000000",
		"CapPrm:\t0000000000000000", "CapEff:\t0000000000000000",
		"CapBnd:\t0000000000000000", "CapAmb:\t0000000000000000", "NoNewPrivs:\t1",
		"Seccomp:\t2" };
	if (slurp("/proc/self/status", buf, sizeof buf) <= 0)
		return unclear("no status");
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
		if (!strstr(buf, want[i]))
			return through("not \"%s\"", want[i]);
	return defeated("no capability, no new privileges, filtered");
}

static enum outcome
attempt_become(const struct attack *k)
{
	for (long id = 0; id < 2000; id++) {
		if (id == getuid())
			continue;
		if (syscall(SYS_setresuid, id, id, id) == 0)
			return through("became uid %ld", id);
	}
	return defeated("%s", strerror(errno));
}

static enum outcome
attempt_groups(const struct attack *k)
{
	const unsigned root[1] = { 0 };
	if (syscall(SYS_setresgid, 0, 0, 0) == 0 || syscall(SYS_setgroups, 1, root) == 0)
		return through("the groups changed");
	return defeated("%s", strerror(errno));
}

static enum outcome
attempt_oom_score(const struct attack *k)
{
	return spill("/proc/self/oom_score_adj", "-1\n") ? through("spared when memory runs out")
							 : defeated("%s", strerror(errno));
}

static enum outcome
attempt_priority(const struct attack *k)
{
	struct sched_param p = { .sched_priority = 10 };
	if (sched_setscheduler(0, SCHED_FIFO, &p) == 0)
		return through("real-time scheduling");
	if (setpriority(PRIO_PROCESS, 0, -5) == 0)
		return through("a higher priority");
	if (syscall(SYS_ioprio_set, 1, 0, 1 << 13) == 0)
		return through("real-time disk access");
	return defeated("%s", strerror(errno));
}

static enum outcome
attempt_raise_limits(const struct attack *k)
{
	struct rlimit r = { 1 << 20, 1 << 20 }, core = { RLIM_INFINITY, RLIM_INFINITY };
	if (setrlimit(RLIMIT_NOFILE, &r) == 0)
		return through("more open files");
	return must_fail(setrlimit(RLIMIT_CORE, &core), "core dumps");
}

static enum outcome
attempt_core(const struct attack *k)
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		abort();
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return unclear("%s", strerror(errno));
	return WCOREDUMP(status) ? through("the kernel wrote a core") : defeated("no core");
}

static enum outcome
attempt_host_name(const struct attack *k)
{
	struct utsname u;
	uname(&u);
	if (!*ground.name)
		return not_here("the host told no name");
	return strcmp(u.nodename, ground.name) ? defeated("it is called %s", u.nodename)
					       : through("it has the host's name %s", u.nodename);
}

/* What changes with others' work must not be told. */
static enum outcome
attempt_neighbours(const struct attack *k)
{
	static const char *const files[] = { "stat", "loadavg", "diskstats", "uptime", "meminfo",
		"vmstat", "interrupts", "softirqs", "pressure/cpu", "schedstat", "buddyinfo",
		"zoneinfo", "locks", "sysvipc/shm" };
	static char a[1 << 16], b[1 << 16];
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		char path[64];
		snprintf(path, sizeof path, "/proc/%s", files[i]);
		ssize_t n = slurp(path, a, sizeof a);
		pause_ms(120);
		ssize_t m = slurp(path, b, sizeof b);
		if (n > 0 && (m != n || memcmp(a, b, (size_t)n) != 0))
			return through("%s changes", path);
	}
	return defeated("14 files stand still");
}

static enum outcome
attempt_personality(const struct attack *k)
{
	return must_fail(
		syscall(SYS_personality, 0x0040000), "switching address randomisation off");
}

static enum outcome
attempt_proc_write(const struct attack *k)
{
	static const char *const files[] = { "/proc/sys/kernel/core_pattern",
		"/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger",
		"/proc/sys/kernel/ns_last_pid", "/proc/sys/net/ipv4/ip_forward",
		"/proc/sys/fs/binfmt_misc/register", "/proc/sys/kernel/modprobe",
		"/proc/sys/user/max_user_namespaces", "/proc/1/oom_score_adj",
		"/proc/bus/pci/00/00.0" };
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (open(files[i], O_WRONLY) >= 0)
			return through("%s opens for writing", files[i]);
	return defeated("%s", strerror(errno));
}

/*
 * Together with new users, which is how whoever is not root gets the others: alone they are refused
 * on every host.
 */
#define NS(name, flag)                                                                             \
	{                                                                                          \
		"P4.clone-" name, "a child in a new " name " namespace", attempt_clone,            \
			control_fork, .args = {                                                    \
				flag                                                               \
			}                                                                          \
	}

const struct attack attacks_kernel[] = {
	{ "P1.list", "processes of others in /proc", attempt_see_processes, control_proc },
	{ "P1.guess", "processes of others by number", attempt_guess_processes, control_proc },
	{ "P1.init", "the files of process 1", attempt_init_files, control_proc,
		.on = "root cwd exe environ mem maps ns/mnt fd/0 io stack syscall auxv" },
	{ "P1.kill-host", "signals to the server's processes", attempt_kill_host, control_kill },
	{ "P1.kill-init", "a signal to process 1", attempt_kill_init, control_kill },
	{ "P2.trace", "tracing another process", attempt_ptrace, control_kill },
	{ "P2.memory", "reading another process's memory", attempt_vm_read, control_kill },
	{ "P2.descriptor", "taking a descriptor of another process", attempt_getfd, control_kill },
	{ "P3.int80", "a 32-bit system call", attempt_int80, control_call },
	{ "P3.int80-socket", "a forbidden socket by a 32-bit call", attempt_int80_socket,
		control_call },
	{ "P3.x32", "an x32 system call", attempt_x32, control_call },
	{ "P3.x32-trace", "a forbidden x32 system call", attempt_x32_ptrace, control_call },
	NS("user", CLONE_NEWUSER),
	NS("network", CLONE_NEWUSER | CLONE_NEWNET),
	NS("mount", CLONE_NEWUSER | CLONE_NEWNS),
	NS("process", CLONE_NEWUSER | CLONE_NEWPID),
	NS("ipc", CLONE_NEWUSER | CLONE_NEWIPC),
	{ "P4.clone3", "a namespace by flags that no filter sees", attempt_clone3, control_fork },
	{ "P5.new-calls", "every system call newer than the list", attempt_new_calls,
		control_call },
	{ "P6.type", "typing into a terminal", attempt_terminal, control_terminal,
		.args = { TIOCSTI, 'x' } },
	{ "P6.paste", "pasting into a terminal", attempt_terminal, control_terminal,
		.args = { TIOCLINUX, 3 } },
	{ "P6.line", "another line discipline", attempt_terminal, control_terminal,
		.args = { TIOCSETD, N_TTY } },
	{ "P6.console", "taking the console", attempt_terminal, control_terminal,
		.args = { TIOCCONS } },
	{ "P7.powers", "capabilities, privileges, no filter", attempt_powers, control_proc },
	{ "P7.uid", "becoming another user", attempt_become, control_call },
	{ "P7.groups", "joining another group", attempt_groups, control_call },
	{ "P7.oom", "being spared when memory runs out", attempt_oom_score, control_proc },
	{ "P7.priority", "real time for oneself", attempt_priority, control_fork },
	{ "P7.limits", "raising one's limits", attempt_raise_limits, control_call },
	{ "P7.core", "a core dump through the host's handler", attempt_core, control_fork },
	{ "P7.personality", "switching address randomisation off", attempt_personality,
		control_call },
	{ "P8.settings", "the kernel's settings", attempt_proc_write, control_proc },
	{ "P9.kernel", "the kernel's secrets in /proc", attempt_read, control_proc,
		.on = "/proc/kallsyms /proc/kcore /proc/kmsg /proc/modules /proc/slabinfo "
		      "/proc/vmallocinfo /proc/iomem /proc/ioports /proc/config.gz "
		      "/proc/timer_list "
		      "/proc/sched_debug /proc/cmdline /proc/kpageflags /proc/pagetypeinfo "
		      "/proc/partitions /proc/keys /proc/key-users" },
	{ "P9.sysfs", "the kernel's objects in /sys", attempt_read, control_proc,
		.on = "/sys/kernel/notes /sys/class/net/lo/address /sys/devices/system/cpu/online "
		      "/sys/fs/cgroup/cgroup.procs /sys/kernel/vmcoreinfo /sys/block/vda/size" },
	{ "P9.neighbours", "what others do, by counters of the machine", attempt_neighbours,
		control_proc },
	{ "P9.name", "the host's name", attempt_host_name, control_call },
	{ NULL },
};
