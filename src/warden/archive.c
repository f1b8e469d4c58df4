#include "warden/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "warden/archiver.h"
#include "warden/disk.h"
#include "warden/mounts.h"
#include "warden/program.h"

enum {
	HASH = 32,
	RESERVE = 256 << 20, /* bytes that the server keeps for itself */
	SAY_MAX = 1024,
	TELL_MS = 1000,
};

/* ---- the team's disk, read-only, reached by a descriptor alone ---- */

#define HARMLESS (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static enum status
tree_of_mounted(const char *point, int *ret, struct err *e)
{
	struct mount_attr harmless = { .attr_set = HARMLESS, .propagation = MS_PRIVATE };
	cleanup_fd int tree =
		(int)syscall(SYS_open_tree, AT_FDCWD, point, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0 ||
		syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &harmless, sizeof harmless) < 0)
		return err_errno(e, "reading %s", point);
	*ret = steal_fd(&tree);
	return OK;
}

/*
 * Mounted nowhere: the descriptor alone holds it, so that nothing is left behind whatever happens.
 * The caller holds the disk (disk_hold) until we return, because the check writes when the disk was
 * not closed cleanly. Afterwards nothing is written: whoever opens the workspace then may mount the
 * same file, and makes this archive an old one.
 */
static enum status
tree_of_image(struct arena *a, const char *image, int *ret, struct err *e)
{
	char device[64];
	int code = 0;
	struct str out;
	const char *check[] = { "/usr/sbin/e2fsck", "-p", image, NULL };
	cleanup_fd int loop = -1, file = open(image, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (file < 0)
		return err_errno(e, "opening %s", image);
	/* After a power cut it takes up the journal first, which the mount below cannot. */
	TRY(program_run(a, check, 600000, &code, &out, e));
	if (code > 1)
		return err_set(e, E_IO, "", "%s is damaged: e2fsck says %d.", image, code);
	TRY(mounts_loop(file, LO_FLAGS_READ_ONLY, device, &loop, e));
	cleanup_fd int fs = (int)syscall(SYS_fsopen, "ext4", FSOPEN_CLOEXEC);
	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", device, 0) < 0 ||
		syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0 ||
		syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, "noload", NULL, 0) < 0 ||
		syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return err_errno(e, "reading %s", image);
	int tree = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, HARMLESS);
	if (tree < 0)
		return err_errno(e, "reading %s", image);
	*ret = tree;
	return OK;
}

static enum status
tree_of(struct arena *a, const struct place *p, uint64_t ws, int *ret, struct err *e)
{
	const char *point = disk_point(a, p, ws), *image = disk_image(a, p, ws);
	cleanup_fd int hold = -1;
	if (!mounts_is(point))
		TRY(disk_hold(image, &hold, e));
	/* It may have been mounted while we waited. */
	return mounts_is(point) ? tree_of_mounted(point, ret, e) : tree_of_image(a, image, ret, e);
}

/* ---- the file that comes of it ---- */

struct making {
	struct arena *a;
	const struct place *p;
	const struct pw_archive *m;
	int dir, part; /* state/archive, and the file in it that has no name yet */
	const char *part_name, *progress_name;
	crypto_generichash_state hash;
	uint64_t bytes;
	struct buf say, log;
	int64_t told_ms;
	/* What it told in the end. */
	bool done;
	uint64_t files, folders, links, left, content;
	const char *failure;
};

/* For the portal, so that a page can tell. */
static enum status
show(struct making *k, const char *name, const char *text, size_t n, struct err *e)
{
	TRY(io_replace_at(k->dir, name, 0640, text, n, e));
	return fchownat(k->dir, name, 0, k->p->portal.gid, AT_SYMLINK_NOFOLLOW) < 0
		       ? err_errno(e, "owner of %s", name)
		       : OK;
}

static bool
number(struct str *rest, uint64_t *ret)
{
	int64_t n;
	if (!str_int(str_cut(rest, ' '), &n) || n < 0)
		return false;
	*ret = (uint64_t)n;
	return true;
}

/* Only for show: what it is told may fail, and be nonsense. */
static void
far(struct making *k, struct str line)
{
	uint64_t done, total;
	if (!number(&line, &done) || !number(&line, &total) ||
		clock_mono_ms() < k->told_ms + TELL_MS)
		return;
	k->told_ms = clock_mono_ms();
	cleanup_arena struct arena *a = arena_new();
	const char *text = arena_printf(a, "%llu %llu The files are being sealed.\n",
		(unsigned long long)(done < total ? done : total), (unsigned long long)total);
	show(k, k->progress_name, text, strlen(text), NULL);
}

