#include "warden/room.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "warden/beside.h"
#include "warden/bundle.h"
#include "warden/disk.h"
#include "warden/ground.h"
#include "warden/layer.h"
#include "warden/message.h"
#include "warden/mounts.h"
#include "warden/prove.h"
#include "warden/runtime.h"
#include "warden/seal.h"

enum { OPEN_MAGIC = 0x57445231 };

struct open_file {
	uint32_t magic, size;
	struct pw_ws ws;
};

struct pw_ws
room_settle(const struct place *p, const struct pw_ws *in)
{
	struct pw_ws w = *in;
	w.head = (struct wire_head){ 0 };
	w.memory_mb = w.memory_mb ? w.memory_mb : (uint32_t)p->c.memory_mb;
	w.cpus = w.cpus ? w.cpus : (uint32_t)p->c.cpus;
	w.processes = w.processes ? w.processes : (uint32_t)p->c.processes;
	w.disk_mb = w.disk_mb ? w.disk_mb : (uint32_t)p->c.disk_mb;
	for (size_t i = 0; i < PW_MEMBERS; i++) {
		struct pw_member *m = &w.members[i];
		if (i >= w.n_members) {
			*m = (struct pw_member){ 0 };
			continue;
		}
		size_t n = strnlen(m->name, sizeof m->name);
		memset(m->name + n, 0, sizeof m->name - n);
	}
	return w;
}

static enum status
remember(const char *dir, const struct pw_ws *w, struct err *e)
{
	struct open_file f = { OPEN_MAGIC, sizeof f, *w };
	cleanup_fd int d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int fd =
		d < 0 ? -1
		      : openat(d, "open.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
				0600);
	if (fd < 0)
		return err_errno(e, "remembering %s", dir);
	/* Not synced: after a power cut nothing runs that this could be a memory of. */
	TRY(io_write_fd(fd, &f, sizeof f, e));
	return renameat(d, "open.new", d, "open") < 0 ? err_errno(e, "remembering %s", dir) : OK;
}

enum status
room_remembered(
	struct arena *a, const struct place *p, uint64_t ws, struct pw_ws *ret, struct err *e)
{
	struct str s;
	struct open_file f;
	TRY(io_read_file(a, arena_printf(a, "%s/open", place_ws_run(a, p, ws)), sizeof f, &s, e));
	if (s.n != sizeof f)
		return err_set(e, E_IO, "", "The record of workspace %llu is incomplete.",
			(unsigned long long)ws);
	memcpy(&f, s.p, sizeof f);
	if (f.magic != OPEN_MAGIC || f.size != sizeof f || f.ws.ws != ws ||
		f.ws.n_members > PW_MEMBERS)
		return err_set(e, E_IO, "", "The record of workspace %llu is not one.",
			(unsigned long long)ws);
	*ret = f.ws;
	return OK;
}

/* Folders on the host side, with what they hide or show. */
static enum status
folders(struct arena *a, const struct place *p, uint64_t ws, struct err *e)
{
	const char *run = place_ws_run(a, p, ws);
	TRY(place_dir(place_ws_state(a, p, ws), 0700, 0, 0, e));
	/* The workspace's own root passes through on its way to its files; nobody else of the host.
	 */
	TRY(place_dir(run, 0710, 0, place_uid_base(p, ws), e));
	/* A release is readable by anybody who reaches it, so nobody else reaches it. */
	TRY(place_dir(arena_printf(a, "%s/mnt", run), 0700, 0, 0, e));
	TRY(place_dir(disk_point(a, p, ws), 0700, 0, 0, e));
	TRY(place_dir(arena_printf(a, "%s/mnt/data", run), 0700, 0, 0, e));
	TRY(place_dir(arena_printf(a, "%s/sock", run), 0711, 0, 0, e));
	return place_dir(arena_printf(a, "%s/desk", run), 0755, 0, 0, e);
}

/* Homes are made once and then left alone. */
static enum status
home_folder(struct arena *a, const struct place *p, const struct pw_ws *w,
	const struct pw_member *m, struct err *e)
{
	uid_t uid = place_member_uid(p, w->ws, m->slot);
	const char *home = arena_printf(a, "%s/home/%s", disk_point(a, p, w->ws), m->name);
	struct stat st;
	if (lstat(home, &st) < 0)
		return place_dir(home, 0700, uid, uid, e);
	/* The name was another slot's: their files must not become this member's. */
	if (st.st_uid != uid)
		return err_set(e, E_CONFLICT, "name",
			"The home of \"%s\" belongs to another member.", m->name);
	return OK;
}

