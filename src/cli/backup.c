#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/cli.h"

struct backup_out {
	const char *file;
	int64_t bytes;
};

static const struct field backup_fields[] = {
	FIELD(struct backup_out, file, TEXT),
	FIELD(struct backup_out, bytes, INT),
	FIELD_END,
};

static enum status
copy(int from, int to, int64_t *ret_bytes, struct err *e)
{
	static char block[1 << 18];
	int64_t bytes = 0;
	ssize_t n;
	while ((n = read(from, block, sizeof block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "reading the copy");
		TRY(io_write_fd(to, block, (size_t)n, e));
		bytes += n;
	}
	*ret_bytes = bytes;
	return OK;
}

/* The file appears whole or not at all, and never in the place of another. */
static enum status
place(struct cli *c, int from, const char *path, int64_t *ret_bytes, struct err *e)
{
	const char *part = arena_printf(c->arena, "%s.part", path);
	cleanup_fd int dir =
		open(dirname(arena_strdup(c->arena, path)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int to = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (dir < 0 || to < 0)
		return err_errno(e, "%s", part);
	enum status s = copy(from, to, ret_bytes, e);
	if (s == OK && (fsync(to) != 0 || link(part, path) != 0 || fsync(dir) != 0))
		s = err_errno(e, "%s", path);
	unlink(part);
	return s;
}

/* Before it is copied, so that the copy knows of itself too; `wardroom status` tells the newest. */
static enum status
remember(struct cli *c, const char *path, struct err *e)
{
	TRY(db_begin(c->db, e));
	cleanup_tx struct db *tx = c->db;
	TRY(cli_audit(c, "backup begun", "database", path, e));
	return db_commit(tx, e);
}

/*
 * The database is read as the portal's user, the copy is put where the operator says as the
 * operator.
 */
static enum status
backup(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct backup_out out = { .file = args[0] };
	TRY(cli_open_lent(c, e));
	TRY(remember(c, args[0], e));
	cli_forget_copies(c, "backup.");
	const char *copy_path =
		arena_printf(c->arena, "%s/portal/backup.%d", c->config.state, (int)getpid());
	enum status s = store_backup(c->store, copy_path, e);
	cleanup_fd int from = s == OK ? open(copy_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (s == OK && from < 0)
		s = err_errno(e, "%s", copy_path);
	unlink(copy_path);
	cli_close(c);
	TRY(s);
	TRY(cli_root_again(c, e));
	if (streq(args[0], "-"))
		return copy(from, STDOUT_FILENO, &out.bytes, e);
	TRY(place(c, from, args[0], &out.bytes, e));
	cli_show(c, backup_fields, &out);
	return OK;
}

const struct command cmd_backup = { "backup", "FILE",
	"Writes a consistent copy of the database, which holds no files, to a new FILE, or to "
	"standard output for \"-\".",
	1, 1, backup };
