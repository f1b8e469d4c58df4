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

static const char key_name[] = "key", traces_name[] = "traces", seal_name[] = "seal";

/* How many records were signed, and that they are these. */
struct seal {
	uint64_t version, n;
	uint8_t hash[32];
};
enum { SEAL_VERSION = 1 };

static struct seal
seal_of(const uint8_t *key, const trace_list *earlier, const trace_list *fresh)
{
	static const char domain[] = "signed tables";
	crypto_generichash_state state;
	struct seal s = { SEAL_VERSION, earlier->n + fresh->n, { 0 } };
	crypto_generichash_init(&state, key, KEYED_KEY, sizeof s.hash);
	crypto_generichash_update(&state, (const uint8_t *)domain, sizeof domain);
	crypto_generichash_update(
		&state, (const uint8_t *)earlier->at, earlier->n * sizeof *earlier->at);
	crypto_generichash_update(&state, (const uint8_t *)fresh->at, fresh->n * sizeof *fresh->at);
	crypto_generichash_final(&state, s.hash, sizeof s.hash);
	return s;
}

/* Nothing is signed before whoever runs the server has looked. */
static enum status
damaged(const struct trace_store *s, const char *file, const char *what, struct err *e)
{
	return err_set(e, E_IO, "",
		"What is remembered of the tables signed in this event (data/" TRACE_STORE_FOLDER
		"/%s) %s. Nothing more can be signed until whoever runs the server has brought it "
		"back from a copy.",
		(long long)s->event, file, what);
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

static enum status
put_seal(const struct trace_store *s, const trace_list *fresh, struct err *e)
{
	const struct seal seal = seal_of(s->key, &s->earlier, fresh);
	return io_replace_at(s->dir, seal_name, 0600, &seal, sizeof seal, e);
}

static enum status
load_seal(struct arena *a, const struct trace_store *s, struct seal *ret, struct err *e)
{
	struct str bytes;
	int64_t n = -1;
	TRY(size_of(s, seal_name, &n, e));
	if (n < 0)
		return damaged(s, seal_name, "is missing", e);
	if (n != sizeof *ret)
		return damaged(s, seal_name, "is damaged", e);
	TRY(io_read_at(a, s->dir, seal_name, sizeof *ret, &bytes, e));
	memcpy(ret, bytes.p, sizeof *ret);
	return ret->version == SEAL_VERSION ? OK : damaged(s, seal_name, "is damaged", e);
}

/* There is no key: the first table, or a fall before it. */
static enum status
begin(struct arena *a, struct trace_store *s, struct err *e)
{
	const trace_list none = { NULL, 0 };
	int64_t traces = -1, n = -1;
	struct seal seal = { 0 };
	TRY(size_of(s, traces_name, &traces, e));
	TRY(size_of(s, seal_name, &n, e));
	if (n >= 0)
		TRY(load_seal(a, s, &seal, e));
	if (traces > 0 || seal.n)
		return damaged(s, key_name, "is missing", e);
	randombytes_buf(s->key, sizeof s->key);
	TRY(io_replace_at(s->dir, traces_name, 0600, "", 0, e));
	TRY(put_seal(s, &none, e));
	return io_replace_at(s->dir, key_name, 0400, s->key, sizeof s->key, e);
}

static enum status
load_key(struct arena *a, struct trace_store *s, struct err *e)
{
	struct str key;
	int64_t n = -1;
	TRY(size_of(s, key_name, &n, e));
	if (n < 0)
		return begin(a, s, e);
	if (n != sizeof s->key)
		return damaged(s, key_name, "is damaged", e);
	TRY(io_read_at(a, s->dir, key_name, sizeof s->key, &key, e));
	memcpy(s->key, key.p, sizeof s->key);
	return OK;
}

/* The records that were signed, and none behind them. */
static enum status
map(struct trace_store *s, const struct seal *seal, struct err *e)
{
	const trace_list none = { NULL, 0 };
	struct stat st;
	if (fstat(s->fd, &st) < 0)
		return err_errno(e, "Cannot look at the traces of signed tables");
	if (seal->n > (uint64_t)st.st_size / sizeof(struct trace))
		return damaged(s, traces_name, "is shorter than what was signed", e);
	size_t bytes = seal->n * sizeof(struct trace);
	if (bytes) {
		void *p = mmap(NULL, bytes, PROT_READ, MAP_SHARED, s->fd, 0);
		if (p == MAP_FAILED)
			return err_errno(e, "Cannot read the traces of signed tables");
		s->map = p;
		s->mapped = bytes;
		s->earlier = (trace_list){ p, seal->n };
	}
	const struct seal found = seal_of(s->key, &s->earlier, &none);
	if (sodium_memcmp(found.hash, seal->hash, sizeof found.hash) != 0)
		return damaged(s, traces_name, "is not what was signed, or has another key", e);
	/* Of a table that a fall cut short: nobody has it. */
	if (st.st_size != (off_t)bytes && ftruncate(s->fd, (off_t)bytes) < 0)
		return err_errno(e, "Cannot mend the traces of signed tables");
	return OK;
}

static void
count(struct trace_store *s, int64_t team)
{
	for (size_t i = 0; i < s->earlier.n; i++) {
		const struct trace *t = &s->earlier.at[i];
		if (t->kind >= TRACE_KINDS)
			BUG("a sealed trace of no kind");
		s->of_team += t->team == team;
	}
}

static enum status
open_store(struct arena *a, const char *path, int64_t team, struct trace_store *s, struct err *e)
{
	struct seal seal;
	int64_t n = -1;
	TRY(io_mkdirs(path, 0700, e));
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (s->dir < 0)
		return err_errno(e, "Cannot open the folder of signed tables");
	if (flock(s->dir, LOCK_EX) < 0)
		return err_errno(e, "Cannot wait for other signed tables");
	io_sweep_replaced(s->dir);
	TRY(load_key(a, s, e));
	TRY(load_seal(a, s, &seal, e));
	TRY(size_of(s, traces_name, &n, e));
	if (n < 0)
		return damaged(s, traces_name, "is missing", e);
	s->fd = openat(s->dir, traces_name, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (s->fd < 0)
		return err_errno(e, "Cannot open the traces of signed tables");
	TRY(map(s, &seal, e));
	count(s, team);
	return OK;
}

enum status
trace_store_open(struct arena *a, const char *state, int64_t event, int64_t team,
	struct trace_store *ret, struct err *e)
{
	struct trace_store s = { .event = event, .dir = -1, .fd = -1 };
	const char *path = arena_printf(a, "%s/data/" TRACE_STORE_FOLDER, state, (long long)event);
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
	if (fsync(s->fd) < 0)
		return err_errno(e, "Cannot keep the traces of signed tables");
	return put_seal(s, fresh, e);
}
