/* What a server is doing, for whoever looks after it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "cli/cli.h"
#include "cli/cli.sql.h"

struct process_row {
	const char *name;
	int64_t pid, since, memory_mb;
};

struct event_row {
	const char *slug, *phase;
	int64_t teams, rooms, rooms_open, rooms_bad, jobs, archives;
	const char *name;
};

struct status_out {
	bool runs;
	const char *site;
	int64_t since;
	const char *disk;
	int64_t disk_free_mb, disk_free_percent;
	int64_t backup; /* the newest that ended well */
	const char *backup_trouble;
	const char *mail;
	int64_t mail_waiting, mail_failed;
	LIST(struct process_row) processes;
	LIST(struct event_row) events;
};

static const struct field process_fields[] = {
	FIELD(struct process_row, name, TEXT),
	FIELD(struct process_row, pid, INT),
	FIELD(struct process_row, since, TIME),
	FIELD(struct process_row, memory_mb, INT, .label = "memory (MB)"),
	FIELD_END,
};

static const struct field event_fields[] = {
	FIELD(struct event_row, slug, TEXT),
	FIELD(struct event_row, phase, TEXT),
	FIELD(struct event_row, teams, INT),
	FIELD(struct event_row, rooms_open, INT, .label = "workspaces open"),
	FIELD(struct event_row, rooms, INT, .label = "of"),
	FIELD(struct event_row, rooms_bad, INT, .label = "in trouble"),
	FIELD(struct event_row, jobs, INT, .label = "jobs"),
	FIELD(struct event_row, archives, INT, .label = "archives to make"),
	FIELD(struct event_row, name, TEXT),
	FIELD_END,
};

static const struct field status_fields[] = {
	FIELD(struct status_out, runs, BOOL),
	FIELD(struct status_out, since, TIME, .label = "running since"),
	FIELD(struct status_out, site, TEXT),
	FIELD(struct status_out, disk, TEXT, .label = "kept in"),
	FIELD(struct status_out, disk_free_mb, INT, .label = "disk left (MB)"),
	FIELD(struct status_out, disk_free_percent, INT, .label = "disk left (%)"),
	FIELD(struct status_out, backup, TIME, .label = "last backup"),
	FIELD(struct status_out, backup_trouble, TEXT, .label = "backup in trouble"),
	FIELD(struct status_out, mail, TEXT, .doc = "the server that takes mail"),
	FIELD(struct status_out, mail_waiting, INT, .label = "mail waiting"),
	FIELD(struct status_out, mail_failed, INT, .label = "mail failed"),
	FIELD_LIST(struct status_out, processes, process_fields),
	FIELD_LIST(struct status_out, events, event_fields),
	FIELD_END,
};

enum status
cli_warden(struct cli *c, int64_t *ret_pid, int *ret_fd, struct err *e)
{
	const char *path = arena_printf(c->arena, "%s/lock", c->config.run);
	struct str text;
	cleanup_fd int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	*ret_pid = 0;
	if (fd < 0 && errno == ENOENT)
		return OK;
	if (fd < 0 && errno == EACCES)
		return err_set(e, E_DENIED, "", "Whether the server runs only root can tell.");
	if (fd < 0)
		return err_errno(e, "%s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (ret_fd)
			*ret_fd = steal_fd(&fd);
		return OK;
	}
	if (errno != EWOULDBLOCK)
		return err_errno(e, "%s", path);
	TRY(io_read_fd(c->arena, fd, 64, &text, e));
	if (!str_int(str_trim(text), ret_pid) || *ret_pid <= 0)
		*ret_pid = 1; /* it is just starting */
	return ret_fd ? err_set(e, E_CONFLICT, "", "The server runs (process %lld); stop it first.",
				(long long)*ret_pid)
		      : OK;
}

/* ---- processes: the warden, and its own children ---- */

/* Field n of /proc/pid/stat, counted as proc(5) does; the second may hold spaces. */
static bool
stat_field(struct arena *a, int64_t pid, int n, int64_t *ret)
{
	struct str s;
	if (io_read_file(a, arena_printf(a, "/proc/%lld/stat", (long long)pid), 4096, &s, NULL) !=
		OK)
		return false;
	const char *end = memrchr(s.p, ')', s.n);
	if (!end)
		return false;
	struct str rest = { end + 2, (size_t)(s.p + s.n - end - 2) }, word = { 0 };
	for (int i = 3; i <= n; i++)
		word = str_cut(&rest, ' ');
	return str_int(str_trim(word), ret);
}

static const char *
name_of(struct arena *a, int64_t pid)
{
	struct str s;
	if (io_read_file(a, arena_printf(a, "/proc/%lld/cmdline", (long long)pid), 65536, &s,
		    NULL) != OK)
		return "";
	const char *first = str_dup(a, str_cut(&s, '\0')), *slash = strrchr(first, '/');
	return slash ? slash + 1 : first;
}

