/* L5, L7, L8: the audit trail, what a backup and a log hold, and what an end leaves. */
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack/proof/proof.h"
#include "base/clock.h"
#include "base/io.h"

enum { FILE_MAX = 256 << 20, END_MS = 60000, STOP_MS = 40000 };

static bool
file_holds(struct proof *p, const char *path, const char *word)
{
	cleanup_arena struct arena *a = arena_new();
	struct str s;
	return io_read_file(a, path, FILE_MAX, &s, NULL) == OK && s.n &&
	       memmem(s.p, s.n, word, strlen(word));
}

/* Any file below a folder, at most six deep. */
static bool
tree_holds(struct proof *p, const char *path, const char *word, int depth)
{
	bool found = false;
	cleanup_dir DIR *d = opendir(path);
	for (struct dirent *de; d && !found && depth < 6 && (de = readdir(d));) {
		const char *at = arena_printf(p->arena, "%s/%s", path, de->d_name);
		if (streq(de->d_name, ".") || streq(de->d_name, ".."))
			continue;
		found = de->d_type == DT_DIR ? tree_holds(p, at, word, depth + 1)
					     : file_holds(p, at, word);
	}
	return found;
}

/* Bytes in all files below a folder. */
static int64_t
tree_bytes(struct proof *p, const char *path, int depth)
{
	int64_t n = 0;
	struct stat st;
	cleanup_dir DIR *d = opendir(path);
	for (struct dirent *de; d && depth < 6 && (de = readdir(d));) {
		if (streq(de->d_name, ".") || streq(de->d_name, ".."))
			continue;
		if (de->d_type == DT_DIR)
			n += tree_bytes(
				p, arena_printf(p->arena, "%s/%s", path, de->d_name), depth + 1);
		else if (fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			n += st.st_size;
	}
	return n;
}

static const char *
state_path(struct proof *p, const char *name)
{
	return arena_printf(p->arena, "%s/%s", p->house->c.state, name);
}

/* ---- what lies about ---------------------------------------------------------------------------
 */

static void
copies(struct proof *p)
{
	const char *backup = state_path(p, "backup.db"), *name = p->stage->patient;
	struct str out;
	bool made = stage_wardroom(p->stage, &out, "backup", backup, NULL) == 0;
	bool control = made && file_holds(p, backup, "Ada Alder");
	told(p, "L8.backup-source", "a patient's name in a backup", !file_holds(p, backup, name),
		control && tree_holds(p, state_path(p, "inbox"), name, 0), "not there");
	told(p, "L8.backup-workspace", "a member's file in a backup",
		!file_holds(p, backup, p->secret), control, "not there");
	told(p, "L8.portal", "a patient's name in the portal's folder",
		!tree_holds(p, state_path(p, "portal"), name, 0), control, "not there");
	told(p, "L8.log", "a patient's name in the log",
		!file_holds(p, p->house->log, name) && !file_holds(p, p->house->log, p->secret),
		file_holds(p, p->house->log, "entered"), "not there");
	const char *token = strchr(p->eve.cookie, '=');
	told(p, "L8.log-cookie", "a cookie that opens a workspace in the log",
		token && !file_holds(p, p->house->log, token + 1),
		file_holds(p, p->house->log, "entered"), "not there");
	told(p, "L8.backup-cookie", "a session or ticket that still works in a backup",
		!file_holds(p, backup,
			strchr(who_cookies(&p->stage->boss), '=')
				? strchr(who_cookies(&p->stage->boss), '=') + 1
				: "="),
		control && *who_cookies(&p->stage->boss), "hashes only");
	told(p, "L8.release", "a patient's name in an image that teams are given",
		!tree_holds(p, state_path(p, "releases"), name, 0), control, "not there");
}

/* Entries that look like others, or that a terminal would obey. */
static void
injection(struct proof *p)
{
	static const char evil[] =
		"x@example.org\n2026-01-01T00:00:00Z root sealed \033[2J\033[31m";
	struct who *w = &p->stage->stranger;
	struct str out;
	struct page page;
	browser_get(w->browser, "/sign-in", &page, NULL);
	for (size_t i = 0; i < page.doc.forms.n; i++)
		if (form_value(&page.doc.forms.at[i], "csrf"))
			w->csrf = form_value(&page.doc.forms.at[i], "csrf");
	who_post(w, NULL, "/sign-in", "email", evil, "password", "not a password at all", NULL);
	int code = who_post(&p->stage->boss, NULL, STAGE_EVENT "/teams/2", "name",
		"Two\n99999  2026 root sealed\033[2J", "link", "", NULL);
	const char *said = stage_wardroom(p->stage, &out, "audit", "list", "200", NULL) == 0
				   ? str_dup(p->arena, out)
				   : "";
	told(p, "L5.escape", "an entry that a terminal obeys when it is listed",
		*said && !strchr(said, '\033'), stage_trail(p->stage, "event made", NULL) == 1,
		"shown as ?");
	told(p, "L5.newline", "an entry that looks like two", !strstr(said, "\n99999 "), *said != 0,
		"the name was answered with %d", code);
	told(p, "L5.log", "a line of the log that somebody outside has written",
		!file_holds(p, p->house->log, "\n2026-01-01T00:00:00Z root"), *said != 0,
		"not there");
	int n = stage_wardroom(p->stage, &out, "person", "add", "y@example.org", "A\nB", NULL);
	told(p, "L5.person", "a person whose name is two lines", n != 0, *said != 0,
		"refused with %d", n);
}

/* ---- a trail that was changed ------------------------------------------------------------------
 */

/* The server is asked to end, so that its database lies still. */
static void
stop(struct proof *p)
{
	int64_t until = clock_mono_ms() + STOP_MS;
	kill(p->house->warden, SIGTERM);
	while (waitpid(p->house->warden, NULL, WNOHANG) == 0 && clock_mono_ms() < until)
		poll(NULL, 0, 20);
	p->house->warden = 0;
}

static bool
copy_file(struct proof *p, const char *from, const char *to, const struct passwd *owner)
{
	struct str s;
	if (io_read_file(p->arena, from, FILE_MAX, &s, NULL) != OK)
		return false;
	cleanup_fd int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return fd >= 0 && io_write_fd(fd, s.p, s.n, NULL) == OK &&
	       (!owner || fchown(fd, owner->pw_uid, owner->pw_gid) == 0);
}

/* A state folder of its own with database and witness. */
static const char *
make_copy(struct proof *p, const char *name, const char *database)
{
	const struct passwd *pw = getpwnam(p->house->c.user_portal);
	const char *dir = state_path(p, arena_printf(p->arena, "copy-%s", name));
	const char *portal = arena_printf(p->arena, "%s/portal", dir);
	const char *config = arena_printf(p->arena, "%s/wardroom.conf", dir);
	if (!pw || mkdir(dir, 0711) < 0 || mkdir(portal, 0700) < 0 ||
		chown(portal, pw->pw_uid, pw->pw_gid) < 0 ||
		!copy_file(p, database, arena_printf(p->arena, "%s/wardroom.db", portal), pw) ||
		!copy_file(p, state_path(p, "witness"), arena_printf(p->arena, "%s/witness", dir),
			NULL))
		return NULL;
	const char *text = arena_printf(p->arena, "state %s\nbin %s\nuser_portal %s\n", dir,
		p->house->c.bin, p->house->c.user_portal);
	cleanup_fd int fd = open(config, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return fd >= 0 && io_write_fd(fd, text, strlen(text), NULL) == OK ? dir : NULL;
}

static int
verify(struct proof *p, const char *dir)
{
	struct str out;
	const char *const argv[] = { "wardroom", "--config",
		arena_printf(p->arena, "%s/wardroom.conf", dir), "audit", "verify", NULL };
	return house_run(p->house, p->arena, argv, STR(""), &out);
}

/* Puts `to` in the place of `from`, of the same length, where it stands first after `skip` times.
 */
static bool
overwrite(struct proof *p, const char *path, const char *from, const char *to, int skip)
{
	struct str s;
	if (io_read_file(p->arena, path, FILE_MAX, &s, NULL) != OK)
		return false;
	const char *at = s.p, *end = s.p + s.n;
	while ((at = memmem(at, (size_t)(end - at), from, strlen(from))) && skip--)
		at += strlen(from);
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);
	return at && fd >= 0 && pwrite(fd, to, strlen(to), at - s.p) == (ssize_t)strlen(to);
}

/* What one entry tells becomes what another told, in both directions. */
static bool
exchange(struct proof *p, const char *db)
{
	static const char one[] = "agreement signed", two[] = "application sent",
			  none[] = "################";
	return overwrite(p, db, one, none, 0) && overwrite(p, db, two, one, 0) &&
	       overwrite(p, db, none, two, 0);
}

/* One digit of its newest line's hash. */
static bool
spoil_witness(struct proof *p, const char *dir)
{
	const char *path = arena_printf(p->arena, "%s/witness", dir);
	struct str s;
	if (io_read_file(p->arena, path, FILE_MAX, &s, NULL) != OK || s.n < 80)
		return false;
	size_t at = s.n - 1;
	while (at > 0 && s.p[at - 1] != '\n')
		at--;
	while (at < s.n && s.p[at] != ' ')
		at++;
	char digit = s.p[at + 1] == '0' ? '1' : '0';
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);
	return at + 1 < s.n && fd >= 0 && pwrite(fd, &digit, 1, (off_t)at + 1) == 1;
}

