#include "curator/airlock/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "curator/airlock/grid.h"
#include "curator/airlock/match.h"

enum { OTHERS_FIRST = 64 };

struct batch
batch_new(struct arena *a, struct airlock_policy policy, size_t max)
{
	struct airlock_policy before = policy;
	before.models = 1;
	return (struct batch){ .a = a,
		.policy = policy,
		.before = before,
		.files = ARENA_ARRAY(a, max, struct airlock_file),
		.proofs.at = ARENA_ARRAY(a, max, struct airlock_proof),
		.max_proofs = max };
}

enum status
batch_slurp(struct arena *a, int dirfd, const char *path, struct str *ret, struct err *e)
{
	struct stat st;
	cleanup_fd int fd =
		openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return errno == ELOOP ? err_set(e, E_INPUT, "", "It is a symbolic link.")
				      : err_errno(e, "It cannot be opened");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, E_INPUT, "", "It is not a plain file.");
	if (st.st_size > AIRLOCK_MAX_BYTES)
		return err_set(e, E_INPUT, "", "It is larger than %d MiB: results are smaller.",
			AIRLOCK_MAX_BYTES >> 20);
	return io_read_fd(a, fd, AIRLOCK_MAX_BYTES, ret, e);
}

static struct airlock_file
new_file(struct batch *b, const char *name, struct str bytes)
{
	return (struct airlock_file){ .a = b->a,
		.policy = &b->policy,
		.name = name,
		.input = bytes,
		.bytes = bytes,
		.check = "file_type" };
}

static void
add_others(struct batch *b, const struct airlock_file *f)
{
	for (size_t i = 0; i < f->grids.n && !f->grids.at[i]->labelled; i++) {
		if (b->others.n == b->max_others) {
			size_t max = b->max_others ? b->max_others * 2 : OTHERS_FIRST;
			struct airlock_other *more = ARENA_ARRAY(b->a, max, struct airlock_other);
			if (b->others.n)
				memcpy(more, b->others.at, b->others.n * sizeof *more);
			b->others.at = more;
			b->max_others = max;
		}
		b->others.at[b->others.n++] = (struct airlock_other){ f->name, f->grids.at[i] };
	}
}

void
batch_earlier(struct batch *b, const char *name, struct str bytes)
{
	struct airlock_file f = new_file(b, name, bytes);
	f.policy = &b->before;
	/* What cannot be read cannot be subtracted here, but others may be able to. */
	if (!bytes.p || !airlock_open(&f))
		b->unread = name;
	add_others(b, &f);
	b->n_earlier++;
}

void
batch_left_out(struct batch *b, size_t n)
{
	b->left_out += n;
	b->n_earlier += n;
}

enum status
batch_evidence(struct batch *b, const char *name, struct str text, struct err *e)
{
	struct airlock_evidence *list, *all;
	size_t n, had = b->evidence.n;
	TRY(airlock_evidence_read(b->a, name, text, &list, &n, e));
	all = ARENA_ARRAY(b->a, had + n, struct airlock_evidence);
	if (had)
		memcpy(all, b->evidence.at, had * sizeof *all);
	if (n)
		memcpy(all + had, list, n * sizeof *all);
	b->evidence.at = all;
	b->evidence.n = had + n;
	return OK;
}

void
batch_proof(struct batch *b, const struct airlock_proof *p)
{
	if (b->proofs.n < b->max_proofs)
		b->proofs.at[b->proofs.n++] = *p;
}

/* The evidence of exactly these bytes. */
static const struct airlock_proof *
proof_of(struct batch *b, struct str bytes)
{
	uint8_t hash[32];
	if (b->proofs.n == 0)
		return NULL;
	crypto_generichash(hash, sizeof hash, (const uint8_t *)bytes.p, bytes.n, NULL, 0);
	for (size_t i = 0; i < b->proofs.n; i++)
		if (memcmp(b->proofs.at[i].digest, hash, sizeof hash) == 0) {
			b->proofs.at[i].used = true;
			return &b->proofs.at[i];
		}
	return NULL;
}

static void
tell_unread(struct batch *b, struct airlock_file *f)
{
	struct err e;
	err_set(&e, E_IO, "", "The earlier release %s cannot be read.", b->unread);
	airlock_hold(f, "differencing", &e);
}

static void
tell_left_out(struct batch *b, struct airlock_file *f)
{
	f->check = "differencing";
	airlock_tell(f, AIR_FAIL, 0, 0,
		airlock_say(f,
			"Of the files released before, %zu could not be compared, because at most "
			"%d are: a person has to compare this file with the others.",
			b->left_out, BATCH_EARLIER));
}

struct airlock_file *
batch_add(struct batch *b, const char *name, struct str bytes, bool excepted, const struct err *why)
{
	struct airlock_file *f = &b->files[b->n++];
	*f = new_file(b, name, bytes);
	f->excepted = excepted;
	if (!bytes.p) {
		airlock_tell(f, AIR_FAIL, 0, 0, airlock_say(f, "%s", why->text));
		f->held = why->code != E_INPUT;
		return f;
	}
	f->evidence.at = b->evidence.at;
	f->evidence.n = b->evidence.n;
	f->proof = proof_of(b, bytes);
	f->others.at = b->others.at;
	f->others.n = b->others.n;
	airlock_run(f);
	if (b->unread)
		tell_unread(b, f);
	if (b->left_out)
		tell_left_out(b, f);
	airlock_settle(f);
	add_others(b, f);
	return f;
}

void
batch_compare(struct batch *b, const struct config *config, int64_t project, int64_t memory_mb)
{
	struct err e = { 0 };
	cleanup_match struct match *m = NULL;
	enum status s = match_open(b->a, config, project, memory_mb, &m, &e);
	for (size_t i = 0; i < b->n; i++) {
		struct airlock_file *f = &b->files[i];
		struct err mine = e;
		bool text = f->type != AIR_UNKNOWN && f->type != AIR_PNG && f->type != AIR_JPEG;
		if (s != OK || (text && match_file(m, f, &mine) != OK))
			airlock_hold(f, "data_match", &mine);
		airlock_settle(f);
	}
}
