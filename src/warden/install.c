/* What the workspace's own root does in the setup phase: part of room.h. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "warden/bundle.h"
#include "warden/layer.h"
#include "warden/room.h"
#include "warden/runtime.h"

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
room_installer(struct arena *a, const struct site *s, const struct pw_ws *w, struct err *e)
{
	static const char *const argv[] = { "/opt/wardroom/bin/wardroom", "installer", NULL };
	const struct layer l = { .disk = arena_printf(
					 a, "%s/mnt/disk", place_ws_run(a, &s->place, w->ws)) };
	const char *process = "";
	if (w->stage != WS_SETUP || !layer_there(a, &l))
		return OK;
	TRY(root_process(a, &s->place, w->ws, argv, &process, e));
	mode_t mask = umask(0022);
	enum status st = runtime_exec_detached(a, &s->place, w->ws, process, e);
	umask(mask);
	unlink(process);
	return st;
}
