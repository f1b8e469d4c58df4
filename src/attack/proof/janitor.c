#include "attack/proof/janitor.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

enum { STOP_MS = 40000, TRIES = 20, LOG_MAX = 16 << 20 };

/* Is it still the server that we were told of, and no stranger who has its number now? */
static bool
is_ours(struct arena *a, pid_t pid, const char *config)
{
	struct str line;
	const char *path = arena_printf(a, "/proc/%d/cmdline", (int)pid);
	return pid > 0 && io_read_file(a, path, 4096, &line, NULL) == OK && line.n &&
	       memmem(line.p, line.n, config, strlen(config));
}

static void
end_server(struct arena *a, pid_t pid, const char *config)
{
	int64_t until = clock_mono_ms() + STOP_MS;
	if (!is_ours(a, pid, config))
		return;
	kill(pid, SIGTERM);
	while (is_ours(a, pid, config) && clock_mono_ms() < until)
		poll(NULL, 0, 50);
	if (is_ours(a, pid, config))
		kill(pid, SIGKILL);
}

/* Everything in one control group and those below it. */
static void
empty_group(struct arena *a, const char *path, int depth)
{
	struct str all;
	cleanup_dir DIR *d = opendir(path);
	for (struct dirent *de; d && depth < 4 && (de = readdir(d));)
		if (de->d_type == DT_DIR && de->d_name[0] != '.')
			empty_group(a, arena_printf(a, "%s/%s", path, de->d_name), depth + 1);
	if (io_read_file(a, arena_printf(a, "%s/cgroup.procs", path), 1 << 20, &all, NULL) == OK)
		while (all.n) {
			int64_t pid;
			if (str_int(str_cut(&all, '\n'), &pid) && pid > 1)
				kill((pid_t)pid, SIGKILL);
		}
	for (int i = 0; i < TRIES && rmdir(path) < 0 && errno == EBUSY; i++)
		poll(NULL, 0, 50);
}

/* The groups of this server alone, in every hierarchy. */
static void
empty_groups(struct arena *a, const char *instance)
{
	cleanup_dir DIR *d = opendir("/sys/fs/cgroup");
	const char *name = arena_printf(a, "wardroom-%s", instance);
	empty_group(a, arena_printf(a, "/sys/fs/cgroup/%s", name), 0);
	for (struct dirent *de; d && (de = readdir(d));)
		if (de->d_type == DT_DIR && de->d_name[0] != '.')
			empty_group(
				a, arena_printf(a, "/sys/fs/cgroup/%s/%s", de->d_name, name), 0);
}

/* Later mounts first. */
static void
unmount(struct arena *a, const char *below)
{
	struct str all;
	const char *paths[512];
	size_t n = 0;
	if (io_read_file(a, "/proc/self/mountinfo", 4 << 20, &all, NULL) != OK)
		return;
	while (all.n && n < 512) {
		struct str line = str_cut(&all, '\n');
		for (int i = 0; i < 4; i++)
			str_cut(&line, ' ');
		const char *path = str_dup(a, str_cut(&line, ' '));
		if (str_starts(str_of(path), below) && path[strlen(below)] == '/')
			paths[n++] = path;
	}
	while (n)
		umount2(paths[--n], MNT_DETACH);
}

static void
remove_folder(struct arena *a, const char *path)
{
	const char *name = basename(arena_strdup(a, path));
	cleanup_fd int dir =
		open(dirname(arena_strdup(a, path)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* The name is the one that we made; nothing else is ever removed. */
	if (dir >= 0 && str_starts(str_of(name), "wardroom-attack."))
		io_remove_tree(dir, name, NULL);
}

static void
sweep(const struct house *h, int leash)
{
	cleanup_arena struct arena *a = arena_new();
	pid_t warden = 0, told;
	ssize_t n;
	while ((n = read(leash, &told, sizeof told)) != 0)
		if (n == (ssize_t)sizeof told)
			warden = told;
		else if (n < 0 && errno != EINTR)
			break;
	end_server(a, warden, h->config_path);
	empty_groups(a, h->c.instance);
	unmount(a, h->c.run);
	unmount(a, h->c.state);
	remove_folder(a, h->c.run);
	remove_folder(a, h->c.state);
}

enum status
janitor_start(struct house *h, struct err *e)
{
	int pair[2];
	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_errno(e, "making a pipe");
	pid_t pid = fork();
	if (pid == 0) {
		close(pair[1]);
		setsid();
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		sweep(h, pair[0]);
		_exit(0);
	}
	close(pair[0]);
	if (pid < 0) {
		close(pair[1]);
		return err_errno(e, "starting a process");
	}
	h->janitor = pid;
	h->leash = pair[1];
	return OK;
}

void
janitor_tell(struct house *h)
{
	(void)!write(h->leash, &h->warden, sizeof h->warden);
}

const char *
janitor_last_words(struct house *h)
{
	struct str all, last = { "", 0 };
	if (io_read_file(h->arena, h->log, LOG_MAX, &all, NULL) != OK)
		return "";
	while (all.n) {
		struct str line = str_cut(&all, '\n');
		if (line.n)
			last = line;
	}
	return arena_strndup(h->arena, last.p, last.n < 200 ? last.n : 200);
}
