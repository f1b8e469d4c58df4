/* R: more than one's share. Each stops by itself well above any sensible limit. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack/inside.h"

/* A child that ends with us, and is the first to go when memory runs out. */
static pid_t
child(void)
{
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		spill("/proc/self/oom_score_adj", "1000\n");
	}
	return pid;
}

static enum outcome
attempt_forks(const struct attack *k)
{
	enum { MOST = 6000 };
	int n = 0;
	for (; n < MOST; n++) {
		pid_t pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
		if (pid < 0)
			break;
	}
	int err = errno;
	pause_ms(1500); /* while the neighbour must answer */
	return n == MOST ? through("%d processes", n)
			 : defeated("%d processes, then: %s", n, strerror(err));
}

static unsigned long
memory_kb(void)
{
	char buf[4096];
	unsigned long kb = 0;
	const char *at =
		slurp("/proc/meminfo", buf, sizeof buf) > 0 ? strstr(buf, "MemTotal:") : NULL;
	return at && sscanf(at, "MemTotal: %lu", &kb) == 1 ? kb : 0;
}

/* Takes the whole of the team's memory and half a gigabyte more, in a child. */
static enum outcome
take_memory(bool file)
{
	size_t most = (memory_kb() << 10) + (512 << 20);
	int status;
	if (!memory_kb() || most > (size_t)9 << 30)
		return not_here("a limit of %lu kB is not tried", memory_kb());
	pid_t pid = child();
	if (pid == 0) {
		static char part[1 << 20];
		int fd = file ? (int)memfd_create("attack", 0) : -1;
		memset(part, 1, sizeof part);
		for (size_t n = 0; n < most; n += sizeof part) {
			char *p = file ? NULL
				       : mmap(NULL, sizeof part, PROT_READ | PROT_WRITE,
						 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			if (p == MAP_FAILED || (file && write(fd, part, sizeof part) < 0))
				_exit(1);
			if (p)
				memset(p, 1, sizeof part);
		}
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return unclear("%s", strerror(errno));
	if (WIFSIGNALED(status))
		return defeated("ended by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status) ? defeated("refused")
				   : through("%zu MiB were taken", most >> 20);
}

static enum outcome
attempt_memory(const struct attack *k)
{
	return take_memory(false);
}

static enum outcome
attempt_memory_file(const struct attack *k)
{
	return take_memory(true);
}

static bool
control_memory(const struct attack *k)
{
	char *p = mmap(NULL, 32 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return bad("32 MiB: %s", strerror(errno));
	memset(p, 1, 32 << 20);
	return true;
}

/* Fills the place of k->on and gives it back; args[0] is the most, in MiB. */
static enum outcome
attempt_fill(const struct attack *k)
{
	const char *path = own(k->on, ".attack-fill");
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	long n = 0, part = 64;
	if (fd < 0)
		return unclear("%s: %s", path, strerror(errno));
	/* In large steps, then to the brim in small ones. */
	while (n < k->args[0]) {
		if (fallocate(fd, 0, n << 20, part << 20) == 0)
			n += part;
		else if (part == 1)
			break;
		else
			part = 1;
	}
	int err = errno;
	unlink(path);
	close(fd);
	return n >= k->args[0] ? through("%ld MiB", n)
			       : defeated("%ld MiB, then: %s", n, strerror(err));
}

static bool
control_fill(const struct attack *k)
{
	const char *path = own(k->on, ".attack-control");
	bool ok = spill(path, "word");
	unlink(path);
	return ok || bad("%s: %s", path, strerror(errno));
}

static enum outcome
attempt_inodes(const struct attack *k)
{
	char path[640];
	const char *dir = own(k->on, ".attack-inodes");
	long n = 0;
	if (mkdir(dir, 0700) < 0)
		return unclear("%s: %s", dir, strerror(errno));
	for (; n < k->args[0]; n++) {
		snprintf(path, sizeof path, "%s/%ld", dir, n);
		int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			break;
		close(fd);
	}
	int err = errno;
	for (long i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%ld", dir, i);
		unlink(path);
	}
	rmdir(dir);
	return n >= k->args[0] ? through("%ld files", n)
			       : defeated("%ld files, then: %s", n, strerror(err));
}

static enum outcome
attempt_descriptors(const struct attack *k)
{
	struct rlimit r = { 1 << 20, 1 << 20 };
	int n = 0;
	setrlimit(RLIMIT_NOFILE, &r);
	while (n < 100000 && dup(0) >= 0)
		n++;
	return n < 100000 ? defeated("%d, then: %s", n, strerror(errno))
			  : through("%d descriptors", n);
}

/* Terminals are counted for the whole machine, so no team may have many. */
static enum outcome
attempt_terminals(const struct attack *k)
{
	int n = 0;
	while (n < 4096 && open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0)
		n++;
	int err = errno;
	return n <= 512 ? defeated("%d terminals, then: %s", n, strerror(err))
			: through("%d terminals", n);
}

static bool
control_terminal(const struct attack *k)
{
	return open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0 ||
	       bad("one terminal: %s", strerror(errno));
}

static double
seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Processors of the team: the lines "cpu0", "cpu1", ... it is shown. */
static int
processors(void)
{
	char buf[8192];
	int n = 0;
	if (slurp("/proc/stat", buf, sizeof buf) > 0)
		for (const char *at = buf; (at = strstr(at, "\ncpu")); at++)
			n++;
	return n;
}

static enum outcome
attempt_processor(const struct attack *k)
{
	int cpus = processors(), status;
	struct rusage u;
	double start = seconds(), used;
	for (int i = 0; i < cpus * 2 + 2; i++)
		if (child() == 0) {
			while (seconds() < start + 1.5)
				;
			_exit(0);
		}
	while (waitpid(-1, &status, 0) > 0)
		;
	double wall = seconds() - start;
	getrusage(RUSAGE_CHILDREN, &u);
	used = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	/* A tenth of a second may be left over from the period before. */
	if (used > wall * cpus * 1.15 + 0.2)
		return through(
			"%.2f s of processor in %.2f s with %d processors", used, wall, cpus);
	return defeated("%.2f s of processor in %.2f s with %d processors", used, wall, cpus);
}

const struct attack attacks_limits[] = {
	{ "R1.forks", "as many processes as possible", attempt_forks, control_fork, .seconds = 30 },
	{ "R2.memory", "more memory than the team has", attempt_memory, control_memory,
		.seconds = 60 },
	{ "R2.memory-file", "more memory than the team has, as a file without a name",
		attempt_memory_file, control_memory, .seconds = 60 },
	{ "R3.home", "filling the team's disk", attempt_fill, control_fill, .on = "",
		.args = { 1 << 20 }, .seconds = 120 },
	{ "R3.tmp", "filling /tmp", attempt_fill, control_fill, .on = "/tmp", .args = { 16384 },
		.seconds = 60 },
	{ "R3.shm", "filling shared memory", attempt_fill, control_fill, .on = "/dev/shm",
		.args = { 16384 }, .seconds = 60 },
	{ "R3.sockets", "filling the sockets' folder", attempt_fill, control_fill, .on = "/sock",
		.args = { 64 } },
	{ "R3.socket-names", "as many files beside the sockets as possible", attempt_inodes,
		control_fill, .on = "/sock", .args = { 5000 } },
	{ "R3.files", "as many files in the home as possible", attempt_inodes, control_fill,
		.on = "", .args = { 3000000 }, .seconds = 300 },
	{ "R4.descriptors", "as many open files as possible", attempt_descriptors, control_call },
	{ "R5.processor", "more processor than the team has", attempt_processor, control_fork,
		.seconds = 30 },
	{ "R6.terminals", "as many terminals as possible", attempt_terminals, control_terminal },
	{ NULL },
};
