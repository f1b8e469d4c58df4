/* A backup in the database's place, so that what happened since is neither lost nor hidden. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "cli/cli.h"
#include "cli/cli.sql.h"
#include "cli/lack.h"

struct restore_out {
	const char *file, *kept;
	int64_t entries, lost, set_aside, lacking;
	LIST(struct lack_row) lacks;
	const char *text;
};

static const struct field restore_fields[] = {
	FIELD(struct restore_out, file, TEXT),
	FIELD(struct restore_out, entries, INT, .label = "entries of the trail"),
	FIELD(struct restore_out, lost, INT, .label = "entries after the backup"),
	FIELD(struct restore_out, kept, TEXT, .label = "the database before"),
	FIELD(struct restore_out, set_aside, INT, .label = "things set aside"),
	FIELD(struct restore_out, lacking, INT, .label = "files that are not here"),
	FIELD_LIST(struct restore_out, lacks, lack_fields),
	FIELD(struct restore_out, text, TEXT, .label = "look at"),
	FIELD_END,
};

struct restore {
	struct cli *c;
	const char *copy;  /* the new database, until it takes its place */
	const char *stamp; /* what is set aside gets into its name: "20261122T055413Z" */
	struct audit_head seen, head;
	char hash[65];
	struct cli_kept_rows rooms;
	struct cli_archived_rows archived;
	struct cli_files_rows files; /* that the backup speaks of and does not hold */
};

/* ---- the copy, judged before anything is touched ---- */