/*
 * A folder for every slot there can be, shut to all, and on it a small file system for who is
 * there, which the gate may pass through.
 */
static enum status
socket_folders(struct arena *a, const struct place *p, const struct pw_ws *w, struct err *e)
{
	const char *sock = arena_printf(a, "%s/sock", place_ws_run(a, p, w->ws));
	for (uint32_t slot = 0; slot < PW_SLOTS; slot++)
		TRY(place_dir(arena_printf(a, "%s/%u", sock, slot), 0700, 0, 0, e));
	for (uint32_t i = 0; i < w->n_members; i++)
		TRY(mounts_member_sockets(arena_printf(a, "%s/%u", sock, w->members[i].slot),
			place_member_uid(p, w->ws, w->members[i].slot), p->gate.gid, e));
	return OK;
}

/* For who has joined since it was opened. */
static enum status
give_sockets(struct arena *a, const struct place *p, const struct pw_ws *w, struct err *e)
{
	pid_t pid = 0;
	for (uint32_t i = 0; i < w->n_members; i++) {
		uint32_t slot = w->members[i].slot;
		const char *point = arena_printf(a, "%s/sock/%u", place_ws_run(a, p, w->ws), slot);
		if (mounts_is(point))
			continue;
		if (!pid)
			TRY(runtime_pid(a, p, w->ws, &pid, e));
		TRY(mounts_member_sockets(point, place_member_uid(p, w->ws, slot), p->gate.gid, e));
		enum status s = mounts_give(point, pid, arena_printf(a, "/sock/%u", slot), e);
		if (s != OK) {
			/* The next update tries again. */
			mounts_drop(point, NULL);
			return s;
		}
	}
	return OK;
}

/*
 * The team's folder and where pip, npm and R put what a member installs, for the whole team. Made
 * once, while nobody is inside, and then left alone: what stands there later is theirs, and not
 * ours to follow.
 */
