#include "warden/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "warden/autostart.h"

static const char *
printable(struct arena *a, struct str s)
{
	char *text = arena_strndup(a, s.p, s.n < 200 ? s.n : 200);
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '?';
	return text;
}

enum status
seal_judge(struct arena *a, struct str all, struct seal_exit ret[EXIT_KINDS], struct err *e)
{
	struct seal_exit exits[EXIT_KINDS];
	for (int i = 0; i < EXIT_KINDS; i++) {
		struct str line = str_cut(&all, '\n'), name = str_cut(&line, ' ');
		struct str state = str_cut(&line, ' ');
		const char *how = printable(a, line);
		if (!str_is(name, exit_kinds[i].name))
			return err_set(e, E_CONFLICT, "",
				"No data were given: the workspace's first process did not say "
				"whether \"%s\" is shut.",
				exit_kinds[i].name);
		if (!str_is(state, "shut"))
			return err_set(e, E_CONFLICT, "",
				"No data were given: the exit \"%s\" is %s (%s).",
				exit_kinds[i].name,
				str_is(state, "open") ? "open" : "not known to be shut", how);
		exits[i] = (struct seal_exit){ true, how };
	}
	if (!str_is(all, "end\n"))
		return err_set(e, E_CONFLICT, "",
			"No data were given: the report on the exits is not whole.");
	memcpy(ret, exits, sizeof exits);
	return OK;
}

static const char *
mark(struct arena *a, const struct place *p, uint64_t ws)
{
	return arena_printf(a, "%s/sealed", place_ws_state(a, p, ws));
}

bool
seal_is(struct arena *a, const struct place *p, uint64_t ws)
{
	/* What cannot be looked at counts as sealed. */
	return access(mark(a, p, ws), F_OK) == 0 || errno != ENOENT;
}

enum status
seal_set(struct arena *a, const struct place *p, uint64_t ws, struct err *e)
{
	const char *dir = place_ws_state(a, p, ws);
	cleanup_fd int d = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d < 0)
		return err_errno(e, "opening %s", dir);
	if (faccessat(d, "sealed", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return OK;
	return io_replace_at(d, "sealed", 0600, "", 0, e);
}

static void
write_exits(struct jsonw *j, const struct seal_exit exits[EXIT_KINDS])
{
	jsonw_key(j, "exits");
	jsonw_open(j, '[');
	for (int i = 0; i < EXIT_KINDS; i++) {
		jsonw_open(j, '{');
		jsonw_key(j, "name");
		jsonw_text(j, exit_kinds[i].name);
		jsonw_key(j, "what");
		jsonw_text(j, exit_kinds[i].what);
		jsonw_key(j, "how");
		jsonw_text(j, exits[i].how);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
}

static void
write_autostart(struct jsonw *j, const struct autostart *at, size_t n, bool more)
{
	jsonw_key(j, "autostart");
	jsonw_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		jsonw_open(j, '{');
		jsonw_key(j, "path");
		jsonw_text(j, at[i].path);
		jsonw_key(j, "what");
		jsonw_text(j, at[i].what);
		jsonw_key(j, "bytes");
		jsonw_int(j, at[i].bytes);
		jsonw_key(j, "sha256");
		jsonw_text(j, at[i].hash);
		jsonw_close(j, '}');
	}
	jsonw_close(j, ']');
	jsonw_key(j, "more");
	jsonw_bool(j, more);
}

enum status
seal_record(struct arena *a, const struct place *p, uint64_t ws, const char *disk,
	const struct seal_exit exits[EXIT_KINDS], struct err *e)
{
	struct buf b = buf_new(a);
	struct jsonw j = jsonw_new(&b);
	size_t n;
	bool more;
	const struct autostart *at = autostart_find(a, disk, &n, &more);
	const char *path = place_seal(a, p, ws), *name = strrchr(path, '/') + 1;
	const char *dir = arena_strndup(a, path, (size_t)(name - path));
	jsonw_open(&j, '{');
	jsonw_key(&j, "at");
	jsonw_int(&j, clock_now());
	write_exits(&j, exits);
	write_autostart(&j, at, n, more);
	jsonw_close(&j, '}');
	cleanup_fd int d = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d < 0)
		return err_errno(e, "opening %s", dir);
	TRY(io_replace_at(d, name, 0640, b.p, b.n, e));
	return fchownat(d, name, 0, p->portal.gid, AT_SYMLINK_NOFOLLOW) < 0
		       ? err_errno(e, "owner of %s", name)
		       : OK;
}
