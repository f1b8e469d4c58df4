/* An archive read whole on trial, by a process that keeps nothing of it. Part of archive.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "warden/archive.h"
#include "warden/archiver.h"
#include "warden/program.h"

enum { HASH = 32, PART = 65536, WORDS_MAX = 2048, RECORD_MAX = 4096 };

struct trial {
	struct arena *a;
	int file; /* the archive */
	uint8_t part[PART];
	size_t n, at; /* of part: what is there, and how much of it is written */
	bool over;    /* the file's end was read */
	crypto_generichash_state hash;
	struct buf say, log;
};

/* An empty folder that is nowhere. */
static enum status
nothing(int *ret, struct err *e)
{
	cleanup_fd int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return err_errno(e, "making an empty folder");
	int tree = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
		MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (tree < 0)
		return err_errno(e, "making an empty folder");
	*ret = tree;
	return OK;
}

/* Gives on what it takes; closes the way in at the file's end, or when nobody listens. */
static enum status
feed(struct trial *t, int *to, struct err *e)
{
	if (t->at == t->n && !t->over) {
		ssize_t n = read(t->file, t->part, PART);
		if (n < 0)
			return errno == EINTR ? OK : err_errno(e, "reading the archive");
		t->over = n == 0;
		t->n = (size_t)n;
		t->at = 0;
		crypto_generichash_update(&t->hash, t->part, t->n);
	}
	if (t->at < t->n) {
		ssize_t n = write(*to, t->part + t->at, t->n - t->at);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			close(steal_fd(to));
		t->at += n > 0 ? (size_t)n : 0;
	}
	if (*to >= 0 && t->over && t->at == t->n)
		close(steal_fd(to));
	return OK;
}

static bool
hear(struct buf *b, int fd)
{
	char part[512];
	ssize_t n = read(fd, part, sizeof part);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n > 0 && b->n < WORDS_MAX)
		buf_put(b, part, (size_t)n);
	return n > 0;
}

static enum status
converse(struct trial *t, struct archiver *io, struct err *e)
{
	bool says = true;
	fcntl(io->in[1], F_SETFL, O_NONBLOCK);
	while (says) {
		struct pollfd p[3] = { { io->in[1], POLLOUT, 0 }, { io->say[0], POLLIN, 0 },
			{ io->out[0], POLLIN, 0 } };
		if (poll(p, 3, -1) < 0 && errno != EINTR)
			return err_errno(e, "waiting for the trial");
		if (io->in[1] >= 0 && p[0].revents)
			TRY(feed(t, &io->in[1], e));
		if (p[1].revents)
			says = hear(&t->say, io->say[0]);
		if (p[2].revents & POLLIN)
			hear(&t->log, io->out[0]);
	}
	return OK;
}

/* "done <files> <folders> <links> <left out> <bytes>" or "failed <sentence>" */
static enum status
outcome(struct trial *t, uint64_t *ret_bytes, struct err *e)
{
	struct str line = str_trim(buf_str(&t->say)), word = str_cut(&line, ' ');
	int64_t n = -1;
	if (str_is(word, "failed"))
		return err_set(e, E_CONFLICT, "", "%s", program_last_line(t->a, line));
	if (str_is(word, "done"))
		while (line.n && str_int(str_cut(&line, ' '), &n))
			;
	if (n < 0)
		return err_set(e, E_IO, "", "The archive was not read to its end: %s",
			program_last_line(t->a, buf_str(&t->log)));
	*ret_bytes = (uint64_t)n;
	return OK;
}

/* The record is ours: it holds the hash of the file that was made. */
static enum status
same(struct trial *t, const char *record, struct err *e)
{
	uint8_t hash[HASH];
	char hex[2 * HASH + 1];
	struct str text;
	crypto_generichash_final(&t->hash, hash, HASH);
	hex_encode(hex, hash, HASH);
	TRY(io_read_file(t->a, record, RECORD_MAX, &text, e));
	return memmem(text.p, text.n, hex, 2 * HASH)
		       ? OK
		       : err_set(e, E_CONFLICT, "", "The file is not the one that was made.");
}

static enum status
run(struct trial *t, const struct place *p, uint64_t ws, uint64_t *ret_bytes, struct err *e)
{
	CLEANUP(archiver_cleanup)
	struct archiver io = ARCHIVER_NONE;
	const char *program;
	cleanup_fd int tree = -1;
	pid_t pid = 0;
	TRY(place_program(t->a, p, "wardroom-archive", &program, e));
	TRY(nothing(&tree, e));
	const char *const argv[] = { program, "try",
		arena_printf(t->a, "%u", place_uid_base(p, ws) + PLACE_ARCHIVER), NULL };
	TRY(archiver_begin(argv, tree, true, &io, &pid, e));
	enum status s = converse(t, &io, e);
	if (s != OK)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	TRY(s);
	return outcome(t, ret_bytes, e);
}

enum status
archive_try(struct arena *a, const struct place *p, const struct pw_try *m, uint64_t *ret_bytes,
	struct err *e)
{
	const char *name =
		arena_printf(a, "%s/archive/%llu", p->c.state, (unsigned long long)m->ws);
	cleanup_fd int file =
		open(arena_printf(a, "%s.archive", name), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (file < 0 && errno == ENOENT)
		return err_set(e, E_ABSENT, "ws", "Its archive is not on this server any more.");
	if (file < 0)
		return err_errno(e, "%s.archive", name);
	if (sodium_init() < 0)
		BUG("libsodium does not start");
	signal(SIGPIPE, SIG_IGN);
	static struct trial t;
	t = (struct trial){ .a = a, .file = file, .n = sizeof m->secret };
	t.say = buf_new(a), t.log = buf_new(a);
	memcpy(t.part, m->secret, sizeof m->secret);
	crypto_generichash_init(&t.hash, NULL, 0, HASH);
	uint64_t bytes = 0;
	enum status s = run(&t, p, m->ws, &bytes, e);
	if (s == OK)
		s = same(&t, arena_printf(a, "%s.json", name), e);
	sodium_memzero(&t, sizeof t);
	if (s == OK)
		*ret_bytes = bytes;
	return s;
}