static enum status
shared_folders(struct arena *a, const char *team, uid_t base, struct err *e)
{
	static const char *const names[] = { "", "/packages", "/packages/python", "/packages/npm",
		"/packages/npm/lib", "/packages/R" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		TRY(place_dir(arena_printf(a, "%s%s", team, names[i]), 02770, base + PLACE_MEMBER,
			base + PLACE_TEAM, e));
	return OK;
}

static enum status
team_folders(struct arena *a, const struct place *p, const struct pw_ws *w, struct err *e)
{
	const char *disk = disk_point(a, p, w->ws);
	uid_t base = place_uid_base(p, w->ws);
	struct stat st;
	TRY(place_dir(arena_printf(a, "%s/home", disk), 0755, base, base, e));
	const char *team = arena_printf(a, "%s/team", disk);
	if (lstat(team, &st) < 0)
		TRY(shared_folders(a, team, base, e));
	for (uint32_t i = 0; i < w->n_members; i++)
		TRY(home_folder(a, p, w, &w->members[i], e));
	return OK;
}

static enum status
allowed(struct arena *a, const struct site *s, const struct pw_ws *w, struct err *e)
{
	struct stat st;
	bool setup = w->stage == WS_SETUP;
	if (setup && seal_is(a, &s->place, w->ws))
		return err_set(e, E_CONFLICT, "stage",
			"The workspace has held data; there is no way back to the setup phase.");
	const char *image = setup ? place_simulated(a, &s->place, w->release)
				  : place_image(a, &s->place, w->release);
	if (w->release && lstat(image, &st) < 0 && errno == ENOENT)
		return err_set(e, E_ABSENT, "release", "There is no image of release %llu.",
			(unsigned long long)w->release);
	if (setup ? s->host.ws_allowed : s->host.data_allowed)
		return OK;
	return err_set(e, E_CONFLICT, "stage",
		"This host cannot open the workspace%s: it lacks %s.",
		w->stage == WS_SETUP ? "" : " with data", s->host.missing);
}

static struct layer
layer_of(struct arena *a, const struct place *p, const struct pw_ws *w)
{
	const char *run = place_ws_run(a, p, w->ws);
	return (struct layer){ disk_point(a, p, w->ws), arena_printf(a, "%s/mnt", run),
		place_uid_base(p, w->ws), w->stage == WS_SETUP };
}

static enum status
mount_all(struct arena *a, const struct site *s, const struct pw_ws *w, bool *ret_layered,
	struct err *e)
{
	const struct place *p = &s->place;
	const char *run = place_ws_run(a, p, w->ws);
	const char *desk;
	TRY(place_program(a, p, "wardroom-desk", &desk, e));
	TRY(disk_mount(a, p, w->ws, w->disk_mb, e));
	disk_lend(a, p, w->ws);
	TRY(mounts_sockets(arena_printf(a, "%s/sock", run), e));
	struct layer l = layer_of(a, p, w);
	if (s->host.layers && l.writable)
		TRY(layer_make(a, &l, e));
	*ret_layered = layer_there(a, &l);
	if (*ret_layered)
		TRY(layer_on(a, &l, e));
	return ground_on(a, l.dir, desk, *ret_layered, e);
}

/* Data come last, into a workspace that runs and whose first process has found every exit shut. */
static enum status
give_data(struct arena *a, const struct place *p, const struct pw_ws *w, pid_t pid, struct str said,
	struct err *e)
{
	const char *data = arena_printf(a, "%s/mnt/data", place_ws_run(a, p, w->ws));
	struct seal_exit exits[EXIT_KINDS];
	TRY(seal_judge(a, said, exits, e));
	TRY(seal_record(a, p, w->ws, disk_point(a, p, w->ws), exits, e));
	/* A frozen workspace has proven the same and gets nothing. */
	if (!w->release)
		return OK;
	TRY(mounts_image(place_image(a, p, w->release), p->data.uid, data, e));
	return mounts_give(data, pid, "/data", e);
}

/* Simulated data are a file as any other: no reason to seal. */
static enum status
give_simulated(
	struct arena *a, const struct place *p, const struct pw_ws *w, pid_t pid, struct err *e)
{
	const char *data = arena_printf(a, "%s/mnt/data", place_ws_run(a, p, w->ws));
	TRY(mounts_image(place_simulated(a, p, w->release), p->data.uid, data, e));
	return mounts_give(data, pid, "/data", e);
}

static enum status
prove(struct arena *a, const struct place *p, const struct pw_ws *w, pid_t pid, struct err *e)
{
	TRY(prove_container(a, pid, place_uid_base(p, w->ws), w->release != 0, e));
	return w->stage == WS_FROZEN ? prove_frozen(a, pid, e) : OK;
}

static enum status
keep_disk(struct arena *a, const struct place *p, const struct pw_ws *w, struct err *e)
{
	return disk_keep(a, p, w->ws, e);
}

static enum status
start(struct arena *a, const struct site *s, const struct pw_ws *w, bool layered, pid_t *ret_pid,
	struct err *e)
{
	const struct place *p = &s->place;
	struct beside disk;
	struct str said;
	pid_t pid = 0;
	const struct bundle b = { p, w, place_ws_run(a, p, w->ws), place_cgroup(a, p, w->ws),
		s->host.cgroups.swap, layered };
	bool data = w->stage != WS_SETUP;
	/* Before anything of it runs, so that whatever breaks off leaves it sealed. */
	if (data)
		TRY(seal_set(a, p, w->ws, e));
	beside_start(&disk, keep_disk, p, w);
	enum status st = bundle_make(a, &b, e);
	if (st == OK)
		st = runtime_start(a, p, w->ws, &pid, data ? &said : NULL, e);
	TRY(beside_end(&disk, st, e));
	if (data)
		TRY(give_data(a, p, w, pid, said, e));
	else if (w->release)
		TRY(give_simulated(a, p, w, pid, e));
	TRY(prove(a, p, w, pid, e));
	disk_claim(a, p, w->ws);
	TRY(remember(b.dir, w, e));
	*ret_pid = pid;
	return OK;
}

static enum status
open_steps(
	struct arena *a, const struct site *s, const struct pw_ws *w, pid_t *ret_pid, struct err *e)
{
	bool layered = false;
	const struct place *p = &s->place;
	const char *run = place_ws_run(a, p, w->ws);
	/* What runs now, if anything, is of another stage or broken. */
	TRY(runtime_remove(a, p, w->ws, e));
	TRY(mounts_off(arena_printf(a, "%s/mnt/data", run), e));
	TRY(mounts_drop(arena_printf(a, "%s/sock", run), e));
	TRY(folders(a, p, w->ws, e));
	TRY(mount_all(a, s, w, &layered, e));
	TRY(socket_folders(a, p, w, e));
	TRY(team_folders(a, p, w, e));
	return start(a, s, w, layered, ret_pid, e);
}

enum status
room_open(
	struct arena *a, const struct site *s, const struct pw_ws *w, pid_t *ret_pid, struct err *e)
{
	enum status st = allowed(a, s, w, e);
	if (st == OK)
		st = open_steps(a, s, w, ret_pid, e);
	if (st != OK)
		room_close(a, s, w->ws, NULL);
	return st;
}

/* Whoever is no longer named leaves nothing running. */
static enum status
drop_members(struct arena *a, const struct site *s, const struct pw_ws *now,
	const struct pw_ws *next, struct err *e)
{
	for (uint32_t i = 0; i < now->n_members; i++) {
		bool stays = false;
		uint64_t n;
		for (uint32_t k = 0; k < next->n_members; k++)
			stays |= next->members[k].slot == now->members[i].slot;
		if (!stays)
			TRY(room_evict(a, s, now->ws, now->members[i].slot, &n, e));
	}
	return OK;
}

/* Homes of who is new, and the list of users. */
static enum status
member_files(struct arena *a, const struct place *p, const struct pw_ws *w, struct err *e)
{
	struct layer l = layer_of(a, p, w);
	bool layered = layer_there(a, &l);
	const char *root = arena_printf(a, "%s/%s", place_ws_run(a, p, w->ws),
		layered ? "mnt/disk/layer" : "bundle/rootfs");
	TRY(team_folders(a, p, w, e));
	return bundle_people(a, root, w, layered ? l.base : 0, e);
}

enum status
room_update(struct arena *a, const struct site *s, const struct pw_ws *now,
	const struct pw_ws *next, struct err *e)
{
	const struct place *p = &s->place;
	const char *run = place_ws_run(a, p, next->ws);
	/* First, as what follows writes and may fail. */
	TRY(drop_members(a, s, now, next, e));
	disk_lend(a, p, next->ws);
	enum status st = member_files(a, p, next, e);
	disk_claim(a, p, next->ws);
	if (st != OK)
		return st;
	TRY(give_sockets(a, p, next, e));
	if (now->memory_mb != next->memory_mb || now->cpus != next->cpus ||
		now->processes != next->processes)
		TRY(runtime_limits(a, p, next->ws, next->memory_mb, next->cpus, next->processes,
			s->host.cgroups.swap, e));
	return remember(run, next, e);
}

enum status
room_close(struct arena *a, const struct site *s, uint64_t ws, struct err *e)
{
	const struct place *p = &s->place;
	const char *run = place_ws_run(a, p, ws);
	TRY(runtime_remove(a, p, ws, e));
	TRY(mounts_off(arena_printf(a, "%s/mnt/data", run), e));
	/* What stands on the team's disk comes off before it. */
	TRY(layer_off(a, arena_printf(a, "%s/mnt", run), e));
	TRY(ground_off(a, arena_printf(a, "%s/mnt", run), e));
	TRY(mounts_off(disk_point(a, p, ws), e));
	TRY(mounts_drop(arena_printf(a, "%s/sock", run), e));
	cgroup_remove(a, &s->host.cgroups, place_cgroup(a, p, ws));
	cleanup_fd int dir =
		open(arena_printf(a, "%s/ws", p->c.run), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "opening %s/ws", p->c.run);
	/* A mount that is still there must never be emptied from outside. */
	if (mounts_is(disk_point(a, p, ws)))
		return err_set(e, E_IO, "", "The disk of workspace %llu is still mounted.",
			(unsigned long long)ws);
	return io_remove_tree(dir, arena_printf(a, "%llu", (unsigned long long)ws), e);
}

static uint64_t
bytes_below(int dirfd, const char *name)
{
	uint64_t sum = 0;
	struct stat st;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	sum = (uint64_t)st.st_blocks * 512;
	if (!S_ISDIR(st.st_mode))
		return sum;
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	for (struct dirent *de; d && (de = io_next(d));)
		sum += bytes_below(fd, de->d_name);
	return sum;
}

enum status
room_destroy(struct arena *a, const struct site *s, uint64_t ws, uint64_t *ret_bytes, struct err *e)
{
	TRY(room_close(a, s, ws, e));
	const char *name = arena_printf(a, "%llu", (unsigned long long)ws);
	const char *path = arena_printf(a, "%s/ws", s->place.c.state);
	cleanup_fd int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "opening %s", path);
	uint64_t bytes = bytes_below(dir, name);
	TRY(io_remove_tree(dir, name, e));
	if (unlink(place_ledger(a, &s->place, ws)) < 0 && errno != ENOENT)
		return err_errno(e, "removing the ledger of workspace %s", name);
	if (unlink(place_seal(a, &s->place, ws)) < 0 && errno != ENOENT)
		return err_errno(e, "removing the seal's record of workspace %s", name);
	if (fsync(dir) < 0)
		return err_errno(e, "syncing %s", path);
	*ret_bytes = bytes;
	return OK;
}

