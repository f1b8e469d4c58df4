/* The server's own key for evidence; see proof.h. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "curator/airlock/proof.h"

static const char file[] = "evidence.key";

/* dir is locked, so that two jobs do not make two keys. */
static enum status
make_one(int dir, struct err *e)
{
	struct stat st;
	uint8_t seed[32];
	if (fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return OK;
	if (errno != ENOENT)
		return err_errno(e, "Cannot look for the key of evidence");
	randombytes_buf(seed, sizeof seed);
	enum status s = io_replace_at(dir, file, 0400, seed, sizeof seed, e);
	sodium_memzero(seed, sizeof seed);
	return s;
}

enum status
proof_key_load(struct arena *a, const char *state, bool make, struct proof_key *ret, struct err *e)
{
	const char *path = arena_printf(a, "%s/data/keys", state);
	struct str seed;
	if (make)
		TRY(io_mkdirs(path, 0700, e));
	cleanup_fd int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0 && errno == ENOENT)
		return err_set(e, E_ABSENT, "", "This server has signed no evidence yet.");
	if (dir < 0 || flock(dir, LOCK_EX) < 0)
		return err_errno(e, "Cannot open the folder of keys");
	if (make)
		TRY(make_one(dir, e));
	TRY(io_read_at(a, dir, file, 64, &seed, e));
	if (seed.n != 32)
		return err_set(e, E_IO, "", "The key of evidence is damaged.");
	proof_key_of((const uint8_t *)seed.p, ret);
	return OK;
}
