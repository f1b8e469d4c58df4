/*
 * The key of an event leaves only as two shares for two people: one is random, the other is the key
 * with the first added without carry, so that either alone says nothing at all (Shamir's remark on
 * two of two). The check is eight bytes of a keyed hash of the key, the same in both.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "curator/job.h"
#include "curator/keyed.h"

enum { SHARE_MAX = 512, CHECK = 8 };

static void
check_of(const uint8_t key[KEYED_KEY], char hex[2 * CHECK + 1])
{
	uint8_t hash[16];
	crypto_generichash(hash, sizeof hash, (const uint8_t *)"share", 5, key, KEYED_KEY);
	hex_encode(hex, hash, CHECK);
}

static enum status
write_share(const char *path, int64_t event, int number, const uint8_t share[KEYED_KEY],
	const char *check, struct err *e)
{
	char hex[2 * KEYED_KEY + 1], text[SHARE_MAX];
	hex_encode(hex, share, KEYED_KEY);
	int n = snprintf(text, sizeof text, "wardroom key share %d of 2, event %lld\n%s\n%s\n",
		number, (long long)event, hex, check);
	sodium_memzero(hex, sizeof hex);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(e, "Cannot make %s", path);
	enum status s = io_write_fd(fd, text, (size_t)n, e);
	sodium_memzero(text, sizeof text);
	if (s == OK && fsync(fd) < 0)
		return err_errno(e, "Cannot save %s", path);
	return s;
}

static const char *
key_path(struct job *job, int64_t event)
{
	return arena_printf(
		job->a, "%s/data/keys/event-%lld.key", job->config->state, (long long)event);
}

enum status
key_export(struct job *job, int64_t event, const char *first, const char *second, struct err *e)
{
	uint8_t one[KEYED_KEY], two[KEYED_KEY];
	char check[2 * CHECK + 1];
	struct str key;
	struct stat st;
	if (lstat(key_path(job, event), &st) < 0)
		return err_set(
			e, E_ABSENT, "event", "Event %lld has no key yet.", (long long)event);
	TRY(io_read_file(job->a, key_path(job, event), 64, &key, e));
	if (key.n != KEYED_KEY)
		return err_set(e, E_IO, "", "The key of event %lld is damaged.", (long long)event);
	randombytes_buf(one, sizeof one);
	for (size_t i = 0; i < KEYED_KEY; i++)
		two[i] = (uint8_t)(one[i] ^ (uint8_t)key.p[i]);
	check_of((const uint8_t *)key.p, check);
	enum status s = write_share(first, event, 1, one, check, e);
	if (s == OK)
		s = write_share(second, event, 2, two, check, e);
	sodium_memzero(one, sizeof one);
	sodium_memzero(two, sizeof two);
	TRY(s);
	buf_printf(&job->said,
		"Two shares of the key of event %lld were written. Give each to one person: only "
		"both together are the key.\n",
		(long long)event);
	buf_puts(&job->result, "{\"ok\":true}");
	return OK;
}

static const char *
keys_folder(struct job *job)
{
	return arena_printf(job->a, "%s/data/keys", job->config->state);
}

enum status
key_shares_run(struct job *job, int64_t event, int64_t export, bool remove, struct err *e)
{
	struct arena *a = job->a;
	const char *name = arena_printf(a, "shares-%lld-%lld", (long long)event, (long long)export);
	const char *folder = arena_printf(a, "%s/%s", keys_folder(job), name);
	cleanup_fd int fd = open(keys_folder(job), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_set(
			e, E_ABSENT, "event", "Event %lld has no key yet.", (long long)event);
	/* What an interrupted run has left is half of nothing. */
	TRY(io_remove_tree(fd, name, e));
	if (!remove) {
		if (mkdirat(fd, name, 0700) < 0)
			return err_errno(e, "Cannot make the folder of the shares");
		TRY(key_export(job, event, arena_printf(a, "%s/first.txt", folder),
			arena_printf(a, "%s/second.txt", folder), e));
		TRY(place_sync(fd, name, e));
	}
	if (fsync(fd) < 0)
		return err_errno(e, "Cannot save the folder of keys");
	job->result.n = 0;
	struct jsonw j = jsonw_new(&job->result);
	jsonw_open(&j, '{');
	jsonw_key(&j, "ok"), jsonw_bool(&j, true);
	jsonw_key(&j, "folder"), jsonw_text(&j, folder);
	jsonw_close(&j, '}');
	return OK;
}

enum status
key_shares_forget(struct job *job, int64_t event, struct err *e)
{
	const char *begin = arena_printf(job->a, "shares-%lld-", (long long)event);
	cleanup_dir DIR *d = opendir(keys_folder(job));
	for (struct dirent *entry; d && (entry = io_next(d));)
		if (strncmp(entry->d_name, begin, strlen(begin)) == 0)
			TRY(io_remove_tree(dirfd(d), entry->d_name, e));
	if (errno && errno != ENOENT)
		return err_errno(e, "Cannot list %s", keys_folder(job));
	return OK;
}

static enum status
read_share(struct job *job, const char *path, int64_t event, int number, uint8_t ret[KEYED_KEY],
	struct str *ret_check, struct err *e)
{
	struct str text;
	TRY(io_read_file(job->a, path, SHARE_MAX, &text, e));
	const char *head = arena_printf(
		job->a, "wardroom key share %d of 2, event %lld", number, (long long)event);
	struct str line = str_cut(&text, '\n');
	if (!str_is(line, head))
		return err_set(e, E_INPUT, path, "%s does not begin with \"%s\".", path, head);
	if (!hex_decode(str_cut(&text, '\n'), ret, KEYED_KEY))
		return err_set(e, E_INPUT, path, "%s is damaged.", path);
	*ret_check = str_cut(&text, '\n');
	return OK;
}

enum status
key_import(struct job *job, int64_t event, const char *first, const char *second, struct err *e)
{
	uint8_t key[KEYED_KEY], two[KEYED_KEY];
	char check[2 * CHECK + 1];
	struct str said, again;
	struct stat st;
	const char *path = key_path(job, event);
	TRY(read_share(job, first, event, 1, key, &said, e));
	TRY(read_share(job, second, event, 2, two, &again, e));
	for (size_t i = 0; i < KEYED_KEY; i++)
		key[i] ^= two[i];
	check_of(key, check);
	if (!str_is(said, check) || !str_is(again, check))
		return err_set(e, E_INPUT, "", "These two shares are not of one key.");
	if (lstat(path, &st) == 0)
		return err_set(e, E_CONFLICT, "event",
			"Event %lld has a key already; it is not replaced.", (long long)event);
	const char *dir = arena_printf(job->a, "%s/data/keys", job->config->state);
	TRY(io_mkdirs(dir, 0700, e));
	cleanup_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_errno(e, "Cannot open the folder of keys");
	TRY(io_replace_at(fd, arena_printf(job->a, "event-%lld.key", (long long)event), 0600, key,
		KEYED_KEY, e));
	sodium_memzero(key, sizeof key);
	buf_printf(&job->said, "Event %lld has its key again.\n", (long long)event);
	buf_puts(&job->result, "{\"ok\":true}");
	return OK;
}
