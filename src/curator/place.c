#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "curator/job.h"

void
job_progress(struct job *j, uint64_t done, uint64_t total, const char *fmt, ...)
{
	int64_t now = clock_mono_ms();
	if (j->told_ms && now - j->told_ms < 200)
		return;
	j->told_ms = now ? now : 1;
	char sentence[160], line[240];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof sentence, fmt, ap);
	va_end(ap);
	if (done > total)
		done = total;
	if (j->dir >= 0) {
		int n = snprintf(line, sizeof line, "%llu %llu %s\n", (unsigned long long)done,
			(unsigned long long)total, sentence);
		/* Progress that cannot be told is no reason to stop. */
		io_replace_at(j->dir, "progress", 0640, line, (size_t)n, NULL);
	} else if (!j->quiet) {
		fprintf(stderr, "%3.0f %%  %s\n", total ? 100.0 * (double)done / (double)total : 0,
			sentence);
	}
}

static volatile sig_atomic_t asked_to_end;

static void
note_end(int signal)
{
	(void)signal;
	asked_to_end = 1;
}

void
job_listen(void)
{
	struct sigaction act = { .sa_handler = note_end, .sa_flags = SA_RESTART | SA_RESETHAND };
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
}

enum status
job_go_on(struct err *e)
{
	return asked_to_end ? err_set(e, E_BUSY, "",
				      "The job was ended before it was done; nothing was changed.")
			    : OK;
}

enum status
job_whole(const json_t *spec, const char *key, int64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(spec, key);
	if (!json_is_integer(v) || json_integer_value(v) < 1)
		return err_set(e, E_INPUT, key, "The job's %s must be a whole number from 1.", key);
	*ret = json_integer_value(v);
	return OK;
}

void
job_failed(struct job *job, const struct err *e)
{
	job->result.n = 0;
	struct jsonw j = jsonw_new(&job->result);
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok"), jsonw_bool(&j, false);
	jsonw_key(&j, "error"), jsonw_text(&j, e->text);
	jsonw_key(&j, "field"), jsonw_text(&j, e->field);
	jsonw_close(&j, '}');
}

bool
job_name_ok(const char *s)
{
	size_t n = strlen(s);
	if (n < 1 || n > 100 || s[0] == '.' || s[0] == '-')
		return false;
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			    (*s >= '0' && *s <= '9') || *s == '_' || *s == '.' || *s == '-'))
			return false;
	return true;
}

enum status
place_lock(int fd, bool alone, int64_t project, struct err *e)
{
	enum { STEP_MS = 50 };
	/* A check holds the data for seconds, a release of gigabytes for a minute. */
	int64_t until = clock_mono_ms() + (alone ? PLACE_WAIT_MS : 10 * PLACE_WAIT_MS);
	while (flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_errno(e, "Cannot lock project %lld", (long long)project);
		if (clock_mono_ms() > until)
			return err_set(e, E_BUSY, "",
				"Another job works on the data of project %lld; try again when it "
				"has ended.",
				(long long)project);
		usleep(STEP_MS * 1000);
	}
	return OK;
}

static enum status
take_lock(struct place *p, struct err *e)
{
	p->lock = openat(p->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->lock < 0)
		return err_errno(e, "Cannot open the lock of project %lld", (long long)p->project);
	return place_lock(p->lock, true, p->project, e);
}

enum status
place_ledger(struct arena *a, const struct place *p, struct str *ret, struct err *e)
{
	enum status s = io_read_at(a, p->fd, "ledger", 1 << 20, ret, e);
	if (s != E_ABSENT)
		return s;
	*ret = (struct str){ "", 0 };
	return OK;
}

enum status
place_destroy_image(const struct place *p, int64_t id, int *ret_removed, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	int removed = 0;
	for (size_t i = 0; i < 2; i++) {
		const char *path = arena_printf(a, "%s/%lld%s", p->releases, (long long)id,
			i ? PLACE_SIMULATED : PLACE_IMAGE);
		if (unlink(path) == 0)
			removed++;
		else if (errno != ENOENT)
			return err_errno(e, "Cannot destroy image %lld", (long long)id);
	}
	const char *labels = arena_printf(a, PLACE_LABELS "/%lld.csv", (long long)id);
	if (unlinkat(p->fd, labels, 0) < 0 && errno != ENOENT)
		return err_errno(e, "Cannot destroy the labels of image %lld", (long long)id);
	*ret_removed = removed;
	return OK;
}

/* Images that were begun and never finished; each was noted before it was begun. */
static enum status
remove_unfinished(const struct place *p, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	struct str ledger;
	TRY(place_ledger(a, p, &ledger, e));
	while (ledger.n) {
		struct str line = str_cut(&ledger, '\n');
		int64_t id;
		if (!str_is(str_cut(&line, ' '), "image") || !str_int(line, &id))
			continue;
		for (size_t i = 0; i < 2; i++) {
			const char *path = arena_printf(a, "%s/%lld%s.new", p->releases,
				(long long)id, i ? PLACE_SIMULATED : PLACE_IMAGE);
			if (unlink(path) < 0 && errno != ENOENT)
				return err_errno(e, "Cannot remove an unfinished image");
		}
	}
	return OK;
}