static void
hear(struct making *k, struct str line)
{
	struct str rest = line, word = str_cut(&rest, ' ');
	if (str_is(word, "done"))
		k->done = number(&rest, &k->files) && number(&rest, &k->folders) &&
			  number(&rest, &k->links) && number(&rest, &k->left) &&
			  number(&rest, &k->content);
	else if (str_is(word, "failed"))
		k->failure = program_last_line(k->a, rest);
	else
		far(k, line);
}

static void
hear_all(struct making *k)
{
	struct str all = buf_str(&k->say);
	const char *end;
	while (all.n && (end = memchr(all.p, '\n', all.n)))
		hear(k, str_cut(&all, '\n'));
	memmove(k->say.p, all.p, all.n);
	k->say.n = all.n < SAY_MAX ? all.n : 0; /* a line that long is none */
}

/* False at the pipe's end. */
static bool
take_data(struct making *k, int fd, enum status *ret, struct err *e)
{
	static uint8_t part[1 << 16];
	ssize_t n = read(fd, part, sizeof part);
	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0)
		return false;
	crypto_generichash_update(&k->hash, part, (size_t)n);
	k->bytes += (uint64_t)n;
	*ret = io_write_fd(k->part, part, (size_t)n, e);
	return true;
}

static bool
take_words(struct buf *b, int fd, size_t max)
{
	char part[512];
	ssize_t n = read(fd, part, sizeof part);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	if (b->n < max)
		buf_put(b, part, (size_t)n);
	return true;
}

/* Until both pipes have ended. What it writes of its own (a library's complaint) is kept a little.
 */
static enum status
listen_to(struct making *k, const struct archiver *io, struct err *e)
{
	enum status s = OK;
	bool data = true, say = true;
	while (s == OK && (data || say)) {
		struct pollfd p[3] = { { data ? io->data[0] : -1, POLLIN, 0 },
			{ say ? io->say[0] : -1, POLLIN, 0 }, { io->out[0], POLLIN, 0 } };
		if (poll(p, 3, -1) < 0 && errno != EINTR)
			return err_errno(e, "waiting for the archive");
		if (data && p[0].revents)
			data = take_data(k, io->data[0], &s, e);
		if (say && p[1].revents) {
			say = take_words(&k->say, io->say[0], 2 * SAY_MAX);
			hear_all(k);
		}
		if (p[2].revents & POLLIN)
			take_words(&k->log, io->out[0], 4096);
	}
	return s;
}

static enum status
run(struct making *k, const char *const *argv, int tree, struct err *e)
{
	CLEANUP(archiver_cleanup)
	struct archiver io = ARCHIVER_NONE;
	pid_t pid = 0;
	int st = 0;
	TRY(archiver_begin(argv, tree, false, &io, &pid, e));
	enum status s = listen_to(k, &io, e);
	if (s != OK)
		kill(pid, SIGKILL);
	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	TRY(s);
	if (WIFEXITED(st) && WEXITSTATUS(st) == 0 && k->done)
		return OK;
	return err_set(e, E_IO, "", "The files could not be sealed: %s",
		k->failure        ? k->failure
		: WIFSIGNALED(st) ? arena_printf(k->a, "ended by signal %d", WTERMSIG(st))
				  : program_last_line(k->a, buf_str(&k->log)));
}

/* ---- before and after ---- */

static enum status
room_for(const struct making *k, int tree, struct err *e)
{
	struct statvfs disk, here;
	if (fstatvfs(tree, &disk) < 0 || fstatvfs(k->dir, &here) < 0)
		return err_errno(e, "looking for room");
	uint64_t need = (uint64_t)(disk.f_blocks - disk.f_bfree) * disk.f_frsize;
	uint64_t left = (uint64_t)here.f_bavail * here.f_frsize;
	if (need + RESERVE > left)
		return err_set(e, E_CONFLICT, "",
			"The archive may take %llu MB, and the server has %llu MB left.",
			(unsigned long long)(need >> 20), (unsigned long long)(left >> 20));
	return OK;
}