void
room_usage(struct arena *a, const struct site *s, uint64_t ws, struct pw_usage *u)
{
	const struct place *p = &s->place;
	const char *disk = disk_point(a, p, ws);
	const char *image = disk_image(a, p, ws);
	struct cgroup_use c = cgroup_usage(a, &s->host.cgroups, place_cgroup(a, p, ws));
	struct statvfs v;
	struct stat st;
	u->processes = (uint32_t)c.processes;
	u->memory = c.memory;
	u->memory_limit = c.memory_limit;
	u->cpu_us = c.cpu_us;
	u->oom_kills = c.oom_kills;
	u->fork_fails = c.fork_fails;
	u->state = c.processes ? WS_OPEN : WS_ABSENT;
	if (stat(image, &st) == 0) {
		u->state = c.processes ? WS_OPEN : WS_CLOSED;
		u->disk = (uint64_t)st.st_blocks * 512;
		u->disk_limit = (uint64_t)st.st_size;
	}
	if (mounts_is(disk) && statvfs(disk, &v) == 0) {
		u->disk = (uint64_t)(v.f_blocks - v.f_bfree) * v.f_frsize;
		/* What the file system keeps for root, no member ever gets. */
		u->disk_limit = u->disk + (uint64_t)v.f_bavail * v.f_frsize;
		u->files_left = v.f_favail;
	}
}

