/* Archives of what teams made: which there are, and opening one. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/sealed.h"
#include "archive/unpack.h"
#include "base/io.h"
#include "cli/cli.h"
#include "cli/cli.sql.h"
#include "cli/terminal.h"

/* ---- list --------------------------------------------------------------------------------------
 */

struct archive_row {
	const char *event, *state, *file, *blake2b, *key;
	int64_t team, made, bytes;
	bool there;
};

struct archive_list {
	LIST(struct archive_row) archives;
};

static const struct field row_fields[] = {
	FIELD(struct archive_row, event, TEXT),
	FIELD(struct archive_row, team, INT),
	FIELD(struct archive_row, state, TEXT),
	FIELD(struct archive_row, made, TIME),
	FIELD(struct archive_row, bytes, INT),
	FIELD(struct archive_row, blake2b, TEXT),
	FIELD(struct archive_row, key, TEXT),
	FIELD(struct archive_row, file, TEXT),
	FIELD(struct archive_row, there, BOOL, .label = "on this server"),
	FIELD_END,
};

static const struct field list_fields[] = {
	FIELD_LIST(struct archive_list, archives, row_fields),
	FIELD_END,
};

static enum status
archive_list(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct cli_archives_rows rows;
	struct archive_list out;
	TRY(cli_open(c, e));
	TRY(db_cli_archives(c->db, &rows, e));
	out.archives.at = ARENA_ARRAY(c->arena, rows.n, struct archive_row);
	out.archives.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct cli_archives *x = &rows.at[i];
		struct stat st;
		char mark[ARCHIVE_MARK] = "";
		if (x->public.n == ARCHIVE_PUBLIC)
			archive_key_mark((const uint8_t *)x->public.p, mark);
		const char *file = arena_printf(c->arena, "%s/archive/%lld.archive",
			c->config.state, (long long)x->workspace);
		out.archives.at[i] = (struct archive_row){ .event = x->slug,
			.team = x->number,
			.state = x->state,
			.made = x->ended,
			.bytes = x->bytes,
			.blake2b = x->hash,
			.key = arena_strdup(c->arena, mark),
			.file = file,
			.there = stat(file, &st) == 0 && st.st_size == x->bytes };
	}
	if (!out.archives.n && !c->json)
		puts("No archive yet: a data steward makes them on the page Archives of an event.");
	else
		cli_show(c, list_fields, &out);
	return OK;
}

const struct command cmd_archive_list = { "archive list", "",
	"Lists the archives of what teams made: where each is, its size and its hash.", 0, 0,
	archive_list };

/* ---- open --------------------------------------------------------------------------------------
 */

struct open_out {
	const char *label, *into;
	int64_t made, files, folders, bytes, notes;
};

static const struct field open_fields[] = {
	FIELD(struct open_out, label, TEXT),
	FIELD(struct open_out, made, TIME),
	FIELD(struct open_out, into, TEXT),
	FIELD(struct open_out, files, INT),
	FIELD(struct open_out, folders, INT),
	FIELD(struct open_out, bytes, INT),
	FIELD(struct open_out, notes, INT, .label = "lines in " UNPACK_NOTES),
	FIELD_END,
};

/* FILE [--into DIR], in either order. */
static enum status
open_args(struct cli *c, const char *const *args, int n, const char **ret_file,
	const char **ret_into, struct err *e)
{
	const char *file = NULL, *into = NULL;
	for (int i = 0; i < n; i++) {
		if (streq(args[i], "--into") && i + 1 < n && !into)
			into = args[++i];
		else if (args[i][0] != '-' && !file)
			file = args[i];
		else
			return cli_misuse(c, e, "usage: wardroom archive open FILE [--into DIR]");
	}
	if (!file)
		return cli_misuse(
			c, e, "Which archive? usage: wardroom archive open FILE [--into DIR]");
	*ret_file = file;
	*ret_into = into;
	return OK;
}

static enum status
unlock(struct opener *o, struct err *e)
{
	char passphrase[ARCHIVE_PASS_MAX + 1], prompt[128];
	uint8_t secret[ARCHIVE_SECRET];
	snprintf(prompt, sizeof prompt, "Passphrase of %s: ", o->head.label);
	enum status s = terminal_passphrase(prompt, passphrase, sizeof passphrase, e);
	if (s == OK)
		s = archive_key_open(&o->head.key, passphrase, secret, e);
	if (s == OK)
		s = opener_unlock(o, secret, e);
	sodium_memzero(passphrase, sizeof passphrase);
	sodium_memzero(secret, sizeof secret);
	return s;
}

static enum status
take(void *ctx, void *p, size_t n, struct err *e)
{
	return opener_take(ctx, p, n, e);
}

static enum status
unpack_all(struct opener *o, int into, struct open_out *out, struct err *e)
{
	static struct entry_reader r;
	struct unpacked u;
	r = (struct entry_reader){ .take = take, .ctx = o };
	TRY(unpack_tree(&r, into, &u, e));
	TRY(opener_end(o, e));
	out->files = (int64_t)u.files;
	out->folders = (int64_t)u.folders;
	out->bytes = (int64_t)u.bytes;
	out->notes = (int64_t)u.notes;
	return OK;
}

/* The folder gets its name when everything is in it and was found whole; else nothing is left. */
static enum status
unpack_into(struct cli *c, struct opener *o, struct open_out *out, struct err *e)
{
	const char *path = out->into, *name = basename(arena_strdup(c->arena, path));
	const char *part = arena_printf(c->arena, ".%s.part.%d", name, (int)getpid());
	struct stat st;
	cleanup_fd int above =
		open(dirname(arena_strdup(c->arena, path)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (above < 0)
		return err_errno(e, "the folder of %s", path);
	if (fstatat(above, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(e, E_CONFLICT, "into",
			"%s is there already; an archive is opened into a new folder.", path);
	if (mkdirat(above, part, 0700) < 0)
		return err_errno(e, "making %s", part);
	cleanup_fd int into = openat(above, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	enum status s = into < 0 ? err_errno(e, "opening %s", part) : unpack_all(o, into, out, e);
	/* An empty folder that appeared meanwhile is replaced, anything else is not. */
	if (s == OK && renameat(above, part, above, name) < 0)
		s = err_errno(e, "naming %s", path);
	if (s != OK)
		io_remove_tree(above, part, NULL);
	return s;
}

static enum status
archive_open(struct cli *c, const char *const *args, int n, struct err *e)
{
	static struct opener o;
	const char *file = NULL, *into = NULL;
	TRY(open_args(c, args, n, &file, &into, e));
	/* O_NONBLOCK: a FIFO must not hold us before we can look at it. */
	cleanup_fd int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(e, "%s", file);
	if (!S_ISREG(st.st_mode))
		return err_set(e, E_INPUT, "file", "%s is not an ordinary file.", file);
	umask(077);
	TRY(opener_begin(&o, fd, e));
	struct open_out out = { .label = arena_strdup(c->arena, o.head.label),
		.made = o.head.made,
		.into = into ? into : arena_strdup(c->arena, o.head.label) };
	enum status s = unlock(&o, e);
	if (s == OK)
		s = unpack_into(c, &o, &out, e);
	opener_wipe(&o);
	TRY(s);
	cli_show(c, open_fields, &out);
	return OK;
}

const struct command cmd_archive_open = { "archive open", "FILE [--into DIR]",
	"Opens an archive with the steward's passphrase into a new folder, as harmless files.", 1,
	3, archive_open };