static enum status
remove_leftovers(const struct place *p, struct err *e)
{
	TRY(remove_unfinished(p, e));
	io_sweep_replaced(p->fd);
	TRY(io_remove_tree(p->fd, "source.new", e));
	cleanup_fd int labels =
		openat(p->fd, PLACE_LABELS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (labels >= 0)
		io_sweep_replaced(labels);
	TRY(io_remove_tree(p->fd, "build.new", e));
	TRY(io_remove_tree(AT_FDCWD, p->temp, e));
	return io_mkdirs(p->temp, 0700, e);
}

enum status
place_enter(struct job *j, int64_t project, struct place *ret, struct err *e)
{
	cleanup_place struct place p = { .project = project, .fd = -1, .lock = -1 };
	long long id = project;
	p.data = arena_printf(j->a, "%s/data", j->config->state);
	p.dir = arena_printf(j->a, "%s/%lld", p.data, id);
	p.source = arena_printf(j->a, "%s/source", p.dir);
	p.temp = arena_printf(j->a, "%s/tmp/%lld", p.data, id);
	p.trouble = arena_printf(j->a, "%s/trouble.txt", p.dir);
	p.releases = arena_printf(j->a, "%s/releases", j->config->state);
	TRY(io_mkdirs(p.data, 0700, e));
	TRY(io_mkdirs(p.dir, 0700, e));
	TRY(io_mkdirs(p.releases, 0750, e));
	p.fd = open(p.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (p.fd < 0)
		return err_errno(e, "Cannot open the folder of project %lld", id);
	TRY(take_lock(&p, e));
	TRY(remove_leftovers(&p, e));
	*ret = p;
	p.fd = p.lock = -1;
	p.temp = NULL;
	return OK;
}

void
place_leave(struct place *p)
{
	if (p->lock >= 0 && p->temp)
		io_remove_tree(AT_FDCWD, p->temp, NULL);
	cleanup_fd_fn(&p->lock);
	cleanup_fd_fn(&p->fd);
}

enum status
place_event_key(const struct place *p, int64_t event, uint8_t ret[32], struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	const char *dir = arena_printf(a, "%s/keys", p->data);
	const char *name = arena_printf(a, "event-%lld.key", (long long)event);
	TRY(io_mkdirs(dir, 0700, e));
	cleanup_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	/* Two projects of an event may want the first key at the same moment. */
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return err_errno(e, "Cannot open the folder of keys");
	struct stat st;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		uint8_t fresh[32];
		if (errno != ENOENT)
			return err_errno(
				e, "Cannot look for the key of event %lld", (long long)event);
		randombytes_buf(fresh, sizeof fresh);
		TRY(io_replace_at(fd, name, 0600, fresh, sizeof fresh, e));
	}
	struct str key;
	TRY(io_read_at(a, fd, name, 64, &key, e));
	if (key.n != 32)
		return err_set(e, E_IO, "",
			"The key of event %lld is damaged: it has %zu bytes instead of 32.",
			(long long)event, key.n);
	memcpy(ret, key.p, 32);
	return OK;
}

enum status
place_note(const struct place *p, enum ledger what, int64_t id, struct err *e)
{
	cleanup_arena struct arena *a = arena_new();
	const char *line = arena_printf(
		a, "%s %lld\n", what == LEDGER_EVENT ? "event" : "image", (long long)id);
	struct str old;
	TRY(place_ledger(a, p, &old, e));
	for (struct str s = old; s.n;)
		if (str_eq(str_cut(&s, '\n'), (struct str){ line, strlen(line) - 1 }))
			return OK;
	struct buf b = buf_new(a);
	buf_put(&b, old.p, old.n);
	buf_puts(&b, line);
	return io_replace_at(p->fd, "ledger", 0600, b.p, b.n, e);
}

enum status
place_sync(int dirfd, const char *name, struct err *e)
{
	cleanup_fd int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int copy = fd < 0 ? -1 : dup(fd);
	cleanup_dir DIR *d = copy < 0 ? NULL : fdopendir(copy);
	if (!d)
		return err_errno(e, "Cannot open %s", name);
	for (struct dirent *entry; (entry = io_next(d));) {
		if (entry->d_name[0] == '.')
			continue;
		cleanup_fd int file =
			openat(fd, entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (file < 0 || fsync(file) < 0)
			return err_errno(e, "Cannot save %s/%s", name, entry->d_name);
	}
	if (errno || fsync(fd) < 0)
		return err_errno(e, "Cannot save %s", name);
	return OK;
}

enum status
place_swap(int dirfd, const char *fresh, const char *name, struct err *e)
{
	bool exchanged = renameat2(dirfd, fresh, dirfd, name, RENAME_EXCHANGE) == 0;
	if (!exchanged && errno != ENOENT)
		return err_errno(e, "Cannot replace %s", name);
	if (!exchanged && renameat(dirfd, fresh, dirfd, name) < 0)
		return err_errno(e, "Cannot put %s in its place", name);
	if (fsync(dirfd) < 0)
		return err_errno(e, "Cannot save %s", name);
	return exchanged ? io_remove_tree(dirfd, fresh, e) : OK;
}
