/*
 * The job "leave": the bytes that were voted on, and no others, come to lie where the portal can
 * offer them. They are made anew from what was handed in; when they are not what the votes are
 * bound to, nothing leaves.
 */
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/json.h"
#include "curator/airlock/check.h"
#include "curator/airlock/desk.h"

static enum status
clean_of(struct job *j, const struct airlock_policy *p, const struct desk_file *d, struct str *ret,
	struct err *e)
{
	struct str bytes;
	TRY(desk_spooled(j, d, &bytes, e));
	struct airlock_file f = {
		.a = j->a, .policy = p, .name = d->name, .input = bytes, .bytes = bytes
	};
	if (airlock_open(&f) && (f.type == AIR_PNG || f.type == AIR_JPEG))
		TRY(check_picture(&f, e));
	if (f.type == AIR_MODEL)
		TRY(check_model(&f, e));
	if (!f.clean.n)
		return err_set(e, E_CONFLICT, d->name, "Nothing of %s can leave.", d->name);
	*ret = f.clean;
	return OK;
}

static enum status
same_digest(struct arena *a, const struct desk_file *d, struct str clean, struct err *e)
{
	if (!streq(hash_hex(a, clean), d->digest))
		return err_set(e, E_CONFLICT, d->name,
			"%s is not what was voted on any more, so nothing leaves.", d->name);
	return OK;
}

enum status
leave_job(struct job *j, json_t *spec, struct err *e)
{
	struct airlock_policy policy = desk_policy(spec);
	struct desk_file files[DESK_FILES];
	struct str clean[DESK_FILES];
	size_t n;
	TRY(desk_files(j->a, spec, true, files, &n, e));
	/* All or nothing. */
	for (size_t i = 0; i < n; i++) {
		TRY(clean_of(j, &policy, &files[i], &clean[i], e));
		TRY(same_digest(j->a, &files[i], clean[i], e));
	}
	const char *folder = arena_printf(j->a, "%s/airlock", j->config->state);
	cleanup_fd int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return err_errno(e, "The folder of released files cannot be opened");
	struct jsonw w = jsonw_new(&j->result);
	jsonw_open(&w, '{');
	jsonw_key(&w, "ok"), jsonw_bool(&w, true);
	jsonw_key(&w, "files"), jsonw_open(&w, '[');
	for (size_t i = 0; i < n; i++) {
		const char *name = arena_printf(j->a, "%lld", (long long)files[i].id);
		TRY(io_replace_at(dir, name, 0640, clean[i].p, clean[i].n, e));
		jsonw_open(&w, '{');
		jsonw_key(&w, "id"), jsonw_int(&w, files[i].id);
		jsonw_key(&w, "bytes"), jsonw_int(&w, (int64_t)clean[i].n);
		jsonw_key(&w, "blake2b"), jsonw_text(&w, files[i].digest);
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	return OK;
}
