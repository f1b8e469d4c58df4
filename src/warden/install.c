/* What the workspace's own root does in the setup phase: part of room.h. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "warden/bundle.h"
#include "warden/layer.h"
#include "warden/program.h"
#include "warden/room.h"
#include "warden/runtime.h"
#include "wire/packages.h"

enum { REPLAY_MS = 1700000 };

/* Writes the process's description; the caller unlinks it. */
static enum status
root_process(struct arena *a, const struct place *p, uint64_t ws, const char *const *argv,
	const char **ret_path, struct err *e)
{
	struct buf b = buf_new(a);
	struct jsonw j = jsonw_new(&b);
	const char *path =
		arena_printf(a, "%s/root-%d.json", place_ws_run(a, p, ws), (int)getpid());
	bundle_root_process(&j, argv);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(e, "creating %s", path);
	TRY(io_write_fd(fd, b.p, b.n, e));
	*ret_path = path;
	return OK;
}

enum status
room_installer(
	struct arena *a, const struct site *s, const struct pw_ws *w, pid_t *ret_pid, struct err *e)
{
	static const char *const argv[] = { "/opt/wardroom/bin/wardroom", "installer", NULL };
	const struct layer l = { .disk = arena_printf(
					 a, "%s/mnt/disk", place_ws_run(a, &s->place, w->ws)) };
	const char *process = "";
	pid_t pid = 0;
	*ret_pid = 0;
	if (w->stage != WS_SETUP || !layer_there(a, &l))
		return OK;
	TRY(root_process(a, &s->place, w->ws, argv, &process, e));
	mode_t mask = umask(0022);
	enum status st = runtime_exec_detached(a, &s->place, w->ws, process, &pid, e);
	umask(mask);
	unlink(process);
	if (st == OK)
		*ret_pid = pid;
	return st;
}

/* Every line is one of ours, so that what is put before the helper is nothing else. */
static enum status
lock_check(struct str all, struct err *e)
{
	struct package_line l;
	for (int no = 1; all.n; no++)
		if (!package_line_read(str_cut(&all, '\n'), &l))
			return err_set(e, E_INPUT, "lock", "Line %d of the lock file is none.", no);
	return OK;
}

/* In the folder that is read-only inside. */
static enum status
lock_put(const char *dir, struct str text, struct err *e)
{
	cleanup_fd int d = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d < 0)
		return err_errno(e, "opening %s", dir);
	TRY(io_replace_at(d, "replay.lock", 0644, text.p, text.n, e));
	return fchmodat(d, "replay.lock", 0644, 0) < 0 ? err_errno(e, "showing the lock file") : OK;
}

static enum status
replay(struct arena *a, const struct place *p, const struct pw_ws *w, struct err *e)
{
	static const char *const argv[] = { "/opt/wardroom/bin/wardroom", "replay", NULL };
	const char *process = "";
	struct str said;
	int code = 0;
	TRY(root_process(a, p, w->ws, argv, &process, e));
	mode_t mask = umask(0022);
	enum status st =
		program_run(a, runtime_exec_argv(a, p, w->ws, process), REPLAY_MS, &code, &said, e);
	umask(mask);
	unlink(process);
	TRY(st);
	if (code != 0)
		return err_set(e, E_CONFLICT, "lock", "%s", program_last_line(a, said));
	return OK;
}

enum status
room_replay(struct arena *a, const struct site *s, const struct pw_ws *w, int lock, struct err *e)
{
	struct str text;
	const char *dir = arena_printf(a, "%s/desk", place_ws_run(a, &s->place, w->ws));
	if (lseek(lock, 0, SEEK_SET) < 0)
		return err_errno(e, "reading the lock file");
	TRY(io_read_fd(a, lock, PACKAGES_LOCK_MAX, &text, e));
	TRY(lock_check(text, e));
	TRY(lock_put(dir, text, e));
	enum status st = replay(a, &s->place, w, e);
	unlink(arena_printf(a, "%s/replay.lock", dir));
	return st;
}
