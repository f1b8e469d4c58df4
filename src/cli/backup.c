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

static enum status
remember(struct cli *c, const char *action, const char *detail, struct err *e)
{
	TRY(db_begin(c->db, e));
	cleanup_tx struct db *tx = c->db;
	TRY(cli_audit(c, action, "database", detail, e));
	return db_commit(tx, e);
}

/* In the trail before the copy is made, so that the copy knows of itself too. */
static enum status
begin(struct cli *c, const char *path, struct err *e)
{
	enum status s = cli_open_lent(c, e);
	if (s == OK)
		s = remember(c, "backup begun", path, e);
	return s;
}

/*
 * The database is read as the portal's user, the copy is put where the operator says as the
 * operator. Leaves the database closed, and the operator as whoever came.
 */
static enum status
make(struct cli *c, const char *path, int64_t *ret_bytes, struct err *e)
{
	cli_forget_copies(c, "backup.");
	const char *copy_path =
		arena_printf(c->arena, "%s/portal/backup.%d", c->config.state, (int)getpid());
	enum status s = store_backup(c->store, copy_path, e);
	cleanup_fd int from = s == OK ? open(copy_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (s == OK && from < 0)
		s = err_errno(e, "%s", copy_path);
	unlink(copy_path);
	cli_close(c);
	if (s == OK)
		s = cli_root_again(c, e);
	if (s != OK)
		return s;
	return streq(path, "-") ? copy(from, STDOUT_FILENO, ret_bytes, e)
				: place(c, from, path, ret_bytes, e);
}

/* `wardroom status` tells how the newest ended: a copy that nobody has is no backup. */
static enum status
backup(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct backup_out out = { .file = args[0] };
	struct err why = { 0 };
	if (!args[0][0])
		return err_set(e, E_INPUT, "file", "The name of the new file is empty.");
	TRY(begin(c, args[0], e));
	enum status s = make(c, args[0], &out.bytes, e);
	enum status told = cli_open_lent(c, &why);
	if (told == OK)
		told = remember(c, s == OK ? "backup finished" : "backup failed",
			s == OK || !e ? args[0] : e->text, &why);
	cli_close(c);
	if (told == OK)
		told = cli_root_again(c, &why);
	TRY(s);
	if (told != OK)
		return err_set(e, told, "", "The backup %.100s is whole, but not recorded: %.250s",
			args[0], why.text);
	if (!streq(args[0], "-"))
		cli_show(c, backup_fields, &out);
	return OK;
}

const struct command cmd_backup = { "backup", "FILE",
	"Writes a consistent copy of the database, which holds no files, to a new FILE, or to "
	"standard output for \"-\".",
	1, 1, backup };
