/* X: from one team to another. The other team's bait is hold.c's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack/inside.h"
#include "attack/shared.h"

static enum outcome
attempt_abstract_host(const struct attack *k)
{
	char name[110];
	if (!*ground.abstract)
		return not_here("no bait");
	snprintf(name, sizeof name, "@%s", ground.abstract);
	return must_fail(connect_unix(name, 1000), "reaching the host's abstract socket");
}

static enum outcome
attempt_abstract_team(const struct attack *k)
{
	char name[110];
	if (!*ground.team)
		return not_here("no bait");
	snprintf(name, sizeof name, "@%s", ground.team);
	return must_fail(connect_unix(name, 1000), "reaching the other team's abstract socket");
}

static enum outcome
attempt_loopback(const struct attack *k)
{
	if (!*ground.team_port)
		return not_here("no bait");
	return must_fail(connect_within(SOCK_STREAM, "127.0.0.1", ground.team_port, 1000),
		"reaching the other team's loopback");
}

static enum outcome
attempt_bait_files(const struct attack *k)
{
	static const char *const dirs[] = { "/tmp", "/dev/shm", "/team", "/var/tmp", "/run",
		"/home" };
	if (!*ground.team)
		return not_here("no bait");
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
		char path[256];
		snprintf(path, sizeof path, "%s/%s", dirs[i], ground.team);
		if (access(path, F_OK) == 0)
			return through("%s is there", path);
	}
	return defeated("in none of six folders");
}

static enum outcome
attempt_shm(const struct attack *k)
{
	if (!*ground.team)
		return not_here("no bait");
	return must_fail(shmget(shared_key(ground.team), 0, 0), "the other team's shared memory");
}

static enum outcome
attempt_sem(const struct attack *k)
{
	if (!*ground.team)
		return not_here("no bait");
	return must_fail(semget(shared_key(ground.team), 0, 0), "the other team's semaphore");
}

static bool
control_shm(const struct attack *k)
{
	int id = shmget(4711, 4096, IPC_CREAT | 0600), again = shmget(4711, 0, 0);
	shmctl(id, IPC_RMID, NULL);
	return (id >= 0 && again == id) || bad("own shared memory: %s", strerror(errno));
}

static bool
control_sem(const struct attack *k)
{
	int id = semget(4711, 1, IPC_CREAT | 0600), again = semget(4711, 0, 0);
	semctl(id, 0, IPC_RMID);
	return (id >= 0 && again == id) || bad("own semaphore: %s", strerror(errno));
}

static enum outcome
attempt_keys(const struct attack *k)
{
	static const int rings[] = { -1, -2, -3, -4, -5 };
	for (size_t i = 0; i < sizeof rings / sizeof rings[0]; i++)
		if (syscall(SYS_keyctl, 10, rings[i], "user", "wardroom-attack", 0) >= 0)
			return through("the host's key is in ring %d", rings[i]);
	if (syscall(SYS_request_key, "user", "wardroom-attack", NULL, 0) >= 0)
		return through("the host's key was handed over");
	return defeated("%s", strerror(errno));
}

static enum outcome
lock_one(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return defeated("%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return through("the other team's lock on %s is felt", path);
	return defeated("%s is free", path);
}

static enum outcome
attempt_locks(const struct attack *k)
{
	return *ground.team ? each(k->on, ' ', lock_one) : not_here("no bait");
}

static enum outcome
attempt_data_lock(const struct attack *k)
{
	char path[512];
	if (!*ground.team || !first_file("/data", path, sizeof path))
		return not_here("no bait or no release");
	return lock_one(path);
}

/* A lock of one's own team must be felt, or nothing is measured. */
static bool
control_lock(const struct attack *k)
{
	const char *path = own("", ".attack-lock");
	spill(path, "word");
	int a = open(path, O_RDONLY), b = open(path, O_RDONLY);
	bool ok = flock(a, LOCK_EX) == 0 && flock(b, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	unlink(path);
	return ok || bad("one's own lock is not felt");
}

enum { WATCHED = 16, BEATS = 4 };

/* What was heard of one path, in beats of use and of rest. */
struct heard {
	int used, rested; /* events */
	int beats;        /* of use with an event */
	long long last;   /* the beat counted last */
};

static void
listen_once(int fd, struct heard *h, int n)
{
	_Alignas(struct inotify_event) char buf[8192];
	struct pollfd p = { fd, POLLIN, 0 };
	long long beat = beat_now();
	ssize_t got = poll(&p, 1, 10) > 0 ? read(fd, buf, sizeof buf) : 0;
	for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= got;) {
		const struct inotify_event *e = (const void *)(buf + at);
		at += (ssize_t)(sizeof *e + e->len);
		if (e->wd < 1 || e->wd > n)
			continue;
		struct heard *of = &h[e->wd - 1];
		of->rested += beat % 2 != 0;
		of->used += beat % 2 == 0;
		of->beats += beat % 2 == 0 && of->last != beat;
		of->last = beat;
	}
}

