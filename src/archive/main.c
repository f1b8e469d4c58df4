/*
 * wardroom-archive: seals one team's files, or reads a sealed archive whole. The warden starts it as
 * root, with nothing but
 *
 *	0, 1, 2	pipes; what it says of itself is the end of 2
 *	3	the team's disk, mounted read-only
 *	4	a pipe that takes the archive
 *	5	a pipe that is told how far it is: "<bytes> <of about>\n", and at the end
 *		"done <files> <folders> <links> <left out> <bytes>\n" or "failed <sentence>\n"
 *
 * and it gives up everything but the right to read that disk before it looks at it. It knows the
 * public half of a key, never a passphrase.
 *
 * As `wardroom-archive try ID` it gets an empty folder for the disk, and by 0 the secret half of the
 * key (32 bytes) and then the archive; 4 is not used. It keeps nothing of what it reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "archive/confine.h"
#include "archive/pack.h"
#include "archive/read.h"
#include "base/io.h"
#include "base/log.h"

enum { FD_TREE = 3, FD_OUT = 4, FD_SAY = 5 };

static const char usage[] =
	"usage: wardroom-archive ID LABEL MADE PASSES MEMORY-KB SALT PUBLIC\n"
	"       wardroom-archive try ID\n"
	"The warden starts this; `wardroom archive open` opens what it makes.\n";

struct order {
	int64_t id, made;
	const char *label;
	struct archive_key key;
};

static bool
order_read(char **a, struct order *o)
{
	int64_t passes, kb;
	o->label = a[2];
	if (!str_int(str_of(a[1]), &o->id) || o->id <= 0 || o->id > UINT32_MAX - 1 ||
		!archive_label_ok(str_of(a[2])) || !str_int(str_of(a[3]), &o->made) ||
		!str_int(str_of(a[4]), &passes) || passes < 1 || passes > ARCHIVE_PASSES_MAX ||
		!str_int(str_of(a[5]), &kb) || kb < 8 || kb > ARCHIVE_MEMORY_KB_MAX ||
		!hex_decode(str_of(a[6]), o->key.salt, ARCHIVE_SALT) ||
		!hex_decode(str_of(a[7]), o->key.public, ARCHIVE_PUBLIC))
		return false;
	o->key.passes = (uint32_t)passes;
	o->key.memory_kb = (uint32_t)kb;
	return true;
}

static void
say_far(void *ctx, const struct packed *done)
{
	const unsigned long long *total = ctx;
	char line[64];
	int n = snprintf(line, sizeof line, "%llu %llu\n", (unsigned long long)done->bytes, *total);
	io_write_fd(FD_SAY, line, (size_t)n, NULL);
}

static unsigned long long
used(int tree)
{
	struct statvfs v;
	return fstatvfs(tree, &v) < 0 ? 0
				      : (unsigned long long)(v.f_blocks - v.f_bfree) * v.f_frsize;
}

static enum status
make(const struct order *o, struct packed *ret, struct err *e)
{
	static const char *const names[] = { "home", "team", NULL };
	static struct sealer to;
	unsigned long long total = used(FD_TREE);
	const struct pack p = { &to, say_far, &total };
	TRY(confine(FD_TREE, FD_SAY, (uid_t)o->id, e));
	TRY(sealer_begin(&to, FD_OUT, &o->key, o->label, o->made, e));
	enum status s = pack_tree(&p, FD_TREE, names, ret, e);
	if (s == OK)
		s = sealer_end(&to, e);
	sealer_wipe(&to);
	return s;
}

static enum status
read_secret(uint8_t secret[ARCHIVE_SECRET], struct err *e)
{
	for (size_t n = 0; n < ARCHIVE_SECRET;) {
		ssize_t got = read(STDIN_FILENO, secret + n, ARCHIVE_SECRET - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_set(e, E_INPUT, "", "No key came.");
		n += (size_t)got;
	}
	return OK;
}

static enum status
try_it(uid_t id, struct packed *ret, struct err *e)
{
	static struct opener from;
	uint8_t secret[ARCHIVE_SECRET];
	TRY(confine(FD_TREE, FD_SAY, id, e));
	TRY(read_secret(secret, e));
	enum status s = opener_begin(&from, STDIN_FILENO, e);
	if (s == OK)
		s = opener_unlock(&from, secret, e);
	sodium_memzero(secret, sizeof secret);
	if (s == OK)
		s = read_whole(&from, ret, e);
	opener_wipe(&from);
	return s;
}

int
main(int argc, char **argv)
{
	struct order o = { 0 };
	struct packed done = { 0 };
	struct err e = { 0 };
	struct rlimit files;
	char line[600];
	log_init("archive");
	bool trial = argc == 3 && streq(argv[1], "try") && str_int(str_of(argv[2]), &o.id) &&
		     o.id > 0 && o.id < UINT32_MAX;
	if (!trial && (argc != 8 || !order_read(argv, &o))) {
		fputs(usage, stderr);
		return 2;
	}
	if (sodium_init() < 0)
		BUG("libsodium does not start");
	/* One descriptor for each folder above the one that is read. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	enum status s = trial ? try_it((uid_t)o.id, &done, &e) : make(&o, &done, &e);
	int n = s == OK ? snprintf(line, sizeof line, "done %llu %llu %llu %llu %llu\n",
				  (unsigned long long)done.files, (unsigned long long)done.folders,
				  (unsigned long long)done.links, (unsigned long long)done.left,
				  (unsigned long long)done.bytes)
			: snprintf(line, sizeof line, "failed %s\n", e.text);
	enum status told = io_write_fd(FD_SAY, line, (size_t)n, NULL);
	/* At once: what would like to look round at the end, such as a leak checker, has no /proc.
	 */
	_exit(s == OK && told == OK ? 0 : 1);
}