static enum status
record(struct making *k, int64_t made, struct err *e)
{
	uint8_t hash[HASH];
	char hex[2 * HASH + 1];
	struct buf b = buf_new(k->a);
	struct jsonw j = jsonw_new(&b);
	const struct {
		const char *key;
		int64_t n;
	} numbers[] = { { "made", made }, { "bytes", (int64_t)k->bytes },
		{ "files", (int64_t)k->files }, { "folders", (int64_t)k->folders },
		{ "links", (int64_t)k->links }, { "left", (int64_t)k->left },
		{ "content", (int64_t)k->content } };
	crypto_generichash_final(&k->hash, hash, HASH);
	hex_encode(hex, hash, HASH);
	jsonw_open(&j, '{');
	jsonw_key(&j, "label");
	jsonw_text(&j, k->m->label);
	jsonw_key(&j, "blake2b");
	jsonw_text(&j, hex);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		jsonw_key(&j, numbers[i].key);
		jsonw_int(&j, numbers[i].n);
	}
	jsonw_close(&j, '}');
	return show(k, arena_printf(k->a, "%llu.json", (unsigned long long)k->m->ws), b.p, b.n, e);
}

static enum status
seal(struct making *k, struct err *e)
{
	const struct pw_archive *m = k->m;
	char salt[2 * sizeof m->salt + 1], public[2 * sizeof m->public + 1];
	const char *program;
	int64_t made = clock_now();
	cleanup_fd int tree = -1;
	TRY(place_program(k->a, k->p, "wardroom-archive", &program, e));
	TRY(tree_of(k->a, k->p, m->ws, &tree, e));
	TRY(room_for(k, tree, e));
	hex_encode(salt, m->salt, sizeof m->salt);
	hex_encode(public, m->public, sizeof m->public);
	const char *const argv[] = { program,
		arena_printf(k->a, "%u", place_uid_base(k->p, m->ws) + PLACE_ARCHIVER), m->label,
		arena_printf(k->a, "%lld", (long long)made), arena_printf(k->a, "%u", m->passes),
		arena_printf(k->a, "%u", m->memory_kb), salt, public, NULL };
	TRY(run(k, argv, tree, e));
	const char *name = arena_printf(k->a, "%llu.archive", (unsigned long long)m->ws);
	if (fsync(k->part) < 0 || renameat(k->dir, k->part_name, k->dir, name) < 0 ||
		fsync(k->dir) < 0)
		return err_errno(e, "keeping the archive");
	return record(k, made, e);
}

enum status
archive_make(struct arena *a, const struct place *p, const struct pw_archive *m,
	uint64_t *ret_bytes, struct err *e)
{
	const char *path = arena_printf(a, "%s/archive", p->c.state);
	unsigned long long ws = m->ws;
	if (sodium_init() < 0)
		BUG("libsodium does not start");
	cleanup_fd int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return err_errno(e, "opening %s", path);
	struct making k = { .a = a,
		.p = p,
		.m = m,
		.dir = dir,
		.part_name = arena_printf(a, "%llu.part", ws),
		.progress_name = arena_printf(a, "%llu.progress", ws),
		.say = buf_new(a),
		.log = buf_new(a) };
	cleanup_fd int part = openat(
		dir, k.part_name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (part < 0)
		return err_errno(e, "creating %s/%s", path, k.part_name);
	k.part = part;
	crypto_generichash_init(&k.hash, NULL, 0, HASH);
	enum status s = seal(&k, e);
	archive_clean(a, p, m->ws);
	if (s == OK)
		*ret_bytes = k.bytes;
	return s;
}

/* "7.part", "7.progress", ".7.json.4711.new" */
static bool
is_half(const char *name, uint64_t ws)
{
	const char *dot = strrchr(name, '.');
	struct str rest = str_of(name + (name[0] == '.'));
	int64_t of;
	return str_int(str_cut(&rest, '.'), &of) && (ws == 0 || (uint64_t)of == ws) &&
	       (streq(dot, ".part") || streq(dot, ".progress") || streq(dot, ".new"));
}

void
archive_clean(struct arena *a, const struct place *p, uint64_t ws)
{
	cleanup_dir DIR *d = opendir(arena_printf(a, "%s/archive", p->c.state));
	for (struct dirent *de; d && (de = readdir(d));)
		if (strchr(de->d_name, '.') && is_half(de->d_name, ws))
			unlinkat(dirfd(d), de->d_name, 0);
}