enum status
room_found(struct arena *a, const struct site *s, uint64_t ws, struct pw_ws *ret, pid_t *ret_pid,
	struct err *e)
{
	struct pw_ws w;
	pid_t pid;
	size_t n;
	TRY(room_remembered(a, &s->place, ws, &w, e));
	TRY(runtime_pid(a, &s->place, ws, &pid, e));
	/* A number that another program got meanwhile is not our process 1. */
	pid_t *pids = cgroup_pids(a, &s->host.cgroups, place_cgroup(a, &s->place, ws), &n);
	bool ours = false;
	for (size_t i = 0; i < n; i++)
		ours |= pids[i] == pid;
	if (!ours)
		return err_set(e, E_ABSENT, "ws", "Process %d is not in the workspace.", (int)pid);
	TRY(prove(a, &s->place, &w, pid, e));
	*ret = w;
	*ret_pid = pid;
	return OK;
}

enum status
room_process(struct arena *a, const struct place *p, const struct pw_ws *w,
	const struct pw_member *m, const char *const *argv, const char **ret_path, struct err *e)
{
	struct buf b = buf_new(a);
	struct jsonw j = jsonw_new(&b);
	const char *path =
		arena_printf(a, "%s/process-%d.json", place_ws_run(a, p, w->ws), (int)getpid());
	bundle_process(a, &j, w, m, argv, NULL);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(e, "creating %s", path);
	TRY(io_write_fd(fd, b.p, b.n, e));
	*ret_path = path;
	return OK;
}
