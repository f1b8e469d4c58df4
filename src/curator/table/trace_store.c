#include "curator/table/trace_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "curator/keyed.h"

static const char key_name[] = "key", traces_name[] = "traces";

/* What the file of traces begins with, so that an emptied one is none. */
struct head {
	uint64_t version, check; /* the key's */
};

static struct head
head_of(const uint8_t *key)
{
	return (struct head){ 1, keyed_bits(key, STR("trace file"), STR("")) };
}

/* Bytes; -1: there is none. */
static enum status
size_of(const struct trace_store *s, const char *name, int64_t *ret, struct err *e)
{
	struct stat st;
	if (fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		*ret = st.st_size;
	else if (errno == ENOENT)
		*ret = -1;
	else
		return err_errno(e, "Cannot look for what signed tables left behind");
	return OK;
}

/* The key last: a fall before it leaves a head alone, which is made anew. */
static enum status
begin(struct trace_store *s, struct err *e)
{
	randombytes_buf(s->key, sizeof s->key);
	struct head h = head_of(s->key);
	TRY(io_replace_at(s->dir, traces_name, 0600, &h, sizeof h, e));
	return io_replace_at(s->dir, key_name, 0400, s->key, sizeof s->key, e);
}

static enum status
load_key(struct arena *a, struct trace_store *s, struct err *e)
{
	struct str key;
	int64_t key_n = -1, traces_n = -1;
	TRY(size_of(s, key_name, &key_n, e));
	TRY(size_of(s, traces_name, &traces_n, e));
	if (key_n < 0 && traces_n <= (int64_t)sizeof(struct head))
		return begin(s, e);
	if (key_n < 0)
		return err_set(e, E_IO, "",
			"The key of signed tables is missing, so nothing more can be signed.");
	if (traces_n < 0)
		return err_set(e, E_IO, "",
			"What is remembered of signed tables (tables/traces of the project's "
			"data) is missing, so nothing more can be signed: bring it back from a "
			"copy.");
	TRY(io_read_at(a, s->dir, key_name, 64, &key, e));
	if (key.n != sizeof s->key)
		return err_set(e, E_IO, "", "The key of signed tables is damaged.");
	memcpy(s->key, key.p, sizeof s->key);
	return OK;
}

/* What a fall left half-written was never signed. */
static enum status
map(struct trace_store *s, struct err *e)
{
	struct stat st;
	const struct head h = head_of(s->key);
	if (fstat(s->fd, &st) < 0)
		return err_errno(e, "Cannot look at the traces of signed tables");
	if (st.st_size < (off_t)sizeof h)
		return err_set(e, E_IO, "",
			"What is remembered of signed tables (tables/traces of the project's "
			"data) was emptied, so nothing more can be signed: bring it back from a "
			"copy.");
	size_t n = ((size_t)st.st_size - sizeof h) / sizeof(struct trace);
	size_t bytes = sizeof h + n * sizeof(struct trace);
	if (st.st_size != (off_t)bytes && ftruncate(s->fd, (off_t)bytes) < 0)
		return err_errno(e, "Cannot mend the traces of signed tables");
	void *p = mmap(NULL, bytes, PROT_READ, MAP_SHARED, s->fd, 0);
	if (p == MAP_FAILED)
		return err_errno(e, "Cannot read the traces of signed tables");
	s->map = p;
	s->mapped = bytes;
	s->earlier = (trace_list){ (struct trace *)((struct head *)p + 1), n };
	if (memcmp(p, &h, sizeof h) != 0)
		return err_set(e, E_IO, "",
			"The traces of signed tables are damaged or were made with another key, so "
			"nothing more can be signed.");
	return OK;
}

static enum status
count(struct trace_store *s, int64_t team, struct err *e)
{
	const struct trace *last = NULL;
	for (size_t i = 0; i < s->earlier.n; i++) {
		const struct trace *t = &s->earlier.at[i];
		if (t->kind >= TRACE_KINDS || t->table < (last ? last->table : 1))
			return err_set(e, E_IO, "", "The traces of signed tables are damaged.");
		s->tables += !last || t->table != last->table;
		s->numbers += !last || t->table != last->table || t->cell != last->cell;
		s->of_team += t->team == team;
		last = t;
	}
	return OK;
}

static enum status
open_store(struct arena *a, const char *path, int64_t team, struct trace_store *s, struct err *e)
{
	TRY(io_mkdirs(path, 0700, e));
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (s->dir < 0)
		return err_errno(e, "Cannot open the folder of signed tables");
	if (flock(s->dir, LOCK_EX) < 0)
		return err_errno(e, "Cannot wait for other signed tables");
	TRY(load_key(a, s, e));
	s->fd = openat(s->dir, traces_name, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (s->fd < 0)
		return err_errno(e, "Cannot open the traces of signed tables");
	TRY(map(s, e));
	return count(s, team, e);
}

enum status
trace_store_open(struct arena *a, const char *state, int64_t project, int64_t team,
	struct trace_store *ret, struct err *e)
{
	struct trace_store s = { .dir = -1, .fd = -1 };
	const char *path = arena_printf(a, "%s/data/%lld/tables", state, (long long)project);
	enum status status = open_store(a, path, team, &s, e);
	if (status != OK) {
		trace_store_close(&s);
		return status;
	}
	*ret = s;
	return OK;
}

void
trace_store_close(struct trace_store *s)
{
	if (s->map)
		munmap(s->map, s->mapped);
	cleanup_fd_fn(&s->fd);
	cleanup_fd_fn(&s->dir);
	sodium_memzero(s->key, sizeof s->key);
	*s = (struct trace_store){ .dir = -1, .fd = -1 };
}

enum status
trace_store_keep(struct trace_store *s, const struct hide *h, trace_list *fresh, struct err *e)
{
	uint32_t table = s->earlier.n ? s->earlier.at[s->earlier.n - 1].table + 1 : 1;
	size_t n = 0;
	for (size_t i = 0; i < fresh->n; i++) {
		struct trace *t = &fresh->at[i];
		if (h->cells[t->cell].why != HIDE_SHOWN || trace_known(t, &s->earlier))
			continue;
		t->table = table;
		fresh->at[n++] = *t;
	}
	fresh->n = n;
	if (n == 0)
		return OK;
	if (s->of_team + (int64_t)n > TRACE_STORE_TEAM)
		return err_set(e, E_INPUT, "",
			"Your team has had so many different numbers signed that no more can be "
			"compared with those to come. Ask again for a table that you have had.");
	TRY(io_write_fd(s->fd, fresh->at, n * sizeof *fresh->at, e));
	if (fsync(s->fd) < 0 || fsync(s->dir) < 0)
		return err_errno(e, "Cannot keep the traces of signed tables");
	return OK;
}
