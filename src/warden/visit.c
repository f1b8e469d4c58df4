/* What is done for one member inside a running workspace: the other half of room.h. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "warden/room.h"
#include "warden/runtime.h"

/* A cold disk and eight teams that start at once take a small machine most of this. */
enum { START_WAIT_MS = 60000, LOOK_MS = 5 };

/*
 * How each program is started and found again. Its log goes to the team's own disk: a file of the
 * host would be theirs to fill. The shell replaces itself, so that the mark, a word of the command
 * line, is the server's own; where there is none, the socket's path is that word.
 */
static const struct {
	uint32_t type; /* of the question that asks for it */
	const char *name, *sock, *program, *package, *mark, *command;
} all[ROOM_APPS] = {
	[ROOM_NOTEBOOK] = { PW_WS_NOTEBOOK, "notebook", "notebook.sock",
		"/usr/bin/jupyter-notebook", "jupyter-notebook",
		"--config=/opt/wardroom/etc/notebook.py",
		"/usr/bin/jupyter-notebook --config=/opt/wardroom/etc/notebook.py" },
	[ROOM_TERMINAL] = { PW_WS_TERMINAL, "terminal", "terminal.sock", "/bin/bash", "bash", NULL,
		"/opt/wardroom/bin/wardroom terminal /sock/$WARDROOM_SLOT/terminal.sock" },
	[ROOM_DESKTOP] = { PW_WS_DESKTOP, "desktop", "desktop.sock", "/usr/bin/Xtigervnc",
		"tigervnc-standalone-server", NULL, "/bin/sh /opt/wardroom/etc/desktop.sh" },
};

enum room_app
room_app_of(uint32_t type)
{
	for (int i = 0; i < ROOM_APPS; i++)
		if (all[i].type == type)
			return (enum room_app)i;
	return ROOM_APPS;
}