static void
tampered(struct proof *p, const char *old)
{
	/* A portal that was ended late leaves the newest entries beside the database's file. */
	const char *db = state_path(p, "still.db"), *same = NULL;
	struct str out;
	if (stage_wardroom(p->stage, &out, "backup", db, NULL) == 0)
		same = make_copy(p, "same", db);
	bool control = same && verify(p, same) == 0;
	const char *dir = make_copy(p, "action", db);
	bool done = dir && overwrite(p, arena_printf(p->arena, "%s/portal/wardroom.db", dir),
				   "agreement signed", "agreement singed", 0);
	told(p, "L5.edit", "one word of an entry changed in the file", verify(p, dir) != 0,
		control && done, "found");
	dir = make_copy(p, "order", db);
	done = dir && exchange(p, arena_printf(p->arena, "%s/portal/wardroom.db", dir));
	told(p, "L5.reorder", "two entries exchanged in the file", verify(p, dir) != 0,
		control && done, "found");
	dir = make_copy(p, "old", old);
	told(p, "L5.rollback", "the newest entries taken off by an older copy of the database",
		dir && verify(p, dir) != 0, control, "found by the witness");
	dir = make_copy(p, "witness", db);
	done = dir && spoil_witness(p, dir);
	told(p, "L5.witness", "the witness changed", dir && verify(p, dir) != 0, control && done,
		"found");
	dir = make_copy(p, "half", db);
	FILE *f = dir ? fopen(arena_printf(p->arena, "%s/portal/wardroom.db", dir), "r+e") : NULL;
	done = f && fseek(f, 0, SEEK_END) == 0 && ftruncate(fileno(f), ftell(f) / 2) == 0;
	if (f)
		fclose(f);
	told(p, "L5.truncate", "half of the database cut off", dir && verify(p, dir) != 0,
		control && done, "found");
	told_residual(p, "L5.root", "trail and witness both written anew by root", control,
		"root on the server is outside of what is defended; the signed reports and the "
		"head that a controller has noted before would not agree",
		"not tried");
}