static enum status
take_copy(struct restore *r, int from, struct err *e)
{
	static char block[1 << 18];
	crypto_generichash_state hash;
	uint8_t digest[32];
	ssize_t n;
	cleanup_fd int to =
		open(r->copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return err_errno(e, "%s", r->copy);
	crypto_generichash_init(&hash, NULL, 0, sizeof digest);
	while ((n = read(from, block, sizeof block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "reading the backup");
		crypto_generichash_update(&hash, (const uint8_t *)block, (size_t)n);
		TRY(io_write_fd(to, block, (size_t)n, e));
	}
	crypto_generichash_final(&hash, digest, sizeof digest);
	hex_encode(r->hash, digest, sizeof digest);
	return fsync(to) < 0 ? err_errno(e, "%s", r->copy) : OK;
}

/* In the new database: who did it, from what; and nobody is signed in by what was valid then. */
static enum status
mark(struct restore *r, struct err *e)
{
	struct cli *c = r->c;
	int64_t now = clock_now();
	TRY(db_begin(c->db, e));
	cleanup_tx struct db *tx = c->db;
	TRY(db_cli_end_sessions(c->db, now, e));
	TRY(db_cli_end_links(c->db, now, e));
	TRY(cli_audit(c, "database restored",
		arena_printf(c->arena, "backup of BLAKE2b %s", r->hash),
		arena_printf(c->arena,
			"its trail ends at entry %lld; the witness had seen entry %lld",
			(long long)r->head.n, (long long)r->seen.n),
		e));
	TRY(db_commit(tx, e));
	return audit_read_head(c->db, &r->head, e);
}

/* The store would take an empty file for a new database. */
static enum status
is_database(struct restore *r, struct err *e)
{
	static const char magic[16] = "SQLite format 3";
	char begin[sizeof magic];
	cleanup_fd int fd = open(r->copy, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "%s", r->copy);
	return read(fd, begin, sizeof begin) == sizeof begin &&
			       memcmp(begin, magic, sizeof magic) == 0
		       ? OK
		       : err_set(e, E_INPUT, "", "The backup is not a database.");
}

static enum status
judge(struct restore *r, struct err *e)
{
	struct cli *c = r->c;
	TRY(is_database(r, e));
	TRY(store_open(r->copy, 1, &c->store, e));
	c->db = store_take(c->store, c->arena);
	TRY(db_health(c->db, true, e));
	/* An entry that the witness knows must be the one it saw, or this is another trail. */
	TRY(audit_verify(c->db, NULL, &r->head, e));
	if (r->head.n == 0)
		return err_set(e, E_INPUT, "", "The backup holds no audit trail.");
	if (r->seen.n && r->head.n >= r->seen.n)
		TRY(audit_verify(c->db, &r->seen, &r->head, e));
	TRY(mark(r, e));
	TRY(lack_read(c, &r->files, e));
	TRY(db_cli_kept(c->db, &r->rooms, e));
	return db_cli_archived(c->db, &r->archived, e);
}

/* ---- its place ---- */

static enum status
move(const char *from, const char *to, struct err *e)
{
	return rename(from, to) < 0 && errno != ENOENT ? err_errno(e, "%s", from) : OK;
}

/* At no moment is there no database: one that was missing at a start would be made anew, empty. */
static enum status
swap(struct restore *r, const char **ret_kept, struct err *e)
{
	struct arena *a = r->c->arena;
	const char *dir = arena_printf(a, "%s/portal", r->c->config.state);
	const char *now = arena_printf(a, "%s/wardroom.db", dir);
	const char *kept = arena_printf(a, "%s/before-%s.db", dir, r->stamp);
	if (link(now, kept) < 0 && errno != ENOENT)
		return err_errno(e, "%s", kept);
	*ret_kept = access(kept, F_OK) == 0 ? kept : "";
	TRY(move(arena_printf(a, "%s-wal", now), arena_printf(a, "%s-wal", kept), e));
	TRY(move(arena_printf(a, "%s-shm", now), arena_printf(a, "%s-shm", kept), e));
	if (rename(r->copy, now) < 0)
		return err_errno(e, "%s", now);
	cleanup_fd int d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return d < 0 || fsync(d) < 0 ? err_errno(e, "%s", dir) : OK;
}

/* ---- what the restored database does not know ---- */

static bool
known(const struct restore *r, int64_t ws)
{
	for (size_t i = 0; i < r->rooms.n; i++)
		if (r->rooms.at[i].id == ws)
			return true;
	for (size_t i = 0; i < r->archived.n; i++)
		if (r->archived.at[i].id == ws)
			return true;
	return false;
}

/*
 * A workspace made after the backup: its number will be given again, to another team, which must
 * not find these files. Nothing is removed.
 */
static enum status
set_aside(struct restore *r, const char *folder, int64_t *count, struct err *e)
{
	const char *path = arena_printf(r->c->arena, "%s/%s", r->c->config.state, folder);
	cleanup_dir DIR *d = opendir(path);
	if (!d)
		return errno == ENOENT ? OK : err_errno(e, "%s", path);
	for (struct dirent *de; (de = io_next(d));) {
		struct str name = str_of(de->d_name);
		int64_t ws;
		if (!str_int(str_cut(&name, '.'), &ws) || ws <= 0 || known(r, ws))
			continue;
		const char *to = arena_printf(r->c->arena, "before-%s-%s", r->stamp, de->d_name);
		if (renameat(dirfd(d), de->d_name, dirfd(d), to) < 0)
			return err_errno(e, "%s/%s", path, de->d_name);
		++*count;
	}
	return errno ? err_errno(e, "%s", path) : OK;
}

/* The witness goes on from here; what it saw before stays in it. */
static enum status
tell_witness(struct restore *r, struct err *e)
{
	const char *path = arena_printf(r->c->arena, "%s/witness", r->c->config.state);
	char hex[2 * AUDIT_HASH + 1], when[32], line[160];
	cleanup_fd int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(e, "%s", path);
	hex_encode(hex, r->head.hash, AUDIT_HASH);
	clock_iso(clock_now(), when, sizeof when);
	int n = snprintf(
		line, sizeof line, "%lld %s %s restored\n", (long long)r->head.n, hex, when);
	TRY(io_write_fd(fd, line, (size_t)n, e));
	return fsync(fd) < 0 ? err_errno(e, "%s", path) : OK;
}

/* ---- the whole ---- */

static void
forget_copy(struct restore *r)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	for (size_t i = 0; i < 3; i++)
		unlink(arena_printf(r->c->arena, "%s%s", r->copy, ends[i]));
}

static enum status
as_portal(struct restore *r, int from, const char **ret_kept, struct err *e)
{
	enum status s = take_copy(r, from, e);
	if (s == OK)
		s = judge(r, e);
	/* Closed, it is one file. */
	cli_close(r->c);
	if (s == OK)
		s = swap(r, ret_kept, e);
	if (s != OK)
		forget_copy(r);
	return s;
}

static enum status
restore(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct restore_out out = { .file = args[0] };
	struct restore r = { .c = c };
	const char *why;
	char when[32];
	int64_t warden;
	cleanup_fd int lock = -1;
	if (geteuid() != 0)
		return err_set(e, E_DENIED, "", "Restoring is for root: it tells the witness too.");
	TRY(cli_warden(c, &warden, &lock, e));
	cleanup_fd int from =
		streq(args[0], "-") ? dup(STDIN_FILENO) : open(args[0], O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return err_errno(e, "%s", args[0]);
	TRY(cli_witness(c, &r.seen, &why, e));
	clock_iso(clock_now(), when, sizeof when);
	r.stamp = arena_printf(c->arena, "%.4s%.2s%.2sT%.2s%.2s%.2sZ", when, when + 5, when + 8,
		when + 11, when + 14, when + 17);
	r.copy = arena_printf(c->arena, "%s/portal/restore.%d.db", c->config.state, (int)getpid());
	TRY(cli_become_portal(c, false, e));
	umask(077);
	cli_forget_copies(c, "restore.");
	TRY(as_portal(&r, from, &out.kept, e));
	TRY(cli_root_again(c, e));
	static const char *const folders[] = { "ws", "packages", "archive" };
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		TRY(set_aside(&r, folders[i], &out.set_aside, e));
	TRY(tell_witness(&r, e));
	struct lacks l = lack_find(c, &r.files);
	out.lacks.at = l.rows.at;
	out.lacking = (int64_t)(out.lacks.n = l.rows.n);
	out.entries = r.head.n;
	out.lost = r.seen.n >= r.head.n ? r.seen.n - r.head.n + 1 : 0;
	out.text = "Phases, teams, roles and signatures are as they were then; everybody signs in "
		   "again. Look at them before you start the server. Mail that waited then is sent "
		   "again, but none with a sign-in link: organisers send those anew. A backup "
		   "holds no files: "
		   "copy back what is missing, or its teams hand it in again.";
	cli_show(c, restore_fields, &out);
	return OK;
}

const struct command cmd_restore = { "restore", "FILE",
	"Puts a backup in the database's place while the server is stopped; the database that was "
	"there is kept.",
	1, 1, restore };