/* The member's socket folder, without following anything that stands in its place. */
static int
sock_open(struct arena *a, const struct place *p, uint64_t ws, uint32_t slot, int flags)
{
	const char *path = arena_printf(a, "%s/sock/%u", place_ws_run(a, p, ws), slot);
	return open(path, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* True when something accepts connections there. The folder and all in it are the member's. */
static bool
answers(int dir, enum room_app app)
{
	struct stat st;
	cleanup_fd int at = openat(dir, all[app].sock, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (at < 0 || fstat(at, &st) < 0 || !S_ISSOCK(st.st_mode))
		return false;
	cleanup_fd int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	snprintf(to.sun_path, sizeof to.sun_path, "/proc/self/fd/%d", at);
	return s >= 0 && connect(s, (struct sockaddr *)&to, sizeof to) == 0;
}

/* The member's server among the processes of the workspace, or 0. */
static pid_t
app_pid(struct arena *a, const struct site *s, uint64_t ws, uint32_t slot, enum room_app app)
{
	size_t n;
	uid_t uid = place_member_uid(&s->place, ws, slot);
	const char *mark = all[app].mark;
	if (!mark)
		mark = arena_printf(a, "/sock/%u/%s", slot, all[app].sock);
	pid_t *pids = cgroup_pids(a, &s->host.cgroups, place_cgroup(a, &s->place, ws), &n);
	for (size_t i = 0; i < n; i++) {
		struct str line;
		if (cgroup_pid_uid(pids[i]) != uid ||
			io_read_file(a, arena_printf(a, "/proc/%d/cmdline", (int)pids[i]), 65536,
				&line, NULL) != OK)
			continue;
		/* Words of a command line end with NUL, as C strings do. */
		for (size_t at = 0; at < line.n; at += strlen(line.p + at) + 1)
			if (streq(line.p + at, mark))
				return pids[i];
	}
	return 0;
}

static enum status
app_start(struct arena *a, const struct site *s, const struct pw_ws *w, const struct pw_member *m,
	enum room_app app, pid_t *ret_pid, struct err *e)
{
	const char *const argv[] = { "/bin/sh", "-c",
		arena_printf(a,
			"mkdir -p \"$HOME/.local/run\" && exec %s >\"$HOME/.local/%s.log\" 2>&1",
			all[app].command, all[app].name),
		NULL };
	const char *process;
	TRY(room_process(a, &s->place, w, m, argv, &process, e));
	/* runc forgets the mask of a process that joins, and lets it inherit ours. */
	mode_t mask = umask(0007);
	enum status st = runtime_exec_detached(a, &s->place, w->ws, process, ret_pid, e);
	umask(mask);
	unlink(process);
	return st;
}

/* Until it answers. Its process number may be another's by now only if it has ended. */
static enum status
await(int dir, enum room_app app, pid_t pid, struct err *e)
{
	int64_t deadline = clock_mono_ms() + START_WAIT_MS;
	cleanup_fd int life = (int)syscall(SYS_pidfd_open, pid, 0);
	while (!answers(dir, app)) {
		struct pollfd p = { life, POLLIN, 0 };
		if (life < 0 || poll(&p, 1, LOOK_MS) > 0)
			return err_set(e, E_CONFLICT, "",
				"The %s ended before it answered; ~/.local/%s.log inside the "
				"workspace says why.",
				all[app].name, all[app].name);
		if (clock_mono_ms() > deadline)
			return err_set(e, E_IO, "",
				"The %s did not answer within %d s; ~/.local/%s.log inside the "
				"workspace says why.",
				all[app].name, START_WAIT_MS / 1000, all[app].name);
	}
	return OK;
}

enum status
room_start(struct arena *a, const struct site *s, const struct pw_ws *w, const struct pw_member *m,
	enum room_app app, struct err *e)
{
	cleanup_fd int dir = sock_open(a, &s->place, w->ws, m->slot, O_RDONLY);
	if (dir < 0)
		return err_errno(e, "opening the socket folder of slot %u", m->slot);
	if (access(all[app].program, X_OK) < 0)
		return err_set(e, E_CONFLICT, "app",
			"This server has no %s: the package %s is not installed.", all[app].name,
			all[app].package);
	pid_t pid = app_pid(a, s, w->ws, m->slot, app);
	if (!pid) {
		/* A socket file that outlived its server keeps the next from binding. */
		io_remove_tree(dir, all[app].sock, NULL);
		TRY(app_start(a, s, w, m, app, &pid, e));
	}
	return await(dir, app, pid, e);
}

/*
 * As that uid, kill(-1) reaches each of its processes and nothing else, at one moment: no fork can
 * slip between the reading of a list and the killing. Host uids belong to one slot of one
 * workspace.
 */
static void
kill_uid(uid_t uid)
{
	pid_t pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 ||
			setresuid(uid, uid, uid) < 0)
			_exit(1);
		kill(-1, SIGKILL);
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static size_t
count_uid(struct arena *a, const struct site *s, uint64_t ws, uid_t uid)
{
	size_t n, left = 0;
	pid_t *pids = cgroup_pids(a, &s->host.cgroups, place_cgroup(a, &s->place, ws), &n);
	for (size_t i = 0; i < n; i++)
		left += cgroup_pid_uid(pids[i]) == uid;
	return left;
}

enum status
room_evict(struct arena *a, const struct site *s, uint64_t ws, uint32_t slot, uint64_t *ret_n,
	struct err *e)
{
	uid_t uid = place_member_uid(&s->place, ws, slot);
	size_t before = count_uid(a, s, ws, uid);
	/* Twice at least: a process that a runtime was just starting becomes that uid a moment
	 * later. */
	for (int i = 0; i < 2 || count_uid(a, s, ws, uid); i++) {
		if (i > 200)
			return err_set(e, E_IO, "", "Processes of slot %u do not end.", slot);
		kill_uid(uid);
		usleep(10000);
	}
	cleanup_fd int dir = sock_open(a, &s->place, ws, slot, O_RDONLY);
	if (dir >= 0) {
		int copy = fcntl(dir, F_DUPFD_CLOEXEC, 0);
		cleanup_dir DIR *d = copy < 0 ? NULL : fdopendir(copy);
		for (struct dirent *de; d && (de = io_next(d));)
			io_remove_tree(dir, de->d_name, NULL);
	}
	*ret_n = before;
	return OK;
}