/* ---- the end -----------------------------------------------------------------------------------
 */

static int
loops_of(struct proof *p)
{
	int n = 0;
	cleanup_dir DIR *d = opendir("/sys/block");
	for (struct dirent *de; d && (de = readdir(d));) {
		const char *path =
			arena_printf(p->arena, "/sys/block/%s/loop/backing_file", de->d_name);
		struct str s;
		n += str_starts(str_of(de->d_name), "loop") &&
		     io_read_file(p->arena, path, 4096, &s, NULL) == OK &&
		     str_starts(s, p->house->c.state);
	}
	return n;
}

static enum status
end(struct proof *p, struct err *e)
{
	struct stage *s = p->stage;
	const char *ws = state_path(p, "ws");
	bool before = tree_holds(p, ws, p->secret, 0) && loops_of(p) > 0;
	static const char *const phases[] = { "full", "presentations", "final", "closed" };
	for (size_t i = 0; i < 4; i++)
		TRY(stage_move(s, phases[i], e));
	bool gone = stage_rooms_are(s, "destroyed", NULL, END_MS);
	told(p, "L7.disk", "a member's file on a disk that was destroyed",
		gone && !tree_holds(p, ws, p->secret, 0), before, "the disks are gone");
	int64_t quiet = clock_mono_ms() + END_MS;
	while (loops_of(p) && clock_mono_ms() < quiet)
		poll(NULL, 0, 100);
	told(p, "L7.mount", "mounting what was destroyed", gone && loops_of(p) == 0, before,
		"no device of it is left");
	told(p, "L7.enter", "entering a workspace that was destroyed",
		who_ticket(p->ada.who, 1) == NULL, gone, "refused");
	told(p, "L7.record", "destroying without a record",
		stage_trail(s, "workspace destroyed", NULL) == STAGE_TEAMS, gone, "one each");
	told_residual(p, "L7.copy", "reading a disk that root had copied before", before,
		"root on the server is outside of what is defended; put the state folder on an "
		"encrypted disk, so that what leaves the building in a dead drive is unreadable",
		"not tried");
	const char *data = state_path(p, "data"), *images = state_path(p, "releases");
	int64_t had = tree_bytes(p, data, 0) + tree_bytes(p, images, 0);
	int code = who_post(&s->boss, NULL, STAGE_EVENT "/destroyed", "confirm", "Proof", NULL);
	int64_t until = clock_mono_ms() + END_MS, left;
	while ((left = tree_bytes(p, data, 0) + tree_bytes(p, images, 0)) &&
		clock_mono_ms() < until)
		poll(NULL, 0, 200);
	told(p, "L7.sources", "reading sources, labels or images after the data were destroyed",
		left == 0, had > 0 && code == 303, "%lld bytes, then %lld", (long long)had,
		(long long)left);
	return OK;
}

enum status
proof_trail(struct proof *p, struct err *e)
{
	copies(p);
	injection(p);
	const char *old = state_path(p, "backup.db");
	TRY(end(p, e));
	poll(NULL, 0, 3000); /* the witness is written within seconds */
	stop(p);
	tampered(p, old);
	return OK;
}