/* The first of the paths on which the other team's rhythm is heard, or NULL. */
static const char *
watch(const char *list)
{
	static char paths[WATCHED][256];
	struct heard h[WATCHED] = { 0 };
	int n = 0, fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	const char *found = NULL;
	while (n < WATCHED && sscanf(list, "%255s", paths[n]) == 1) {
		list += strspn(list, " ");
		list += strlen(paths[n]);
		/* Watches are numbered from 1, as paths are, when none fails. */
		if (inotify_add_watch(fd, paths[n], IN_ALL_EVENTS) == n + 1)
			n++;
	}
	long long until = beat_now() / 2 * 2 + 2 + 2 * BEATS;
	while (beat_now() < until - 2 * BEATS)
		pause_ms(5);
	while (beat_now() < until)
		listen_once(fd, h, n);
	for (int i = 0; i < n && !found; i++)
		if (h[i].beats == BEATS && h[i].used > 2 * h[i].rested)
			found = paths[i];
	close(fd);
	return found;
}

static enum outcome
attempt_watch(const struct attack *k)
{
	char path[256], list[1024];
	const char *paths = k->on;
	if (!*ground.team)
		return not_here("no bait");
	if (strcmp(k->on, "/data") == 0) {
		if (!first_file("/data", path, sizeof path))
			return not_here("there is no release");
		snprintf(list, sizeof list, "/data %s", path);
		paths = list;
	}
	const char *heard = watch(paths);
	if (heard)
		return through("the other team's use of %s is seen", heard);
	return defeated("its rhythm is not heard in 2.4 s, while the other team reads it");
}

static bool
control_watch(const struct attack *k)
{
	const char *mine = own("", ".attack-watch");
	spill(mine, "word");
	pid_t pid = fork();
	if (pid == 0) {
		for (;; pause_ms(20))
			if (beat_of_use())
				close(open(mine, O_RDONLY | O_CLOEXEC));
	}
	bool ok = watch(mine) != NULL;
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	unlink(mine);
	return ok || bad("one's own reading is not seen");
}

static enum outcome
attempt_atime(const struct attack *k)
{
	char path[512];
	struct stat a, b;
	if (!*ground.team || !first_file("/data", path, sizeof path))
		return not_here("no bait or no release");
	stat(path, &a);
	pause_ms(1100);
	stat(path, &b);
	return a.st_atim.tv_sec == b.st_atim.tv_sec && a.st_atim.tv_nsec == b.st_atim.tv_nsec
		       ? defeated("it stands still while the other team reads")
		       : through("the time of the other team's reading");
}