static bool
look_at(struct arena *a, int64_t pid, struct process_row *ret)
{
	enum { STARTED = 22, PAGES = 24 };
	int64_t ticks, pages;
	struct timespec up;
	if (!stat_field(a, pid, STARTED, &ticks) || !stat_field(a, pid, PAGES, &pages))
		return false;
	clock_gettime(CLOCK_BOOTTIME, &up);
	*ret = (struct process_row){ .name = name_of(a, pid),
		.pid = pid,
		.since = clock_now() - (up.tv_sec - ticks / sysconf(_SC_CLK_TCK)),
		.memory_mb = pages * sysconf(_SC_PAGESIZE) >> 20 };
	return true;
}

/* What runs inside a workspace ends up below the warden too, and is not ours. */
static void
list_processes(struct cli *c, int64_t warden, struct status_out *out)
{
	enum { PARENT = 4, SHOWN = 64 };
	cleanup_dir DIR *d = opendir("/proc");
	struct process_row row;
	out->processes.at = ARENA_ARRAY(c->arena, SHOWN, struct process_row);
	if (look_at(c->arena, warden, &row)) {
		out->processes.at[out->processes.n++] = row;
		out->since = row.since;
	}
	for (struct dirent *de; d && (de = readdir(d)) && out->processes.n < SHOWN;) {
		int64_t pid, parent;
		if (str_int(str_of(de->d_name), &pid) &&
			stat_field(c->arena, pid, PARENT, &parent) && parent == warden &&
			look_at(c->arena, pid, &row) &&
			strncmp(row.name, "wardroom-", strlen("wardroom-")) == 0)
			out->processes.at[out->processes.n++] = row;
	}
}

/* ---- the rest ---- */

static enum status
backups(struct cli *c, struct status_out *out, struct err *e)
{
	struct cli_last_backup last;
	struct cli_backup_trouble bad;
	bool found;
	char iso[32];
	TRY(db_cli_last_backup(c->db, &last, e));
	TRY(db_found(db_cli_backup_trouble(c->db, &bad, e), &found));
	out->backup = last.at;
	out->backup_trouble = last.at ? "" : "none was made yet";
	if (!found)
		return OK;
	clock_iso(bad.at, iso, sizeof iso);
	out->backup_trouble =
		streq(bad.action, "backup failed")
			? arena_printf(c->arena, "failed %s: %s", iso, bad.detail)
			: arena_printf(c->arena, "begun %s and not finished: %s", iso, bad.detail);
	return OK;
}

static enum status
list_events(struct cli *c, struct status_out *out, struct err *e)
{
	struct cli_status_events_rows rows;
	struct cli_status_mail mail;
	TRY(db_cli_status_events(c->db, &rows, e));
	TRY(db_cli_status_mail(c->db, &mail, e));
	out->mail = c->config.mail_server;
	if (!config_mails(&c->config))
		out->mail = arena_printf(c->arena,
			"not set up: nothing is sent, %lld %s; `person link` makes sign-in links",
			(long long)mail.waiting,
			mail.waiting == 1 ? "message waits" : "messages wait");
	out->mail_waiting = mail.waiting;
	out->mail_failed = mail.failed;
	out->events.at = ARENA_ARRAY(c->arena, rows.n, struct event_row);
	out->events.n = rows.n;
	for (size_t i = 0; i < rows.n; i++) {
		const struct cli_status_events *x = &rows.at[i];
		out->events.at[i] = (struct event_row){ x->slug, x->phase, x->teams, x->rooms,
			x->rooms_open, x->rooms_bad, x->jobs, x->archives, x->name };
	}
	return OK;
}

static enum status
status(struct cli *c, const char *const *args, int n, struct err *e)
{
	struct status_out out = { .site = c->config.site, .disk = c->config.state };
	struct statvfs v;
	int64_t warden;
	TRY(cli_warden(c, &warden, NULL, e));
	if (statvfs(c->config.state, &v) < 0)
		return err_errno(e, "%s%s",
			c->config_path ? "" : "Without --config FILE the state folder is ",
			c->config.state);
	out.disk_free_mb = (int64_t)((uint64_t)v.f_bavail * v.f_frsize >> 20);
	out.disk_free_percent = v.f_blocks ? (int64_t)(v.f_bavail * 100 / v.f_blocks) : 0;
	out.runs = warden != 0;
	if (warden)
		list_processes(c, warden, &out);
	TRY(cli_open(c, e));
	TRY(list_events(c, &out, e));
	TRY(backups(c, &out, e));
	cli_show(c, status_fields, &out);
	c->exit_code = out.runs ? 0 : 1;
	return OK;
}

const struct command cmd_status = { "status", "",
	"Says whether the server runs and since when, its processes, events, workspaces, jobs, "
	"disk "
	"and last backup; ends with 1 when it does not run.",
	0, 0, status };