/* Which pages of a program others have used: the kernel must not say. */
static enum outcome
attempt_mincore(const struct attack *k)
{
	unsigned char there[256] = { 0 };
	struct stat st;
	int fd = open(k->on, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return not_here("%s: %s", k->on, strerror(errno));
	size_t pages = ((size_t)st.st_size + 4095) / 4096;
	pages = pages < 256 ? pages : 256;
	void *p = mmap(NULL, pages * 4096, PROT_READ, MAP_SHARED, fd, 0);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (p == MAP_FAILED || mincore(p, pages * 4096, there) < 0)
		return defeated("%s", strerror(errno));
	for (size_t i = 0; i < pages; i++)
		if (!(there[i] & 1))
			return through("page %zu of %s is said to be absent", i, k->on);
	return defeated("all pages are said to be there");
}

static bool
control_map(const struct attack *k)
{
	unsigned char there[1] = { 0 };
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return bad("%s", strerror(errno));
	bool before = mincore(p, 4096, there) == 0 && !(there[0] & 1);
	*p = 1;
	return (before && mincore(p, 4096, there) == 0 && (there[0] & 1)) ||
	       bad("one's own pages are not told apart");
}

static enum outcome
attempt_nowait(const struct attack *k)
{
	char buf[1];
	struct iovec v = { buf, 1 };
	int fd = open(k->on, O_RDONLY);
	if (fd < 0)
		return not_here("%s: %s", k->on, strerror(errno));
	long r = syscall(SYS_preadv2, fd, &v, 1, 0, 0, 8 /* RWF_NOWAIT */);
	if (r >= 0 || errno == EAGAIN)
		return through("the kernel says whether a page of %s is there", k->on);
	return defeated("%s", strerror(errno));
}

static bool
control_read(const struct attack *k)
{
	char buf[1];
	struct iovec v = { buf, 1 };
	int fd = open(k->on, O_RDONLY);
	return (fd >= 0 && syscall(SYS_preadv2, fd, &v, 1, 0, 0, 0) == 1) ||
	       bad("%s: %s", k->on, strerror(errno));
}

/* Free space of the machine's disk rises and falls with what the other team stores. */
static enum outcome
attempt_free_space(const struct attack *k)
{
	struct statvfs v;
	static const char *const places[] = { "/", "/usr", "/etc/alternatives", "/desk",
		"/opt/wardroom/bin/wardroom" };
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (statvfs(places[i], &v) == 0 && v.f_bfree > 0)
			return through("%s tells of %llu free blocks of the machine's disk",
				places[i], (unsigned long long)v.f_bfree);
	return defeated("no place tells");
}

static bool
control_free_space(const struct attack *k)
{
	struct statvfs v;
	return (statvfs(getenv("HOME"), &v) == 0 && v.f_blocks > 0) ||
	       bad("the home tells nothing");
}

static enum outcome
attempt_other_uid(const struct attack *k)
{
	/* The other team's range, as this workspace's map would have to show it. */
	char map[256];
	unsigned long in, out, n;
	if (slurp("/proc/self/uid_map", map, sizeof map) <= 0)
		return unclear("no map");
	if (sscanf(map, "%lu %lu %lu", &in, &out, &n) != 3 ||
		strchr(map, '\n') != strrchr(map, '\n'))
		return through("the map is %s", map);
	return in == 0 && n == 65536 && out > 0 ? defeated("65536 ids of one's own")
						: through("%lu ids", n);
}

const struct attack attacks_teams[] = {
	{ "X1.abstract-host", "an abstract socket of the host", attempt_abstract_host,
		control_unix },
	{ "X1.abstract-team", "an abstract socket of the other team", attempt_abstract_team,
		control_unix },
	{ "X1.loopback", "the other team's loopback", attempt_loopback, control_tcp },
	{ "X2.lock-data", "feeling a lock on the release", attempt_data_lock, control_lock },
	{ "X2.lock-programs", "feeling a lock on the host's programs", attempt_locks, control_lock,
		.on = SHARED_PROGRAMS },
	{ "X2.lock-settings", "feeling a lock on the host's settings", attempt_locks, control_lock,
		.on = SHARED_SETTINGS },
	{ "X2.lock-rest", "feeling a lock on other common ground", attempt_locks, control_lock,
		.on = SHARED_REST },
	{ "X3.watch-data", "seeing the other team read the release", attempt_watch, control_watch,
		.on = "/data" },
	{ "X3.watch-programs", "seeing the other team use the host's programs", attempt_watch,
		control_watch, .on = SHARED_PROGRAMS },
	{ "X3.watch-settings", "seeing the other team use the host's settings", attempt_watch,
		control_watch, .on = SHARED_SETTINGS },
	{ "X3.watch-rest", "seeing the other team use other common ground", attempt_watch,
		control_watch, .on = SHARED_REST },
	{ "X3.atime", "the time of the other team's last reading", attempt_atime, control_data },
	{ "X4.keys", "a key in the host's keyring", attempt_keys, control_call },
	{ "X5.memory", "the other team's System V memory", attempt_shm, control_shm },
	{ "X5.semaphore", "the other team's semaphore", attempt_sem, control_sem },
	{ "X6.files", "the other team's bait in common folders", attempt_bait_files, control_home },
	{ "X7.resident", "which pages of a program others use, by mincore", attempt_mincore,
		control_map, .on = "/usr/bin/perl" },
	{ "X7.nowait", "which pages of a program others use, by a read that does not wait",
		attempt_nowait, control_read, .on = "/usr/bin/perl" },
	{ "X8.free-space", "the machine's free disk space", attempt_free_space, control_free_space,
		.residual =
			"the host's disk is one: two teams that agree can signal by filling and "
			"emptying their own disks, some bits a second; nobody outside sees it" },
	{ "X9.ids", "ids of another team", attempt_other_uid, control_proc },
	{ NULL },
};
